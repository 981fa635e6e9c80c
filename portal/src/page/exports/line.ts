import type { ExportFormat, ExportState } from '@callscope/modules/exports/forms.ts';
import type { Export, ExportRefusal } from '@callscope/modules/exports/store.ts';

/** What the page of files depends on, to be read again; and the shell, which knows what a person waits for. */
export const EXPORTS = 'callscope:exports';
export const OPEN_EXPORTS = 'callscope:open-exports';

/** A file as pages list it; moments are ms since the epoch. */
export interface ExportLine {
  id: string;
  title: string;
  format: ExportFormat;
  state: ExportState;
  place: number | null;
  rows: number;
  ofRows: number | null;
  bytes: number;
  askedAt: number;
  expiresAt: number | null;
  fault: Export['fault'];
  letter: Export['letter'];
  mayHave: boolean;
}

export function lineOf({
  id,
  title,
  format,
  state,
  place,
  rows,
  ofRows,
  bytes,
  askedAt,
  expiresAt,
  fault,
  letter,
  mayHave,
}: Export): ExportLine {
  return {
    ...{ id, title, format, state, place, rows, ofRows, bytes, fault, letter, mayHave },
    ...{ askedAt: askedAt.getTime(), expiresAt: expiresAt?.getTime() ?? null },
  };
}

/** What asking for a file is answered; null: it is being made. */
export interface AskAnswer {
  fault: ExportRefusal | 'form' | null;
}

/** Why a link to a file led to the list instead. */
export const REFUSALS = ['gone', 'narrowed', 'failed'] as const;
export type Refusal = (typeof REFUSALS)[number];

export const fileHref = (company: string, id: string): string => `/c/${encodeURIComponent(company)}/exports/${id}/file`;
