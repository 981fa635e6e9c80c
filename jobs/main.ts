import { connectClickhouse } from '@callscope/core/node/clickhouse.ts';
import { blocks, objectsUrl, readConfig } from '@callscope/core/node/config.ts';
import { runService } from '@callscope/core/node/lifecycle.ts';
import { connectBus, ensureStreams } from '@callscope/core/node/nats.ts';
import { connectObjects } from '@callscope/core/node/objects/connect.ts';
import { connectPostgres } from '@callscope/core/node/postgres.ts';
import { reportStatus } from '@callscope/core/node/status.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { runCases } from './cases/cases.ts';
import { pumpReloads } from './edges/reload.ts';
import { keepRecordings } from './recordings/keeping.ts';
import { watchMissing } from './recordings/missing.ts';

await runService('jobs', async (service) => {
  const config = readConfig(blocks.nats, blocks.clickhouse, blocks.database, blocks.data, blocks.objects);
  const bus = await connectBus(config.NATS_URL, `jobs-${service.instance}`, service.log);
  service.onStop('bus', () => bus.close());
  await ensureStreams(bus);
  const store = connectClickhouse(config.CLICKHOUSE_URL, 'callscope-jobs');
  service.onStop('store', () => store.close());
  const postgres = connectPostgres<PostgresSchema>(config.DATABASE_URL, 'callscope-jobs', service.log);
  service.onStop('postgres', () => postgres.close());
  reportStatus(service, bus, 'jobs');
  await pumpReloads(service, postgres, bus);
  await keepRecordings(service, { store, postgres, objects: connectObjects(objectsUrl(config)) });
  watchMissing(service, store, postgres.db);
  await runCases(service, bus, store, postgres.db);
});
