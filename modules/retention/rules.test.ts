import { expect, test } from 'vitest';
import { BOUNDS, companyDaysFault, daysFault, KEPT, rulesOf } from './rules.ts';

test('what nobody set is kept as long as usual: calls three years, messages two weeks, RTCP a month', () => {
  expect(rulesOf(new Map())).toMatchObject({ calls: 1096, messages: 14, rtcp: 31 });
  expect(rulesOf(new Map([['messages', 7]]))).toMatchObject({ messages: 7, rtcp: 31 });
});

test.each(KEPT)('%s takes whole days within its bounds and no others', (what) => {
  const { least, usual } = BOUNDS[what];
  expect([least, usual, 3_653].map((days) => daysFault(what, days))).toEqual([null, null, null]);
  for (const days of [least - 1, 3_654, usual + 0.5, Number.NaN]) expect(daysFault(what, days)).toContain(what);
});

test('a company keeps its calls no longer than all do', () => {
  const rules = rulesOf(new Map([['calls', 400]]));
  expect(companyDaysFault(400, rules)).toBeNull();
  for (const days of [401, 30]) expect(companyDaysFault(days, rules)).toContain('31 to 400');
});
