import { createHash, randomBytes } from 'node:crypto';
import { NOTHING } from '@callscope/core/domain/reach.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import { actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import type { Caller } from './callers.ts';
import { type CompanyRight, GRANTS, granted, holderOf, isCompanyRight, type StoredRole } from './rights.ts';

export interface IssuedToken {
  id: string;
  name: string;
  scopes: CompanyRight[];
  createdAt: Date;
  lastUsedAt: Date | null;
  /** null: good until it is revoked */
  expiresAt: Date | null;
  /** login, or name of a token; null: not known */
  madeBy: string | null;
  /** of a person who made it, demoted: they may issue none any more; null: a token did, or it is not known */
  maker: 'there' | 'demoted' | 'blocked' | 'deleted' | null;
}

const hashOf = (token: string) => createHash('sha256').update(token).digest();
/** By the database's clock, as `created_at` is. */
const isGood = sql<boolean>`(expires_at IS NULL OR expires_at > now())`;
const newToken = () => `cs_${randomBytes(32).toString('base64url')}`;

/**
 * The caller of a Bearer token, or null. Looked up by hash, so its time says nothing about the token.
 * @param address that the request came from
 */
export async function callerOf(db: Kysely<PostgresSchema>, token: string, address: string): Promise<Caller | null> {
  if (token.length > 512) return null;
  return asOperator(db, async (trx) => {
    const row = await trx
      .selectFrom('api_tokens')
      .select(['id', 'tenant', 'name', 'scopes', 'last_used_at'])
      .where('hash', '=', hashOf(token))
      .where('revoked_at', 'is', null)
      .where(isGood)
      .executeTakeFirst();
    if (!row) return null;
    if (row.last_used_at === null || Date.now() - row.last_used_at.getTime() > 60_000) {
      await trx.updateTable('api_tokens').set({ last_used_at: new Date() }).where('id', '=', row.id).execute();
    }
    return callerAs(row, address);
  });
}

/** A token as it stands now, by its id; null when it is revoked or over. */
export async function tokenCaller(db: Kysely<PostgresSchema>, id: string, address: string): Promise<Caller | null> {
  const row = await asOperator(db, (trx) =>
    trx
      .selectFrom('api_tokens')
      .select(['id', 'tenant', 'name', 'scopes'])
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .where(isGood)
      .executeTakeFirst(),
  );
  return row ? callerAs(row, address) : null;
}

function callerAs(row: { id: string; tenant: string | null; name: string; scopes: readonly string[] }, address: string): Caller {
  const { id, name, tenant, scopes } = row;
  const rights = tenant === null ? GRANTS.operator : granted(scopes.filter(isCompanyRight), 'company');
  return { by: 'token', id, name, address, tenant, rights, within: NOTHING, outside: [] };
}

/** @param expiresAt null: good until it is revoked @returns the token, for the only time */
export async function issueToken(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  caller: Caller,
  { name, scopes, expiresAt }: Pick<IssuedToken, 'name' | 'scopes' | 'expiresAt'>,
): Promise<{ id: string; token: string }> {
  const token = newToken();
  return asTenant(db, scope.tenant, async (trx) => {
    const { id } = await trx
      .insertInto('api_tokens')
      .values({
        tenant: scope.tenant,
        name,
        hash: hashOf(token),
        scopes: [...scopes],
        expires_at: expiresAt,
        made_by: caller.name,
        made_by_kind: caller.by,
        made_by_user: caller.by === 'person' ? caller.id : null,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const after = { name, scopes, expiresAt };
    await noteAct(trx, scope.tenant, { actor: actorOf(caller), act: 'token.issue', subject: id, after });
    return { id, token };
  });
}

/** Tokens that are not revoked, those that are over among them, in the order they were issued. */
export async function listTokens(db: Kysely<PostgresSchema>, scope: TenantScope): Promise<IssuedToken[]> {
  // one of the operator's people may have made it
  const rows = await asOperator(db, (trx) =>
    trx
      .selectFrom('api_tokens as t')
      .leftJoin('users', 'users.id', 't.made_by_user')
      .select([
        't.id',
        't.name',
        't.scopes',
        't.created_at',
        't.last_used_at',
        't.expires_at',
        't.made_by',
        't.made_by_kind',
        't.made_by_user',
      ])
      .select(['users.blocked_at', 'users.role as role', 'users.tenant as whose'])
      .where('t.tenant', '=', scope.tenant)
      .where('t.revoked_at', 'is', null)
      .orderBy('t.id')
      .execute(),
  );
  return rows.map((r) => ({
    id: r.id,
    name: r.name,
    scopes: r.scopes.filter(isCompanyRight),
    createdAt: r.created_at,
    lastUsedAt: r.last_used_at,
    expiresAt: r.expires_at,
    madeBy: r.made_by,
    maker: r.made_by_kind === 'person' ? makerOf(r) : null,
  }));
}

/** A token is the company's, not its maker's: it goes on without them, so whoever looks after tokens is told how they stand. */
function makerOf(row: {
  made_by_user: string | null;
  blocked_at: Date | null;
  role: StoredRole | null;
  whose: string | null;
}): IssuedToken['maker'] {
  if (row.made_by_user === null || row.role === null) return 'deleted';
  if (row.blocked_at !== null) return 'blocked';
  const holder = holderOf(row.whose, row.role);
  return holder !== null && GRANTS[holder]['tokens:write'] !== undefined ? 'there' : 'demoted';
}

/** @returns false when the company has no such token */
export async function revokeToken(db: Kysely<PostgresSchema>, scope: TenantScope, caller: Caller, id: string): Promise<boolean> {
  return asTenant(db, scope.tenant, async (trx) => {
    const gone = await trx
      .updateTable('api_tokens')
      .set({ revoked_at: new Date() })
      .where('id', '=', id)
      .where('tenant', '=', scope.tenant)
      .where('revoked_at', 'is', null)
      .returning(['name', 'scopes'])
      .executeTakeFirst();
    if (gone) await noteAct(trx, scope.tenant, { actor: actorOf(caller), act: 'token.revoke', subject: id, before: gone });
    return gone !== undefined;
  });
}

/**
 * The operator's first token: the one given in BOOTSTRAP_TOKEN is added when it is not known; without one, a token is made
 * when the operator has none yet.
 * @returns the token that was made, to be shown once; null otherwise
 */
export async function ensureOperatorToken(db: Kysely<PostgresSchema>, given: string | undefined): Promise<string | null> {
  return asOperator(db, async (trx) => {
    // two portals that start together make one token
    await sql`select pg_advisory_xact_lock(7205002)`.execute(trx);
    if (given !== undefined) {
      await trx
        .insertInto('api_tokens')
        .values({ tenant: null, name: 'BOOTSTRAP_TOKEN', hash: hashOf(given), scopes: [] })
        .onConflict((c) => c.column('hash').doNothing())
        .execute();
      return null;
    }
    const known = await trx
      .selectFrom('api_tokens')
      .select('id')
      .where('tenant', 'is', null)
      .where('revoked_at', 'is', null)
      .limit(1)
      .executeTakeFirst();
    if (known) return null;
    const token = newToken();
    await trx
      .insertInto('api_tokens')
      .values({ tenant: null, name: 'first operator token', hash: hashOf(token), scopes: [] })
      .execute();
    return token;
  });
}
