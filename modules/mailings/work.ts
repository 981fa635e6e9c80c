import { createHash, randomBytes } from 'node:crypto';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { Caller } from '../access/callers.ts';
import { personCaller } from '../access/sessions.ts';
import { tokenCaller } from '../access/tokens.ts';
import type { PostgresSchema } from '../schema.ts';
import type { ViewPage } from '../views/forms.ts';
import type { MailedFormat } from './forms.ts';
import { lastDue, nextDue } from './rules-due.ts';

type Db = Kysely<PostgresSchema>;

/** Companies' mailings that are put in line at once: more follow in the next turn. */
const MOST_AT_ONCE = 50;
/** Nobody else takes letters that were taken for so long; after that whoever took them has died. */
const LEASE_MINUTES = 15;
/** Between tries of a letter, seconds; after the last it has failed. */
const AGAIN_SECONDS = [60, 300, 1_800, 7_200, 21_600] as const;
const LINK_DAYS = 7;

/** One mailing at one of its times. */
export interface Sending {
  tenant: string;
  mailing: string;
  dueAt: Date;
}
export interface TakenSending extends Sending {
  view: { name: string; page: ViewPage; query: string };
  format: MailedFormat;
  by: 'person' | 'token';
  maker: string;
  letters: { address: string; token: string; tries: number }[];
}

/**
 * Puts a letter to each address in line for every mailing whose time has come, and sets its next time, in one transaction: a time
 * that was due has its letters once. After an outage the last of the times goes, and those before it do not.
 */
export async function lineUpDue(db: Db, _scope: OperatorScope, now: number): Promise<number> {
  return asOperator(db, async (trx) => {
    const due = await trx
      .selectFrom('mailings as m')
      .innerJoin('tenants as t', 't.id', 'm.tenant')
      .selectAll('m')
      .select('t.timezone')
      .where('m.next_at', '<=', new Date(now))
      .orderBy('m.next_at')
      .limit(MOST_AT_ONCE)
      .forUpdate('m')
      .skipLocked()
      .execute();
    for (const { timezone, ...mailing } of due) {
      const { tenant, id, next_at } = mailing;
      const at = lastDue(mailing, timezone, (next_at as Date).getTime(), now);
      await sql`INSERT INTO mailing_letters (tenant, mailing, due_at, address)
        SELECT tenant, mailing, ${new Date(at)}, address FROM mailing_addresses
        WHERE tenant = ${tenant} AND mailing = ${id} AND is_named AND left_at IS NULL
        ON CONFLICT DO NOTHING`.execute(trx);
      await trx
        .updateTable('mailings')
        .set({ next_at: new Date(nextDue(mailing, timezone, now)) })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .execute();
    }
    return due.length;
  });
}

/** Takes the letters of one time of one mailing that wait longest. @returns null: nothing waits */
export async function takeSending(db: Db, _scope: OperatorScope): Promise<TakenSending | null> {
  return asOperator(db, async (trx) => {
    // materialized: a subquery with LIMIT and locks may be run anew for each row, and take more than one
    const { rows } = await sql<{ tenant: string; mailing: string; due_at: Date; address: string; tries: number }>`
      WITH next AS MATERIALIZED (
        SELECT tenant, mailing, due_at FROM mailing_letters WHERE state = 'waiting' AND next_at <= now()
        ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
      UPDATE mailing_letters l SET tries = l.tries + 1, next_at = now() + make_interval(mins => ${LEASE_MINUTES})
      FROM next
      WHERE l.tenant = next.tenant AND l.mailing = next.mailing AND l.due_at = next.due_at AND l.state = 'waiting' AND l.next_at <= now()
      RETURNING l.tenant, l.mailing, l.due_at, l.address, l.tries`.execute(trx);
    const [first] = rows;
    if (!first) return null;
    const { tenant, mailing, due_at: dueAt } = first;
    const of = await trx
      .selectFrom('mailings as m')
      .innerJoin('saved_views as v', (j) => j.onRef('v.tenant', '=', 'm.tenant').onRef('v.id', '=', 'm.view'))
      .select(['m.format', 'm.by', 'm.maker', 'v.name', 'v.page', 'v.query'])
      .where('m.tenant', '=', tenant)
      .where('m.id', '=', mailing)
      .executeTakeFirstOrThrow();
    const tokens = await trx
      .selectFrom('mailing_addresses')
      .select(['address', 'token'])
      .where('tenant', '=', tenant)
      .where('mailing', '=', mailing)
      .execute();
    const tokenOf = new Map(tokens.map(({ address, token }) => [address, token]));
    const { format, by, maker, name, page, query } = of;
    return {
      ...{ tenant, mailing, dueAt, format, by, maker, view: { name, page: page as ViewPage, query } },
      letters: rows.map(({ address, tries }) => ({ address, tries, token: tokenOf.get(address) ?? '' })),
    };
  });
}

