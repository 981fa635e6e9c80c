import type { ColumnType, Generated } from 'kysely';
import type { Answers, FormBody } from './forms.ts';
import type { Appeal, Decision, EventKind, ReviewSource, ReviewState } from './rules.ts';

/** written as JSON text, read parsed */
type Json<T> = ColumnType<T, string, string>;
/** as `Json`, where nothing said stands for what the table gives */
type JsonOrNone<T> = ColumnType<T, string | undefined, string>;

/** Quality control as sql/postgres/0035 makes it. */
export interface QualitySchema {
  quality_forms: {
    tenant: string;
    id: Generated<string>;
    version: Generated<number>;
    archived_at: Generated<Date | null>;
    created_at: Generated<Date>;
  };
  quality_form_versions: {
    tenant: string;
    form: string;
    version: number;
    body: Json<FormBody>;
    made_by: string;
    made_at: Generated<Date>;
  };
  quality_settings: { tenant: string; appeal_days: number };
  quality_plans: {
    tenant: string;
    id: Generated<string>;
    name: string;
    form: string;
    query: string;
    per: 'employee' | 'all';
    calls: number;
    min_seconds: number;
    reviewers: string[];
    is_blind: boolean;
    due_days: number;
    is_active: boolean;
    made_by: string;
    created_at: Generated<Date>;
  };
  quality_plan_weeks: {
    tenant: string;
    plan: string;
    /** YYYY-MM-DD */
    week: string;
    calls: number;
    unshared: number;
    made_at: Generated<Date>;
  };
  quality_sessions: {
    tenant: string;
    id: Generated<string>;
    name: string;
    call_id: string;
    form: string;
    version: number;
    made_by: string;
    created_at: Generated<Date>;
    closed_by: Generated<string | null>;
    closed_at: Generated<Date | null>;
  };
  quality_reviews: {
    tenant: string;
    id: Generated<string>;
    call_id: string;
    started_at: Date;
    employee: string;
    group_id: string;
    form: string;
    version: number;
    reviewer: string;
    source: ReviewSource;
    plan: string | null;
    pair: string | null;
    session: string | null;
    is_reference: Generated<boolean>;
    due_at: Date | null;
    created_by: string;
    created_at: Generated<Date>;
    state: Generated<ReviewState>;
    is_shown: Generated<boolean>;
    shown_at: Generated<Date | null>;
    submitted_at: Generated<Date | null>;
    appeal_until: Generated<Date | null>;
    answers: JsonOrNone<Answers>;
    comment: Generated<string>;
    /** numeric comes as text */
    score: ColumnType<string | null, number | null | undefined, number | null>;
    is_critical: Generated<boolean>;
    shares: JsonOrNone<Record<string, number>>;
    failed: Generated<string[]>;
    appeal: ColumnType<Appeal | null, string | null | undefined, string | null>;
    decision: ColumnType<Decision | null, string | null | undefined, string | null>;
  };
  quality_events: {
    tenant: string;
    id: Generated<string>;
    review: string;
    at: Generated<Date>;
    who: string;
    what: EventKind;
    detail: Json<object>;
  };
}
