import { connectClickhouse } from '@callscope/core/node/clickhouse.ts';
import { systemClock } from '@callscope/core/node/clock.ts';
import { blocks, readConfig } from '@callscope/core/node/config.ts';
import { runService } from '@callscope/core/node/lifecycle.ts';
import { connectBus, ensureStreams } from '@callscope/core/node/nats.ts';
import { connectPostgres } from '@callscope/core/node/postgres.ts';
import { ensureOperatorToken } from '@callscope/modules/access/tokens.ts';
import { publishOutbox } from '@callscope/modules/directory/outbox.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { serve } from '@hono/node-server';
import { createApp } from './app.ts';
import { HealthWatch } from './health/health.ts';

await runService('portal', async (service) => {
  const config = readConfig(blocks.nats, blocks.clickhouse, blocks.database, blocks.group, blocks.portal);
  const bus = await connectBus(config.NATS_URL, `portal-${service.instance}`, service.log);
  service.onStop('bus', () => bus.close());
  await ensureStreams(bus);
  const store = connectClickhouse(config.CLICKHOUSE_URL, 'callscope-portal');
  service.onStop('store', () => store.close());
  const postgres = connectPostgres<PostgresSchema>(config.DATABASE_URL, 'callscope-portal', service.log);
  service.onStop('postgres', () => postgres.close());

  if ((config.BOOTSTRAP_TOKEN?.length ?? 99) < 16)
    service.log.warn('BOOTSTRAP_TOKEN has fewer than 16 characters: fit for a test, not for a network');
  const made = await ensureOperatorToken(postgres.db, config.BOOTSTRAP_TOKEN);
  if (made !== null) service.log.info(`first sign-in: the operator's token, shown this once: ${made}`);
  const outbox = await publishOutbox(postgres, bus, service.log);
  service.onStop('outbox', () => outbox.stop());

  const health = new HealthWatch(bus, store, postgres.db, config.EXPECT_SERVICES);
  const app = createApp({ db: postgres.db, store, bus, clock: systemClock, log: service.log, group: config.EDGE_GROUP }, health);
  await new Promise<void>((done, failed) => {
    const server = serve({ fetch: app.fetch, hostname: config.PORTAL_HOST, port: config.PORTAL_PORT }, () => done());
    server.once('error', (cause) =>
      failed(
        new Error(`cannot listen at ${config.PORTAL_HOST}:${config.PORTAL_PORT}: choose another with PORTAL_HOST and PORTAL_PORT`, {
          cause,
        }),
      ),
    );
    service.onStop(
      'http',
      () =>
        new Promise<void>((closed) => {
          server.close(() => closed());
          if ('closeIdleConnections' in server) server.closeIdleConnections();
          setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), 2_000).unref();
        }),
    );
  });
  service.setHealth(() => (bus.connected() ? { failing: null } : { failing: 'nats' }));
});
