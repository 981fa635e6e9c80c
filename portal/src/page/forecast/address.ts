import { TARGET_LIMITS, type TargetForm } from '@callscope/analytics/forecast/target.ts';

/** What the load of the page depends on, to be read again. */
export const FORECAST = 'callscope:forecast';

export interface ForecastAddress {
  /** 2026-11-23; null: the whole week */
  day: string | null;
  /** what was asked otherwise than the company has it */
  target: TargetForm;
}

type Params = { get(name: string): string | null };
const FIELDS = ['percent', 'seconds', 'shrinkage'] as const;

/** What does not read, a field or a day, is as if it were not there: the page says by what it counted. */
export function forecastFromQuery(params: Params): ForecastAddress {
  const target: TargetForm = {};
  for (const field of FIELDS) {
    const text = params.get(field) ?? '';
    const { least, most } = TARGET_LIMITS[field];
    if (/^\d+(\.\d+)?$/.test(text) && Number(text) >= least && Number(text) <= most) target[field] = Number(text);
  }
  const day = params.get('day') ?? '';
  return { day: /^\d{4}-\d\d-\d\d$/.test(day) ? day : null, target };
}

/** As a query without `?`; '' for the week at the company's own target. */
export function forecastToQuery({ day, target }: ForecastAddress): string {
  return [
    ...(day === null ? [] : [`day=${day}`]),
    ...FIELDS.flatMap((field) => (target[field] === undefined ? [] : [`${field}=${target[field]}`])),
  ].join('&');
}
