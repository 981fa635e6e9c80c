import type { EndedCall, LiveCall } from '@callscope/core/bus/live.ts';
import { expect, test } from 'vitest';
import { EMPTY_LIVE, type LiveState } from '#live/state.ts';
import { choiceFromQuery, choiceToQuery, countsOf, follow, isMeant, type LiveLine, peopleIn, STAYS_MS, since } from './lines.ts';

const call = (id: string, more: Partial<LiveCall> = {}): LiveCall => ({
  ...{ id, direction: 'in', from: '79130004218', dialled: '73910000121', number: '73910000121', employee: '', group: 'sales' },
  ...{ answeredBy: '', state: 'ringing', startedAt: 1_000, ringingAt: 1_500, answeredAt: 0, endedAt: 0, targets: [] },
  ...more,
});
const stateOf = (calls: LiveCall[], ended: Partial<EndedCall>[] = []): LiveState => ({
  ...EMPTY_LIVE,
  synced: true,
  calls: new Map(calls.map((c) => [c.id, c])),
  ended: ended as EndedCall[],
});
const said = (lines: LiveLine[]) => lines.map(({ call: c, over }) => [c.id, over?.result ?? (over ? 'over' : 'on')]);

test('a call that ends stays grey for three seconds at its place, learns its outcome, and leaves', () => {
  const a = call('a', { startedAt: 1 });
  const b = call('b', { startedAt: 2 });
  let lines = follow([], stateOf([a, b]), 0);
  lines = follow(lines, stateOf([{ ...a, endedAt: 5 }, b]), 10_000);
  expect(said(lines)).toEqual([
    ['a', 'over'],
    ['b', 'on'],
  ]);
  const gone = stateOf([b], [{ id: 'a', result: 'answered' }]);
  lines = follow(lines, gone, 11_000);
  expect(said(lines)).toEqual([
    ['a', 'answered'],
    ['b', 'on'],
  ]);
  lines = follow(lines, gone, 10_000 + STAYS_MS);
  expect(said(lines)).toEqual([['b', 'on']]);
});

test('a call whose end and outcome come together stays too; one that was none leaves at once', () => {
  const lines = follow([], stateOf([call('a'), call('b')]), 0);
  expect(said(follow(lines, stateOf([], [{ id: 'a', result: 'no_answer' }]), 100))).toEqual([['a', 'no_answer']]);
});

test('lines stand in the order of start, whenever they came', () => {
  const lines = follow([], stateOf([call('b', { startedAt: 5 })]), 0);
  expect(said(follow(lines, stateOf([call('b', { startedAt: 5 }), call('a', { startedAt: 3 })]), 1)).map(([id]) => id)).toEqual(['a', 'b']);
});

test('who is in a call', () => {
  const targets: LiveCall['targets'] = [
    { target: '101', employee: 'e1', state: 'ringing' },
    { target: '201', employee: 'e1', state: 'ringing' },
    { target: '102', employee: 'e2', state: 'ringing' },
    { target: '5000', employee: '', state: 'calling' },
  ];
  expect(peopleIn(call('a', { targets })).map((p) => p.employee || p.target)).toEqual(['e1', 'e2', '5000']);
  const answered = targets.map((t): LiveCall['targets'][number] => (t.target === '102' ? { ...t, state: 'talking' } : t));
  expect(peopleIn(call('a', { state: 'talking', targets: answered }))).toEqual([{ employee: 'e2', target: '102', state: 'talking' }]);
  const out = call('o', { direction: 'out', employee: 'e3', targets: [{ target: '79990000000', employee: '', state: 'ringing' }] });
  expect(peopleIn(out)).toEqual([{ employee: 'e3', target: '', state: 'ringing' }]);
  const internal = call('i', {
    direction: 'internal',
    employee: 'e3',
    state: 'talking',
    targets: [{ target: '101', employee: 'e1', state: 'talking' }],
  });
  expect(peopleIn(internal).map((p) => [p.employee, p.state])).toEqual([
    ['e3', 'talking'],
    ['e1', 'talking'],
  ]);
});

test('counts: who talks, what rings, which of it is a client that waits, and how long', () => {
  const calls = [
    call('a', { startedAt: 30 }),
    call('b', { startedAt: 20, state: 'calling' }),
    call('c', { state: 'talking', answeredAt: 90, startedAt: 10 }),
    call('d', { direction: 'out', startedAt: 1 }),
  ];
  expect(countsOf(calls)).toEqual({ talking: 1, ringing: 3, waiting: 2, longest: 20 });
  expect(countsOf([])).toEqual({ talking: 0, ringing: 0, waiting: 0, longest: null });
  expect(calls.map(since)).toEqual([30, 20, 90, 1]);
});

test('search finds numbers however typed, and names; groups cut', () => {
  const line = call('a');
  const meant = (text: string, groups: string[] = []) => isMeant(line, { groups, text }, ['Соколова А. П.', 'Главный']);
  expect([meant(''), meant('913 000-42'), meant('сокол'), meant('99'), meant('главн')]).toEqual([true, true, true, false, true]);
  expect([meant('', ['sales']), meant('', ['service'])]).toEqual([true, false]);
});

test.each(['', 'group=sales,a%252Cb', 'group=sales&q=%2B7%20913'])('the choice "%s" comes back from the address', (query) => {
  expect(choiceToQuery(choiceFromQuery(new URLSearchParams(query)))).toBe(query);
});
