import { expect, test } from 'vitest';
import { anywhere, parsePattern } from './pattern.ts';

const terms = (exact: string[] = [], like: string[] = []) => ({ exact, like });

test.each<[string, ReturnType<typeof terms>, ReturnType<typeof terms>]>([
  ['8 (495) 100-01-01', terms(['74951000101']), terms()],
  ['+49 30 1234567', terms(['49301234567']), terms()],
  ['101, 102', terms(['101', '102']), terms()],
  ['anonymous', terms(['anonymous']), terms()],
  ['8 (495)*', terms([], ['8495%', '7495%']), terms()],
  // 7495 is a country and a city: not a Russian number that begins with 7495
  ['7495*', terms([], ['7495%']), terms()],
  ['+7 495*', terms([], ['7495%']), terms()],
  ['*01-01', terms([], ['%0101']), terms()],
  ['8 (495)*01', terms([], ['8495%01', '7495%01']), terms()],
  ['an*_s', terms([], ['an%\\_s']), terms()],
  ['!101', terms(), terms(['101'])],
  ['10*, !101, !102*', terms([], ['10%']), terms(['101'], ['102%'])],
  [' , !', terms(), terms()],
])('"%s" by numbers in Russia', (text, some, none) => {
  expect(parsePattern(text, 'RU')).toEqual({ some, none });
});

test('a national prefix is that of the country', () => {
  expect(parsePattern('030 1*', 'DE').some.like).toEqual(['0301%', '49301%']);
  expect(parsePattern('030 1*', 'ZZ').some.like).toEqual(['0301%']);
});

test.each([
  ['100-01', ['%10001%']],
  ['8 (495) 100-01-01', ['%84951000101%', '%74951000101%']],
  ['8 (495) 1', ['%84951%', '%74951%']],
  ['100%', ['%100\\%%']],
  ['tel:+7‑495/100–01–01', ['%74951000101%']],
  ['sip:101@alfa.pbx.test', ['%101%']],
  ['()', ['%()%']],
])('"%s" is looked for anywhere', (text, likes) => {
  expect(anywhere(text, 'RU')).toEqual(likes);
});
