import { expect, test } from 'vitest';
import { isOfProgram, OFFLINE_FILES } from './offline-rules.ts';

test('what may be kept is of the program alone', () => {
  expect(isOfProgram('/_app/immutable/chunks/abc.js')).toBe(true);
  for (const path of [
    '/c/t1',
    '/c/t1/calls/1/recording',
    '/api/v1/tenants',
    '/wall/x/figures',
    '/r/x',
    '/_app/version.json',
    '/',
    '/sign-in',
  ])
    expect([isOfProgram(path), OFFLINE_FILES.includes(path)], path).toEqual([false, false]);
});
