import { companies } from '../medium/fixtures.ts';
import { startStack } from '../medium/stack.ts';
import { afterTheEnd, sendEvents } from './latency.ts';
import type { BenchResult } from './result.ts';

const TIMES = 6;
const LIMIT_MS = 5_000;
/** The one that was killed is standing by again. */
const PAUSE_MS = 6_000;

/** How long calls wait when the assembler that works is killed: from the kill to a call, sent at once, at REST. */
export async function takeover(): Promise<BenchResult[]> {
  const stack = await startStack({ env: { ASSEMBLERS: '2' } });
  try {
    for (const [id, company] of Object.entries(companies())) {
      await stack.rest('PUT', `/tenants/${id}`, company.tenant);
      await stack.rest('PUT', `/tenants/${id}/directory`, company.directory);
    }
    const times: number[] = [];
    for (let i = 0; i < TIMES; i++) {
      // the one that works is either: of two kills one changes nothing
      const began = performance.now();
      process.kill(stack.pidOf(`assembler-${(i % 2) + 1}`), 'SIGKILL');
      await afterTheEnd(stack, 1, sendEvents, `takeover${i}`);
      times.push(performance.now() - began);
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
    const worst = Math.max(...times);
    const figure = `a call that ends meanwhile is at REST, worst of ${TIMES} kills`;
    return [
      {
        name: 'the active assembler is killed',
        figure,
        value: worst / 1_000,
        unit: 's',
        target: `< ${LIMIT_MS / 1_000}`,
        met: worst < LIMIT_MS,
      },
    ];
  } finally {
    await stack.end();
  }
}
