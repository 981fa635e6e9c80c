/** The kinds of fields that a filter has: how each is read from an address, written to it, and met with another of its kind. */

/** What is wrong with a text, for the person who wrote it. */
export interface Wrong {
  wrong: string;
}

export interface Field<T> {
  read(text: string): T | Wrong;
  write(value: T): string;
  /** what both let through; null = nothing. Where only the store's spelling could tell: the second */
  meet(first: T, second: T): T | null;
  about: string;
  example: string;
}

/** Times that the store can hold; a period that goes beyond loses nothing by being cut to them. */
const EARLIEST = 0;
const LATEST = Date.UTC(2100, 0, 1);
const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)$/;

export function instant(about: string, meet: (a: number, b: number) => number): Field<number> {
  return {
    read: (text) => {
      const at = RFC3339.test(text) ? Date.parse(text) : Number.NaN;
      return Number.isNaN(at) ? { wrong: 'RFC 3339 with a zone, e.g. 2026-11-24T00:00:00Z' } : Math.min(Math.max(at, EARLIEST), LATEST);
    },
    write: (at) => new Date(at).toISOString().replace('.000Z', 'Z'),
    meet,
    about,
    example: '2026-11-24T00:00:00Z',
  };
}

/** One or several of fixed words, in their order. @param groups words that stand for several */
export function words<W extends string>(all: readonly W[], about: string, groups: Record<string, readonly W[]> = {}): Field<readonly W[]> {
  const known = [...all, ...Object.keys(groups)];
  return {
    read: (text) => {
      const given = itemsOf(text);
      if (given.length === 0 || given.some((w) => !known.includes(w)))
        return { wrong: `one or several of ${known.join(', ')}, separated by commas` };
      return all.filter((w) => given.some((g) => g === w || groups[g]?.includes(w)));
    },
    write: (value) => all.filter((w) => value.includes(w)).join(','),
    meet: (first, second) => orNull(first.filter((w) => second.includes(w))),
    about: [about, `one or several of ${known.join(', ')}, separated by commas`].filter(Boolean).join('; '),
    example: all[0] ?? '',
  };
}

/** One fixed word, or nothing. */
export function word<W extends string>(only: W, about: string): Field<W> {
  return {
    read: (text) => (text === only ? only : { wrong: `${only}, or leave it out` }),
    write: (value) => value,
    meet: () => only,
    about,
    example: only,
  };
}

/** One of fixed words that exclude each other. */
export function choice<W extends string>(all: readonly W[], about: string): Field<W> {
  return {
    read: (text) => all.find((one) => one === text) ?? { wrong: `one of ${all.join(', ')}` },
    write: (value) => value,
    meet: (first, second) => (first === second ? first : null),
    about: `${about}: ${all.join(' or ')}`,
    example: all[0] ?? '',
  };
}

const NONE = '-';

/** Names that the company gave, or numbers; `-` = without one. A comma within one is written %2C. */
export function ids(about: string, example: string): Field<readonly string[]> {
  return {
    read: (text) => {
      try {
        const given = itemsOf(text).map((item) => (item === NONE ? '' : decodeURIComponent(item)));
        if (given.length === 0) return { wrong: 'at least one, separated by commas' };
        return given.some((id) => id.length > 64) ? { wrong: 'at most 64 characters each' } : [...new Set(given)];
      } catch {
        return { wrong: '% begins an escape such as %2C: write %25 for the sign itself' };
      }
    },
    write: (value) => value.map((id) => (id === '' ? NONE : id === NONE ? '%2D' : id.replace(/[%,]/g, encodeURIComponent))).join(','),
    meet: (first, second) => orNull(first.filter((id) => second.includes(id))),
    about: `${about}; several are separated by commas, - = without one`,
    example,
  };
}

/** Ids that must not be: two lists leave out what either does. */
export function otherThan(about: string, example: string): Field<readonly string[]> {
  return { ...ids(about, example), meet: (first, second) => [...new Set([...first, ...second])] };
}

