import { parseArgs } from 'node:util';
import { blocks, ConfigError, readConfig } from '@callscope/core/node/config.ts';
import { createLog, errorText } from '@callscope/core/node/log.ts';
import { connectBus, ensureStreams } from '@callscope/core/node/nats.ts';
import { deadLetters, replayDeadLetter } from './write/dlq.ts';

const HELP = `npm run dlq -- list [--step STEP]           dead letters, oldest first
npm run dlq -- show SEQ                    one of them with its bytes
npm run dlq -- replay [--step STEP] [SEQ…] send them (all, or these) where they were going; taken out when stored there

A dead letter is what no step could handle: bytes, step and reason. NATS_URL names the bus; npm start prints its port and
keeps the password in DATA_DIR/secrets/nats.`;

const log = createLog('dlq', { format: 'text', write: (line) => console.error(line) });
try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { step: { type: 'string' }, help: { type: 'boolean' } } });
  const [command = 'list', ...rest] = positionals;
  const wanted = new Set(rest.map(Number));
  if (values.help || !['list', 'show', 'replay'].includes(command) || [...wanted].some((n) => !Number.isInteger(n))) {
    console.log(HELP);
    process.exit(values.help ? 0 : 2);
  }
  const config = readConfig(blocks.nats);
  const bus = await connectBus(config.NATS_URL, 'dlq', log);
  await ensureStreams(bus);
  let count = 0;
  for await (const letter of deadLetters(bus, values.step)) {
    if (wanted.size > 0 && !wanted.has(letter.seq)) continue;
    count++;
    console.log(`${letter.seq}\t${letter.at}\t${letter.step}\t${letter.bytes.length} bytes\t${letter.subject}\t${letter.reason}`);
    if (command === 'show') console.log(hexDump(letter.bytes));
    else if (command === 'replay') {
      const sent = await replayDeadLetter(bus, letter);
      console.log(`${letter.seq}\t${sent ? 'replayed' : 'kept: there is no way back for it, see its bytes with show'}`);
    }
  }
  if (count === 0) console.log('no dead letters');
  await bus.close();
} catch (error) {
  log.error(error instanceof ConfigError ? error.message : errorText(error));
  process.exitCode = 1;
}

/** Sixteen bytes a line: offset, hex, text. */
function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const part = [...bytes.subarray(at, at + 16)];
    const hex = part.map((b) => b.toString(16).padStart(2, '0')).join(' ');
    lines.push(
      `${at.toString(16).padStart(6, '0')}  ${hex.padEnd(47)}  ${part.map((b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : '.')).join('')}`,
    );
  }
  return lines.join('\n');
}
