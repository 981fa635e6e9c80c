import { expect, test } from 'vitest';
import { microsOf, priceText } from './money.ts';
import {
  amountOf,
  billedSecondsOf,
  compileTariff,
  lineFor,
  momentOf,
  type PriceLine,
  type RatableCall,
  rate,
  serviceOf,
  type Tariff,
  talkSecondsOf,
} from './rules-rating.ts';

const price = (text: string) => microsOf(text) as bigint;
const LINE: PriceLine = {
  ...{ id: '1', direction: 'out', prefix: '7', name: 'Россия', price: price('1.5'), connection: 0n },
  ...{
    minSeconds: 0,
    stepSeconds: 60,
    freeSeconds: 0,
    weekdays: [],
    fromMinute: 0,
    toMinute: 0,
    validFrom: null,
    validUntil: null,
    package: '',
  },
};
const tariffOf = (lines: Partial<PriceLine>[], more: Partial<Tariff> = {}) =>
  compileTariff({
    ...{ id: 't', version: 1, vat: 2200, vatIncluded: true, onNetFree: false, packages: [] },
    lines: lines.map((line, i) => ({ ...LINE, id: String(i), ...line })),
    ...more,
  });
/** Tuesday, 24 November 2026, ten in the morning. */
const TUESDAY = momentOf(Date.UTC(2026, 10, 24, 10));
const SECOND = 1_000_000;
const callOf = (talk: number, more: Partial<RatableCall> = {}): RatableCall => ({
  ...{ id: 'c', revision: 1, direction: 'out', from: '101', dialled: '79131234567', number: '' },
  ...{ startedAt: 0, answeredAt: 5 * SECOND, endedAt: (5 + talk) * SECOND },
  ...more,
});
const rated = (call: RatableCall, tariff: ReturnType<typeof tariffOf>, { onNet = false, left = 0 } = {}) =>
  rate(
    call,
    serviceOf(call) ?? 'outgoing',
    tariff,
    TUESDAY,
    () => onNet,
    () => left,
  );

