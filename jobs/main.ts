import { connectClickhouse } from '@callscope/core/node/clickhouse.ts';
import { systemClock } from '@callscope/core/node/clock.ts';
import { blocks, objectsUrl, readConfig, recordingKeysFile } from '@callscope/core/node/config.ts';
import { Ffmpeg, findFfmpeg } from '@callscope/core/node/ffmpeg.ts';
import { watchFreshness } from '@callscope/core/node/freshness.ts';
import { runService } from '@callscope/core/node/lifecycle.ts';
import { connectBus, ensureStreams } from '@callscope/core/node/nats.ts';
import { connectObjects } from '@callscope/core/node/objects/connect.ts';
import { connectPostgres } from '@callscope/core/node/postgres.ts';
import { reportStatus } from '@callscope/core/node/status.ts';
import { CompanyKeys } from '@callscope/modules/recordings/keys.ts';
import { ReportKeys } from '@callscope/modules/recordings/signing.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { watchAlerts } from './alerts/check.ts';
import { runCases } from './cases/cases.ts';
import { pumpReloads } from './edges/reload.ts';
import { watchIncidents } from './incidents/watch.ts';
import { carryMarks } from './marks/carry.ts';
import { drawPlans } from './quality/plans.ts';
import { copyCosts } from './rating/costs.ts';
import { rateFinished } from './rating/rating.ts';
import { reconcileNightly } from './reconciliation/nightly.ts';
import { watchArchive } from './recordings/archive.ts';
import { keepRecordings } from './recordings/keeping.ts';
import { watchMissing } from './recordings/missing.ts';
import { followDirectories } from './recordings/policy.ts';
import { keepStore } from './retention/keep.ts';
import { transcribe } from './transcripts/transcribe.ts';
import { reckonVoice } from './voice/reckon.ts';

/** Well within the minute after which a measure is looked at again. */
const ALERT_PATIENCE_MS = 20_000;

await runService('jobs', async (service) => {
  const config = readConfig(
    blocks.nats,
    blocks.clickhouse,
    blocks.database,
    blocks.data,
    blocks.objects,
    blocks.recorder,
    blocks.group,
    blocks.path,
  );
  const bus = await connectBus(config.NATS_URL, `jobs-${service.instance}`, service.log);
  service.onStop('bus', () => bus.close());
  await ensureStreams(bus);
  const store = connectClickhouse(config.CLICKHOUSE_URL, 'callscope-jobs');
  service.onStop('store', () => store.close());
  const postgres = connectPostgres<PostgresSchema>(config.DATABASE_URL, 'callscope-jobs', service.log);
  service.onStop('postgres', () => postgres.close());
  reportStatus(service, bus, 'jobs');
  await pumpReloads(service, postgres, bus);
  await watchIncidents(service, bus, store, postgres.db);
  const objects = connectObjects(objectsUrl(config));
  const keysPath = recordingKeysFile(config);
  await keepRecordings(service, { store, postgres, objects, reports: new ReportKeys(keysPath) });
  const bin = findFfmpeg(config.FFMPEG_BIN, config.PATH);
  const ffmpeg = bin === null ? null : new Ffmpeg({ bin, most: 1, stuckMs: config.FFMPEG_STUCK_SECONDS * 1_000, log: service.log });
  await transcribe(service, { postgres, objects, keys: new CompanyKeys(postgres.db, keysPath), keysPath, ffmpeg });
  watchArchive(service, { db: postgres.db, objects, log: service.log });
  followDirectories(service, postgres.db);
  watchMissing(service, store, postgres.db);
  drawPlans(service, store, postgres.db);
  keepStore(service, store, postgres.db);
  await reconcileNightly(service, { store, postgres, objects });
  const freshness = watchFreshness(bus, config.EDGE_GROUP);
  service.onStop('freshness', () => freshness.stop());
  // a store that stands still holds up nothing else, and is soon found not to answer
  const measures = connectClickhouse(config.CLICKHOUSE_URL, 'callscope-alerts', ALERT_PATIENCE_MS);
  service.onStop('measures', () => measures.close());
  watchAlerts(service, { store: measures, db: postgres.db, bus, clock: systemClock, fresh: () => freshness.now() });
  reckonVoice(service, { store, db: postgres.db, clock: systemClock, fresh: () => freshness.now() });
  const marks = await carryMarks(service, store, postgres);
  const costs = await copyCosts(service, store, postgres);
  const followers = [runCases(service, bus, store, postgres.db), await rateFinished(service, bus, store, postgres)];
  service.setHealth(() => {
    if (!bus.connected()) return { failing: 'nats', detail: 'the bus is away' };
    const failing = followers.map((f) => f.health()).find((health) => health.failing !== null);
    if (failing) return failing;
    for (const [name, late] of [
      ['marks', marks()],
      ['costs', costs()],
    ] as const)
      if (late !== null) return { failing: name, detail: late };
    return { failing: null, lagSeconds: 0 };
  });
  await Promise.all(followers.map((f) => f.begun));
});
