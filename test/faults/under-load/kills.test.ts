import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, startStack, until } from '../../medium/stack.ts';
import { allIds, putCompanies } from '../reliable-edge.ts';
import { allThere, backAfter, kill, runningPid, underLoad } from './load.ts';

let stack: Stack;
/** of all tests so far */
const sent: string[] = [];
let env: Record<string, string> = {};
beforeAll(async () => {
  stack = await startStack();
  const { portal, hep, events } = stack.ports;
  // whoever sends calls finds the same ports after a new start
  env = { PORTAL_PORT: String(portal), HEP_PORT: String(hep), EVENTS_PORT: String(events) };
  await putCompanies(stack);
});
afterAll(() => stack?.end());

/** Calls come in while `fault` does what it does; afterwards everything that was sent is there. */
async function holds(name: string, fault: () => Promise<void>): Promise<void> {
  const there = sent.length;
  const calls = await underLoad(
    () => stack,
    {},
    async () => {
      await until('calls come in', async () => (await allIds(stack, 't1')).length > there + 20, 60_000);
      await fault();
      const back = await backAfter(stack, Date.now());
      console.log(`${name}: calls at REST again ${back.toFixed(1)} s after the fault`);
    },
  );
  sent.push(...calls);
  await allThere(stack, sent);
}

const PARTS = ['edge', 'decoder', 'assembler', 'recorder', 'portal', 'jobs', 'clickhouse', 'postgres', 'nats'];

describe('killed under load, ledger closed and calls as sent', () => {
  test.each(PARTS)('%s', (part) =>
    holds(part, async () => {
      expect(kill(stack, part)).toBe(true);
    }),
  );
});

describe('two at once', () => {
  test.each([
    ['nats', 'clickhouse'],
    ['edge', 'decoder'],
    ['decoder', 'assembler'],
    ['assembler', 'clickhouse'],
    ['postgres', 'nats'],
    ['portal', 'jobs'],
  ])('%s and %s', (one, other) =>
    holds(`${one} and ${other}`, async () => {
      expect([kill(stack, one), kill(stack, other)]).toEqual([true, true]);
    }),
  );
});

describe('killed again as soon as it is back, for twenty seconds', () => {
  test.each(['edge', 'decoder', 'assembler', 'clickhouse', 'nats'])('%s', (part) =>
    holds(`${part}, again and again`, async () => {
      let kills = 0;
      let last: number | null = null;
      for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((done) => setTimeout(done, 100))) {
        const pid = runningPid(stack, part);
        if (pid === null || pid === last) continue;
        last = pid;
        if (kill(stack, part)) kills++;
      }
      expect(kills).toBeGreaterThan(2);
    }),
  );
});

test('the launcher is killed, and all with it; a new start goes on', () =>
  holds('launcher', async () => {
    await stack.stop('SIGKILL');
    stack = await startStack({ dataDir: stack.dataDir, env });
  }));
