import type { EndedCall, LiveCall, LivePhone } from '@callscope/core/bus/live.ts';
import { expect, test } from 'vitest';
import { BoardPart } from './board-part.ts';
import type { Delta } from './narrowed.ts';

const call = (id: string, told: Partial<LiveCall> = {}): LiveCall => ({
  ...{ id, direction: 'in', from: '79130001122', dialled: '74951000101', number: '74951000101', employee: '', group: '' },
  ...{ answeredBy: '', state: 'ringing', startedAt: 1, ringingAt: 1, answeredAt: 0, endedAt: 0 },
  targets: [
    { target: '101', employee: 'e1', state: 'ringing' },
    { target: '79260001122', employee: '', state: 'ringing' },
  ],
  ...told,
});
const ended = (id: string): EndedCall => ({
  ...{ id, direction: 'in', result: 'no_answer', missedKind: 'not_taken', from: '79130001122', dialled: '', number: '', answeredBy: '' },
  ...{ employee: 'e1', group: '', startedAt: 1, answeredAt: 0, endedAt: 2 },
});
const delta = (told: Partial<Delta>): Delta => ({
  ...{ calls: [], gone: [], ended: [], endedCount: 0, revised: [], reload: false, phones: [], phonesGone: [] },
  ...told,
});
const phone = (aor: string, goneAt = 0): LivePhone => ({
  aor,
  bindings: [{ contact: 'sip:101@192.168.1.20', userAgent: 'Snom' } as unknown as LivePhone['bindings'][number]],
  goneAt,
});
const phones = new Map([
  ['desk@x.test', '0/e1'],
  ['mobile@x.test', '1/e1'],
]);

test('what leaves names nobody outside and no account, phone or Call-ID', () => {
  const part = new BoardPart(undefined, phones);
  const told = JSON.stringify([
    part.snapshot([call('a@10.0.0.7')], [phone('desk@x.test'), phone('door@x.test')]),
    part.delta(
      delta({ calls: [call('b@10.0.0.7', { direction: 'out', from: '101', dialled: '79130001122', answeredBy: '79130001122' })] }),
    ),
    part.delta(delta({ ended: [ended('a@10.0.0.7')], endedCount: 1, phones: [phone('mobile@x.test', 5)], phonesGone: ['desk@x.test'] })),
  ]);
  for (const secret of ['79130001122', '79260001122', '10.0.0.7', 'x.test', 'desk', 'door', '192.168', 'Snom'])
    expect(told).not.toContain(secret);
  expect(told).toContain('"employee":"e1"');
});

test('a call keeps its name until it is over, and an end is told as such', () => {
  const part = new BoardPart(undefined, phones);
  const [shown] = part.snapshot([call('a')], []).calls;
  expect(part.delta(delta({ calls: [call('a', { state: 'talking' })] }))?.calls.map((c) => c.id)).toEqual([shown?.id]);
  expect(part.delta(delta({ ended: [ended('a')], endedCount: 1, revised: ['z'] }))).toEqual(
    delta({ gone: [shown?.id ?? ''], endedCount: 1, reload: true }),
  );
});

test('phones are told by whose they are, and that they left', () => {
  const part = new BoardPart(undefined, phones);
  expect(part.snapshot([], [phone('desk@x.test'), phone('door@x.test')]).phones).toEqual([{ aor: '0/e1', bindings: [], goneAt: 0 }]);
  const news = part.delta(delta({ phones: [phone('mobile@x.test', 9)], phonesGone: ['desk@x.test', 'door@x.test'] }));
  expect(news).toMatchObject({ phones: [{ aor: '1/e1', goneAt: 9 }], phonesGone: ['0/e1'] });
});

test('of a part only what is within it', () => {
  const part = new BoardPart({ employees: ['e1'], groups: ['g1'], numbers: [] }, phones);
  const foreign = call('b', { targets: [{ target: '102', employee: 'e2', state: 'ringing' }] });
  expect(part.snapshot([call('a'), foreign, call('c', { group: 'g1', targets: [] })], []).calls).toHaveLength(2);
  expect(part.delta(delta({ calls: [foreign] }))).toBeNull();
});
