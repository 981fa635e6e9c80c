import { DIRECTORY, subjects } from '@callscope/core/bus/streams.ts';
import type { DirectorySnapshot } from '@callscope/core/domain/directory.ts';
import type { Log } from '@callscope/core/node/log.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import { asOperator, type Postgres } from '@callscope/core/node/postgres.ts';
import { sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { allSnapshots, OUTBOX_CHANNEL } from './store.ts';

/** Without a wake-up the outbox is looked at this often: a lost LISTEN connection delays, it does not lose. */
const POLL_MS = 5_000;
const BATCH = 50;
const CLEAN_EVERY_POLLS = 720;

/**
 * Publishes what transactions wrote into the outbox, in order, each company's last word under its own message id. At
 * start every company that the bus does not know as it stands is published again.
 */
export async function publishOutbox(postgres: Postgres<PostgresSchema>, bus: Bus, log: Log): Promise<{ stop(): Promise<void> }> {
  const publish = (snapshot: DirectorySnapshot) =>
    bus.js.publish(subjects.directory(snapshot.tenant.id), JSON.stringify(snapshot), {
      msgID: `directory-${snapshot.tenant.id}-${snapshot.version}`,
    });

  /** @returns how many were published */
  const drain = () =>
    asOperator(postgres.db, async (trx) => {
      const rows = await trx
        .selectFrom('outbox')
        .select(['id', 'payload'])
        .where('published_at', 'is', null)
        .orderBy('id')
        .limit(BATCH)
        .forUpdate()
        .skipLocked()
        .execute();
      for (const row of rows) {
        await publish(row.payload);
        await trx.updateTable('outbox').set({ published_at: new Date() }).where('id', '=', row.id).execute();
      }
      return rows.length;
    });

  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  const wake = () => {
    if (stopped) return;
    if (running) {
      again = true;
      return;
    }
    running = (async () => {
      do {
        again = false;
        try {
          while ((await drain()) === BATCH);
        } catch (error) {
          log.warn('the outbox could not be published, trying again', { error });
        }
      } while (again);
      running = undefined;
    })();
  };

  let polls = 0;
  const clean = () => asOperator(postgres.db, (trx) => sql`delete from outbox where published_at < now() - interval '7 days'`.execute(trx));

  let listener: { release(destroy: boolean): void } | undefined;
  const listen = async () => {
    if (listener || stopped) return;
    try {
      const client = await postgres.pool.connect();
      client.on('notification', wake);
      client.on('error', () => {
        listener = undefined;
      });
      await client.query(`LISTEN ${OUTBOX_CHANNEL}`);
      listener = client;
    } catch (error) {
      log.warn('cannot listen for changes, looking every few seconds', { error });
    }
  };

  for (const snapshot of await allSnapshots(postgres.db)) {
    const known = await bus.jsm.streams
      .getMessage(DIRECTORY.name, { last_by_subj: subjects.directory(snapshot.tenant.id) })
      .catch(() => null);
    const version = known ? (known.json<DirectorySnapshot>().version ?? 0) : 0;
    if (version < snapshot.version) await publish(snapshot);
  }
  await listen();
  wake();
  const timer = setInterval(() => {
    void listen();
    wake();
    if (++polls % CLEAN_EVERY_POLLS === 0) void clean().catch((error) => log.warn('the outbox could not be cleaned', { error }));
  }, POLL_MS);
  return {
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await running;
      listener?.release(true);
    },
  };
}
