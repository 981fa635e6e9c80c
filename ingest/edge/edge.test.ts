import { expect, test } from 'vitest';
import { checkEvent } from './events.ts';
import { JsonScanner } from './json-scanner.ts';

const objects = (scanner: JsonScanner, text: string | Buffer) =>
  [...scanner.push(Buffer.from(text as string))].map((s) => (s.kind === 'object' ? s.bytes.toString() : s.kind));

test('objects back to back are found wherever the reads are cut', () => {
  const text = '{"a":"}{\\"","b":[{"c":1}]} \n{"d":"\\\\"}{"e":"Мария"}';
  const expected = ['{"a":"}{\\"","b":[{"c":1}]}', '{"d":"\\\\"}', '{"e":"Мария"}'];
  const bytes = Buffer.from(text);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const scanner = new JsonScanner(1_000);
    expect([...objects(scanner, bytes.subarray(0, cut)), ...objects(scanner, bytes.subarray(cut))]).toEqual(expected);
    expect(scanner.isPartial).toBe(false);
  }
});

test('what does not begin an object ends the stream', () => {
  const scanner = new JsonScanner(1_000);
  expect(objects(scanner, '{"a":1}GET / HTTP/1.1\r\n')).toEqual(['{"a":1}', 'not_json']);
  expect(objects(scanner, '{"b":2}')).toEqual([]);
});

test('an endless object is given up at the limit and its memory let go', () => {
  const scanner = new JsonScanner(1_000);
  const out: string[] = [];
  for (let i = 0; i < 50; i++) out.push(...objects(scanner, i === 0 ? '{"a":"' : 'x'.repeat(100)));
  expect(out).toEqual(['oversize']);
  expect(objects(new JsonScanner(10), '{"a":"0123456789"}')).toEqual(['oversize']);
});

test('an event is an object with a method; its id is kept for the answer only', () => {
  const check = (text: string) => checkEvent(Buffer.from(text));
  expect(check('{"method":"E","id":7}')).toEqual({ id: 7 });
  expect(check('{"method":"E"}')).toEqual({ id: undefined });
  expect(check('{"method":"E","id":null}')).toEqual({ id: null });
  expect(check('{"id":"x"}')).toEqual({ reason: 'not_event', id: 'x' });
  expect(check('{"a":}')).toBe('not_json');
  expect(check('[]')).toBe('not_json');
});
