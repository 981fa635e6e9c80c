import { describe, expect, test } from 'vitest';
import {
  afterWorkingMinutes,
  isWorkingTime,
  ownHoursOf,
  touchesWorkingTime,
  WEEKDAYS,
  type WorkingHours,
  workingHoursSchema,
} from './schedule.ts';
import { startOfDay } from './zone.ts';

const hours = (...spans: string[]) => spans.map((span) => ({ from: span.slice(0, 5), to: span.slice(6) }));
const everyDay = (...spans: string[]) =>
  workingHoursSchema.parse({ week: Object.fromEntries(WEEKDAYS.map((day) => [day, hours(...spans)])) });
const office = workingHoursSchema.parse({
  week: { mon: hours('09:00-13:00', '14:00-18:00'), tue: hours('09:00-18:00') },
  dates: [
    { date: '2026-11-24', hours: hours('10:00-12:00'), name: 'Короткий день' },
    { date: '2026-11-30', name: 'Выходной' },
    { date: '2026-11-28', hours: hours('11:00-12:00') },
  ],
});
const at = (text: string) => Date.parse(text);
/** Working minutes of a day, counted one by one; as many pass in it, and not one more. */
function dayMinutes(schedule: WorkingHours, zone: string, noon: string): number {
  const [from, to] = [startOfDay(zone, at(noon)), startOfDay(zone, at(noon), 1)];
  let count = 0;
  for (let moment = from; moment < to; moment += 60_000) if (isWorkingTime(schedule, zone, moment)) count++;
  expect(afterWorkingMinutes(schedule, zone, from, count, to)).toBeGreaterThan(from);
  expect(afterWorkingMinutes(schedule, zone, from, count + 1, to)).toBeNull();
  return count;
}

describe('working time', () => {
  test.each([
    ['2026-11-23T05:59:59.999Z', false],
    ['2026-11-23T06:00:00Z', true],
    ['2026-11-23T09:59:59.999Z', true],
    ['2026-11-23T10:00:00Z', false],
    ['2026-11-23T11:00:00Z', true],
    ['2026-11-23T15:00:00Z', false],
    ['2026-11-25T09:00:00Z', false],
  ])('begins and ends by the clock of the company: %s is %s', (moment, isInside) => {
    expect(isWorkingTime(office, 'Europe/Moscow', at(moment))).toBe(isInside);
  });

  test('of a date of its own replaces that of the weekday', () => {
    expect(isWorkingTime(office, 'UTC', at('2026-11-24T09:30:00Z'))).toBe(false);
    expect(isWorkingTime(office, 'UTC', at('2026-11-24T10:30:00Z'))).toBe(true);
    expect(isWorkingTime(office, 'UTC', at('2026-11-30T10:30:00Z'))).toBe(false);
    expect(isWorkingTime(office, 'UTC', at('2026-11-28T11:30:00Z'))).toBe(true);
  });

  test('is always when no hours are set', () => {
    expect(isWorkingTime(null, 'UTC', 0)).toBe(true);
    expect(afterWorkingMinutes(null, 'UTC', at('2026-11-23T00:00:00Z'), 1.5, 0)).toBe(at('2026-11-23T00:01:30Z'));
  });

  test('in half-hour zones begins at half past of UTC', () => {
    const nine = everyDay('09:00-18:00');
    expect(isWorkingTime(nine, 'Asia/Kolkata', at('2026-11-24T03:29:59Z'))).toBe(false);
    expect(isWorkingTime(nine, 'Asia/Kolkata', at('2026-11-24T03:30:00Z'))).toBe(true);
    expect(isWorkingTime(nine, 'Asia/Kathmandu', at('2026-11-24T03:15:00Z'))).toBe(true);
    expect(dayMinutes(nine, 'Asia/Kolkata', '2026-11-24T06:30:00Z')).toBe(540);
  });

  test('that the clock skips does not pass, and what it shows twice passes twice: days of 23 and 25 hours', () => {
    const [longDay, shortDay] = ['2026-10-25T11:00:00Z', '2026-03-29T10:00:00Z'];
    expect(dayMinutes(everyDay('00:00-24:00'), 'Europe/Berlin', longDay)).toBe(25 * 60);
    expect(dayMinutes(everyDay('00:00-24:00'), 'Europe/Berlin', shortDay)).toBe(23 * 60);
    expect(dayMinutes(everyDay('02:00-03:00'), 'Europe/Berlin', longDay)).toBe(120);
    expect(dayMinutes(everyDay('02:00-03:00'), 'Europe/Berlin', shortDay)).toBe(0);
    // 01:00 to 02:30, and once more 02:00 to 02:30
    expect(dayMinutes(everyDay('01:00-02:30'), 'Europe/Berlin', longDay)).toBe(120);
    for (const moment of ['2026-10-25T00:15:00Z', '2026-10-25T01:15:00Z'])
      expect(isWorkingTime(everyDay('02:00-02:30'), 'Europe/Berlin', at(moment)), moment).toBe(true);
    // the clock of Lord Howe goes back by half an hour
    expect(dayMinutes(everyDay('00:00-24:00'), 'Australia/Lord_Howe', '2026-04-05T02:00:00Z')).toBe(24.5 * 60);
    expect(dayMinutes(everyDay('01:30-02:00'), 'Australia/Lord_Howe', '2026-04-05T02:00:00Z')).toBe(60);
  });

  test('has passed when the clock on the wall has counted it, minute by minute', () => {
    let seed = 20_261_124;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    const clock = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
    const changes = ['2026-10-24T12:00:00Z', '2026-03-28T12:00:00Z', '2026-04-04T03:00:00Z', '2026-10-03T03:00:00Z'];
    for (const zone of ['Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/St_Johns']) {
      const shown = new Intl.DateTimeFormat('en-GB', {
        timeZone: zone,
        weekday: 'short',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      });
      for (let round = 0; round < 6; round++) {
        const week = Object.fromEntries(
          WEEKDAYS.map((day) => {
            const [a = 0, b = 0, c = 0, d = 0] = Array.from({ length: 4 }, () => random(1_440)).sort((x, y) => x - y);
            return [day, a < b && c < d ? hours(`${clock(a)}-${clock(b)}`, `${clock(c)}-${clock(d)}`) : []];
          }),
        );
        const schedule = workingHoursSchema.parse({ week });
        const from = at(changes[round % changes.length] as string) + random(600) * 60_000;
        const minutes = 1 + random(2 * 1_440);
        const latest = from + 4 * 86_400_000;
        let counted = 0;
        let moment = from;
        for (; moment < latest && counted < minutes; moment += 60_000) {
          const [, day = '', time = ''] = /^(\w+),? (\d\d:\d\d)$/.exec(shown.format(moment)) ?? [];
          const spans = week[day.toLowerCase()] ?? [];
          if (spans.some((span) => time >= span.from && time < span.to)) counted++;
        }
        expect(afterWorkingMinutes(schedule, zone, from, minutes, latest), `${zone} ${round}`).toBe(counted === minutes ? moment : null);
      }
    }
  });

  test('passes to the second, over nights and short days, and not beyond the latest', () => {
    const monday = (time: string) => at(`2026-11-23T${time}Z`);
    const after = (from: number, minutes: number) => afterWorkingMinutes(office, 'UTC', from, minutes, at('2026-12-31T00:00:00Z'));
    expect(after(monday('12:59:30'), 0.75)).toBe(monday('14:00:15'));
    // what is full at the end of the day is not put off until the next
    expect(after(monday('17:30:00'), 30)).toBe(monday('18:00:00'));
    expect(after(monday('17:30:00'), 30 + 60)).toBe(at('2026-11-24T11:00:00Z'));
    expect(afterWorkingMinutes(office, 'UTC', monday('17:30:00'), 31, at('2026-11-24T10:00:30Z'))).toBeNull();
  });
});

