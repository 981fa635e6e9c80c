import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { FACTS } from '@callscope/core/bus/streams.ts';
import { systemClock } from '@callscope/core/node/clock.ts';
import { blocks, ConfigError, objectsUrl, readConfig, recordingKeysFile } from '@callscope/core/node/config.ts';
import { createLog, errorText } from '@callscope/core/node/log.ts';
import { connectBus } from '@callscope/core/node/nats.ts';
import { connectObjects } from '@callscope/core/node/objects/connect.ts';
import { MasterKeys } from '@callscope/core/node/objects/master-keys.ts';
import { loadBus, requireEmptyBus } from './backup/bus.ts';
import { loadClickhouse, requireEmptyClickhouse } from './backup/clickhouse.ts';
import { BackupError, filesOf, type Manifest, readManifest, verify } from './backup/files.ts';
import { compareObjects, type ObjectsFound } from './backup/objects.ts';
import { loadPostgres, requireEmptyPostgres } from './backup/postgres.ts';
import { isEmbedded, withStores } from './backup/stores.ts';
import { beginRestore, DataDirError, finishRestore } from './data-dir.ts';
import { MigrationError, migrate, migrationsOf, type Store } from './migrate.ts';

const HELP = `npm run restore -- DIR [--check] [--without-keys]

Brings back what npm run backup wrote to DIR, into stores that hold nothing yet: an empty DATA_DIR, or empty servers that
NATS_URL, CLICKHOUSE_URL and DATABASE_URL name. Then npm start goes on where the backup ended.

  --check          reads the backup whole and compares recordings with its list; changes nothing
  --without-keys   restores although the master keys are gone: sealed recordings and second factors stay shut

Put the master keys back first: RECORDING_KEYS_FILE, or DATA_DIR/secrets/recording-keys.`;

const log = createLog('restore', { format: 'text', write: (line) => console.error(line) });
/** In DATA_DIR before a restore. */
const KEPT = ['secrets/recording-keys'];

/** @throws BackupError when a store of the backup has a shape that this build does not know */
function requireKnown(manifest: Manifest): void {
  for (const store of ['postgres', 'clickhouse'] as const) {
    const known = new Map(migrationsOf(store).map((m) => [m.id, m.checksum]));
    const strange = manifest.migrations[store].find((m) => known.get(m.id) !== m.checksum);
    if (strange)
      throw new BackupError(
        `the backup was made by version ${manifest.version}, whose ${store} has ${strange.id}: restore it with that version`,
      );
  }
}

/** @throws BackupError, KeysMissing */
async function requireKeys(manifest: Manifest, path: string): Promise<void> {
  if (manifest.masterKeys.length === 0) return;
  const { names } = await MasterKeys.read(path);
  const missing = manifest.masterKeys.filter((key) => !names.includes(key));
  if (missing.length > 0)
    throw new BackupError(`RECORDING_KEYS_FILE ${path} lacks the keys ${missing.join(', ')} of the backup: put their lines back`);
}

async function restore(dir: string, manifest: Manifest): Promise<void> {
  const config = readConfig(blocks.data, blocks.objects);
  if (isEmbedded()) beginRestore(config.DATA_DIR, KEPT);
  await withStores(log, async ({ NATS_URL, CLICKHOUSE_URL, DATABASE_URL }) => {
    const bus = await connectBus(NATS_URL, 'restore', log);
    try {
      await Promise.all([requireEmptyPostgres(DATABASE_URL), requireEmptyClickhouse(CLICKHOUSE_URL), requireEmptyBus(bus)]);
      const had = (store: Store, id: string) => manifest.migrations[store].some((m) => m.id === id);
      await migrate(DATABASE_URL, CLICKHOUSE_URL, log, had);
      await loadPostgres(DATABASE_URL, dir, manifest.postgres, log);
      await loadClickhouse(CLICKHOUSE_URL, dir, manifest.clickhouse, log);
      await migrate(DATABASE_URL, CLICKHOUSE_URL, log);
      await loadBus(bus, dir, manifest);
    } finally {
      await bus.close();
    }
  });
  sayObjects(await compareObjects(connectObjects(objectsUrl(config)), dir, manifest.objects, true));
  if (isEmbedded()) finishRestore(config.DATA_DIR);
  log.info('restored: npm start goes on from here', { at: manifest.at });
  const oldest = Math.min(...manifest.cuts.map((c) => c.timeMs));
  // what the bus keeps for a time only may be past it: those calls are made of their raw packets
  if (manifest.cuts.length > 1 || systemClock.now() - oldest > FACTS.maxAgeMs)
    log.warn(
      `calls of the last minutes before the backup may be missing, once it runs: npm run replay -- --from ${new Date(oldest - 6 * 3_600_000).toISOString()} --to ${manifest.finishedAt} --apply`,
    );
}

function sayObjects({ whole, copied, missing, some }: ObjectsFound): void {
  if (missing === 0) log.info('every recording of the list is there', { whole, copied });
  else
    log.warn(`${missing} recordings of the list are not in the store of recordings: bring them back from its backup`, {
      whole,
      copied,
      some,
    });
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { check: { type: 'boolean' }, 'without-keys': { type: 'boolean' }, help: { type: 'boolean' } },
  });
  const [source, ...more] = positionals;
  if (values.help || source === undefined || more.length > 0) {
    console.log(HELP);
    process.exit(values.help ? 0 : 2);
  }
  const dir = resolve(source);
  const config = readConfig(blocks.data, blocks.objects);
  const manifest = await readManifest(dir);
  requireKnown(manifest);
  await verify(dir, filesOf(manifest));
  if (!values['without-keys']) await requireKeys(manifest, recordingKeysFile(config));
  if (values.check) {
    log.info('the backup is whole', { at: manifest.at, version: manifest.version });
    const found = await compareObjects(connectObjects(objectsUrl(config)), dir, manifest.objects, false);
    sayObjects(found);
    if (found.missing > 0) process.exitCode = 1;
  } else await restore(dir, manifest);
} catch (error) {
  const isSaid = [ConfigError, BackupError, DataDirError, MigrationError].some((kind) => error instanceof kind);
  log.error(isSaid ? (error as Error).message : errorText(error));
  process.exitCode = 1;
}
