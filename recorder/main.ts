import { join } from 'node:path';
import { connectClickhouse } from '@callscope/core/node/clickhouse.ts';
import { blocks, ConfigError, objectsUrl, readConfig, recordingKeysFile, spoolDir } from '@callscope/core/node/config.ts';
import { Ffmpeg, findFfmpeg } from '@callscope/core/node/ffmpeg.ts';
import { runService } from '@callscope/core/node/lifecycle.ts';
import { gauge } from '@callscope/core/node/metrics.ts';
import { connectBus, ensureStreams } from '@callscope/core/node/nats.ts';
import { connectObjects } from '@callscope/core/node/objects/connect.ts';
import { connectPostgres } from '@callscope/core/node/postgres.ts';
import { reportStatus } from '@callscope/core/node/status.ts';
import { CompanyKeys } from '@callscope/modules/recordings/keys.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { Recorder } from './recorder.ts';
import { announceFiles } from './spool/announce.ts';
import { workOnFiles } from './spool/claims.ts';
import { Spool } from './spool/spool.ts';

const DAY_MS = 24 * 3_600_000;

await runService('recorder', async (service) => {
  const { log, stopping } = service;
  const { data, nats, clickhouse, database, spool: spoolBlock, objects: objectsBlock, recorder: own, path } = blocks;
  const config = readConfig(data, nats, clickhouse, database, spoolBlock, objectsBlock, own, path);
  const bin = findFfmpeg(config.FFMPEG_BIN, config.PATH);
  if (bin === null) throw new ConfigError('there is no ffmpeg: apt-get install ffmpeg, or name one in FFMPEG_BIN');
  const spool = await Spool.open(spoolDir(config));
  const bus = await connectBus(config.NATS_URL, `recorder-${service.instance}`, log);
  service.onStop('bus', () => bus.close());
  await ensureStreams(bus);
  const store = connectClickhouse(config.CLICKHOUSE_URL, 'callscope-recorder');
  service.onStop('store', () => store.close());
  const postgres = connectPostgres<PostgresSchema>(config.DATABASE_URL, 'callscope-recorder', log);
  service.onStop('postgres', () => postgres.close());
  const atOnce = config.RECORDINGS_AT_ONCE;
  const recorder = new Recorder({
    ...{ spool, store, db: postgres.db, objects: connectObjects(objectsUrl(config)), log },
    keys: new CompanyKeys(postgres.db, recordingKeysFile(config)),
    ffmpeg: new Ffmpeg({ bin, most: atOnce, stuckMs: config.FFMPEG_STUCK_SECONDS * 1_000, log }),
    ...{ format: config.RECORDING_FORMAT, workDir: join(config.DATA_DIR, 'recorder') },
  });
  await recorder.prepare();
  let oldestAt: number | null = null;
  service.setHealth(() => {
    if (!bus.connected()) return { failing: 'nats', detail: 'the bus is away' };
    const lag = oldestAt === null ? {} : { lagSeconds: (performance.now() - oldestAt) / 1_000 };
    return recorder.trouble === null
      ? { failing: null, ...lag }
      : { failing: 'recorder', detail: recorder.trouble, isShared: true, ...lag };
  });
  reportStatus(service, bus, 'recorder');
  const waiting = gauge('recorder_waiting', 'Complete recordings in the spool');
  const oldest = gauge('recorder_spool_oldest_seconds', 'How long the oldest recording of the spool has waited');
  void announceFiles(spool, bus, log, stopping, (count, since) => {
    waiting.set(count);
    oldestAt = since;
    oldest.set(since === null ? 0 : (performance.now() - since) / 1_000);
    if (count === 0) recorder.nothingWaits();
  });
  const sweep = () =>
    spool
      .sweepQuarantine(Date.now() - config.QUARANTINE_DAYS * DAY_MS)
      .then((swept) => swept > 0 && log.warn('what was put aside long ago is gone', { files: swept, days: config.QUARANTINE_DAYS }))
      .catch((error: unknown) => log.warn('what was put aside could not be looked through', { error }));
  void sweep();
  const sweeping = setInterval(sweep, DAY_MS / 24);
  service.onStop('quarantine', () => clearInterval(sweeping));
  const work = workOnFiles(spool.id, bus, log, stopping, atOnce, (name, tries) => recorder.work(name, tries));
  work.catch((error: unknown) => {
    log.error('the bus gives no work, ending', { error });
    process.exit(1);
  });
  service.onStop('work in hand', () => work);
});
