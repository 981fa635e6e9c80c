import type { WorkingHours } from '@callscope/core/domain/schedule.ts';
import { startOfDay, wallClock } from '@callscope/core/domain/zone.ts';
import { describe, expect, test } from 'vitest';
import { type MadeCompany, madeHistory } from '../../test/forecast/made-history.ts';
import { backtest } from './backtest.ts';
import { bandOf } from './band.ts';
import { type ForecastAnswer, forecastOf } from './forecast.ts';
import { hoursBetween } from './hours.ts';
import { modelOf } from './model.ts';

const DAY = 86_400_000;
const TARGET = { share: 0.8, seconds: 20, shrinkage: 0 };
const WEEK = 7 * DAY;
const MOSCOW: MadeCompany = { zone: 'Europe/Moscow', schedule: null, seed: 1, busy: 30, growth: 0.01, dayNoise: 0.1, hourNoise: 0.15 };
const nine = [{ from: '09:00', to: '18:00' }];
const WORK: NonNullable<WorkingHours> = { week: { mon: nine, tue: nine, wed: nine, thu: nine, fri: nine, sat: [], sun: [] }, dates: [] };

/** The forecast of the morning of a day, from so many days before it. */
function asked(company: MadeCompany, day: string, days: number, change: Partial<Parameters<typeof forecastOf>[0]> = {}): ForecastAnswer {
  const now = Date.parse(day);
  const today = startOfDay(company.zone, now);
  const past = madeHistory(company, startOfDay(company.zone, today, -days), today);
  const calls = new Map(past.filter((hour) => hour.calls > 0).map((hour) => [hour.start, hour.calls]));
  return forecastOf({ zone: company.zone, schedule: company.schedule, now, target: TARGET, ...change }, { calls, handleSeconds: 180 });
}

describe('the band', () => {
  test('holds four fifths of what may come, and little more', () => {
    // of mean 5 by pure chance: 2 to 7 hold 0.826, 2 to 6 would hold 0.722; of mean 1: 0 and 1 hold 0.736, 0 to 2 would hold 0.92
    expect(bandOf(5, 0)).toEqual({ low: 2, high: 7 });
    expect(bandOf(1, 0)).toEqual({ low: 0, high: 1 });
    expect(bandOf(0, 0.3)).toEqual({ low: 0, high: 0 });
    expect(bandOf(0.1, 0)).toEqual({ low: 0, high: 0 });
    const [many, more] = [bandOf(199, 0.05), bandOf(201, 0.05)];
    expect(Math.abs(many.high - more.high)).toBeLessThan(12);
    expect(bandOf(20, 0.2).high - bandOf(20, 0.2).low).toBeGreaterThan(bandOf(20, 0).high - bandOf(20, 0).low);
  });
});

describe('a backtest', () => {
  test.each([3, 20, 150])(
    'of a company with %d calls in a busy hour beats the week before, and the band holds 70 to 90 % of hours',
    (busy) => {
      for (const growth of [-0.02, 0, 0.03])
        for (const seed of [1, 2, 3]) {
          const to = Date.parse('2026-11-24T21:00:00Z');
          const past = madeHistory({ ...MOSCOW, busy, growth, seed }, to - 12 * WEEK, to);
          const found = backtest(past, (past.at(-1)?.day ?? 0) + 1);
          expect(found?.error).toBeLessThan((found?.naiveError ?? 0) * 0.92);
          expect(found?.coverage).toBeGreaterThan(0.7);
          expect(found?.coverage).toBeLessThan(0.9);
        }
    },
  );

  test('is told nothing of the fortnight that it foretells', () => {
    const to = Date.parse('2026-11-24T21:00:00Z');
    const past = madeHistory(MOSCOW, to - 8 * WEEK, to);
    const origin = (past.at(-1)?.day ?? 0) + 1;
    const before = modelOf(
      past.filter((hour) => hour.day < origin - 14),
      origin - 14,
    );
    const lastWeekGone = past.map((hour) => (hour.day >= origin - 7 ? { ...hour, calls: 1_000 } : hour));
    const first = past.filter((hour) => hour.day >= origin - 14 && hour.day < origin - 7);
    const missed = first.reduce((sum, hour) => sum + Math.abs(hour.calls - before.expected(hour)), 0);
    const second = past.filter((hour) => hour.day >= origin - 7);
    const beforeLast = modelOf(
      past.filter((hour) => hour.day < origin - 7),
      origin - 7,
    );
    const missedOfGone = second.reduce((sum, hour) => sum + Math.abs(1_000 - beforeLast.expected(hour)), 0);
    const found = backtest(lastWeekGone, origin);
    expect((found?.error ?? 0) * (found?.calls ?? 0)).toBeCloseTo(missed + missedOfGone, 6);
  });

  test('needs five weeks', () => {
    expect(asked(MOSCOW, '2026-11-25T06:00:00Z', 35).forecast?.backtest).toBeNull();
    expect(asked(MOSCOW, '2026-11-25T06:00:00Z', 36).forecast?.backtest).toMatchObject({ from: Date.parse('2026-11-10T21:00:00Z') });
  });
});

