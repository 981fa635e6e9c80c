import { expect, test } from 'vitest';
import { type ChargedBefore, chargeOf, type Moved, type PackageBook } from './rules-charge.ts';
import { contractFor, tariffOn } from './rules-contracts.ts';
import { compileTariff, momentOf, type RatableCall } from './rules-rating.ts';

const SECOND = 1_000_000;
const AT = momentOf(Date.UTC(2026, 10, 24, 10));
const TARIFF = compileTariff({
  ...{ id: 't', version: 1, vat: 2000, vatIncluded: true, onNetFree: false, packages: [{ name: 'П', minutes: 2 }] },
  lines: [
    {
      ...{
        id: '1',
        direction: 'out',
        prefix: '7',
        name: 'Россия',
        price: 1_200_000n,
        connection: 0n,
        minSeconds: 0,
        stepSeconds: 60,
        freeSeconds: 0,
      },
      ...{ weekdays: [], fromMinute: 0, toMinute: 0, validFrom: null, validUntil: null, package: '' },
    },
    {
      ...{
        id: '2',
        direction: 'out',
        prefix: '78',
        name: 'пакет',
        price: 1_200_000n,
        connection: 0n,
        minSeconds: 0,
        stepSeconds: 60,
        freeSeconds: 0,
      },
      ...{ weekdays: [], fromMinute: 0, toMinute: 0, validFrom: null, validUntil: null, package: 'П' },
    },
  ],
});
const callOf = (talk: number, revision = 1, dialled = '79'): RatableCall => ({
  ...{ id: 'c', revision, direction: 'out', from: '101', dialled, number: '', startedAt: SECOND },
  ...{ answeredAt: talk === 0 ? 0 : 2 * SECOND, endedAt: (2 + talk) * SECOND },
});
class Book implements PackageBook {
  seconds = 0;
  of = () => this.seconds;
  add = (_t: string, _c: string, _p: string, _m: string, seconds: number) => {
    this.seconds += seconds;
  };
}
function charge(
  call: RatableCall | null,
  last: ChargedBefore | null,
  use: PackageBook = new Book(),
  place: Partial<{ contract: string; tariff: null }> = {},
) {
  const at = { service: 'outgoing' as const, contract: '1', tariff: TARIFF, at: AT, ...place };
  return chargeOf({ tenant: 'a', id: 'c', call, place: call === null ? null : at, last, use, isOnNet: () => false });
}
const movedBy = (of: ReturnType<typeof charge>): Moved[] => (of !== null && 'moved' in of ? of.moved : []);
/** The last line of a call is what the next one builds on. */
const lastOf = (moved: readonly Moved[]) => moved.find((m) => m.part === 0) as ChargedBefore & Moved;

test('a call is charged once, and the same or an older revision moves nothing', () => {
  const [first] = movedBy(charge(callOf(61, 2), null));
  expect(first).toMatchObject({ amount: 240n, vat: 40n, amountMoved: 240n, vatMoved: 40n, revision: 2, line: '1' });
  expect(charge(callOf(61, 2), first as ChargedBefore)).toBeNull();
  expect(charge(callOf(600, 1), first as ChargedBefore)).toBeNull();
});

test('a revision moves the difference, up, down and to nothing', () => {
  let last = lastOf(movedBy(charge(callOf(61), null)));
  for (const [talk, moved] of [
    [121, 120n],
    [1, -240n],
    [30, 0n],
    [0, -120n],
  ] as const) {
    last = lastOf(movedBy(charge(callOf(talk, last.revision + 1), last)));
    expect(last.amountMoved, `${talk}`).toBe(moved);
  }
  expect(last).toMatchObject({ outcome: 'free', why: 'notAnswered', amount: 0n });
});

test('a call that is none any more gives back what it cost, once, and one that comes again is charged again', () => {
  const last = lastOf(movedBy(charge(callOf(61), null)));
  const gone = lastOf(movedBy(charge(null, last)));
  expect(gone).toMatchObject({ outcome: 'gone', amountMoved: -240n, vatMoved: -40n, revision: 2 });
  expect(charge(null, gone)).toBeNull();
  const again = lastOf(movedBy(charge(callOf(61, 2), gone)));
  expect(again).toMatchObject({ amountMoved: 240n, revision: 3 });
  expect(charge(callOf(61, 2), again)).toBeNull();
});

test('a call that moves to another contract is taken back from the one and charged to the other', () => {
  const last = lastOf(movedBy(charge(callOf(61), null)));
  const moved = movedBy(charge(callOf(121, 2), last, new Book(), { contract: '2' }));
  expect(moved.map((m) => [m.contract, m.part, m.amountMoved])).toEqual([
    ['2', 0, 360n],
    ['1', 1, -240n],
  ]);
});

test('what a package gave a call goes back to it before the revision takes again', () => {
  const use = new Book();
  const last = lastOf(movedBy(charge(callOf(61, 1, '78'), null, use)));
  expect([use.seconds, last.amount, last.packageSeconds]).toEqual([120, 0n, 120]);
  const longer = lastOf(movedBy(charge(callOf(200, 2, '78'), last, use)));
  expect([use.seconds, longer.amount, longer.packageSeconds]).toEqual([120, 240n, 120]);
  lastOf(movedBy(charge(null, longer, use)));
  expect(use.seconds).toBe(0);
});

test('without a tariff or a line a call is named and not charged; one that nobody answered is neither', () => {
  expect(charge(callOf(5), null, new Book(), { tariff: null })).toEqual({
    unrated: expect.objectContaining({ why: 'noTariff', callId: 'c' }),
  });
  expect(charge(callOf(5, 1, '44'), null)).toEqual({ unrated: expect.objectContaining({ why: 'noLine', number: '44' }) });
  expect(charge(callOf(0), null)).toBeNull();
});

test('the contract that names the own number pays, else the main one, and only from its first day to its last', () => {
  const contract = { number: 'x', endsOn: null, numbers: [], tariffs: [], isMain: false };
  const main = { ...contract, id: '1', beginsOn: '2026-11-02', endsOn: '2026-11-30', isMain: true };
  const other = { ...contract, id: '2', beginsOn: '2026-11-10', numbers: ['74951000101'] };
  const paying = (day: string, from: string) => contractFor({ direction: 'out', from, number: '', dialled: '79' }, [main, other], day)?.id;
  expect(paying('2026-11-01', '101')).toBeUndefined();
  expect([paying('2026-11-02', '74951000101'), paying('2026-11-10', '74951000101'), paying('2026-11-30', '101')]).toEqual(['1', '2', '1']);
  expect(paying('2026-12-01', '101')).toBeUndefined();
  const incoming = { direction: 'in' as const, from: '79', number: '74951000101', dialled: '74951000101' };
  expect(contractFor(incoming, [main, other], '2026-11-20')?.id).toBe('2');
});

test('a tariff goes from its day until the next one begins', () => {
  const tariffs = [
    { tariff: 'b', fromOn: '2026-12-01' },
    { tariff: 'a', fromOn: '2026-11-01' },
  ];
  expect([tariffOn({ tariffs }, '2026-10-31'), tariffOn({ tariffs }, '2026-11-30'), tariffOn({ tariffs }, '2026-12-01')]).toEqual([
    null,
    'a',
    'b',
  ]);
});
