import type { Part } from '@callscope/modules/incidents/store.ts';
import { expect, test } from 'vitest';
import { IncidentBook } from './book.ts';
import { joined } from './drops.ts';

const RECORDER: Part = { kind: 'recorder_stopped', what: 'recorder', tenant: null };
const RECEIVERS: Part = { kind: 'data_gap', what: 'receivers', tenant: null };
const TRUNK: Part = { kind: 'trunk_down', what: 'own-1', tenant: 't1' };

/** Reports every two seconds and looks every second, from and to these times. */
function lived(book: IncidentBook, part: Part, from: number, to: number, heard: (now: number) => boolean | null = () => true) {
  const seen = [];
  for (let now = from; now <= to; now += 1_000) {
    const word = now % 2_000 === 0 ? heard(now) : null;
    if (word !== null) seen.push(book.hear(part, word, now));
    seen.push(...book.look(now));
  }
  return seen.filter((change) => change !== null);
}

test('what is well has no incident', () => {
  expect(lived(new IncidentBook([], 0), RECORDER, 0, 120_000)).toEqual([]);
});

test('silence begins when it was last well, and ends when it is heard again', () => {
  const book = new IncidentBook([], 0);
  expect(lived(book, RECORDER, 0, 100_000, (now) => (now > 20_000 && now < 60_000 ? null : true))).toEqual([
    { part: RECORDER, from: 20_000, to: null },
    { part: RECORDER, from: 20_000, to: 60_000 },
  ]);
});

test('who says that it fails is not well; a short pause is nothing', () => {
  const book = new IncidentBook([], 0);
  expect(lived(book, RECORDER, 0, 30_000, (now) => now < 10_000 || now > 20_000)).toEqual([]);
  expect(lived(book, RECORDER, 32_000, 60_000, (now) => now > 58_000)).toEqual([
    { part: RECORDER, from: 30_000, to: null },
    { part: RECORDER, from: 30_000, to: 60_000 },
  ]);
});

test('a trunk is down when an edge says so, at once; that nobody speaks of it says nothing', () => {
  const book = new IncidentBook([], 0);
  expect(book.hear(TRUNK, true, 0)).toBeNull();
  for (let now = 0; now <= 100_000; now += 1_000) expect(book.look(now)).toEqual([]);
  book.hear(TRUNK, false, 100_500);
  expect(book.look(101_000)).toEqual([{ part: TRUNK, from: 0, to: null }]);
  expect(book.look(102_000)).toEqual([]);
  expect(book.hear(TRUNK, true, 110_000)).toEqual({ part: TRUNK, from: 0, to: 110_000 });
});

test('a trunk that is taken out has no incident that goes on', () => {
  const book = new IncidentBook([], 0);
  book.hear(TRUNK, true, 0);
  book.hear(TRUNK, false, 1_000);
  book.look(1_500);
  expect(book.forget(({ kind }) => kind === 'trunk_down', 2_000)).toEqual({
    parts: [TRUNK],
    changes: [{ part: TRUNK, from: 0, to: 2_000 }],
  });
  expect(book.look(3_000)).toEqual([]);
});

test('who was away itself knows nothing of that time', () => {
  const book = new IncidentBook([], 0);
  lived(book, RECEIVERS, 0, 20_000);
  // it stood still for a minute, as did what it would have heard
  expect(lived(book, RECEIVERS, 80_000, 88_000, () => null)).toEqual([]);
  expect(lived(book, RECEIVERS, 90_000, 120_000)).toEqual([]);
});

test('another life goes on with what its predecessor knew', () => {
  const known = { ...RECORDER, wellAt: 5_000, beganAt: 5_000 };
  const book = new IncidentBook([known], 60_000);
  expect(lived(book, RECORDER, 60_000, 80_000, () => null)).toEqual([]);
  expect(book.hear(RECORDER, true, 81_000)).toEqual({ part: RECORDER, from: 5_000, to: 81_000 });
});

test('receivers that began anew while nobody listened were away; those that lived on were not', () => {
  const known = { ...RECEIVERS, wellAt: 5_000, beganAt: null };
  expect(new IncidentBook([known], 500_000).hear(RECEIVERS, true, 501_000, 400_000)).toEqual({ part: RECEIVERS, from: 5_000, to: 400_000 });
  expect(new IncidentBook([known], 500_000).hear(RECEIVERS, true, 501_000, 1_000)).toBeNull();
  const still = new IncidentBook([known], 500_000);
  expect(lived(still, RECEIVERS, 500_000, 520_000, () => null)).toEqual([{ part: RECEIVERS, from: 5_000, to: null }]);
});

test('what nobody has heard of for a week was taken away', () => {
  const book = new IncidentBook([{ ...RECORDER, wellAt: 0, beganAt: 0 }], 8 * 86_400_000);
  expect(book.look(8 * 86_400_000)).toEqual([{ part: RECORDER, from: 0, to: 8 * 86_400_000 }]);
  expect(book.well()).toEqual([]);
});

test('drops close to one another are one gap', () => {
  expect(
    joined([
      { from: 200_000, to: 201_000 },
      { from: 1_000, to: 2_000 },
      { from: 30_000, to: 31_000 },
    ]),
  ).toEqual([
    { from: 1_000, to: 31_000 },
    { from: 200_000, to: 201_000 },
  ]);
});
