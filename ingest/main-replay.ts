import { parseArgs } from 'node:util';
import { connectClickhouse } from '@callscope/core/node/clickhouse.ts';
import { systemClock } from '@callscope/core/node/clock.ts';
import { blocks, ConfigError, readConfig } from '@callscope/core/node/config.ts';
import { createLog, errorText } from '@callscope/core/node/log.ts';
import { connectBus } from '@callscope/core/node/nats.ts';
import { announce } from './assemble/announce.ts';
import { followDirectories } from './assemble/directory-feed.ts';
import { apply, compare, type ReplayContext, rebuildBeside } from './replay/replay.ts';
import { CallWriter } from './write/call-writer.ts';
import { createReplayTables, dropReplayTables, type ReplayScope } from './write/replay-store.ts';

const HELP = `npm run replay -- --from TIME --to TIME [--tenant ID] [--apply]

Rebuilds calls from their raw packets and events by today's rules and directories, beside the calls there are, and says
what differs. With --apply the differences are written: changed calls as revisions (why: replay), new ones added, those
that are none any more or part of another removed. Calls whose raw rows have expired are left as they are.

  --from, --to   RFC 3339; calls that began in [from, to). --to at the latest as many minutes ago as the assembler keeps
                 settled calls in memory (SETTLED_KEEP_SECONDS)
  --tenant       one company only
  --apply        write the differences; without it nothing changes

CLICKHOUSE_URL and NATS_URL name the servers; npm start prints their ports and keeps the passwords in DATA_DIR/secrets.`;

const log = createLog('replay', { format: 'text', write: (line) => console.error(line) });
try {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      tenant: { type: 'string' },
      apply: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(HELP);
    process.exit(0);
  }
  const config = readConfig(blocks.nats, blocks.clickhouse, blocks.assembler);
  const now = systemClock.now();
  const scope: ReplayScope = { from: timeOf('--from', values.from), to: timeOf('--to', values.to), tenant: values.tenant ?? '' };
  const latest = (now - config.SETTLED_KEEP_SECONDS * 1_000) * 1_000;
  if (scope.from >= scope.to) throw new ConfigError('--from must be before --to');
  if (scope.to > latest)
    throw new ConfigError(`--to must be ${new Date(latest / 1_000).toISOString()} or earlier: younger calls may still change`);

  const bus = await connectBus(config.NATS_URL, 'replay', log);
  const feed = await followDirectories(bus, log, () => undefined);
  const client = connectClickhouse(config.CLICKHOUSE_URL, 'replay');
  const run = now.toString(36);
  const tables = await createReplayTables(client, run);
  try {
    const stopping = new AbortController().signal;
    const context: ReplayContext = {
      ...{ client, log, stopping, tables },
      directories: feed.directories,
      dialogLimitMs: config.DIALOG_LIMIT_SECONDS * 1_000,
    };
    const { callIds, calls } = await rebuildBeside(context, scope, now * 1_000);
    const { counts, columns } = await compare(context, scope);
    console.log(`${callIds} Call-IDs read, ${calls} calls rebuilt in ${((systemClock.now() - now) / 1_000).toFixed(1)} s`);
    console.log(
      `as they are: ${counts.same}   changed: ${counts.changed}   new: ${counts.new}   no call any more: ${counts.gone}   without raw rows, left alone: ${counts.unseen}`,
    );
    for (const [column, count] of Object.entries(columns).sort(([, a], [, b]) => b - a)) console.log(`  ${column}: ${count}`);
    if (values.apply) {
      const writer = new CallWriter(client, log, stopping, `replay-${run}`, async ({ table, reason }) => {
        log.error('the store refuses a row, it is left out', { table, reason });
      });
      const tell = (name: string, block: Parameters<typeof announce>[2]) => announce(bus, name, block);
      console.log(`${await apply(context, scope, writer, tell, run, systemClock.now())} calls written`);
    } else if (counts.changed + counts.new + counts.gone > 0) console.log('nothing was written: --apply writes it');
  } finally {
    await dropReplayTables(client, tables);
    await client.close();
    await feed.stop();
    await bus.close();
  }
} catch (error) {
  log.error(error instanceof ConfigError ? error.message : errorText(error));
  process.exitCode = 1;
}

/** @returns µs */
function timeOf(option: string, text: string | undefined): number {
  const at = Date.parse(text ?? '');
  if (Number.isNaN(at)) throw new ConfigError(`${option} must be a time such as 2026-11-26T00:00:00Z${text ? `, it is "${text}"` : ''}`);
  return at * 1_000;
}
