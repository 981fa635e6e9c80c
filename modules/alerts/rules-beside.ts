import { LOST_CASES, OVERDUE_CASES } from '../cases/rules-lost.ts';
import { SILENT_RECORDINGS } from '../recordings/rules-silent.ts';

/** What can be looked at beside the measures of reports: counts of a whole company, that PostgreSQL has. */
export const BESIDE = [SILENT_RECORDINGS, LOST_CASES, OVERDUE_CASES] as const;
export type BesideId = (typeof BESIDE)[number]['id'];

/** @returns undefined: it is a measure of the catalogue */
export const besideOf = (measure: string): (typeof BESIDE)[number] | undefined => BESIDE.find(({ id }) => id === measure);
