import { expect, test } from 'vitest';
import { normalizePhone, phoneFromPeople } from './phone.ts';

test.each([
  ['8 (495) 100-01-01'],
  ['+7 495 100-01-01'],
  ['+7 495 100‑01‑01'], // U+2011, non-breaking hyphens
  ['+7 495 100–01–01'], // en dashes
  ['+7\u00a0495\u202f100\u200901\u200a01'], // spaces of typesetters
  ['8/495/100/01/01'],
  ['8 [495] 100.01.01'],
  ['\u200e+7 495 100 01 01\u200f'], // marks of direction, as pasted from address books
  ['＋７（４９５）１００－０１－０１'], // full width
  ['(+7) 495 100 01 01'],
  ['tel:+7-495-100-01-01'],
  ['tel:+74951000101;phone-context=example.com'],
  ['sip:+74951000101@sip.example.com:5060;user=phone'],
  ['sips:84951000101@[2001:db8::1]'],
  ['"Anna" <sip:%2B74951000101@example.com>'],
  ['74951000101@example.com'],
  ['007 495 100 01 01'],
  ['00 7 (495) 100-01-01'],
  ['810 7 495 100 01 01'],
  ['8~10 7 495 100-01-01'],
  ['4951000101'],
])('%s is the number 74951000101', (typed) => {
  expect(normalizePhone(phoneFromPeople(typed, 'RU'), 'RU')).toBe('74951000101');
});

test.each([
  ['101', '101'],
  [' 1-01 ', '101'],
  ['sip:101@alfa.pbx.test', '101'],
  ['*900', '*900'],
  ['#21#', '#21#'],
  ['007', '007'],
  ['8 (495) *', '8495*'],
  ['810 49 30*', '+4930*'],
  ['+49*', '+49*'],
  ['anonymous', 'anonymous'],
  ['sip:sip101@alfa.pbx.test', 'sip101'],
  ['Anna', 'Anna'],
  ['', ''],
  ['()', ''],
])('%s is spelled %s', (typed, plain) => {
  expect(phoneFromPeople(typed, 'RU')).toBe(plain);
});

test("another country's exit code is its own", () => {
  expect(phoneFromPeople('00 7 495 100 01 01', 'DE')).toBe('+74951000101');
  expect(phoneFromPeople('810 7 495 100 01 01', 'DE')).toBe('81074951000101');
});