/** The same numbers again for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test('a price is written and read to the millionth, and what is finer or no price is none', () => {
  for (const text of ['0', '1.5', '0.000001', '123456789012.999999']) expect(priceText(price(text))).toBe(text);
  for (const text of ['', '1,5', '-1', '1.0000001', '1e3', '1234567890123']) expect(microsOf(text)).toBeNull();
});

test('a moment of the wall clock has the day, the minute and the weekday of the calendar', () => {
  expect(TUESDAY).toEqual({ day: '2026-11-24', minute: 600, weekday: 2 });
  expect(momentOf(Date.UTC(2026, 10, 29, 23, 59))).toEqual({ day: '2026-11-29', minute: 1_439, weekday: 7 });
});

test('the longest prefix of the number decides, and one that no line has is named', () => {
  const tariff = tariffOf([{ prefix: '7' }, { prefix: '7913', name: 'мобильные' }, { prefix: '79131', name: 'Новосибирск' }]);
  expect(lineFor(tariff, 'out', '79131234567', TUESDAY)?.name).toBe('Новосибирск');
  expect(lineFor(tariff, 'out', '79139', TUESDAY)?.name).toBe('мобильные');
  expect(lineFor(tariff, 'out', '74951000101', TUESDAY)?.name).toBe('Россия');
  expect(rated(callOf(10, { dialled: '4420' }), tariff)).toMatchObject({ outcome: 'unrated', why: 'noLine', number: '4420' });
});

test('any number has the line that a search through all lines would find', () => {
  const random = randomOf(7);
  const digits = (most: number) => Array.from({ length: random(most + 1) }, () => String(random(3))).join('');
  for (let round = 0; round < 200; round++) {
    const tariff = tariffOf([...new Set(Array.from({ length: 30 }, () => digits(5)))].map((prefix) => ({ prefix })));
    const number = digits(8);
    const best = tariff.lines.filter((l) => number.startsWith(l.prefix)).sort((a, b) => b.prefix.length - a.prefix.length)[0];
    expect(lineFor(tariff, 'out', number, TUESDAY)?.prefix, number).toBe(best?.prefix);
  }
});

test('hours and weekdays come before the line of all times; past midnight they go on; outside of them a shorter prefix stands in', () => {
  const tariff = tariffOf([
    { prefix: '7', name: 'всегда' },
    { prefix: '7', name: 'выходные', weekdays: [6, 7] },
    { prefix: '7913', name: 'ночь', fromMinute: 22 * 60, toMinute: 7 * 60 },
  ]);
  const at = (day: number, hour: number) => lineFor(tariff, 'out', '79131', momentOf(Date.UTC(2026, 10, day, hour)))?.name;
  expect([at(24, 10), at(24, 22), at(25, 6), at(25, 7), at(28, 10), at(28, 23)]).toEqual([
    ...['всегда', 'ночь', 'ночь', 'всегда', 'выходные', 'ночь'],
  ]);
});

test('a line holds from its first day to its last, and of two the later one', () => {
  const tariff = tariffOf([
    { name: 'старая', price: price('1') },
    { name: 'новая', validFrom: '2026-11-24', validUntil: '2026-11-25' },
  ]);
  const on = (day: number) => lineFor(tariff, 'out', '7', momentOf(Date.UTC(2026, 10, day)))?.name;
  expect([on(23), on(24), on(25), on(26)]).toEqual(['старая', 'новая', 'новая', 'старая']);
});

test('talk counts in whole seconds, and is billed by the least and by steps', () => {
  expect([talkSecondsOf(callOf(59.4)), talkSecondsOf(callOf(59.5)), talkSecondsOf({ answeredAt: 0, endedAt: 9 })]).toEqual([59, 60, 0]);
  const billed = (minSeconds: number, stepSeconds: number, talk: number) => billedSecondsOf({ minSeconds, stepSeconds }, talk);
  expect([billed(0, 60, 1), billed(0, 60, 60), billed(0, 60, 61), billed(30, 1, 5), billed(30, 1, 31), billed(30, 20, 5)]).toEqual([
    ...[60, 60, 120, 30, 31, 40],
  ]);
});

test('a call that is not longer than the free seconds costs nothing, one second more costs all of it with its fee', () => {
  const tariff = tariffOf([{ freeSeconds: 3, connection: price('0.5') }]);
  expect(rated(callOf(3), tariff)).toMatchObject({ outcome: 'free', why: 'short' });
  expect(rated(callOf(4), tariff)).toMatchObject({ outcome: 'charged', billedSeconds: 60, amount: 200n });
});

test('halves of a kopeck go up, once a call; VAT is within the price or comes on top', () => {
  const of = (text: string, seconds: number, vatIncluded = true, vat = 2200) =>
    amountOf({ price: price(text), connection: 0n }, { vat, vatIncluded }, seconds);
  // 1.85 a minute for 1 s is 3.08 kopecks; 0.005 a minute for a minute is half a kopeck
  expect([of('1.85', 1).amount, of('0.005', 60).amount, of('0.004999', 60).amount]).toEqual([3n, 1n, 0n]);
  expect(of('1.22', 60)).toEqual({ amount: 122n, vat: 22n });
  expect(of('1', 60, false)).toEqual({ amount: 122n, vat: 22n });
  expect(of('0.004098', 60, false)).toEqual({ amount: 0n, vat: 0n });
  expect(of('1', 60, true, 0)).toEqual({ amount: 100n, vat: 0n });
});

test('an amount is the nearest kopeck of the exact price, whatever price, fee, seconds and VAT', () => {
  const random = randomOf(11);
  for (let round = 0; round < 2_000; round++) {
    const [line, seconds] = [{ price: BigInt(random(50_000_000)), connection: BigInt(random(3_000_000)) }, random(20_000)];
    const terms = { vat: random(3_000), vatIncluded: random(2) === 0 };
    const { amount, vat } = amountOf(line, terms, seconds);
    // in units of which a kopeck has 60 × 10,000 × 10,000
    const exact = (line.connection * 60n + line.price * BigInt(seconds)) * (terms.vatIncluded ? 10_000n : 10_000n + BigInt(terms.vat));
    const kopeck = 6_000_000_000n;
    const over = exact - amount * kopeck;
    expect(2n * over < kopeck && 2n * over >= -kopeck, `${round}`).toBe(true);
    expect(vat >= 0n && vat <= amount).toBe(true);
  }
});

test('included minutes are taken first and by what is billed; a call that they pay for whole has no fee', () => {
  const tariff = tariffOf([{ package: 'П', connection: price('1'), price: price('2') }], { packages: [{ name: 'П', minutes: 10 }] });
  expect(rated(callOf(61), tariff, { left: 600 })).toMatchObject({ packageSeconds: 120, billedSeconds: 120, amount: 0n });
  expect(rated(callOf(61), tariff, { left: 60 })).toMatchObject({ packageSeconds: 60, amount: 300n });
  expect(rated(callOf(61), tariff, { left: -5 })).toMatchObject({ packageSeconds: 0, amount: 500n });
});

test('calls inside the network are free where the tariff says so, and are asked no price', () => {
  expect(rated(callOf(61), tariffOf([], { onNetFree: true }), { onNet: true })).toMatchObject({ outcome: 'free', why: 'onNet' });
  expect(rated(callOf(61), tariffOf([{}]), { onNet: true })).toMatchObject({ outcome: 'charged' });
});

test('outgoing calls are charged, incoming ones only to an 8-800 number and by who calls, internal ones never', () => {
  expect(serviceOf(callOf(1, { direction: 'internal' }))).toBeNull();
  expect(serviceOf(callOf(1, { direction: 'in', number: '74951000101' }))).toBeNull();
  const call = callOf(60, { direction: 'in', from: '79139', number: '78001000101', dialled: '78001000101' });
  expect(serviceOf(call)).toBe('tollFree');
  const tariff = tariffOf([
    { price: price('9') },
    { direction: 'in', prefix: '', price: price('3') },
    { direction: 'in', prefix: '79', price: price('4') },
  ]);
  expect(rated(call, tariff)).toMatchObject({ service: 'tollFree', amount: 400n });
  // whoever hides their number has none to begin with
  expect(rated({ ...call, from: '' }, tariff)).toMatchObject({ amount: 300n });
});