/** Whoever keeps a mailing, as they stand now. @returns null: they are there no more */
export function makerOf(db: Db, { by, maker }: Pick<TakenSending, 'by' | 'maker'>): Promise<Caller | null> {
  return (by === 'person' ? personCaller : tokenCaller)(db, maker, '');
}

type Letter = Sending & { address: string };

export async function letterSent(db: Db, letter: Letter, way: 'file' | 'link'): Promise<void> {
  await change(db, letter, { state: 'sent', way, fault: '', sent_at: new Date() });
}

/** It is tried again after a while, and has failed after the last try. @param tries with this one */
export async function letterFailed(db: Db, letter: Letter, tries: number, fault: string): Promise<void> {
  const again = AGAIN_SECONDS[tries - 1];
  await change(db, letter, {
    fault: fault.slice(0, 500),
    ...(again === undefined ? { state: 'failed' as const } : { next_at: new Date(Date.now() + again * 1_000) }),
  });
}

/** Nothing of it is tried again: no later try would end otherwise. */
export async function giveUp(db: Db, sending: Sending, fault: string): Promise<void> {
  await asTenant(db, sending.tenant, (trx) =>
    trx
      .updateTable('mailing_letters')
      .set({ state: 'failed', fault: fault.slice(0, 500) })
      .where('tenant', '=', sending.tenant)
      .where('mailing', '=', sending.mailing)
      .where('due_at', '=', sending.dueAt)
      .where('state', '=', 'waiting')
      .execute(),
  );
}

const hashOf = (token: string) => createHash('sha256').update(token).digest();

/** A link to the files of one time, for whoever has it. @returns the token of its address, for the only time */
export async function linkTo(db: Db, { tenant, mailing, dueAt }: Sending, now: number): Promise<{ token: string; until: Date }> {
  const token = randomBytes(32).toString('base64url');
  const until = new Date(now + LINK_DAYS * 86_400_000);
  await asTenant(db, tenant, (trx) =>
    trx
      .insertInto('mailing_links')
      .values({ hash: hashOf(token), tenant, mailing, due_at: dueAt, expires_at: until })
      .execute(),
  );
  return { token, until };
}

/** What a link names, as the mailing is now. @returns null: nothing, or it is over */
export function followFiles(db: Db, token: string, now: number): Promise<Omit<TakenSending, 'letters'> | null> {
  return asOperator(db, async (trx) => {
    const row = await trx
      .selectFrom('mailing_links as l')
      .innerJoin('mailings as m', (j) => j.onRef('m.tenant', '=', 'l.tenant').onRef('m.id', '=', 'l.mailing'))
      .innerJoin('saved_views as v', (j) => j.onRef('v.tenant', '=', 'm.tenant').onRef('v.id', '=', 'm.view'))
      .select(['l.tenant', 'l.mailing', 'l.due_at', 'm.format', 'm.by', 'm.maker', 'v.name', 'v.page', 'v.query'])
      .where('l.hash', '=', hashOf(token.slice(0, 100)))
      .where('l.expires_at', '>', new Date(now))
      .executeTakeFirst();
    if (!row) return null;
    const { tenant, mailing, due_at: dueAt, format, by, maker, name, page, query } = row;
    return { tenant, mailing, dueAt, format, by, maker, view: { name, page: page as ViewPage, query } };
  });
}

/** Links that are over, and letters of more than a year ago. */
export async function forgetOld(db: Db, { tenant }: TenantScope, now: number): Promise<void> {
  await asTenant(db, tenant, async (trx) => {
    await trx.deleteFrom('mailing_links').where('tenant', '=', tenant).where('expires_at', '<', new Date(now)).execute();
    const yearAgo = new Date(now - 366 * 86_400_000);
    await trx.deleteFrom('mailing_letters').where('tenant', '=', tenant).where('due_at', '<', yearAgo).execute();
  });
}

async function change(
  db: Db,
  { tenant, mailing, dueAt, address }: Letter,
  set: { state?: 'sent' | 'failed'; way?: 'file' | 'link'; fault: string; sent_at?: Date; next_at?: Date },
): Promise<void> {
  await asTenant(db, tenant, (trx) =>
    trx
      .updateTable('mailing_letters')
      .set(set)
      .where('tenant', '=', tenant)
      .where('mailing', '=', mailing)
      .where('due_at', '=', dueAt)
      .where('address', '=', address)
      .where('state', '=', 'waiting')
      .execute(),
  );
}
