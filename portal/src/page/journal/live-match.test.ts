import type { EndedCall, LiveCall } from '@callscope/core/bus/live.ts';
import { expect, test } from 'vitest';
import { addressFromQuery } from './address.ts';
import { isListed } from './live-match.ts';

const zone = 'Asia/Krasnoyarsk';
/** 14:20 in Krasnoyarsk */
const now = Date.parse('2026-11-25T07:20:00Z');
const base: Omit<EndedCall, 'result' | 'missedKind'> = {
  ...{ id: 'a', direction: 'in', from: '79130007703', dialled: '73910000122', number: '73910000122', employee: 'e1', group: 'sales' },
  ...{ answeredBy: '101', startedAt: now, answeredAt: now + 5_000, endedAt: 0 },
};
const live: LiveCall = { ...base, state: 'talking', ringingAt: now, targets: [{ target: '102', employee: 'e2', state: 'ringing' }] };
const ended: EndedCall = { ...base, result: 'answered', missedKind: '', endedAt: now + 65_000 };
const listed = (call: LiveCall | EndedCall, query: string) => isListed(call, addressFromQuery(new URLSearchParams(query), zone, now), zone);

test.each([
  ['', true],
  ['period=yesterday', false],
  ['direction=in,internal', true],
  ['direction=out', false],
  ['author=e1', true],
  ['author=e2', false],
  ['notAuthor=e1', false],
  ['notAuthor=e2', true],
  ['notGroup=-', true],
  ['notNumber=8 391 000-01-22', false],
  ['callId=a', false],
  ['phone=101', true],
  ['phone=102', false],
  ['employee=e2', true],
  ['group=-', false],
  ['number=8 391 000-01-22', true],
  ['caller=8913*', true],
  ['caller=%2B7 913 000-77-03', true],
  ['caller=7999*, !101', false],
  ['caller=!7913*', false],
  ['answeredBy=101', true],
  ['text=77-03', true],
  ['text=99', false],
  ['time=14:00-15:00', true],
  ['time=22:00-06:00', false],
  ['shortAbandons=exclude', true],
  ['weekday=3', true],
  ['weekday=1', false],
  ['hiddenNumber=false', true],
  ['hiddenNumber=true', false],
  ['tag=3', false],
  ['noted=false', false],
  ['talkShareMin=50', false],
])('a call in progress and "%s": %s', (query, is) => {
  expect(listed(live, query)).toBe(is);
});

test('what only the end tells keeps calls in progress out, and sorts those that ended', () => {
  for (const query of [
    'result=answered',
    'answered=true',
    'talkMin=1',
    'recorded=true',
    'waitMax=20',
    'firstCall=true',
    'repeatCall=false',
  ])
    expect(listed(live, query)).toBe(false);
  expect(listed(ended, 'result=answered&talkMin=60&talkMax=60&recorded=true')).toBe(true);
  expect(listed(ended, 'talkMin=61')).toBe(false);
  expect(listed(ended, 'answered=false')).toBe(false);
  expect(listed({ ...ended, result: 'no_answer', answeredAt: 0, missedKind: 'short_abandon' }, 'shortAbandons=exclude')).toBe(false);
  expect(listed({ ...ended, result: 'no_answer', answeredAt: 0, missedKind: 'out_of_hours' }, 'outOfHours=exclude')).toBe(false);
  for (const query of ['waitMin=1', 'firstCall=true', 'repeatCall=true']) expect(listed(ended, query)).toBe(false);
  expect(
    listed({ ...ended, result: 'no_answer', answeredAt: 0, missedKind: 'not_taken' }, 'direction=in&answered=false&missedKind=not_taken'),
  ).toBe(true);
});
