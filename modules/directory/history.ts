import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { AuthorKind, ChangeKind, PostgresSchema } from '../schema.ts';
import type { Difference } from './difference.ts';
import type { Kind } from './entries.ts';

export interface Author {
  kind: AuthorKind;
  /** login, or the token's name; '' for the operator's token */
  name: string;
}

/** A version of the directory: what is in force from `validFrom` until the next one. */
export interface VersionLine {
  version: number;
  validFrom: Date;
  /** null: until further notice */
  validUntil: Date | null;
  counts: Record<Kind, number>;
  /** the change that wrote it last; null for one older than the history */
  change: number | null;
}

/** Who changed what and when. */
export interface ChangeLine {
  version: number;
  at: Date;
  author: Author;
  kind: ChangeKind;
  validFrom: Date;
  recomputeFrom: Date | null;
  added: number;
  changed: number;
  removed: number;
}

/** All versions, oldest first. */
export function listVersions(db: Kysely<PostgresSchema>, scope: TenantScope): Promise<VersionLine[]> {
  return asTenant(db, scope.tenant, async (trx) => {
    const size = (kind: Kind) => sql<number>`coalesce(jsonb_array_length(body -> ${sql.lit(kind)}), 0)`.as(kind);
    const rows = await trx
      .selectFrom('directory_versions')
      .select(['version', 'valid_from', 'change', size('numbers'), size('employees'), size('groups'), size('accounts')])
      .where('tenant', '=', scope.tenant)
      .orderBy('valid_from')
      .execute();
    return rows.map((r, i) => ({
      version: Number(r.version),
      validFrom: r.valid_from,
      validUntil: rows[i + 1]?.valid_from ?? null,
      counts: { numbers: r.numbers, employees: r.employees, groups: r.groups, accounts: r.accounts },
      change: r.change === null ? null : Number(r.change),
    }));
  });
}

/** Changes, newest first. @param before version of the last line seen */
export function listChanges(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  { before, limit }: { before: number | null; limit: number },
): Promise<ChangeLine[]> {
  return asTenant(db, scope.tenant, async (trx) => {
    let query = trx
      .selectFrom('directory_changes')
      .select(['version', 'at', 'author', 'author_kind', 'kind', 'valid_from', 'recompute_from', 'added', 'changed', 'removed'])
      .where('tenant', '=', scope.tenant)
      .orderBy('version', 'desc')
      .limit(limit);
    if (before !== null) query = query.where('version', '<', String(before));
    return (await query.execute()).map((r) => ({
      version: Number(r.version),
      at: r.at,
      author: { kind: r.author_kind, name: r.author },
      kind: r.kind,
      validFrom: r.valid_from,
      recomputeFrom: r.recompute_from,
      added: r.added,
      changed: r.changed,
      removed: r.removed,
    }));
  });
}

/** What one change did; null when there is no such change. */
export function diffOf(db: Kysely<PostgresSchema>, scope: TenantScope, version: number): Promise<Difference[] | null> {
  return asTenant(db, scope.tenant, async (trx) => {
    const query = trx.selectFrom('directory_changes').select('diff').where('tenant', '=', scope.tenant);
    return (await query.where('version', '=', String(version)).executeTakeFirst())?.diff ?? null;
  });
}
