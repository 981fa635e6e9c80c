import { expect, test } from 'vitest';
import { type AlertRule, judge, type Reading, type Standing } from './rules.ts';

const MINUTE = 60_000;
const missed: AlertRule = { side: 'above', bound: 5, least: 5, quietMinutes: 30, reminds: false };
const level: AlertRule = { side: 'below', bound: 0.8, least: 5, quietMinutes: 30, reminds: false };
const noCalls: AlertRule = { side: 'below', bound: 1, least: 5, quietMinutes: 30, reminds: false };
const NEW: Standing = { alarm: null, wellAt: null, toldAt: null };
const of = (value: number | null, more: Partial<Extract<Reading, { unknown: null }>> = {}): Reading => ({
  ...{ unknown: null, value, over: null, going: 0, hasGap: false },
  ...more,
});

/** A check a minute from minute 0 on. @returns what was told, and when alarms ended, by minute */
function lived(rule: AlertRule, readings: readonly (Reading | number)[], from: Standing = NEW) {
  let standing = from;
  const told: string[] = [];
  readings.forEach((reading, i) => {
    const verdict = judge(rule, standing, typeof reading === 'number' ? of(reading) : reading, i * MINUTE);
    ({ standing } = verdict);
    if (verdict.begins) told.push(`${i} begins`);
    if (verdict.tell) told.push(`${i} ${verdict.tell}`);
    if (verdict.ends) told.push(`${i} ended at ${verdict.ends.at / MINUTE}: ${verdict.ends.how}`);
  });
  return { told, standing };
}
const minutes = (n: number, reading: Reading | number) => Array.from({ length: n }, () => reading);

test('an alarm begins at the first check above the bound, is told once, and is over after two that are well', () => {
  expect(lived(missed, [5, 6, 7, 9, 5, 4]).told).toEqual(['1 begins', '1 begun', '5 over', '5 ended at 4: fine']);
});

test('the bound itself is well on both sides', () => {
  expect(lived(missed, minutes(3, 5)).told).toEqual([]);
  expect(lived(level, minutes(3, of(0.8, { over: 10 }))).told).toEqual([]);
});

test('what crosses the bound to and fro each minute is one alarm, told once', () => {
  const flapping = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 6 : 2));
  expect(lived(missed, flapping).told).toEqual(['0 begins', '0 begun']);
});

test('one that begins within the quiet period is told when that is over, if it lasts; else neither its beginning nor its end', () => {
  const short = [6, 2, 2, 6, 2, 2];
  expect(lived(missed, short).told).toEqual(['0 begins', '0 begun', '2 over', '2 ended at 1: fine', '3 begins', '5 ended at 4: fine']);
  const lasting = lived(missed, [6, 2, 2, ...minutes(30, 6), 2, 2]).told;
  expect(lasting).toEqual([
    '0 begins',
    '0 begun',
    '2 over',
    '2 ended at 1: fine',
    '3 begins',
    '30 begun',
    '34 over',
    '34 ended at 33: fine',
  ]);
});

test('who wants to be reminded is, each time that the quiet period is over', () => {
  expect(lived({ ...missed, reminds: true }, minutes(62, 6)).told).toEqual(['0 begins', '0 begun', '30 again', '60 again']);
  expect(lived(missed, minutes(62, 6)).told).toEqual(['0 begins', '0 begun']);
});

test('a store that does not answer, or lags, neither begins nor ends an alarm, and is no well check', () => {
  const unknown = (['store', 'late'] as const).map((why): Reading => ({ unknown: why }));
  expect(lived(noCalls, [3, ...unknown, ...unknown, 3]).told).toEqual([]);
  expect(lived(noCalls, [0, ...unknown, 2, ...unknown, 2, 2]).told).toEqual(['0 begins', '0 begun', '7 over', '7 ended at 6: fine']);
  expect(judge(noCalls, NEW, { unknown: 'store' }, 0)).toMatchObject({ why: 'store', value: null });
});

test('a gap in what was received is no silence, and a count above its bound is above it all the same', () => {
  expect(judge(noCalls, NEW, of(0, { hasGap: true }), 0)).toMatchObject({ why: 'gap', begins: false });
  expect(judge(missed, NEW, of(6, { hasGap: true }), 0)).toMatchObject({ why: null, begins: true });
  const alarmed: Standing = { alarm: { since: 0, isTold: true }, wellAt: 0, toldAt: 0 };
  expect(judge(missed, alarmed, of(2, { hasGap: true }), MINUTE)).toMatchObject({ why: 'gap', ends: null });
});

test('a call in progress is a call: its company is not told that there are none', () => {
  expect(judge(noCalls, NEW, of(0, { going: 1 }), 0)).toMatchObject({ why: 'going', begins: false });
  expect(judge({ ...noCalls, bound: 3 }, NEW, of(0, { going: 1 }), 0)).toMatchObject({ why: null, begins: true });
});

test('a mean or share of too few calls, or of none, is not judged, and ends an alarm after two checks', () => {
  const few = of(0, { over: 4 });
  expect(judge(level, NEW, few, 0)).toMatchObject({ why: 'few', value: 0, begins: false });
  expect(judge(level, NEW, of(null, { over: 0 }), 0)).toMatchObject({ why: 'few', begins: false });
  expect(lived(level, [of(0.5, { over: 10 }), few, few]).told).toEqual(['0 begins', '0 begun', '2 over', '2 ended at 1: few']);
  // a count is judged however small it is
  expect(judge(noCalls, NEW, of(0), 0)).toMatchObject({ begins: true });
});

test('out of working hours nothing begins; what goes on ends with the working day, and is told', () => {
  const young: Reading = { unknown: 'closed', isOver: false };
  const over: Reading = { unknown: 'closed', isOver: true };
  expect(lived(noCalls, [young, young, 0, over, over]).told).toEqual(['2 begins', '2 begun', '3 over', '3 ended at 3: closed']);
});
