import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Stack, startStack } from '../medium/stack.ts';
import type { BenchResult } from './result.ts';
import { type Attack, attempt, DOMAIN } from './sign-in-attack.ts';
import { quantile } from './store.ts';

const WRONG = 10_000;
const PEOPLE = 40;
const PASSWORD = 'bench-bench';

/**
 * What a flood of wrong passwords does to others: 10,000 for one account, then 10,000 for as many names, each from one address by
 * fifty connections, while people sign in from addresses of their own; and whether time tells known names from unknown ones.
 */
export async function signIns(): Promise<BenchResult[]> {
  const stack = await startStack({ env: { TRUST_PROXY: '1' } });
  try {
    await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: DOMAIN });
    for (let i = 0; i < PEOPLE; i++) await stack.rest('PUT', `/tenants/t1/users/u${i}`, { password: PASSWORD, role: 'supervisor' });
    return [
      ...(await flood(stack, 'one account', '203.0.113.1', 'u0')),
      ...(await flood(stack, '10,000 names', '203.0.113.2', null)),
      ...(await alike(stack)),
    ];
  } finally {
    await stack.end();
  }
}

async function flood(stack: Stack, what: string, address: string, login: string | null): Promise<BenchResult[]> {
  let over = false;
  const workerData: Attack = { portal: stack.portal, address, wrong: WRONG, login };
  // a thread of its own: what is measured is the portal, not who attacks it
  const attack = once(new Worker(new URL('sign-in-attack.ts', import.meta.url), { workerData }), 'exit').then(() => {
    over = true;
  });
  const times: number[] = [];
  let refused = 0;
  // u0 is the attacked one
  for (let i = 1; !over; i = (i % (PEOPLE - 1)) + 1) {
    const { status, ms } = await attempt(stack.portal, `u${i}`, PASSWORD, `192.0.2.${i}`);
    if (status === 303) times.push(ms);
    else refused++;
    await new Promise((done) => setTimeout(done, 50));
  }
  await attack;
  const p95 = quantile(times, 0.95);
  return [
    {
      name: 'sign-in',
      figure: `p95 of others while 10,000 wrong passwords come for ${what} (${times.length} sign-ins)`,
      value: p95,
      unit: 'ms',
      target: '< 300',
      met: p95 < 300,
    },
    { name: 'sign-in', figure: `others refused meanwhile (${what})`, value: refused, unit: '', target: '0', met: refused === 0 },
  ];
}

/** Medians of wrong passwords for known and unknown names, taken in turn from fresh addresses. */
async function alike(stack: Stack): Promise<BenchResult[]> {
  const known: number[] = [];
  const unknown: number[] = [];
  for (let i = 0; i < 200; i++) {
    // nine of each name and address: below what locks
    known.push((await attempt(stack.portal, `u${1 + (i % (PEOPLE - 1))}`, 'wrong', `198.51.100.${i}`)).ms);
    unknown.push((await attempt(stack.portal, `nobody-${i % (PEOPLE - 1)}`, 'wrong', `198.51.100.${i}`)).ms);
  }
  const difference = Math.abs(quantile(known, 0.5) - quantile(unknown, 0.5));
  return [
    { name: 'sign-in', figure: 'a wrong password, median', value: quantile(known, 0.5), unit: 'ms' },
    { name: 'sign-in', figure: 'difference of medians, known and unknown name', value: difference, unit: 'ms' },
  ];
}
