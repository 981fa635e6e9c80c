import type { ColumnType, Generated } from 'kysely';
import type { Cause } from './causes.ts';

type Json<T> = ColumnType<T, string | undefined, string>;

/** Days that were reconciled, and what was found. */
export interface ReconciliationSchema {
  reconciliations: {
    /** yyyy-mm-dd */
    day: ColumnType<Date, string, string>;
    state: ColumnType<ReconciliationState, ReconciliationState | undefined, ReconciliationState>;
    asked_at: Generated<Date>;
    begun_at: Date | null;
    finished_at: Date | null;
    failure: Generated<string>;
    has_capture: Generated<boolean>;
    compared: Json<Record<string, number>>;
    found: Json<Partial<Record<Cause, number>>>;
  };
  reconciliation_findings: {
    day: ColumnType<Date, string, string>;
    cause: Cause;
    place: number;
    tenant: string;
    call_id: string;
    at: Date | null;
    detail: string;
  };
}
export type ReconciliationState = 'waiting' | 'working' | 'done' | 'failed';
