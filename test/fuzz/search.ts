import { Worker } from 'node:worker_threads';

export interface Search {
  /** URL of a module with TARGETS */
  module: string;
  target: string;
  inputs: number;
  /** the same seed gives the same inputs, and `n` of a finding the same input alone */
  seed: number;
  /** ms for one input; HANG_MS when it is not said */
  hangMs?: number;
}

export interface Finding {
  /** number of the input */
  n: number;
  what: string;
  /** the input's first 2,000 bytes */
  hex: string;
}

export interface Found {
  /** inputs by what became of them, as the product counts it; all of them when nothing hung */
  fates: Record<string, number>;
  findings: Finding[];
  /** memory in use after garbage collection at the end, over what it was after a fifth of the inputs, MB */
  grownMb: number;
}

/** An input takes microseconds; what is not done with in this time never will be. Longer than a busy machine lets a thread wait. */
const HANG_MS = 10_000;
/** Above what V8 itself gains and loses between two collections. */
export const GROWTH_MB = 24;

/** Lets a target read made-up inputs. What hangs or dies is a finding, and ends the search. */
export async function search(asked: Search): Promise<Found> {
  const { hangMs = HANG_MS } = asked;
  const at = new SharedArrayBuffer(4);
  const progress = new Int32Array(at);
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { ...asked, at } });
  let before = -1;
  let since = performance.now();
  const { promise, resolve } = Promise.withResolvers<Found>();
  const ended = (what: string) => resolve({ fates: {}, findings: [{ n: (progress[0] as number) - 1, what, hex: '' }], grownMb: 0 });
  const watch = setInterval(() => {
    const now = Atomics.load(progress, 0);
    if (now !== before) {
      before = now;
      since = performance.now();
    } else if (now > 0 && now < asked.inputs && performance.now() - since > hangMs) ended(`not done with after ${hangMs / 1_000} s`);
  }, 250);
  worker.once('message', resolve);
  worker.once('error', (error) => ended(String(error)));
  worker.once('exit', (code) => ended(`the thread ended with ${code}`));
  const found = await promise;
  clearInterval(watch);
  await worker.terminate();
  return found;
}

/** @returns what is wrong with it, a line each; none = nothing was found */
export function problems({ inputs, target, seed }: Search, { fates, findings, grownMb }: Found): string[] {
  const list = findings.map(({ n, what, hex }) => `${target}, input ${n} of seed ${seed}: ${what}${hex === '' ? '' : `\n  ${hex}`}`);
  const seen = Object.values(fates).reduce((a, b) => a + b, 0);
  if (findings.length === 0 && seen !== inputs) list.push(`${target}: ${inputs} inputs, and ${seen} have a fate`);
  if (grownMb > GROWTH_MB) list.push(`${target}: ${grownMb.toFixed(0)} MB more in use at the end`);
  return list;
}