describe('a history', () => {
  test('of less than three whole weeks says from when it will do', () => {
    // the first day began before anybody counted: eleven days, ten of them whole
    expect(asked(MOSCOW, '2026-11-25T06:00:00Z', 11)).toMatchObject({
      ...{ forecast: null, historyDays: 10 },
      availableFrom: Date.parse('2026-12-05T21:00:00Z'),
    });
    expect(asked(MOSCOW, '2026-11-25T06:00:00Z', 21).forecast).toBeNull();
    expect(asked(MOSCOW, '2026-11-25T06:00:00Z', 22).forecast?.days).toHaveLength(7);
  });

  test('of nothing says nothing of when', () => {
    const none = forecastOf(
      { zone: 'Europe/Moscow', schedule: null, now: Date.parse('2026-11-25T06:00:00Z'), target: TARGET },
      { calls: new Map(), handleSeconds: null },
    );
    expect(none).toMatchObject({ forecast: null, availableFrom: null, historyDays: 0 });
  });
});

describe('the clock', () => {
  test.each([
    ['Europe/Berlin', '2026-10-24T06:00:00Z', 25],
    ['Europe/Berlin', '2027-03-27T06:00:00Z', 23],
    ['Australia/Lord_Howe', '2026-10-02T18:00:00Z', 24],
    ['Asia/Kolkata', '2026-10-24T06:00:00Z', 24],
  ])('in %s on %s: its day of the change has %d hours, and hours keep their rhythm', (zone, day, hours) => {
    const steady = { ...MOSCOW, zone, growth: 0, dayNoise: 0, hourNoise: 0, busy: 2_000 };
    const days = asked(steady, day, 60).forecast?.days ?? [];
    expect(days[1]?.hours).toHaveLength(hours);
    for (const { hours: of } of days)
      for (const hour of of) {
        const wall = new Date(wallClock(zone, hour.start));
        if (wall.getUTCHours() !== 10 || wall.getUTCDay() !== 1) continue;
        // a Monday at ten, as made: 2 000 × 1.25 × (0.95 + 0.8 × 0.018 + 0.02)
        expect(hour.expected).toBeGreaterThan(2_300);
        expect(hour.expected).toBeLessThan(2_600);
      }
    // half an hour of Lord Howe has half the calls, an hour shown twice has them twice
    const rates = (days[1]?.hours ?? []).map((hour) => (hour.expected * 3_600_000) / (hour.end - hour.start));
    expect(Math.max(...rates)).toBeLessThan(2_600);
  });
});

describe('the calendar', () => {
  const dated = (date: string, hours: typeof nine) => ({
    ...MOSCOW,
    dayNoise: 0,
    hourNoise: 0,
    schedule: { ...WORK, dates: [{ date, hours, name: '' }] },
  });
  const total = (answer: ForecastAnswer, i: number) =>
    (answer.forecast?.days[i]?.hours ?? []).reduce((sum, hour) => sum + hour.expected, 0);

  test('a holiday to come is like a day off, and nobody is needed', () => {
    const answer = asked(dated('2026-11-26', []), '2026-11-25T06:00:00Z', 70);
    expect(total(answer, 1)).toBeLessThan(total(answer, 0) * 0.4);
    expect(answer.forecast?.days[1]?.own).toBe('closed');
    expect(answer.forecast?.days[1]?.hours.every(({ people }) => people === 0)).toBe(true);
    expect(answer.forecast?.days[0]?.hours.some(({ people }) => (people ?? 0) > 1)).toBe(true);
  });

  test('where every weekday is worked, holidays that are over say how few call on one', () => {
    const schedule = {
      week: { ...WORK.week, sat: nine, sun: nine },
      dates: ['2026-10-14', '2026-11-04', '2026-11-26'].map((date) => ({ date, hours: [], name: '' })),
    };
    const answer = asked({ ...MOSCOW, dayNoise: 0, hourNoise: 0, schedule }, '2026-11-25T06:00:00Z', 70);
    // as made: a fifth
    expect(total(answer, 1)).toBeGreaterThan(total(answer, 0) * 0.1);
    expect(total(answer, 1)).toBeLessThan(total(answer, 0) * 0.4);
  });

  test('a working Saturday is like a working day within its hours', () => {
    const answer = asked(dated('2026-11-28', nine), '2026-11-25T06:00:00Z', 70);
    expect(total(answer, 3)).toBeGreaterThan(total(answer, 4) * 2);
    expect(answer.forecast?.days[3]?.hours.filter(({ people }) => (people ?? 0) > 0)).toHaveLength(9);
  });

  test('a holiday that is over teaches nothing about its weekday, entered or not', () => {
    const holiday = dated('2026-11-18', []);
    const [without, entered] = [
      asked({ ...holiday, schedule: WORK }, '2026-11-25T06:00:00Z', 70),
      asked(holiday, '2026-11-25T06:00:00Z', 70),
    ];
    const unentered = asked(holiday, '2026-11-25T06:00:00Z', 70, { schedule: WORK });
    for (const answer of [entered, unentered]) expect(total(answer, 0) / total(without, 0)).toBeCloseTo(1, 1);
  });
});

test('calls that fell a fortnight ago are expected to stay few', () => {
  const now = Date.parse('2026-11-25T06:00:00Z');
  const today = startOfDay(MOSCOW.zone, now);
  const past = madeHistory({ ...MOSCOW, growth: 0 }, today - 12 * WEEK, today);
  const fallen = past.map((hour) => ({ ...hour, calls: hour.start >= today - 2 * WEEK ? Math.round(hour.calls * 0.3) : hour.calls }));
  const origin = (past.at(-1)?.day ?? 0) + 1;
  const week = hoursBetween(MOSCOW.zone, null, today, today + WEEK);
  const expected = (of: typeof past) => week.reduce((sum, hour) => sum + modelOf(of, origin).expected(hour), 0);
  expect(expected(fallen) / expected(past)).toBeLessThan(0.5);
});
