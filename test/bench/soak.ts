/**
 * npm run soak -- [--minutes 60] [--rate 8000]: whole calls into the whole system at half of what two cores carry (1,000 calls/s of 16 packets and
 * 12 events), a quarter of the packets over TCP. Prints memory, handles and lag each minute, then whether all of it was flat (the rule: flat.ts)
 * and whether the ledger closed with every call stored; ends with 1 when not. Nothing else should run on the machine.
 */
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { putCompanies } from '../faults/reliable-edge.ts';
import { allThere, startLoad } from '../faults/under-load/load.ts';
import { type Stack, startStack } from '../medium/stack.ts';
import { notFlat, type Sample } from './flat.ts';
import { usageOfTree } from './processes.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '60' }, rate: { type: 'string', default: '8000' }, help: { type: 'boolean' } },
});
const [minutes, rate] = [Number(values.minutes), Number(values.rate)];
if (values.help || !(minutes > 0) || !(rate > 0)) {
  console.log('npm run soak -- [--minutes N] [--rate HEP packets a second]');
  process.exit(values.help ? 0 : 2);
}
const EVERY_MS = 5_000;
/** the parts that the launcher keeps up; who comes and goes between (children of PostgreSQL) is not held against another */
const PARTS = ['edge', 'decoder', 'assembler', 'recorder', 'portal', 'jobs', 'clickhouse', 'nats', 'postgres'];

function handlesOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0; // gone
  }
}

async function look(stack: Stack, since: number): Promise<Sample> {
  const rss = new Map(usageOfTree(stack.pid).map(({ pid, rssMb }) => [pid, rssMb]));
  const processes = Object.fromEntries(
    PARTS.map((part) => {
      const pid = stack.pidOf(part);
      return [part, { rssMb: rss.get(pid) ?? 0, handles: handlesOf(pid) }];
    }),
  );
  const { stages } = await stack.rest<{ stages: { lagSeconds: number }[] }>('GET', '/ops/ledger');
  return { at: (performance.now() - since) / 1_000, processes, lag: Math.max(...stages.map(({ lagSeconds }) => lagSeconds)) };
}

const stack = await startStack();
let wrong: string[] = [];
try {
  await putCompanies(stack);
  const load = startLoad(stack, { rate, tcp: 25 });
  const since = performance.now();
  const samples: Sample[] = [];
  let minute = 0;
  console.log(`minute  calls  lag s  ${PARTS.map((part) => `${part} MB/handles`).join('  ')}`);
  while ((performance.now() - since) / 60_000 < minutes) {
    await new Promise((done) => setTimeout(done, EVERY_MS));
    const sample = await look(stack, since);
    samples.push(sample);
    if (sample.at / 60 < minute + 1) continue;
    minute = Math.floor(sample.at / 60);
    const figures = PARTS.map((part) => `${sample.processes[part]?.rssMb.toFixed(0)}/${sample.processes[part]?.handles}`);
    console.log(`${minute}  ${load.calls()}  ${sample.lag.toFixed(1)}  ${figures.join('  ')}`);
  }
  wrong = notFlat(samples);
  const sent = await load.stop();
  const calls = Math.round(sent.length / (minutes * 60));
  console.log(`${sent.length} calls sent, ${calls} a second`);
  await allThere(stack, sent).catch((error) => wrong.push(String(error)));
} finally {
  await stack.end();
}
console.log(
  wrong.length === 0 ? 'flat; the ledger is closed and the calls are those that were sent' : `NOT as it should be:\n${wrong.join('\n')}`,
);
process.exit(wrong.length > 0 ? 1 : 0);
