import type { DirectoryBody } from '@callscope/core/domain/directory.ts';
import type { CompanySettings } from '@callscope/core/domain/settings.ts';
import type { ColumnType, Generated } from 'kysely';
import type { Role } from './access/callers.ts';

type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>;
/** written as JSON text, read parsed */
type Json<T> = ColumnType<T, string, string>;

/** PostgreSQL as sql/postgres makes it. bigint comes as text. */
export interface PostgresSchema {
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
  };
  company_settings: {
    tenant: string;
    valid_from: Timestamp;
    timezone: string;
    body: Json<CompanySettings>;
    created_at: Generated<Date>;
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
  };
  users: {
    id: Generated<string>;
    /** null: the operator's */
    tenant: string | null;
    login: string;
    password_hash: string;
    role: Role;
    employee: string | null;
    created_at: Generated<Date>;
    updated_at: Timestamp;
  };
  sessions: {
    hash: Buffer;
    user_id: string;
    tenant: string | null;
    created_at: Generated<Date>;
    last_seen_at: Timestamp;
    expires_at: ColumnType<Date, Date, Date>;
    user_agent: string;
    address: string;
  };
  outbox: {
    id: Generated<string>;
    tenant: string;
    version: ColumnType<string, number | string, never>;
    created_at: Generated<Date>;
    published_at: ColumnType<Date | null, Date | undefined, Date>;
  };
}
