import { expect, test } from 'vitest';
import { LIVE_VERSION, type Pulse } from '../bus/live.ts';
import { FreshnessBook } from './freshness.ts';
import type { Status } from './status.ts';

const status = (service: string, more: Partial<Status> = {}): Status => ({
  ...{ service, instance: '1', failing: null, metricsPort: 0, at: '' },
  ...more,
});
const pulse = (more: Partial<Pulse> = {}): Pulse => ({
  ...{ v: LIVE_VERSION, group: 'main', boot: 'b', at: 0, streamTime: 0, lastFactsAt: 7, lagSeconds: 0, pendingMessages: 0 },
  ...more,
});

/** Everybody reports, as they do, until a time; the parts named are left out from `without.from` on. */
function reported(until: number, without: { part: string; from: number } = { part: '', from: 0 }): FreshnessBook {
  const book = new FreshnessBook('main', 0);
  const says = (part: string, now: number) => part !== without.part || now < without.from;
  for (let now = 0; now <= until; now += 500) {
    if (now % 2_000 === 0) for (const part of ['edge', 'decoder']) if (says(part, now)) book.status(status(part), now);
    if (now % 1_000 === 0 && says('assembler', now)) book.pulse(pulse(), now);
  }
  return book;
}

test('an idle system is fresh', () => {
  expect(reported(60_000).at(60_900)).toEqual({ seconds: 0, part: null, why: null, lastEventAt: 7 });
});

test.each(['edge', 'decoder', 'assembler'])('silence of the %s is named and grows', (part) => {
  const book = reported(60_000, { part, from: 40_500 });
  expect(book.at(60_000)).toMatchObject({ seconds: 20, part, why: 'silent' });
  expect(book.at(65_000).seconds).toBe(25);
});

test('what was never heard of counts from the start of the portal', () => {
  const book = new FreshnessBook('main', 1_000);
  expect(book.at(2_000)).toMatchObject({ seconds: 0, part: null });
  expect(book.at(21_000)).toMatchObject({ seconds: 20, why: 'silent' });
});

test('a portal that hears nothing says so of itself', () => {
  expect(reported(10_000).at(40_000, false)).toMatchObject({ part: 'bus', why: 'silent' });
});

test('a part that says that it fails counts from when it was last well', () => {
  const book = reported(60_000, { part: 'decoder', from: 50_500 });
  for (let now = 52_000; now <= 60_000; now += 2_000) book.status(status('decoder', { failing: 'clickhouse' }), now);
  expect(book.at(60_000)).toMatchObject({ seconds: 10, part: 'decoder', why: 'failing' });
});

test('the largest lag counts, and grows until it is heard again', () => {
  const book = reported(60_000);
  book.status(status('decoder', { lagSeconds: 4 }), 60_000);
  book.pulse(pulse({ lagSeconds: 12, lastFactsAt: 9 }), 60_000);
  expect(book.at(60_500)).toEqual({ seconds: 12.5, part: 'assembler', why: 'behind', lastEventAt: 9 });
  book.pulse(pulse({ lagSeconds: 0.3 }), 61_000);
  expect(book.at(61_000)).toMatchObject({ seconds: 5, part: 'decoder', why: 'behind' });
  book.status(status('decoder'), 62_000);
  book.status(status('edge'), 62_000);
  book.pulse(pulse({ lagSeconds: 0.3 }), 62_000);
  expect(book.at(62_000)).toMatchObject({ seconds: 0.3, part: null, why: null });
});

test('one well instance of a kind is enough; another group does not count', () => {
  const book = reported(60_000);
  for (let now = 50_000; now <= 60_000; now += 2_000) book.status(status('edge', { instance: '2', failing: 'nats' }), now);
  book.pulse(pulse({ group: 'other', lagSeconds: 99 }), 60_000);
  expect(book.at(60_000)).toMatchObject({ seconds: 0, part: null });
});
