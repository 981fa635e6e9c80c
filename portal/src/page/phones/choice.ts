import type { PhoneLine } from './lines.ts';

/** What the page of phones depends on beside the live stream, to be read again. */
export const PHONES = 'callscope:phones';

/** What the page shows: one state, or those in a call whatever theirs is. */
export const SHOWS = ['all', 'registered', 'busy', 'refused', 'gone', 'unknown'] as const;
export type Show = (typeof SHOWS)[number];

export interface PhoneChoice {
  show: Show;
  /** found in what a line says, '' = everything */
  text: string;
}

/** How many there are of each, whatever is chosen. */
export function countsOf(lines: readonly PhoneLine[]): Record<Show, number> {
  return Object.fromEntries(SHOWS.map((show) => [show, lines.filter((line) => isShown(line, show)).length])) as Record<Show, number>;
}

function isShown({ state, inCall }: PhoneLine, show: Show): boolean {
  return show === 'all' || (show === 'busy' ? inCall : state === show);
}

/** The line is of the chosen state, and every word of the text stands in it. */
export function isMeant(line: PhoneLine, { show, text }: PhoneChoice): boolean {
  if (!isShown(line, show)) return false;
  const said = [line.aor, line.employee?.name ?? '', line.comment, line.refused?.source ?? '', ...line.extensions]
    .concat(line.bindings.flatMap(({ address, contact, userAgent }) => [address, contact, userAgent]))
    .join(' ')
    .toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => said.includes(word));
}

export function choiceFromQuery(params: { get(name: string): string | null }): PhoneChoice {
  const show = params.get('state') as Show;
  return { show: SHOWS.includes(show) ? show : 'all', text: params.get('q') ?? '' };
}

/** Without `?`; '' for all. */
export function choiceToQuery({ show, text }: PhoneChoice): string {
  const q = text.trim();
  return [show === 'all' ? '' : `state=${show}`, q === '' ? '' : `q=${encodeURIComponent(q)}`].filter(Boolean).join('&');
}
