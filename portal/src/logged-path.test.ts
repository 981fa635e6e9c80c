import { expect, test } from 'vitest';
import { loggedPath } from './logged-path.ts';

test('tokens in addresses stay out of logs', () => {
  const token = 'a'.repeat(43);
  expect([`/wall/${token}`, `/wall/${token}/figures`, `/r/${token}`, '/c/t1/live', '/sign-in'].map(loggedPath)).toEqual([
    '/wall/…',
    '/wall/…/figures',
    '/r/…',
    '/c/t1/live',
    '/sign-in',
  ]);
});
