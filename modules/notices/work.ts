import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import type { Channel, NoticeState } from './forms.ts';
import type { About, Told } from './schema.ts';
import { openSecret, type WrappedSecret } from './ways.ts';

type Db = Kysely<PostgresSchema>;

/** Nobody else takes a notice that was taken for so long; after that whoever took it has died. */
const LEASE_SECONDS = 60;
/** Between tries, seconds; after the last it has failed. */
const AGAIN_SECONDS = [10, 60, 300, 1_800, 7_200, 21_600] as const;
/** The log reaches back so far. */
const KEPT_DAYS = 92;

/** One notice on its way, by what it is about. */
export type TakenNotice = {
  [A in About]: {
    tenant: string;
    id: string;
    way: string;
    about: A;
    /** of a missed call its id */
    subject: string;
    facts: Told[A];
    channel: Channel;
    targets: string[];
    /** tries with this one */
    tries: number;
    /** of a webhook */
    secret: WrappedSecret | null;
  };
}[About];

/**
 * Takes the notice that waits longest. @param busy ways that are being told by: one that is slow has its own wait, not that
 * of others @returns null: nothing waits
 */
export async function takeNotice(db: Db, _scope: OperatorScope, busy: readonly string[]): Promise<TakenNotice | null> {
  return asOperator(db, async (trx) => {
    // materialized: a subquery with LIMIT and locks may be run anew for each row, and take more than one
    const { rows } = await sql<Pick<TakenNotice, 'tenant' | 'id' | 'way' | 'about' | 'subject' | 'facts' | 'tries'>>`
      WITH next AS MATERIALIZED (
        SELECT id FROM notices WHERE state = 'waiting' AND next_at <= now() AND NOT (tenant || ' ' || way = ANY (${busy as string[]}))
        ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
      UPDATE notices n SET tries = n.tries + 1, next_at = now() + make_interval(secs => ${LEASE_SECONDS})
      FROM next WHERE n.id = next.id
      RETURNING n.tenant, n.id, n.way, n.about, n.subject, n.facts, n.tries`.execute(trx);
    const [taken] = rows;
    if (!taken) return null;
    const way = await trx
      .selectFrom('notice_ways')
      .select(['channel', 'targets', 'secret_master', 'secret_wrapped'])
      .where('tenant', '=', taken.tenant)
      .where('id', '=', taken.way)
      .executeTakeFirstOrThrow();
    const { channel, targets, secret_master: master, secret_wrapped: wrapped } = way;
    const secret = master === null || wrapped === null ? null : { master, wrapped };
    return { ...taken, channel, targets, secret } as TakenNotice;
  });
}

export const wayKey = ({ tenant, way }: Pick<TakenNotice, 'tenant' | 'way'>): string => `${tenant} ${way}`;

/** @param keysPath RECORDING_KEYS_FILE @throws KeysMissing */
export async function secretOf({ tenant, secret }: Pick<TakenNotice, 'tenant' | 'secret'>, keysPath: string): Promise<string> {
  if (secret === null) throw new Error('letters are not signed');
  return openSecret(tenant, secret, keysPath);
}

export function noticeSent(db: Db, notice: TakenNotice): Promise<void> {
  // also where it was taken back meanwhile: it did go
  return change(db, notice, ['waiting', 'over'], { state: 'sent', fault: '', sent_at: new Date() });
}

/** It is tried again after a while, and has failed after the last try. */
export function noticeFailed(db: Db, notice: TakenNotice, fault: string): Promise<void> {
  const again = AGAIN_SECONDS[notice.tries - 1];
  return change(db, notice, ['waiting'], {
    fault: fault.slice(0, 500),
    ...(again === undefined ? { state: 'failed' as const } : { next_at: sql<Date>`now() + make_interval(secs => ${again})` }),
  });
}

/** What is long over leaves the log. */
export async function forgetOldNotices(db: Db, _scope: OperatorScope): Promise<void> {
  await asOperator(db, (trx) => sql`DELETE FROM notices WHERE made_at < now() - make_interval(days => ${KEPT_DAYS})`.execute(trx));
}

async function change(
  db: Db,
  { tenant, id }: TakenNotice,
  from: readonly NoticeState[],
  set: { state?: 'sent' | 'failed'; fault: string; sent_at?: Date; next_at?: ReturnType<typeof sql<Date>> },
): Promise<void> {
  await asTenant(db, tenant, (trx) =>
    trx.updateTable('notices').set(set).where('tenant', '=', tenant).where('id', '=', id).where('state', 'in', from).execute(),
  );
}
