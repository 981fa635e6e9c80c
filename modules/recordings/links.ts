import { createHash, randomBytes } from 'node:crypto';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { Caller } from '../access/callers.ts';
import { personCaller } from '../access/sessions.ts';
import { tokenCaller } from '../access/tokens.ts';
import { actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';

/** A link lasts at most this long. */
export const LONGEST_LINK_MINUTES = 30 * 1_440;

/** One recording for whoever has the link, as long as whoever made it may hear it. */
export interface Link {
  id: string;
  tenant: string;
  callId: string;
  /** null: all segments */
  segment: number | null;
  download: boolean;
  /** of who made it */
  who: string;
  createdAt: Date;
  expiresAt: Date;
}

const hashOf = (token: string) => createHash('sha256').update(token).digest();

/**
 * @param caller who may hear the recording now, a person or a token
 * @returns the token of its address, for the only time: 256 bits, which nobody guesses
 */
export async function makeLink(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  link: Pick<Link, 'callId' | 'segment' | 'download' | 'expiresAt'>,
): Promise<{ id: string; token: string }> {
  const token = randomBytes(32).toString('base64url');
  const { callId, segment, download, expiresAt } = link;
  if (caller.by === 'system') throw new Error('a service makes no links');
  const made = { tenant, call_id: callId, segment, download, expires_at: expiresAt, hash: hashOf(token) };
  const by = caller.by;
  return asTenant(db, tenant, async (trx) => {
    const { id } = await trx
      .insertInto('recording_links')
      .values({ ...made, by, maker: caller.id, who: caller.name })
      .returning('id')
      .executeTakeFirstOrThrow();
    const after = { link: id, segment, download, expiresAt };
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'recording.link', subject: callId, after });
    return { id, token };
  });
}

/**
 * What an address names, and who made it as they stand now.
 * @param address that it was asked from @returns null: nothing, or it is over or revoked, or its maker is there no more
 */
export async function followLink(
  db: Kysely<PostgresSchema>,
  token: string,
  address: string,
  now: number,
): Promise<{ link: Link; maker: Caller } | null> {
  if (token.length > 100) return null;
  const row = await asOperator(db, (trx) =>
    trx
      .selectFrom('recording_links')
      .selectAll()
      .where('hash', '=', hashOf(token))
      .where('expires_at', '>', new Date(now))
      .where('revoked_at', 'is', null)
      .executeTakeFirst(),
  );
  if (!row) return null;
  const maker = await (row.by === 'person' ? personCaller : tokenCaller)(db, row.maker, address);
  return maker && { link: linkOf(row), maker };
}

/** Links of a call that still work. */
export async function linksOf(db: Kysely<PostgresSchema>, { tenant }: TenantScope, callId: string, now: number): Promise<Link[]> {
  const rows = await asTenant(db, tenant, (trx) =>
    trx
      .selectFrom('recording_links')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('call_id', '=', callId)
      .where('expires_at', '>', new Date(now))
      .where('revoked_at', 'is', null)
      .orderBy('id')
      .execute(),
  );
  return rows.map(linkOf);
}

/** @returns false when no such link works */
export async function revokeLink(db: Kysely<PostgresSchema>, { tenant }: TenantScope, caller: Caller, id: string): Promise<boolean> {
  return asTenant(db, tenant, async (trx) => {
    const row = await trx
      .updateTable('recording_links')
      .set({ revoked_at: sql`now()` })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .returning(['call_id', 'expires_at'])
      .executeTakeFirst();
    if (!row) return false;
    const before = { link: id, expiresAt: row.expires_at };
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'recording.link', subject: row.call_id, before });
    return true;
  });
}

/** Removes links that have been over for a month: the audit has told of them. */
export async function sweepLinks(db: Kysely<PostgresSchema>, now: number): Promise<void> {
  await asOperator(db, (trx) =>
    trx
      .deleteFrom('recording_links')
      .where('expires_at', '<', new Date(now - 30 * 86_400_000))
      .execute(),
  );
}

function linkOf(r: {
  id: string;
  tenant: string;
  call_id: string;
  segment: number | null;
  download: boolean;
  who: string;
  created_at: Date;
  expires_at: Date;
}): Link {
  const { id, tenant, segment, download, who } = r;
  return { id, tenant, callId: r.call_id, segment, download, who, createdAt: r.created_at, expiresAt: r.expires_at };
}
