/**
 * The last resort of telling: OpenSIPS writes each accounting record into PostgreSQL too, and this sends every record to
 * ingest until the bus has it. What ingest heard already it recognises; after an outage every call is there.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { blocks, readConfig } from '@callscope/core/node/config.ts';
import { runService } from '@callscope/core/node/lifecycle.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import { connectPostgres } from '@callscope/core/node/postgres.ts';
import { forget, reconcile } from './reconcile.ts';

const PAUSE_MS = 1_000;
const FORGET_EVERY_MS = 3_600_000;

const confirmed = counter('reconcile_rows_confirmed_total', 'Accounting rows that ingest has confirmed');
const behind = gauge('reconcile_lag_seconds', 'Age of the oldest row that ingest has not confirmed');

await runService('reconcile', async (service) => {
  const config = readConfig(blocks.edgeNode);
  const postgres = connectPostgres<object>(config.EDGE_DATABASE_URL, 'callscope-reconcile', service.log);
  const consumers = config.EDGE_EVENTS.split(',');
  let failure: string | null = null;
  let lagSeconds = 0;
  service.setHealth(() => (failure === null ? { failing: null, lagSeconds } : { failing: 'reconcile', detail: failure, lagSeconds }));
  const run = async () => {
    let turn = 0;
    let forgotten = 0;
    while (!service.stopping.aborted) {
      try {
        const done = await reconcile(postgres.pool, consumers[turn % consumers.length] as string);
        confirmed.inc(done.confirmed);
        lagSeconds = done.oldestSeconds;
        behind.set(lagSeconds);
        failure = null;
        if (done.more) continue;
        if (Date.now() - forgotten > FORGET_EVERY_MS) {
          await forget(postgres.pool);
          forgotten = Date.now();
        }
      } catch (error) {
        if (failure === null)
          service.log.warn('rows wait for ingest', { consumer: consumers[turn % consumers.length], error: errorText(error) });
        failure = errorText(error);
        turn++;
      }
      await sleep(PAUSE_MS, undefined, { signal: service.stopping }).catch(() => undefined);
    }
  };
  const running = run();
  service.onStop('reconcile', async () => {
    await running;
    await postgres.close();
  });
});
