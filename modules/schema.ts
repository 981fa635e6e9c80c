import type { DirectoryBody } from '@callscope/core/domain/directory.ts';
import type { PacketsOfSides } from '@callscope/core/domain/sent-packets.ts';
import type { CompanySettings } from '@callscope/core/domain/settings.ts';
import type { ColumnType, Generated } from 'kysely';
import type { ActorKind } from './access/callers.ts';
import type { StoredRole } from './access/rights.ts';
import type { AlertSchema } from './alerts/schema.ts';
import type { NumberPart, Thresholds } from './boards/rules.ts';
import type { Outcome } from './cases/rules.ts';
import type { Difference } from './directory/difference.ts';
import type { ExportSchema } from './exports/schema.ts';
import type { FinanceSchema } from './finance/schema.ts';
import type { IncidentSchema } from './incidents/schema.ts';
import type { LikingSchema } from './likings/schema.ts';
import type { MailingSchema } from './mailings/schema.ts';
import type { MarksSchema } from './marks/schema.ts';
import type { NoticeSchema } from './notices/schema.ts';
import type { OperationsSchema } from './operations/schema.ts';
import type { PbxSchema } from './pbx/schema.ts';
import type { QualitySchema } from './quality/schema.ts';
import type { ReconciliationSchema } from './reconciliation/schema.ts';
import type { HoldKind } from './recordings/keeping.ts';
import type { RecordingRulesSchema } from './recordings/schema.ts';
import type { RetentionSchema } from './retention/schema.ts';
import type { TranscriptSchema } from './transcripts/schema.ts';
import type { ViewPage } from './views/forms.ts';

type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>;
/** written as JSON text, read parsed */
type Json<T> = ColumnType<T, string, string>;

/** Who changed a directory: a person by login, a token by name, or the operator's token. */
export type AuthorKind = 'person' | 'token' | 'operator';
export type ChangeKind = 'replace' | 'edit' | 'import' | 'recompute';

