import { blocks, ConfigError, readConfig } from '@callscope/core/node/config.ts';
import { createLog, errorText } from '@callscope/core/node/log.ts';
import { MissingPackages } from './install.ts';
import { PortTaken } from './ports.ts';
import { help } from './settings.ts';
import { DataDirError, launch } from './system.ts';

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  console.log(help());
  process.exit(0);
}
const log = createLog('launch');
try {
  const config = readConfig(blocks.common, blocks.data, blocks.launch, blocks.portal, blocks.edge);
  const system = await launch(
    config,
    createLog('launch', { level: config.LOG_LEVEL, ...(config.LOG_FORMAT ? { format: config.LOG_FORMAT } : {}) }),
  );
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    await system.stop(signal);
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));
  await system.ready;
} catch (error) {
  const expected = [ConfigError, MissingPackages, PortTaken, DataDirError].some((kind) => error instanceof kind);
  log.error(errorText(error), expected || !(error instanceof Error) ? {} : { stack: error.stack });
  process.exit(expected ? 2 : 1);
}
