import type { Within } from '@callscope/core/domain/reach.ts';
import type { ColumnType, Generated } from 'kysely';
import type { ExportFormat, ExportQuestion, ExportState } from './forms.ts';

/** Why a file was not made: `rights` of who asked are gone, the `question` has no answer, a `pdf` would be too long, what it needs did not answer often enough. */
export type ExportFault = '' | 'rights' | 'question' | 'pdf' | 'again' | 'failed';
export type ExportLetter = 'none' | 'wanted' | 'waiting' | 'sent' | 'failed';

/** Files that are made in the background. */
export interface ExportSchema {
  exports: {
    tenant: string;
    id: Generated<string>;
    by: 'person' | 'token';
    maker: string;
    who: string;
    question: ColumnType<ExportQuestion, string, never>;
    format: ExportFormat;
    title: string;
    plain_name: Generated<string>;
    state: Generated<ExportState | 'gone'>;
    asked_at: Generated<Date>;
    begun_at: Date | null;
    ended_at: Date | null;
    expires_at: Date | null;
    rows: ColumnType<string, number | undefined, number>;
    of_rows: ColumnType<string | null, number | null, number | null>;
    bytes: ColumnType<string, number | undefined, number>;
    object: string | null;
    tries: Generated<number>;
    next_at: Generated<Date>;
    fault: Generated<ExportFault>;
    /** CallFilter of analytics */
    filter: ColumnType<object | null, string | null, string | null>;
    within: ColumnType<Within | null, string | null, string | null>;
    hears: Generated<boolean>;
    /** it tells what calls cost */
    costs: Generated<boolean>;
    letter: Generated<ExportLetter>;
    letter_tries: Generated<number>;
    letter_next_at: Date | null;
  };
  export_line: { tenant: string; id: string; place: string };
}
