import { spawn } from 'node:child_process';
import { blocks, readConfig } from '@callscope/core/node/config.ts';
import { createLog, errorText } from '@callscope/core/node/log.ts';

/**
 * Runs a command and says every few seconds how far it is: `node show-progress.ts apt-get install …`. A process of its own,
 * because whoever installs waits for it without turning its event loop. Ends as the command ends; what a failed command
 * said is shown.
 */
const EVERY_MS = 4_000;
const KEPT = 4_000;

const [file = '', ...args] = process.argv.slice(2);
const config = readConfig(blocks.common);
const log = createLog('install', { level: config.LOG_LEVEL, ...(config.LOG_FORMAT ? { format: config.LOG_FORMAT } : {}) });
const began = performance.now();
let said = '';
const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
for (const stream of [child.stdout, child.stderr])
  stream.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-KEPT);
  });
const lastLine = () =>
  said
    .trim()
    .split(/[\r\n]+/)
    .at(-1) ?? '';
const timer = setInterval(
  () => log.info('still installing', { seconds: Math.round((performance.now() - began) / 1_000), now: lastLine() || file }),
  EVERY_MS,
);
const end = (code: number, why = '') => {
  clearInterval(timer);
  if (code !== 0) log.error(`${[file, ...args].join(' ')} failed (${why || code})`, { said: said.trim() });
  process.exitCode = code;
};
child.once('error', (error) => end(127, errorText(error)));
child.once('close', (code, signal) => end(code ?? 1, signal ?? ''));
