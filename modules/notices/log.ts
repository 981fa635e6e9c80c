import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Caller } from '../access/callers.ts';
import { type Act, actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import type { Channel, NoticeState } from './forms.ts';
import type { About, Told } from './schema.ts';

type Db = Kysely<PostgresSchema>;

/** Something that somebody is, was, or was to be told of. */
export interface Notice<A extends About> {
  id: string;
  way: { id: string; channel: Channel };
  /** a call's id, or which word of which alarm */
  subject: string;
  facts: Told[A];
  state: NoticeState;
  tries: number;
  /** why it failed, or is tried again; '' = nothing is wrong */
  fault: string;
  madeAt: Date;
  sentAt: Date | null;
}

/** The newest first. @param before id of the last one of the page before */
export function listNotices<A extends About>(
  db: Db,
  { tenant }: TenantScope,
  about: A,
  limit: number,
  before: string | null,
): Promise<Notice<A>[]> {
  return asTenant(db, tenant, async (trx) => {
    const rows = await trx
      .selectFrom('notices as n')
      .innerJoin('notice_ways as w', (j) => j.onRef('w.tenant', '=', 'n.tenant').onRef('w.id', '=', 'n.way'))
      .selectAll('n')
      .select('w.channel')
      .where('n.tenant', '=', tenant)
      .where('n.about', '=', about)
      .$if(before !== null, (q) => q.where('n.id', '<', before as string))
      .orderBy('n.id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(({ id, way, channel, subject, facts, state, tries, fault, made_at, sent_at }) => ({
      ...{ id, way: { id: way, channel }, subject, facts: facts as Told[A], state, tries, fault, madeAt: made_at, sentAt: sent_at },
    }));
  });
}

/** Tells of it once more, whatever came of it before. @returns false: there is no such notice */
export function sendAgain(db: Db, { tenant }: TenantScope, caller: Caller, about: About, act: Act, id: string): Promise<boolean> {
  return asTenant(db, tenant, async (trx) => {
    const row = await trx
      .updateTable('notices')
      .set({ state: 'waiting', tries: 0, next_at: sql<Date>`now()`, fault: '' })
      .where('tenant', '=', tenant)
      .where('about', '=', about)
      .where('id', '=', id)
      .returning('subject')
      .executeTakeFirst();
    if (!row) return false;
    await noteAct(trx, tenant, { actor: actorOf(caller), act, subject: row.subject });
    await wakeSenders(trx);
    return true;
  });
}

/** Puts what is to be told in line, once a way and subject; portals send it when the transaction is through. @returns how many are new */
export async function lineUp<A extends About>(
  trx: Transaction<PostgresSchema>,
  tenant: string,
  about: A,
  told: readonly { way: string; subject: string; facts: Told[A] }[],
): Promise<number> {
  if (told.length === 0) return 0;
  const made = await trx
    .insertInto('notices')
    .values(told.map(({ facts, ...one }) => ({ tenant, about, ...one, facts: JSON.stringify(facts), sent_at: null })))
    .onConflict((c) => c.doNothing())
    .returning('id')
    .execute();
  if (made.length > 0) await wakeSenders(trx);
  return made.length;
}

/** What waits for its first try, or for another after one that failed, is not needed any more. */
export async function takeBack(trx: Transaction<PostgresSchema>, tenant: string, about: About, subjects: readonly string[]): Promise<void> {
  if (subjects.length === 0) return;
  await trx
    .updateTable('notices')
    .set({ state: 'over' })
    .where('tenant', '=', tenant)
    .where('about', '=', about)
    .where('subject', 'in', subjects)
    .where('state', '=', 'waiting')
    .where((eb) => eb.or([eb('tries', '=', 0), eb('fault', '<>', '')]))
    .execute();
}

const wakeSenders = (trx: Transaction<PostgresSchema>) => sql`NOTIFY notices`.execute(trx);
