import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CALLS, DIRECTORY, DLQ, FACTS, RAW } from '@callscope/core/bus/streams.ts';
import { systemClock } from '@callscope/core/node/clock.ts';
import { blocks, ConfigError, objectsUrl, readConfig, recordingKeysFile } from '@callscope/core/node/config.ts';
import { createLog, errorText } from '@callscope/core/node/log.ts';
import { connectBus, ensureStreams } from '@callscope/core/node/nats.ts';
import { connectObjects } from '@callscope/core/node/objects/connect.ts';
import { KeysMissing, MasterKeys } from '@callscope/core/node/objects/master-keys.ts';
import { dumpPositions, dumpStream, readBuckets } from './backup/bus.ts';
import { dumpClickhouse } from './backup/clickhouse.ts';
import { BackupError, type Manifest, writeManifest, writePart } from './backup/files.ts';
import { dumpObjects } from './backup/objects.ts';
import { dumpPostgres } from './backup/postgres.ts';
import { withStores } from './backup/stores.ts';

const HELP = `npm run backup -- DIR [--objects]

Writes all that the stores hold to DIR, a directory that is not there yet or is empty, while calls go on: PostgreSQL, the
store of calls, what the bus has not handed on, and a list of recordings. What was received before it began is in it.

  --objects   copies the recordings themselves too; without it they are listed only, and need a backup of their own

NATS_URL, CLICKHOUSE_URL, DATABASE_URL and OBJECTS_URL name the stores; what they do not name is that of the system in
DATA_DIR, running or not. The master keys of recordings (RECORDING_KEYS_FILE) are never part of a backup: keep them
apart, without them sealed recordings and second factors of a restored system stay shut.`;

const log = createLog('backup', { format: 'text', write: (line) => console.error(line) });

/**
 * The order is what makes the parts fit together, as nothing stands still meanwhile:
 * RAW first: what is not in it was decoded, and its rows and facts are in what is read later.
 * The assembler's position before the store: a call that was written later is left out of the store, and made again of FACTS.
 * The directories, and how far they are in use, before PostgreSQL: what the bus lacks of it is published at the next start.
 * The store before PostgreSQL: cases, tags and recordings lead to calls that are in the store or come out of FACTS.
 * FACTS and CALLS after both: they have whatever the store was not told yet, and nobody has read further than they go.
 */
async function backUp(dir: string, isCopied: boolean): Promise<void> {
  const config = readConfig(blocks.data, blocks.objects);
  const version = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;
  await withStores(log, async (urls) => {
    const bus = await connectBus(urls.NATS_URL, 'backup', log);
    try {
      await ensureStreams(bus);
      const at = new Date(systemClock.now()).toISOString();
      const raw = await dumpStream(bus, dir, RAW.name, true);
      const cuts = await dumpPositions(bus, dir);
      const inUse = await readBuckets(bus, ['applied']);
      const directory = await dumpStream(bus, dir, DIRECTORY.name, false);
      log.info('directories and what waits to be decoded are in the backup', { messages: raw.state.messages });
      const store = await dumpClickhouse(urls.CLICKHOUSE_URL, dir, cuts.length === 0 ? null : Math.min(...cuts.map((c) => c.timeMs)), log);
      const { migrations, sealedWith, ...postgres } = await dumpPostgres(urls.DATABASE_URL, dir, log);
      const streams = [raw, directory];
      for (const { name } of [FACTS, DLQ, CALLS]) streams.push(await dumpStream(bus, dir, name, false));
      requireGapless(streams, cuts);
      const buckets = { ...inUse, ...(await readBuckets(bus, ['ledger', 'jobs'])) };
      const manifest: Manifest = {
        format: 1,
        ...{ version, at, cuts, postgres, streams },
        clickhouse: store.tables,
        migrations: { postgres: migrations, clickhouse: store.migrations },
        buckets: await writePart(dir, 'bus/buckets.zst', [Buffer.from(JSON.stringify(buckets))]),
        objects: await dumpObjects(connectObjects(objectsUrl(config)), dir, isCopied),
        masterKeys: await masterKeys(recordingKeysFile(config), sealedWith),
        finishedAt: new Date(systemClock.now()).toISOString(),
      };
      await writeManifest(dir, manifest);
      log.info('the backup is whole', { dir, at, recordings: manifest.objects.count, recordingsCopied: isCopied });
      log.warn(`keep ${recordingKeysFile(config)} apart from it: without these keys what is sealed stays shut`, {
        keys: manifest.masterKeys,
      });
    } finally {
      await bus.close();
    }
  });
}

/** A stream that is half full lets go what a later position has: between ours and its first message nothing may be gone. */
function requireGapless(streams: Manifest['streams'], cuts: Manifest['cuts']): void {
  const facts = streams.find((s) => s.name === FACTS.name)?.state;
  if (facts && facts.messages > 0 && cuts.some((c) => c.seq + 1 < facts.first_seq && c.seq < facts.last_seq))
    throw new BackupError('the bus had to make room while the backup was made: back up again, at a quieter time');
}

/** Of the keys file; where another machine has it, those that PostgreSQL says sealed something. */
async function masterKeys(path: string, sealedWith: string[]): Promise<string[]> {
  try {
    return (await MasterKeys.read(path)).names;
  } catch (error) {
    if (!(error instanceof KeysMissing)) throw error;
    return sealedWith;
  }
}

/** @throws BackupError when it has something in it */
function makeTarget(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (readdirSync(dir).length > 0) throw new BackupError(`${dir} is not empty: a backup takes a directory of its own`);
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { objects: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  const [target, ...more] = positionals;
  if (values.help || target === undefined || more.length > 0) {
    console.log(HELP);
    process.exit(values.help ? 0 : 2);
  }
  const dir = resolve(target);
  makeTarget(dir);
  await backUp(dir, values.objects === true);
} catch (error) {
  log.error(error instanceof ConfigError || error instanceof BackupError ? error.message : errorText(error));
  process.exitCode = 1;
}
