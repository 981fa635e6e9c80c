import type { EndedCall, LiveCall, LivePhone } from '@callscope/core/bus/live.ts';
import { NOTHING, type Within } from '@callscope/core/domain/reach.ts';
import { expect, test } from 'vitest';
import { type Delta, Narrowed } from './narrowed.ts';

const call = (id: string, told: Partial<LiveCall> = {}): LiveCall => ({
  ...{ id, direction: 'in', from: '79130001122', dialled: '74951000101', number: '74951000101', employee: '', group: '', answeredBy: '' },
  ...{ state: 'ringing', startedAt: 1, ringingAt: 1, answeredAt: 0, endedAt: 0, targets: [] },
  ...told,
});
const rings = (id: string, ...employees: string[]) =>
  call(id, { targets: employees.map((employee) => ({ target: '101', employee, state: 'ringing' })) });
const ended = (id: string, told: Partial<EndedCall> = {}): EndedCall => ({
  ...{ id, direction: 'in', result: 'no_answer', missedKind: 'not_taken', from: '79130001122', dialled: '', number: '', answeredBy: '' },
  ...{ employee: '', group: '', startedAt: 1, answeredAt: 0, endedAt: 2 },
  ...told,
});
const delta = (told: Partial<Delta>): Delta => ({
  ...{ calls: [], gone: [], ended: [], endedCount: 0, revised: [], reload: false, phones: [], phonesGone: [] },
  ...told,
});
const phone = (aor: string): LivePhone => ({ aor, bindings: [], goneAt: 1 });
const part = (told: Partial<Within>, accounts: string[] = []) => new Narrowed({ ...NOTHING, ...told, accounts: new Set(accounts) });

test('a snapshot has what is within: by people, group, number and account', () => {
  const calls = [rings('a', 'e1', 'e2'), rings('b', 'e3'), call('c', { group: 'g1' }), call('d', { number: '74950000000' })];
  const phones = [phone('101@x'), phone('102@x')];
  const ids = (of: Narrowed) => of.snapshot(calls, phones).calls.map((c) => c.id);
  expect(ids(part({ employees: ['e2'] }))).toEqual(['a']);
  expect(ids(part({ groups: ['g1'], numbers: ['74950000000'] }))).toEqual(['c', 'd']);
  expect(part({}, ['102@x']).snapshot(calls, phones)).toEqual({ calls: [], phones: [phone('102@x')] });
});

test('what is not within is not told, also not that it ended', () => {
  const own = part({ employees: ['e1'] });
  own.snapshot([], []);
  const foreign = delta({
    calls: [rings('x', 'e2')],
    gone: ['y'],
    ended: [ended('z')],
    endedCount: 1,
    phones: [phone('102@x')],
    phonesGone: ['103@x'],
  });
  expect(own.delta(foreign)).toBeNull();
  expect(own.delta(delta({ ...foreign, calls: [...foreign.calls, rings('a', 'e1')] }))).toEqual(delta({ calls: [rings('a', 'e1')] }));
});

test('a call that was seen is over for whoever saw it, though its end names nobody of them', () => {
  const own = part({ employees: ['e1'] });
  own.snapshot([rings('a', 'e1')], []);
  expect(own.delta(delta({ ended: [ended('a'), ended('b', { employee: 'e1' }), ended('c')], endedCount: 3 }))).toEqual(
    delta({ ended: [ended('a'), ended('b', { employee: 'e1' })], endedCount: 2 }),
  );
  // once
  expect(own.delta(delta({ gone: ['a'] }))).toBeNull();
});

test('a call passed on to somebody out of reach leaves, and comes when it is passed in', () => {
  const own = part({ employees: ['e1'] });
  own.snapshot([], []);
  expect(own.delta(delta({ calls: [rings('a', 'e1')] }))?.calls).toHaveLength(1);
  expect(own.delta(delta({ calls: [rings('a', 'e2')] }))).toEqual(delta({ gone: ['a'] }));
  expect(own.delta(delta({ calls: [rings('a', 'e2')] }))).toBeNull();
  expect(own.delta(delta({ calls: [rings('a', 'e2', 'e1')] }))?.calls).toHaveLength(1);
});

test('ids of calls that changed are told to nobody of a part: they read their lists again', () => {
  expect(part({ employees: ['e1'] }).delta(delta({ revised: ['x'] }))).toEqual(delta({ reload: true }));
});
