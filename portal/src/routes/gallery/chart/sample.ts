import type { ChartFormat, ChartHour, ChartSeries, ChartWords, Comparison, HourHref, Incident } from '#ui/chart/model.ts';

/** Figures of a made-up company, for looking at the chart; the clock stands still at 14:20. */
const ZONE = 'Asia/Krasnoyarsk';
const HOUR = 3_600_000;
const MIDNIGHT = Date.UTC(2026, 10, 22, 17);

const number = new Intl.NumberFormat('ru-RU');
const clock = new Intl.DateTimeFormat('ru-RU', { hour: 'numeric', minute: '2-digit', timeZone: ZONE });
const dayName = new Intl.DateTimeFormat('ru-RU', { day: 'numeric', month: 'short', timeZone: ZONE });

export const NOW = MIDNIGHT + 14 * HOUR + HOUR / 3;

export const series: ChartSeries[] = [
  { id: 'out', label: 'Исходящие', tone: 'outgoing', mark: 'square' },
  { id: 'failed', label: 'Неуспешные исходящие', short: 'Неуспеш\u00ADные', tone: 'failed', mark: 'hatched', better: 'less' },
  { id: 'in', label: 'Входящие', tone: 'answered', mark: 'circle', better: 'more' },
  { id: 'missed', label: 'Пропущенные', short: 'Пропу\u00ADщенные', tone: 'missed', mark: 'triangle', better: 'less' },
];

export const format: ChartFormat = {
  number: (value) => number.format(value),
  time: (at) => clock.format(at),
  difference: (value, base) => (value === base ? '0' : `${value > base ? '+' : '−'}${number.format(Math.abs(value - base))}`),
};

export const words: ChartWords = {
  kind: 'Вид графика',
  lines: 'Линейный',
  bars: 'Гистограмма',
  barsTooLong: 'Гистограмма показывает до двух суток',
  series: 'Что показывать',
  lastSeries: 'Хотя бы один показатель остаётся на графике',
  noData: 'нет данных',
  allCalls: 'Все звонки часа',
  keys: 'Стрелки влево и вправо ведут по часам, вверх и вниз по показателям, Enter открывает звонки.',
  interval: (start, end) => `${start}–${end}`,
  until: (time) => `до ${time}`,
};

export const tableWords = { ...words, caption: 'Звонки по часам', hour: 'Час', total: 'Итого' };

export const href: HourHref = (hour, one) => `?from=${hour.start}&to=${hour.end}${one ? `&series=${one.id}` : ''}#opened`;

type Four = [number, number, number, number];

const DAY: Record<number, Four> = {
  8: [9, 2, 18, 1],
  9: [31, 8, 47, 4],
  10: [38, 9, 63, 6],
  11: [35, 12, 58, 9],
  12: [14, 4, 34, 5],
  13: [29, 6, 45, 3],
  14: [27, 7, 41, 4],
  15: [36, 8, 52, 6],
  16: [30, 6, 47, 4],
  17: [24, 5, 36, 3],
  18: [12, 3, 21, 2],
  19: [4, 0, 9, 1],
};

function hourOf(start: number, four: Four | undefined, withDay: boolean): ChartHour {
  const [out = 0, failed = 0, inbound = 0, missed = 0] = four ?? [];
  return {
    start,
    end: start + HOUR,
    label: { start: clock.format(start), end: clock.format(start + HOUR), ...(withDay ? { day: dayName.format(start) } : {}) },
    values: { out, failed, in: inbound, missed },
  };
}

/** Today from 8 to 20, so far. */
export const today: ChartHour[] = Array.from({ length: 12 }, (_, n) => {
  const at = n + 8;
  return hourOf(MIDNIGHT + at * HOUR, at < 14 ? DAY[at] : at === 14 ? [11, 3, 17, 1] : undefined, false);
});

const PAST: Four[] = [
  [11, 1, 15, 1],
  [28, 6, 41, 3],
  [41, 9, 55, 5],
  [39, 8, 57, 6],
  [12, 3, 31, 6],
  [26, 6, 40, 4],
  [33, 7, 44, 4],
  [36, 8, 49, 5],
  [30, 6, 46, 4],
  [24, 5, 38, 3],
  [12, 3, 22, 2],
  [4, 1, 9, 1],
];

export const lastMonday: Comparison = {
  label: '16 ноября',
  hours: PAST.map(([out, failed, inbound, missed]) => ({ out, failed, in: inbound, missed })),
  current: { out: 14, failed: 2, in: 15, missed: 2 },
};

export const incidents: Incident[] = [
  { from: MIDNIGHT + 11 * HOUR + HOUR / 3, to: MIDNIGHT + 11 * HOUR + 34 * 60_000, label: 'Линия провайдера 2: 11:20–11:34', href: '#log' },
];

/** A whole day that is over. */
export const wholeDay: ChartHour[] = Array.from({ length: 24 }, (_, at) => hourOf(MIDNIGHT - 24 * HOUR + at * HOUR, DAY[at], false));

export const empty: ChartHour[] = today.map((hour) => ({ ...hour, values: {} }));

export const gap: ChartHour[] = wholeDay.slice(8, 20).map((hour, n) => ({ ...hour, noData: n === 3 || n === 4 || n === 9 }));

/** 31 days that are over, week-ends quiet. */
export const month: ChartHour[] = Array.from({ length: 744 }, (_, n) => {
  const start = MIDNIGHT - (744 - n) * HOUR;
  const day = Math.floor(n / 24);
  const four = DAY[n % 24];
  const share = day % 7 === 5 ? 0.35 : day % 7 === 6 ? 0.12 : 0.75 + ((day * 37) % 11) / 22;
  return hourOf(start, four && (four.map((count) => Math.round(count * share)) as Four), true);
});

export const twoDays: ChartHour[] = month.slice(-48);
