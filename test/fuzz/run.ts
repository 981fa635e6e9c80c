/**
 * npm run fuzz -- --for hep|sip|sdp|rtcp|pcap|event|rest [--inputs N] [--seed N]: lets what reads strangers' bytes read N made-up
 * inputs, prints what became of them, and ends with 1 when something threw, hung or grew. `rest` starts a whole system.
 */
import { parseArgs } from 'node:util';
import { startStack } from '../medium/stack.ts';
import { type Asked, fuzzRest } from './rest.ts';
import { problems, type Search, search } from './search.ts';
import { TARGETS } from './targets.ts';

const { values } = parseArgs({
  options: {
    for: { type: 'string', multiple: true },
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean' },
  },
});
const REST = 'rest';
const all = [...Object.keys(TARGETS), REST];
const names = values.for ?? all;
const [inputs, seed] = [Number(values.inputs), Number(values.seed)];
if (values.help || names.some((name) => !all.includes(name)) || !(inputs > 0) || !Number.isInteger(seed)) {
  console.log(`npm run fuzz -- [--for NAME] [--inputs N] [--seed N]   names: ${all.join(', ')}`);
  process.exit(values.help ? 0 : 2);
}

async function rest(): Promise<Asked> {
  const stack = await startStack();
  try {
    return await fuzzRest(stack, { requests: inputs, seed });
  } finally {
    await stack.end();
  }
}

let wrong = 0;
for (const name of names) {
  const started = performance.now();
  const asked: Search = { module: new URL('./targets.ts', import.meta.url).href, target: name, inputs, seed };
  const { fates, list, grownMb } =
    name === REST
      ? await rest().then(({ statuses, problems: list }) => ({ fates: statuses, list, grownMb: null }))
      : await search(asked).then((found) => ({ fates: found.fates, list: problems(asked, found), grownMb: found.grownMb }));
  wrong += list.length;
  const seconds = Math.round((performance.now() - started) / 1_000);
  const grown = grownMb === null ? {} : { grownMb: Math.round(grownMb * 10) / 10 };
  console.log(JSON.stringify({ name, inputs, seed, seconds, ...grown, fates, problems: list.length }));
  for (const line of list) console.log(line);
}
process.exit(wrong > 0 ? 1 : 0);
