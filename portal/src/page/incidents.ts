import { INCIDENT_WORDS, type Incident } from '@callscope/modules/incidents/kinds.ts';
import type { Format } from '#format/format.ts';

/** Where the list of them stands on a page. */
export const INCIDENT_LOG = 'incidents';

/** As a chart takes it: what goes on ends now. */
export interface IncidentBand {
  from: number;
  to: number;
  label: string;
  href: string;
}

/** @param now of the server, so that the first HTML and the page agree */
export function bandsOf(incidents: readonly Incident[], now: number, format: Format): IncidentBand[] {
  return incidents
    .map(({ kind, from, to }) => ({ from, to: to ?? now, label: INCIDENT_WORDS[kind].label[format.locale], href: `#${INCIDENT_LOG}` }))
    .sort((a, b) => a.from - b.from);
}

/** What those in [from, to) are called, each once; '' = there are none. */
export function incidentsIn(bands: readonly IncidentBand[], time: { from?: number; to?: number } | null): string {
  const { from, to } = time ?? {};
  if (from === undefined || to === undefined) return '';
  return [...new Set(bands.filter((band) => band.from < to && band.to > from).map(({ label }) => label))].join(', ');
}

/** 10:12–10:40, with the days where it is not within one; what goes on has no end. */
export function whenText({ from, to }: Pick<Incident, 'from' | 'to'>, format: Format, isDay: boolean, goesOn: string): string {
  const time = (at: number) => format.hourMinute(format.timeShort(at));
  const sameDay = to !== null && format.dayOf(from) === format.dayOf(to);
  const named = (at: number) => `${format.day(format.dayOf(at), false)} ${time(at)}`;
  const begins = isDay && (to === null || sameDay) ? time(from) : named(from);
  if (to === null) return `${begins} – ${goesOn}`;
  if (!sameDay) return `${begins} – ${named(to)}`;
  return time(from) === time(to) ? begins : `${begins}–${time(to)}`;
}

export type { Incident };
