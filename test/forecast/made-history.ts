import { type Hour, hoursBetween, type PastHour } from '@callscope/analytics/forecast/hours.ts';
import type { WorkingHours } from '@callscope/core/domain/schedule.ts';
import { startOfDay } from '@callscope/core/domain/zone.ts';

/** A company whose calls come by a weekly rhythm that nobody told the forecast. */
export interface MadeCompany {
  zone: string;
  schedule: WorkingHours;
  seed: number;
  /** calls of a busy hour */
  busy: number;
  /** growth of a week: 0.01 = one per cent */
  growth: number;
  /** spread of whole days and of single hours beside the chance of calls themselves (coefficient of variation) */
  dayNoise: number;
  hourNoise: number;
}

/** Every day from `from` to `to`, with what came. */
export function madeHistory(company: MadeCompany, from: number, to: number): PastHour[] {
  const random = seeded(company.seed);
  const noise = new Map<number, number>();
  return hoursBetween(company.zone, company.schedule, startOfDay(company.zone, from), to).map((hour) => {
    if (!noise.has(hour.day)) noise.set(hour.day, gamma(random, company.dayNoise));
    const weeks = (hour.start - from) / (7 * 86_400_000);
    const mean = rhythm(company, hour) * (1 + company.growth) ** weeks * (noise.get(hour.day) ?? 1) * gamma(random, company.hourNoise);
    return { ...hour, calls: poisson(random, mean) };
  });
}

/** Two humps a day, a heavy Monday, a thin Saturday, almost nothing at night and on holidays. */
function rhythm({ busy, schedule }: MadeCompany, { weekday, hour, open, own, length }: Hour): number {
  const humps = Math.exp(-(((hour - 10.5) / 2.2) ** 2)) + 0.8 * Math.exp(-(((hour - 15) / 2.5) ** 2));
  const ofDay = [1.25, 1.05, 1, 1, 0.9, 0.45, 0.3][weekday] ?? 1;
  const kept = own === 'closed' ? 0.2 : schedule !== null && !open ? 0.3 : 1;
  return busy * (humps + 0.02) * ofDay * kept * length;
}

/** The same numbers every time (mulberry32). @returns 0 to 1 */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A factor around 1 with this spread (Marsaglia and Tsang). */
function gamma(random: () => number, spread: number): number {
  if (spread === 0) return 1;
  const shape = 1 / spread ** 2;
  const d = shape - 1 / 3;
  for (;;) {
    const x = normal(random);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return (d * v) / shape;
  }
}

function poisson(random: () => number, mean: number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const limit = Math.exp(-mean);
  let calls = 0;
  for (let p = random(); p > limit; p *= random()) calls++;
  return calls;
}
