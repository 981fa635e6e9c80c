import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { companies } from '../medium/fixtures.ts';
import { type Stack, startStack, until } from '../medium/stack.ts';
import { cpuBetween, usageOfTree } from './processes.ts';
import type { BenchResult } from './result.ts';
import { storeOf } from './store.ts';

/** Packets a second that two cores must carry; more is overload. */
const SUSTAINED = 50_000;

interface LedgerStage {
  stage: string;
  received: number;
  stored: number;
  duplicate: number;
  dropped: Record<string, number>;
  deadLettered: number;
  inFlight: number;
  unexplained: number;
  lagSeconds: number;
}
interface Ledger {
  closed: boolean;
  stages: LedgerStage[];
}

/**
 * HEP over UDP into the whole system at a steady rate, generator on the same cores. After the last packet: how long
 * until the lag is under 5 s and until everything is stored, and whether the ledger closes.
 */
export async function hepLoad(rate: number, seconds: number, withEvents = false): Promise<BenchResult[]> {
  const stack = await startStack();
  try {
    for (const [id, company] of Object.entries(companies())) {
      await stack.rest('PUT', `/tenants/${id}`, company.tenant);
      await stack.rest('PUT', `/tenants/${id}/directory`, company.directory);
    }
    const before = usageOfTree(stack.pid);
    let peakMb = 0;
    const rss: number[] = [];
    const watch = setInterval(() => {
      const total = usageOfTree(stack.pid).reduce((sum, u) => sum + u.rssMb, 0);
      rss.push(total);
      peakMb = Math.max(peakMb, total);
    }, 1_000);
    const generated = await generate(stack, rate, seconds, withEvents);
    const endedAt = Date.now();
    const lagOf = (l: Ledger) => Math.max(...l.stages.map((s) => s.lagSeconds));
    await until('the lag is under 5 s', async () => lagOf(await ledgerOf(stack)) < 5, 120_000);
    const lagBack = (Date.now() - endedAt) / 1000;
    await until(
      'everything is stored',
      async () => (await ledgerOf(stack)).stages.every((s) => s.inFlight === 0 || s.stage === 'calls'),
      120_000,
    );
    // what is in a socket is not yet received, and the last calls settle a moment after their last packet
    await until(
      'everything sent is received',
      async () => ((await ledgerOf(stack)).stages[0]?.received ?? 0) >= generated.sent + generated.events,
      20_000,
    ).catch(() => undefined);
    await new Promise((done) => setTimeout(done, 4_000));
    clearInterval(watch);
    const cpu = cpuBetween(before, usageOfTree(stack.pid));
    const ledger = await ledgerOf(stack);
    const edge = ledger.stages.find((s) => s.stage === 'edge');
    const dropped = Object.values(edge?.dropped ?? {}).reduce((a, b) => a + b, 0);
    const sentAll = generated.sent + generated.events;
    const unexplained = ledger.stages.reduce((sum, s) => sum + Math.abs(s.unexplained), 0) + Math.abs(sentAll - (edge?.received ?? 0));
    const name = withEvents
      ? `${Math.round(generated.calls / generated.seconds).toLocaleString('en')} calls/s, HEP and events, for ${seconds} s`
      : `HEP over UDP, ${rate.toLocaleString('en')}/s for ${seconds} s`;
    const overload = rate > SUSTAINED;
    const stored = ledger.stages.find((s) => s.stage === 'calls')?.stored ?? 0;
    const disk = await onDisk(stack);
    return [
      { name, figure: 'packets and events sent', value: sentAll, unit: '' },
      { name, figure: 'rate reached', value: Math.round(sentAll / generated.seconds), unit: '/s' },
      { name, figure: 'generator, on the same two cores', value: generated.cpuSeconds, unit: 'CPU s' },
      ...Object.entries(cpu)
        .filter(([, value]) => value > 0.5)
        .map(([process, value]) => ({ name, figure: process, value, unit: 'CPU s' })),
      {
        name,
        figure: 'dropped by the kernel, counted',
        value: dropped,
        unit: '',
        ...(overload ? {} : { target: '0', met: dropped === 0 }),
      },
      {
        name,
        figure: 'unexplained in the ledger, against what was sent',
        value: unexplained,
        unit: '',
        target: '0',
        met: unexplained === 0,
      },
      { name, figure: 'calls stored, of those sent', value: stored / generated.calls, unit: '' },
      {
        name,
        figure: 'lag under 5 s, after the end',
        value: lagBack,
        unit: 's',
        ...(overload ? {} : { target: '< 10', met: lagBack < 10 }),
      },
      { name, figure: 'memory, all processes, peak', value: Math.round(peakMb), unit: 'MB' },
      { name, figure: 'memory, last third over middle third', value: growth(rss), unit: '×' },
      ...disk.map(({ table, bytes }) => ({ name, figure: `on disk, a call: ${table}`, value: bytes / Math.max(1, stored), unit: 'B' })),
    ];
  } finally {
    await stack.end();
  }
}

/** What tables of calls and packets take, merged as far as they are after some seconds. */
async function onDisk(stack: Stack): Promise<{ table: string; bytes: number }[]> {
  const store = storeOf(stack);
  try {
    const answer = await store.query({
      query: `SELECT table, toUInt32(sum(bytes_on_disk)) AS bytes FROM system.parts WHERE active AND database = currentDatabase()
        GROUP BY table HAVING bytes > 1000000 ORDER BY bytes DESC`,
      format: 'JSONEachRow',
    });
    return await answer.json<{ table: string; bytes: number }>();
  } finally {
    await store.close();
  }
}

function tryFirst(pid: number): void {
  try {
    setPriority(pid, -15);
  } catch {
    // not root
  }
}

function growth(rss: readonly number[]): number {
  const third = Math.floor(rss.length / 3);
  const mean = (part: readonly number[]) => part.reduce((a, b) => a + b, 0) / Math.max(1, part.length);
  return mean(rss.slice(-third)) / Math.max(1, mean(rss.slice(third, 2 * third)));
}

/** Asked twice a second: asking costs the store something too. */
async function ledgerOf(stack: Stack): Promise<Ledger> {
  await new Promise((done) => setTimeout(done, 500));
  return stack.rest<Ledger>('GET', '/ops/ledger');
}

async function generate(
  stack: Stack,
  rate: number,
  seconds: number,
  withEvents: boolean,
): Promise<{ sent: number; events: number; calls: number; seconds: number; cpuSeconds: number }> {
  const script = new URL('generator.ts', import.meta.url).pathname;
  // SIP alone when it is about packets, whole calls when it is about calls
  const events = withEvents ? ['--events', String(stack.ports.events)] : ['--rtcp', '0'];
  const child = spawn(
    process.execPath,
    [script, '--port', String(stack.ports.hep), '--rate', String(rate), '--seconds', String(seconds), ...events],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  // an overload must be offered whoever else wants the cores: only root may, without it the rate reached says what was sent
  if (rate > SUSTAINED && child.pid !== undefined) tryFirst(child.pid);
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  await new Promise<void>((done, failed) =>
    child.once('exit', (code) => (code === 0 ? done() : failed(new Error(`the generator ended with ${code}`)))),
  );
  return JSON.parse(out) as { sent: number; events: number; calls: number; seconds: number; cpuSeconds: number };
}
