import { expect, test } from 'vitest';
import { LISTENING, readListening } from './liking.ts';

test('what was kept comes back, what is wrong counts as not said', () => {
  const liked = {
    ...LISTENING,
    speed: 0.75 as const,
    atOnce: false,
    goesOn: true,
    sound: { left: 0.5, right: 2, balance: -1, together: true },
  };
  expect(readListening(JSON.stringify(liked))).toEqual(liked);
  for (const text of [null, '', 'nonsense', '[]', '7', '{"speed":3,"sound":{"left":-1},"atOnce":"no"}'])
    expect(readListening(text)).toEqual(LISTENING);
});
