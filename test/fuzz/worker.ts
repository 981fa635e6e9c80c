/** One search in a thread of its own, so that an input that is never done with can be ended, and is known. */
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { mixed, Random } from '../simulation/generator/random.ts';
import type { Finding, Search } from './search.ts';
import type { Targets } from './target.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const { module, target: name, inputs, seed, at } = workerData as Search & { at: SharedArrayBuffer };
const progress = new Int32Array(at);
const { TARGETS } = (await import(module)) as { TARGETS: Targets };
const target = TARGETS[name]?.();
if (!target) throw new Error(`no target ${name}`);

/** What the first inputs fill (tables of copies, caches) is no growth. */
const WARM = Math.floor(inputs / 5);
/** findings that are told of; more of them say nothing new */
const MOST_FINDINGS = 20;

const fates: Record<string, number> = {};
const findings: Finding[] = [];
const LOOKS = 10;
const LOOK_MS = 20;
/** Buffers of files go some time after a collection, when their sweeper has a core: the least of several looks is what is held. */
const usedMb = async () => {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < LOOKS; look++) {
    collect();
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    least = Math.min(least, (heapUsed + Math.max(external, arrayBuffers)) / 2 ** 20);
    await sleep(LOOK_MS);
  }
  return least;
};
let warmMb = 0;
for (let n = 0; n < inputs; n++) {
  if (n === WARM) warmMb = await usedMb();
  Atomics.store(progress, 0, n + 1);
  const input = target.input(new Random(mixed(seed, n)));
  const copy = Buffer.from(input);
  try {
    const made = target.fate(input);
    const fate = typeof made === 'string' ? made : await made;
    fates[fate] = (fates[fate] ?? 0) + 1;
  } catch (error) {
    fates.threw = (fates.threw ?? 0) + 1;
    if (findings.length < MOST_FINDINGS)
      findings.push({
        n,
        what: error instanceof Error ? (error.stack ?? error.message) : String(error),
        hex: copy.toString('hex').slice(0, 4_000),
      });
  }
}
parentPort?.postMessage({ fates, findings, grownMb: (await usedMb()) - warmMb });
