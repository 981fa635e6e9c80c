import { expect, test } from 'vitest';
import { marksHref, secondsOf } from './tell.ts';

test('a time of a recording is read as people write it', () => {
  expect(['1:20', '80', '1:00:05', '0:04,5', ' 7 '].map(secondsOf)).toEqual([80, 80, 3_605, 4.5, 7]);
  expect(secondsOf('')).toBeNull();
  expect(['1:75', 'минута', '-4', '1:2:3:4'].map(secondsOf)).toEqual([undefined, undefined, undefined, undefined]);
});

test('an address of marks holds Call-IDs of any kind', () => {
  expect(marksHref('t1', 'a/b@c?d', '/note')).toBe('/c/t1/calls/a%2Fb%40c%3Fd/marks/note');
});
