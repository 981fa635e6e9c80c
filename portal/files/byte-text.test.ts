import { expect, test } from 'vitest';
import { ByteText, stopsAt } from './byte-text.ts';

const [POINT, COMMA] = [46, 44] as const;
const written = (write: (bytes: ByteText) => void) => {
  // so small that everything has to make room
  const bytes = new ByteText(1);
  write(bytes);
  return Buffer.from(bytes.take()).toString('utf8');
};

test.each([0, -0, 7, 10, -10, 999, 1_000, 2_147_483_647, 2_147_483_648, -73_910_000_122, Number.MAX_SAFE_INTEGER, 1e21])(
  'the whole number %d is written as others write it',
  (value) => expect(written((b) => b.integer(value))).toBe(BigInt(value).toString()),
);

test.each([
  [1.5, 3, '1.5'],
  [0.1 + 0.2, 3, '0.3'],
  [-0.0004, 3, '0'],
  [-1.0005, 3, '-1.001'],
  [12.3456, 3, '12.346'],
  [999.9999, 3, '1000'],
  [0.000001, 6, '0.000001'],
  [1e13, 3, '10000000000000'],
  [1e20, 3, '100000000000000000000'],
])('%d of %d places is %s', (value, digits, text) => {
  expect(written((b) => b.decimal(value, digits, POINT))).toBe(text);
});

test('places stay where they are asked for, after the point of the language', () => {
  expect(written((b) => b.decimal(84, 1, COMMA, true))).toBe('84,0');
  expect(written((b) => b.decimal(0.05, 1, COMMA, true))).toBe('0,1');
});

test('letters of every length are UTF-8; what a format has a meaning for is left to it, and nothing of it written', () => {
  const stops = stopsAt('<');
  expect(written((b) => expect(b.plain('aЯ€ ok', stops)).toBe(true))).toBe('aЯ€ ok');
  for (const text of ['Яa<', '👍', 'x'.repeat(201)]) {
    expect(written((b) => expect(b.plain(text, stops)).toBe(false))).toBe('');
    expect(written((b) => b.text(text))).toBe(text);
  }
});

test('what was taken is not touched again', () => {
  const bytes = new ByteText(8);
  bytes.ascii('12345678');
  const first = bytes.take();
  bytes.ascii('ab');
  const second = bytes.take();
  bytes.ascii('XYZ');
  expect([first, second, bytes.take()].map((part) => Buffer.from(part).toString())).toEqual(['12345678', 'ab', 'XYZ']);
});
