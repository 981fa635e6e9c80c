import { subjects } from '@callscope/core/bus/streams.ts';
import { errorText, type Log } from '@callscope/core/node/log.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import { workWhenNotified } from '@callscope/core/node/notified-work.ts';
import { asOperator, type Postgres } from '@callscope/core/node/postgres.ts';
import { sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { OUTBOX_CHANNEL } from './announce.ts';
import { knownHead, publishCompany, subjectsOnBus } from './publish.ts';
import { companyVersions } from './store.ts';

export interface Outbox {
  /** companies whose last change the bus does not take, with the reason */
  blocked(): ReadonlyMap<string, string>;
  stop(): Promise<void>;
}

/**
 * Publishes the companies that transactions wrote into the outbox, as they stand by then; one that the bus does not take
 * keeps no other waiting and is tried again. At start every company that the bus does not know as it stands is published.
 */
export async function publishOutbox(postgres: Postgres<PostgresSchema>, bus: Bus, log: Log): Promise<Outbox> {
  const { db } = postgres;
  const blocked = new Map<string, string>();

  const publish = async (tenant: string, onBus?: ReadonlySet<string>): Promise<boolean> => {
    try {
      await publishCompany(db, bus, tenant, onBus);
      blocked.delete(tenant);
      return true;
    } catch (error) {
      const reason = errorText(error);
      if (blocked.get(tenant) !== reason) log.warn('a company could not be published, trying again', { tenant, error });
      blocked.set(tenant, reason);
      return false;
    }
  };

  const drain = async () => {
    const waiting = await asOperator(db, (trx) =>
      trx
        .selectFrom('outbox')
        .select((eb) => ['tenant', eb.fn.max('id').as('last')])
        .where('published_at', 'is', null)
        .groupBy('tenant')
        .orderBy('last')
        .execute(),
    );
    // those that failed before come last
    waiting.sort((a, b) => Number(blocked.has(a.tenant)) - Number(blocked.has(b.tenant)));
    for (const { tenant, last } of waiting) {
      if (!(await publish(tenant))) continue;
      await asOperator(db, (trx) =>
        trx
          .updateTable('outbox')
          .set({ published_at: new Date() })
          .where('tenant', '=', tenant)
          .where('id', '<=', last)
          .where('published_at', 'is', null)
          .execute(),
      );
    }
  };

  /** A bus that was made anew, or lost a message, gets what it lacks. */
  const compare = async () => {
    const onBus = await subjectsOnBus(bus);
    for (const { id, version } of await companyVersions(db)) {
      const { head } = await knownHead(bus, id);
      const isWhole = head?.versions.every((v) => onBus.has(subjects.directoryVersion(id, v.version)));
      if (head?.version !== version || !isWhole) await publish(id, onBus);
    }
  };

  await compare();
  const publishing = await workWhenNotified(postgres, log, OUTBOX_CHANNEL, {
    work: drain,
    clean: () => asOperator(db, (trx) => sql`delete from outbox where published_at < now() - interval '7 days'`.execute(trx)),
  });
  return { blocked: () => blocked, stop: publishing.stop };
}
