/**
 * npm run bench [-- NAME …] [-- --write] [-- --calls N] [-- --data DIR]: measures, prints JSON lines and a table; --write puts the table into
 * docs/benchmarks.md. Names: pure, files, export, latency, takeover, store, pages, analytics, postgres, journal, signalling, rating, replay, signin, recorder, hep, overload, calls; --calls is the size of
 * `analytics`, `postgres`, `journal` and `signalling`, --data a directory where the calls of `analytics` or `journal` stay for another run. Nothing else should run on the machine.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { analytics } from './analytics.ts';
import { besidePostgres } from './analytics-postgres.ts';
import { files } from './files.ts';
import { hepLoad } from './hep-load.ts';
import { journal } from './journal.ts';
import { latency } from './latency.ts';
import { pages } from './pages.ts';
import { pure } from './pure.ts';
import { rating } from './rating.ts';
import { recorder } from './recorder.ts';
import { replay } from './replay.ts';
import type { BenchResult } from './result.ts';
import { signIns } from './sign-in.ts';
import { signalling } from './signalling.ts';
import { store } from './store.ts';
import { storedFiles } from './stored-files.ts';
import { takeover } from './takeover.ts';

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    write: { type: 'boolean' },
    help: { type: 'boolean' },
    calls: { type: 'string', default: '100000000' },
    data: { type: 'string' },
  },
});
const BENCHES: Record<string, () => BenchResult[] | Promise<BenchResult[]>> = {
  pure,
  files,
  export: storedFiles,
  latency,
  takeover,
  store,
  pages,
  analytics: () => analytics(Number(options.calls), options.data),
  postgres: () => besidePostgres(Math.min(Number(options.calls), 10_000_000)),
  journal: () => journal(Math.min(Number(options.calls), 20_000_000), options.data),
  signalling: () => signalling(Math.min(Number(options.calls), 1_200_000)),
  rating,
  replay,
  signin: signIns,
  recorder,
  hep: () => hepLoad(50_000, 60),
  overload: () => hepLoad(80_000, 30),
  // 16 packets a call
  calls: () => hepLoad(16_000, 60, true),
};
if (options.help || names.some((n) => !BENCHES[n]) || !(Number(options.calls) > 0)) {
  console.log(`npm run bench [-- NAME …] [-- --write] [-- --calls N] [-- --data DIR]   names: ${Object.keys(BENCHES).join(', ')}`);
  process.exit(options.help ? 0 : 2);
}
const results: BenchResult[] = [];
for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
  console.error(`measuring ${name} …`);
  for (const result of (await BENCHES[name]?.()) ?? []) {
    results.push(result);
    console.log(JSON.stringify(result));
  }
}
const shown = (v: number) => (Number.isInteger(v) ? v.toLocaleString('en') : v.toLocaleString('en', { maximumSignificantDigits: 3 }));
const table = [
  '| benchmark | figure | measured | asked for |',
  '|---|---|---|---|',
  ...results.map(
    (r) =>
      `| ${r.name} | ${r.figure} | ${shown(r.value)} ${r.unit} | ${r.target === undefined ? '' : `${r.target} ${r.unit}${r.met ? '' : ' — **missed**'}`} |`,
  ),
].join('\n');
console.log(`\n${table}`);
if (options.write) {
  const file = new URL('../../docs/benchmarks.md', import.meta.url);
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
  const text = readFileSync(file, 'utf8');
  const marker = '<!-- measured -->';
  writeFileSync(
    file,
    `${text.slice(0, text.indexOf(marker) + marker.length)}\n\nMachine: ${machine}. Command: \`npm run bench -- --write${names.length > 0 ? ` ${names.join(' ')}` : ''}\`.\n\n${table}\n`,
  );
}
process.exitCode = results.some((r) => r.met === false) ? 1 : 0;
