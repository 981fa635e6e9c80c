/** npm run edge:config -- --out DIR: what an edge runs with, rendered from the environment. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { blocks, ConfigError, readConfig } from '@callscope/core/node/config.ts';
import { renderEdge } from './render.ts';

const { values } = parseArgs({ options: { out: { type: 'string' }, help: { type: 'boolean' } } });
if (values.help === true || values.out === undefined) {
  console.log('npm run edge:config -- --out DIR: writes opensips.cfg, rtpengine.conf and systemd units. Settings, with their defaults:\n');
  for (const block of [blocks.edgeMachine, blocks.edgeNode]) {
    const defaults: Record<string, unknown> = block.parse({});
    for (const [name, type] of Object.entries(block.shape))
      console.log(`  ${name.padEnd(26)} ${type.description}${(defaults[name] ?? '') === '' ? '' : ` (${String(defaults[name])})`}`);
  }
  process.exitCode = values.help === true ? 0 : 2;
} else {
  try {
    const files = renderEdge(readConfig(blocks.nats, blocks.edgeMachine, blocks.edgeNode));
    const dir = resolve(values.out);
    mkdirSync(dir, { recursive: true });
    // the database's password is in it
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text, { mode: 0o640 });
    console.log(`${Object.keys(files).join(', ')} are in ${dir}`);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