export function text(about: string, example: string): Field<string> {
  return {
    read: (given) => (given.length > 200 ? { wrong: 'at most 200 characters' } : given),
    write: (value) => value,
    meet: (_, second) => second,
    about,
    example,
  };
}

export function seconds(about: string, meet: (a: number, b: number) => number): Field<number> {
  const most = 1e7;
  return {
    read: (text) => {
      const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
      return value <= most ? value : { wrong: `seconds, 0 to ${most}` };
    },
    write: String,
    meet,
    about,
    example: '30',
  };
}

export function percent(about: string, meet: (a: number, b: number) => number): Field<number> {
  return {
    read: (text) => {
      const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
      return value <= 100 ? value : { wrong: 'per cent, 0 to 100' };
    },
    write: String,
    meet,
    about,
    example: '50',
  };
}

/** A mean opinion score. */
export function score(about: string, meet: (a: number, b: number) => number): Field<number> {
  return {
    read: (text) => {
      const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
      return value >= 1 && value <= 5 ? value : { wrong: 'a score, 1 to 5' };
    },
    write: String,
    meet,
    about,
    example: '3.6',
  };
}

export function flag(about: string): Field<boolean> {
  return {
    read: (text) => (text === 'true' || text === 'false' ? text === 'true' : { wrong: 'true or false' }),
    write: String,
    meet: (first, second) => (first === second ? first : null),
    about,
    example: 'true',
  };
}

const MINUTES_A_DAY = 1_440;

/** Minutes of the day as HH:MM-HH:MM; 24:00 is the end of it. */
export function timeOfDay(about: string): Field<{ from: number; to: number }> {
  const written = (minutes: number) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  return {
    read: (text) => {
      const [, h1, m1, h2, m2] = /^(\d{1,2}):([0-5]\d)-(\d{1,2}):([0-5]\d)$/.exec(text) ?? [];
      const [from, to] = [Number(h1) * 60 + Number(m1), Number(h2) * 60 + Number(m2)];
      const right = from < MINUTES_A_DAY && to <= MINUTES_A_DAY && from !== to;
      return right ? { from, to } : { wrong: 'HH:MM-HH:MM, e.g. 08:00-20:00' };
    },
    write: ({ from, to }) => `${written(from)}-${written(to)}`,
    meet: bothTimes,
    about,
    example: '08:00-20:00',
  };
}

/**
 * The part of the day that both let through; null: none. Two that go around the clock may meet twice, before and after the gap of
 * one of them: an address holds one part, and then it is the first.
 */
function bothTimes(first: { from: number; to: number }, second: { from: number; to: number }): { from: number; to: number } | null {
  const parts = ({ from, to }: { from: number; to: number }) =>
    (from < to
      ? [[from, to]]
      : [
          [from, MINUTES_A_DAY],
          [0, to],
        ]) as [number, number][];
  const met = parts(first).flatMap(([a, b]) =>
    parts(second).flatMap(([c, d]) => (Math.max(a, c) < Math.min(b, d) ? [{ from: Math.max(a, c), to: Math.min(b, d) }] : [])),
  );
  const late = met.find((part) => part.to === MINUTES_A_DAY);
  const early = met.find((part) => part.from === 0);
  // one that goes over midnight is one part again
  if (late && early && late !== early) return { from: late.from, to: early.to };
  return met[0] ?? null;
}

export function weekdays(about: string): Field<readonly number[]> {
  const { read, ...field } = words(['1', '2', '3', '4', '5', '6', '7'], `${about}, 1 = Monday`);
  return {
    ...field,
    read: (text) => {
      const days = read(text);
      return 'wrong' in days ? days : days.map(Number);
    },
    write: (value) => [...value].sort().join(','),
    meet: (first, second) => orNull(first.filter((day) => second.includes(day))),
  };
}

function itemsOf(list: string): string[] {
  return list
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

function orNull<T>(list: readonly T[]): readonly T[] | null {
  return list.length > 0 ? list : null;
}
