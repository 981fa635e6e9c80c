/** Parts of filters that people type, both ways. null = this is not one. */

/** "8-20", "8:30–20", "14" (that hour) -> minutes of the day. */
export function hoursFromText(text: string): { from: number; to: number } | null {
  const [, h1, m1, h2, m2] = /^(\d{1,2})(?::([0-5]\d))?(?:\s*[-–—]\s*(\d{1,2})(?::([0-5]\d))?)?$/.exec(text.trim()) ?? [];
  if (h1 === undefined) return null;
  const from = Number(h1) * 60 + Number(m1 ?? 0);
  const to = h2 === undefined ? (Math.floor(from / 60) + 1) * 60 : Number(h2) * 60 + Number(m2 ?? 0);
  return from < 1_440 && to <= 1_440 && from !== to ? { from, to } : null;
}

/** 480–1200 -> "8–20", with minutes where there are any. */
export function hoursToText({ from, to }: { from: number; to: number }): string {
  const one = (minutes: number) => {
    const rest = minutes % 60;
    return `${Math.floor(minutes / 60)}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
  };
  return `${one(from)}–${one(to)}`;
}

export interface Talk {
  talkMin?: number | undefined;
  talkMax?: number | undefined;
}

/** Seconds or m:ss: "30" = from 30, "30-60", "-60" = up to a minute, "1:30-"; "20,5" has a fraction. */
export function talkFromText(text: string): Talk | null {
  const [, a, dash, b] = /^(\d+(?::[0-5]\d|[.,]\d{1,3})?)?\s*([-–—])?\s*(\d+(?::[0-5]\d|[.,]\d{1,3})?)?$/.exec(text.trim()) ?? [];
  if (a === undefined && b === undefined) return null;
  if (dash === undefined && b !== undefined) return null;
  const talk = { talkMin: a === undefined ? undefined : span(a), talkMax: b === undefined ? undefined : span(b) };
  return talk.talkMin !== undefined && talk.talkMax !== undefined && talk.talkMin > talk.talkMax ? null : talk;
}

export function talkToText({ talkMin, talkMax }: Talk): string {
  if (talkMin === undefined && talkMax === undefined) return '';
  return talkMax === undefined ? String(talkMin) : `${talkMin ?? ''}–${talkMax}`;
}

/** "23.11", "23.11.2026", "2026-11-23" -> 2026-11-23; the year that is not said is the last in which this day has come. */
export function dayFromText(text: string, today: string): string | null {
  const [, iso] = /^(\d{4}-\d\d-\d\d)$/.exec(text.trim()) ?? [];
  const [, date, month, year] = /^(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d\d))?$/.exec(text.trim()) ?? [];
  const two = (n = '') => n.padStart(2, '0');
  const inYear = (y: number) => `${y}-${two(month)}-${two(date)}`;
  if (iso === undefined && date === undefined) return null;
  const thisYear = Number(today.slice(0, 4));
  const said = year === undefined ? (inYear(thisYear) > today ? thisYear - 1 : thisYear) : Number(year.length === 2 ? `20${year}` : year);
  const day = iso ?? inYear(said);
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day) ? day : null;
}

function span(text: string): number {
  const [minutes, seconds] = text.split(':');
  return seconds === undefined ? Number(minutes?.replace(',', '.')) : Number(minutes) * 60 + Number(seconds);
}