describe('days and hours of the calendar', () => {
  const closedSunday = workingHoursSchema.parse({ week: { mon: hours('09:00-18:00') }, dates: [{ date: '2026-11-29' }] });

  test("a day is told apart only by hours that are not its weekday's", () => {
    const own = (day: string) => ownHoursOf(office, 'UTC', at(`${day}T12:00:00Z`));
    expect(own('2026-11-24')).toBe('open');
    expect(own('2026-11-30')).toBe('closed');
    expect(own('2026-11-28')).toBe('open');
    expect(own('2026-11-23')).toBeNull();
    expect(ownHoursOf(null, 'UTC', at('2026-11-30T12:00:00Z'))).toBeNull();
    // a Sunday that is entered as a day off is a Sunday
    expect(ownHoursOf(closedSunday, 'UTC', at('2026-11-29T12:00:00Z'))).toBeNull();
    // the day is the zone's
    expect(ownHoursOf(office, 'Asia/Krasnoyarsk', at('2026-11-29T20:00:00Z'))).toBe('closed');
  });

  test('an hour of which a minute is working time touches it', () => {
    const touches = (from: string) => touchesWorkingTime(office, 'Asia/Kolkata', at(from), at(from) + 3_600_000);
    // Monday 9:00 in Kolkata is 3:30 of UTC
    expect(touches('2026-11-23T03:30:00Z')).toBe(true);
    expect(touches('2026-11-23T02:30:00Z')).toBe(false);
    expect(touches('2026-11-23T07:30:00Z')).toBe(false);
    expect(touches('2026-11-23T02:31:00Z')).toBe(true);
    expect(touchesWorkingTime(null, 'UTC', 0, 3_600_000)).toBe(true);
  });
});

describe('the form of working hours', () => {
  test('brings times and dates into order', () => {
    const form = workingHoursSchema.parse({
      week: { fri: hours('14:00-24:00', '08:00-12:00') },
      dates: [{ date: '2027-01-02' }, { date: '2027-01-01' }],
    });
    expect(form.week.fri).toEqual(hours('08:00-12:00', '14:00-24:00'));
    expect(form.week.mon).toEqual([]);
    expect(form.dates.map((d) => d.date)).toEqual(['2027-01-01', '2027-01-02']);
  });

  test.each([
    [{ week: { mon: hours('22:00-06:00') } }, 'written as two'],
    [{ week: { mon: hours('09:00-12:00', '11:59-13:00') } }, 'must not overlap'],
    [{ week: { mon: hours('24:00-24:00') } }, '00:00 to 23:59'],
    [{ week: { monday: [] } }, 'monday'],
    [{ week: {}, dates: [{ date: '2027-02-30' }] }, 'a day such as'],
    [{ week: {}, dates: [{ date: '2027-01-01' }, { date: '2027-01-01' }] }, 'listed twice'],
  ])('refuses %j', (form, message) => {
    expect(workingHoursSchema.safeParse(form).error?.message).toContain(message);
  });
});
