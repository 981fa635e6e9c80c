import { WEEKDAYS, type WorkingHours } from '@callscope/core/domain/schedule.ts';
import type { SettingsVersion } from '@callscope/core/domain/settings.ts';

/** Gives a value a name in SQL. */
type Bind = (name: string, type: string, value: unknown) => string;

/** Working hours as they were and are: the settings in force when a call began say whether it began within them. */
export type HoursVersion = Pick<SettingsVersion, 'validFrom' | 'workingHours'>;

/**
 * Whether a call began within working hours, over the columns of `calls`: settingsAt of core/domain/settings.ts, and isWorkingTime of
 * core/domain/schedule.ts. @param versions oldest first; none: always open
 */
export function workingSql(versions: readonly HoursVersion[], zone: string, bind: Bind): string {
  const changed = versions.filter(({ workingHours }, i) => JSON.stringify(workingHours) !== JSON.stringify(versions[i - 1]?.workingHours));
  const [oldest = null, ...later] = changed;
  const of = (version: HoursVersion | null, i: number) =>
    openSql(version?.workingHours ?? null, zone, (name, ...value) => bind(`${name}${i}`, ...value));
  if (later.length === 0) return of(oldest, 0);
  const choices = later
    .map(
      (version, i) =>
        `started_at >= fromUnixTimestamp64Milli(${bind(`hoursFrom${i + 1}`, 'Int64', version.validFrom)}, 'UTC'), ${of(version, i + 1)}`,
    )
    .toReversed();
  return `multiIf(${choices.join(', ')}, ${of(oldest, 0)})`;
}

function openSql(schedule: WorkingHours, zone: string, bind: Bind): string {
  if (schedule === null) return 'true';
  // a day has the hours of its date where the company gave it its own, else those of its weekday: 20270101, or 1 to 7
  const days = [
    ...WEEKDAYS.map((day, i) => ({ day: i + 1, hours: schedule.week[day] })),
    ...schedule.dates.map(({ date, hours }) => ({ day: Number(date.replaceAll('-', '')), hours })),
  ];
  const spans = days.flatMap(({ day, hours }) => hours.map(({ from, to }) => ({ day, from: minutes(from), to: minutes(to) })));
  const own = days.map(({ day }) => day).filter((day) => day > WEEKDAYS.length);
  const at = bind('hoursZone', 'String', zone);
  const [date, weekday] = [`toYYYYMMDD(started_at, ${at})`, `toDayOfWeek(started_at, 0, ${at})`];
  const key = own.length === 0 ? weekday : `if(has(${bind('ownDays', 'Array(UInt32)', own)}, ${date}), ${date}, ${weekday})`;
  const minute = `toHour(started_at, ${at}) * 60 + toMinute(started_at, ${at})`;
  const lists = [
    bind(
      'openDays',
      'Array(UInt32)',
      spans.map((span) => span.day),
    ),
    bind(
      'opens',
      'Array(UInt16)',
      spans.map((span) => span.from),
    ),
    bind(
      'closes',
      'Array(UInt16)',
      spans.map((span) => span.to),
    ),
  ];
  return `arrayExists((day, opens, closes) -> day = ${key} AND ${minute} >= opens AND ${minute} < closes, ${lists.join(', ')})`;
}

/** 09:30 -> 570 */
function minutes(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
