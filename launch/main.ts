import { blocks, ConfigError, given, readConfig } from '@callscope/core/node/config.ts';
import { createLog, errorText } from '@callscope/core/node/log.ts';
import { DataDirError } from './data-dir.ts';
import { ServerAway } from './given-servers.ts';
import { MissingPackages } from './install.ts';
import { PagesError } from './pages.ts';
import { PortTaken } from './ports.ts';
import { help } from './settings.ts';
import { launch, type System } from './system.ts';

const PARENT_LOOK_MS = 1_000;

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  console.log(help());
  process.exit(0);
}
let log = createLog('launch');
let system: System | undefined;
let stopping = false;
/** Drains and ends, however far the start has come; a second call changes nothing. */
const stop = async (why: string) => {
  if (stopping) return;
  stopping = true;
  await system?.stop(why);
  process.exit(0);
};
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop(signal));
// a terminal that was closed, or `| head`, must not end the launcher before it has drained
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
// npm hands SIGTERM on; when it is killed nobody tells us: then our parent is another one
if (given('npm_lifecycle_event')) {
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || void stop('npm has ended'), PARENT_LOOK_MS).unref();
}
try {
  // every block of every service: what is wrong is said before anything is started
  const config = readConfig(
    blocks.common,
    blocks.data,
    blocks.launch,
    blocks.portal,
    blocks.edge,
    blocks.group,
    blocks.decoder,
    blocks.assembler,
    blocks.spool,
    blocks.objects,
    blocks.recorder,
    blocks.nats,
    blocks.clickhouse,
    blocks.database,
  );
  log = createLog('launch', { level: config.LOG_LEVEL, ...(config.LOG_FORMAT ? { format: config.LOG_FORMAT } : {}) });
  system = launch(config, log);
  await system.ready;
} catch (error) {
  // what was being started fails when it is stopped
  if (!stopping) {
    stopping = true;
    const expected = [ConfigError, MissingPackages, PortTaken, DataDirError, ServerAway, PagesError].some((kind) => error instanceof kind);
    log.error(errorText(error), expected || !(error instanceof Error) ? {} : { stack: error.stack });
    await system?.stop('the start failed');
    process.exit(expected ? 2 : 1);
  }
}
