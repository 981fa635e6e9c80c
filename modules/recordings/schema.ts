import type { ColumnType, Generated } from 'kysely';

type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>;
/** written as JSON text, read parsed */
type Json<T> = ColumnType<T, string, string>;

/** What is recorded and who wants it, what was erased and its signed reports. */
export interface RecordingRulesSchema {
  recording_policies: {
    tenant: string;
    mode: string;
    from_offer: boolean;
    groups: Json<Record<string, string>>;
    employees: Json<Record<string, string>>;
    kinds: Json<Record<string, boolean>>;
    own_choice: Generated<boolean>;
    updated_at: Timestamp;
  };
  recording_wishes: {
    tenant: string;
    employee: string;
    by: string;
    created_at: Generated<Date>;
  };
  recording_erasures: {
    id: Generated<string>;
    tenant: string;
    number: string;
    reason: string;
    by: string;
    asked_at: Generated<Date>;
    done_start: Generated<string>;
    done_call: Generated<string>;
    calls: Generated<number>;
    finished_at: Generated<Date | null>;
    others: ColumnType<Record<string, number>, string | undefined, string>;
    looked_at: Generated<Date | null>;
    unsigned: Generated<boolean>;
  };
  recording_erasure_reports: {
    tenant: string;
    erasure: string;
    edition: number;
    document: string;
    signature: string;
    key: string;
    signed_at: Date;
  };
}