/** PostgreSQL as sql/postgres makes it. bigint comes as text. */
export interface PostgresSchema
  extends AlertSchema,
    PbxSchema,
    ExportSchema,
    IncidentSchema,
    LikingSchema,
    MailingSchema,
    MarksSchema,
    NoticeSchema,
    OperationsSchema,
    QualitySchema,
    ReconciliationSchema,
    RetentionSchema,
    FinanceSchema,
    TranscriptSchema,
    RecordingRulesSchema {
  tenants: {
    id: string;
    name: string;
    domain: string;
    timezone: string;
    locale: string;
    notify_email: string | null;
    country: string;
    version: ColumnType<string, number | undefined, number | string>;
    created_at: Generated<Date>;
    updated_at: Timestamp;
  };
  directory_versions: {
    tenant: string;
    valid_from: Timestamp;
    version: ColumnType<string, number | string, number | string>;
    body: Json<DirectoryBody>;
    created_at: Generated<Date>;
    change: ColumnType<string | null, number | string | undefined, number | string>;
  };
  directory_changes: {
    tenant: string;
    version: ColumnType<string, number | string, never>;
    at: ColumnType<Date, Date | undefined, never>;
    author: string;
    author_kind: AuthorKind;
    kind: ChangeKind;
    valid_from: ColumnType<Date, Date, never>;
    recompute_from: ColumnType<Date | null, Date | null, never>;
    added: number;
    changed: number;
    removed: number;
    diff: Json<Difference[]>;
  };
  company_settings: {
    tenant: string;
    valid_from: Timestamp;
    timezone: string;
    /** fields that came later are missing in older ones */
    body: Json<Partial<CompanySettings>>;
    created_at: Generated<Date>;
  };
  ad_settings: {
    tenant: string;
    currency: string;
    talk_seconds: number;
    first_only: boolean;
    in_working_hours: boolean;
    updated_at: Timestamp;
  };
  ad_spend: {
    tenant: string;
    number: string;
    month: Date;
    amount: ColumnType<string, number, number>;
    updated_at: Timestamp;
  };
  recordings: {
    tenant: string;
    call_id: string;
    segment: string;
    status: string;
    reason: string;
    detail: string;
    started_at: Date | null;
    seconds: string | null;
    format: string | null;
    object_key: string | null;
    bytes: ColumnType<string | null, number | null, number | null>;
    sha256: string | null;
    peaks_left: Buffer | null;
    peaks_right: Buffer | null;
    talk: ColumnType<object | null, string | null, string | null>;
    packets: ColumnType<PacketsOfSides | null, string | null, string | null>;
    sides_by: string | null;
    numbers: ColumnType<string[], string[] | undefined, string[]>;
    employees: ColumnType<string[], string[] | undefined, string[]>;
    after_mask: Generated<boolean>;
    created_at: Generated<Date>;
    updated_at: Timestamp;
  };
  recording_keys: {
    tenant: string;
    version: number;
    master: string;
    wrapped: Buffer;
    created_at: Generated<Date>;
    retired_at: Generated<Date | null>;
  };
  recording_keeping: {
    tenant: string;
    keep_days: number | null;
    updated_at: Timestamp;
  };
  recording_holds: {
    id: Generated<string>;
    tenant: string;
    kind: HoldKind;
    value: string;
    from_at: Date | null;
    to_at: Date | null;
    until: ColumnType<Date | null, Date | null | undefined, Date | null>;
    reason: string;
    by: string;
    created_at: Generated<Date>;
    released_at: Generated<Date | null>;
    released_by: Generated<string | null>;
  };
  recording_links: {
    id: Generated<string>;
    tenant: string;
    call_id: string;
    segment: number | null;
    download: boolean;
    hash: Buffer;
    by: 'person' | 'token';
    maker: string;
    who: string;
    created_at: Generated<Date>;
    expires_at: Date;
    revoked_at: ColumnType<Date | null, Date | undefined, Date>;
  };
  boards: {
    id: Generated<string>;
    tenant: string;
    name: string;
    groups: string[];
    numbers: NumberPart;
    theme: 'dark' | 'light';
    thresholds: Json<Partial<Thresholds>>;
    hash: Buffer;
    by: 'person' | 'token';
    maker: string;
    who: string;
    created_at: Generated<Date>;
    updated_at: Timestamp;
    revoked_at: ColumnType<Date | null, Date | undefined, Date>;
  };
  recording_erasure_lines: {
    tenant: string;
    erasure: string;
    call_id: string;
    segment: string;
    hold: string | null;
    started_at: Date | null;
    seconds: string | null;
    sha256: string | null;
  };
  audit: {
    id: Generated<string>;
    at: ColumnType<Date, Date | undefined, never>;
    tenant: ColumnType<string | null, string | null, never>;
    by: ColumnType<ActorKind, ActorKind, never>;
    who: ColumnType<string, string, never>;
    whose: ColumnType<string | null, string | null, never>;
    address: ColumnType<string, string, never>;
    act: ColumnType<string, string, never>;
    subject: ColumnType<string, string, never>;
    before: ColumnType<unknown, string | null, never>;
    after: ColumnType<unknown, string | null, never>;
  };
  api_tokens: {
    id: Generated<string>;
    tenant: string | null;
    name: string;
    hash: Buffer;
    scopes: string[];
    created_at: Generated<Date>;
    last_used_at: ColumnType<Date | null, Date | undefined, Date>;
    revoked_at: ColumnType<Date | null, Date | undefined, Date>;
    expires_at: ColumnType<Date | null, Date | null | undefined, never>;
    made_by: ColumnType<string | null, string | undefined, never>;
    made_by_kind: ColumnType<ActorKind | null, ActorKind | undefined, never>;
    made_by_user: ColumnType<string | null, string | null | undefined, never>;
  };
  users: {
    id: Generated<string>;
    /** null: the operator's */
    tenant: string | null;
    login: string;
    password_hash: string;
    role: StoredRole;
    employee: string | null;
    groups: ColumnType<string[], string[] | undefined, string[]>;
    only_projects: Generated<boolean>;
    email: Generated<string | null>;
    blocked_at: Generated<Date | null>;
    totp_secret: Generated<string | null>;
    totp_step: ColumnType<string, number | undefined, number>;
    created_at: Generated<Date>;
    updated_at: Timestamp;
  };
  projects: {
    tenant: string;
    id: Generated<string>;
    name: string;
    numbers: string[];
    groups: string[];
    created_at: Generated<Date>;
    updated_at: Timestamp;
  };
  project_people: {
    tenant: string;
    project: string;
    user_id: string;
  };
  saved_views: {
    tenant: string;
    id: Generated<string>;
    user_id: string | null;
    page: ViewPage;
    name: string;
    query: string;
    made_by: ColumnType<string, string, never>;
    created_at: Generated<Date>;
    updated_at: Timestamp;
  };
  dashboards: {
    tenant: string;
    user_id: string;
    shown: string[];
    hidden: string[];
    updated_at: Timestamp;
  };
  outside_observers: {
    tenant: string;
    user_id: string;
    only_projects: boolean;
    given_by: string;
    given_at: Generated<Date>;
  };
  sessions: {
    id: ColumnType<string, never, never>;
    hash: Buffer;
    previous_hash: Generated<Buffer | null>;
    rotated_at: Timestamp;
    user_id: string;
    tenant: string | null;
    created_at: Generated<Date>;
    last_seen_at: Timestamp;
    expires_at: ColumnType<Date, Date, Date>;
    user_agent: string;
    address: string;
    view_as: Generated<string | null>;
    view_tenant: Generated<string | null>;
    view_login: Generated<string | null>;
    view_until: Generated<Date | null>;
  };
  known_devices: {
    hash: Buffer;
    user_id: string;
    tenant: string | null;
    seen_at: Timestamp;
  };
  tickets: {
    hash: Buffer;
    purpose: string;
    user_id: string | null;
    tenant: string | null;
    data: Json<unknown>;
    tries: Generated<number>;
    expires_at: ColumnType<Date, Date, Date>;
  };
  recovery_codes: {
    hash: Buffer;
    user_id: string;
    tenant: string | null;
  };
  linked_accounts: {
    provider: string;
    subject: string;
    user_id: string;
    tenant: string | null;
    name: string;
    created_at: Generated<Date>;
  };
  sign_in_rules: {
    tenant: string;
    second_factor_roles: string[];
  };
  outbox: {
    id: Generated<string>;
    tenant: string;
    version: ColumnType<string, number | string, never>;
    created_at: Generated<Date>;
    published_at: ColumnType<Date | null, Date | undefined, Date>;
  };
  cases: {
    tenant: string;
    id: string;
    number: string;
    own_number: string;
    opened_at: Date;
    waiting_from: Date;
    last_missed_at: Date;
    missed_calls: string[];
    own_numbers: string[];
    groups: string[];
    offered: string[];
    attempts: number;
    attempted_by: string[];
    first_attempt_at: Date | null;
    last_attempt_at: Date | null;
    outcome: Outcome;
    closed_at: Date | null;
    closed_call: string;
    closed_by: string;
    due_at: Date | null;
  };
  case_notes: {
    tenant: string;
    call_id: string;
    owner: string;
    status: 'open' | 'working' | 'dismissed';
    comment: string;
    changed_by: string;
    changed_at: Timestamp;
  };
  case_claims: {
    tenant: string;
    number: string;
    holder: string;
    expires_at: Date;
  };
  edge_commands: {
    id: ColumnType<string, string, never>;
    tenant: ColumnType<string, string, never>;
    at: ColumnType<Date, Date, never>;
    author: ColumnType<string, string, never>;
    author_kind: ColumnType<AuthorKind, AuthorKind, never>;
    command: ColumnType<string, string, never>;
    call_id: string;
    target: ColumnType<string, string, never>;
    node: Generated<string>;
    outcome: ColumnType<string | null, undefined, string>;
    said: Generated<string>;
    finished_at: ColumnType<Date | null, undefined, Date>;
    request_key: ColumnType<string | null, string | null, never>;
  };
  case_progress: {
    one: Generated<boolean>;
    stream: string;
    seq: ColumnType<string, number | string, number | string>;
  };
}
