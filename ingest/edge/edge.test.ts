import { expect, test } from 'vitest';
import { encodeHep3 } from '../decode/hep3.ts';
import { blankDtmf } from './blank-dtmf.ts';
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

const info = (type: string, body: string) =>
  encodeHep3({
    srcIp: '10.0.0.1',
    srcPort: 5060,
    dstIp: '10.0.0.2',
    dstPort: 5060,
    at: 1e15,
    type: 1,
    payload: Buffer.from(`INFO sip:a@b SIP/2.0\r\nCall-ID: c\r\n${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
  });

test.each([
  ['Content-Type: application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n', 'Signal=x\r\nDuration=160\r\n'],
  ['content-type : Application/DTMF-Relay;x=y', 'Duration=160\r\nsignal= #\r\n', 'Duration=160\r\nsignal= x\r\n'],
  ['c: application/dtmf', '7', 'x'],
  ['Content-Type: audio/telephone-event', 'Signal=1\r\nSignal=2', 'Signal=x\r\nSignal=x'],
])('no digit of a SIP INFO passes: %s', (type, body, blanked) => {
  const [packet] = blankDtmf('hep-udp', [info(type, body)]);
  const text = Buffer.from(packet as Uint8Array).toString('latin1');
  expect(text.endsWith(`\r\n\r\n${blanked}`)).toBe(true);
  expect(packet).toHaveLength(info(type, body).length);
});

test('other packets pass as they are, without a copy', () => {
  const packet = info('Content-Type: application/sdp', 'v=0 Signal=5');
  expect(blankDtmf('hep-tcp', [packet])[0]).toBe(packet);
});

test('the digit of a DTMF notification is blanked', () => {
  const text = '{"jsonrpc":"2.0","method":"E_RTPENGINE_NOTIFICATION","params":{"callid":"c","type":"DTMF","event":5,"duration":180}}';
  const [packet] = blankDtmf('event-udp', [Buffer.from(text)]);
  expect(JSON.parse(Buffer.from(packet as Uint8Array).toString())).toMatchObject({ params: { event: null, duration: 180, callid: 'c' } });
});
