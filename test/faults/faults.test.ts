import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { halt } from '../halted.ts';
import { conversations, events, hep } from '../medium/fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from '../medium/stack.ts';
import { callEvents, type Ledger, putCompanies, sendReliably, settled } from './reliable-edge.ts';

/** pid of a part, as the launcher wrote it down */
function pidOf(stack: Stack, part: string): number {
  return (JSON.parse(readFileSync(join(stack.dataDir, 'run', `${part}.json`), 'utf8')) as { pid: number }).pid;
}

describe('killed while calls come in', () => {
  let stack: Stack;
  const expected: string[] = [];
  beforeAll(async () => {
    stack = await startStack();
    await putCompanies(stack);
  });
  afterAll(() => stack.end());

  test.each(['decoder', 'assembler', 'jobs', 'clickhouse', 'nats', 'edge', 'postgres'])(
    '%s: nothing that was answered is lost, nothing is there twice',
    async (part) => {
      const count = 300;
      const sending = sendReliably(stack.ports.events, callEvents(part, count), 60_000);
      for (let i = 0; i < 3; i++) {
        await new Promise((done) => setTimeout(done, 150));
        try {
          process.kill(pidOf(stack, part), 'SIGKILL');
        } catch {
          // dead already, not yet started again
        }
      }
      await sending;
      await until('every part is ready again', async () => (await fetch(`${stack.portal}/healthz`)).status === 200, 60_000);
      expected.push(...Array.from({ length: count }, (_, i) => `${part}-${i}`));
      await settled(stack, expected);
    },
  );

  test('/healthz names the part that is missing', async () => {
    const pid = pidOf(stack, 'clickhouse');
    await halt(pid);
    try {
      await until('clickhouse is named', async () => {
        const response = await fetch(`${stack.portal}/healthz`);
        return response.status === 503 && ((await response.json()) as { failing: string }).failing === 'clickhouse';
      });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await until('ready again', async () => (await fetch(`${stack.portal}/healthz`)).status === 200, 60_000);
  });

  test('a clean stop and start: the ledger and the calls are the same', async () => {
    const received = async () =>
      (await stack.rest<{ stages: { stage: string; received: number }[] }>('GET', '/ops/ledger')).stages.map((s) => s.received);
    const before = await received();
    await stack.stop();
    stack = await startStack({ dataDir: stack.dataDir });
    await settled(stack, expected);
    expect(await received()).toEqual(before);
  });

  test('kill -9 of the launcher leaves nothing alive and nothing that stops the next start', async () => {
    const run = join(stack.dataDir, 'run');
    const pids = readdirSync(run).map((f) => (JSON.parse(readFileSync(join(run, f), 'utf8')) as { pid: number }).pid);
    expect(pids.length).toBeGreaterThanOrEqual(8);
    await stack.stop('SIGKILL');
    const alive = (pid: number) => {
      try {
        return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      } catch {
        return false;
      }
    };
    await until('all are gone', () => pids.every((pid) => !alive(pid)));
    stack = await startStack({ dataDir: stack.dataDir });
    await settled(stack, expected);
  });
});

describe('hot standby', () => {
  test('another assembler goes on within seconds and the rows are the same', async () => {
    const stack = await startStack({ env: { ASSEMBLERS: '2', DECODERS: '2' } });
    try {
      await putCompanies(stack);
      const sending = sendReliably(stack.ports.events, callEvents('standby', 300), 60_000);
      await new Promise((done) => setTimeout(done, 200));
      for (const part of ['assembler-1', 'assembler-2']) {
        process.kill(pidOf(stack, part), 'SIGKILL');
        await new Promise((done) => setTimeout(done, 1_500));
      }
      await sending;
      await settled(
        stack,
        Array.from({ length: 300 }, (_, i) => `standby-${i}`),
      );
    } finally {
      await stack.end();
    }
  });
});

describe('one source late', () => {
  type Row = Record<string, unknown>;
  const send = {
    events: (s: Stack) => sendTcp(s.ports.events, events()),
    hep: (s: Stack) => sendUdp(s.ports.hep, hep('udp')),
  };
  /** Every field that REST gives, but how often the row was revised. */
  const rowsOf = async (stack: Stack): Promise<Row[]> => {
    const pages = await Promise.all(['t1', 't2'].map((t) => stack.rest<{ data: Row[] }>('GET', `/tenants/${t}/calls?limit=1000`)));
    return pages.flatMap((p) => p.data).map(({ revision: _, ...row }) => row);
  };
  const isIn = (stack: Stack, packets: number) =>
    until(
      'everything is in the ledger',
      async () => {
        const ledger = await stack.rest<Ledger>('GET', '/ops/ledger');
        return (
          ledger.closed &&
          ledger.stages.every((s) => s.inFlight === 0) &&
          ledger.stages.some((s) => s.stage === 'decode' && s.received >= packets)
        );
      },
      40_000,
    );
  const together = hep('udp').length + events().length;

  let expected: Row[];
  beforeAll(async () => {
    const stack = await startStack();
    try {
      await putCompanies(stack);
      await Promise.all([send.events(stack), send.hep(stack)]);
      await isIn(stack, together);
      expected = await rowsOf(stack);
    } finally {
      await stack.end();
    }
    expect(expected.length).toBe(conversations(true).length);
  });

  const LATE: { first: keyof typeof send; second: keyof typeof send; memory: string; env: Record<string, string>; pauseMs: number }[] = [
    { first: 'events', second: 'hep', memory: 'still in memory', env: {}, pauseMs: 0 },
    { first: 'hep', second: 'events', memory: 'still in memory', env: {}, pauseMs: 0 },
    // ten seconds of memory instead of ten minutes: the late source finds its calls in the store
    { first: 'events', second: 'hep', memory: 'gone from memory', env: { SETTLED_KEEP_SECONDS: '10' }, pauseMs: 13_000 },
    { first: 'hep', second: 'events', memory: 'gone from memory', env: { SETTLED_KEEP_SECONDS: '10' }, pauseMs: 13_000 },
  ];
  test.each(LATE)(
    '$first first, $second when the calls are $memory: the rows are as if both had come together',
    async ({ first, second, env, pauseMs }) => {
      const stack = await startStack({ env });
      try {
        await putCompanies(stack);
        await send[first](stack);
        const alone = conversations(first === 'hep').length;
        await until(`${alone} calls`, async () => (await rowsOf(stack)).length === alone, 30_000);
        // what one source alone tells is less: the late one must change something
        expect(await rowsOf(stack)).not.toEqual(expected);
        await new Promise((done) => setTimeout(done, pauseMs));
        await send[second](stack);
        await isIn(stack, together);
        await until(
          'the rows are as they should be',
          async () => JSON.stringify(await rowsOf(stack)) === JSON.stringify(expected),
          8_000,
        ).catch(() => undefined);
        expect(await rowsOf(stack)).toEqual(expected);
      } finally {
        await stack.end();
      }
    },
  );
});
