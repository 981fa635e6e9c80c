import { readFileSync } from 'node:fs';
import { FILE_FORMATS } from '@callscope/portal/files/formats.ts';
import { type Stack, startStack } from '../medium/stack.ts';
import { PASSWORD, Visitor } from '../medium/visitor.ts';
import { ALONE, END, LARGEST, makeCalls, makeCompanies, START, settle } from './made-calls.ts';
import { usageOfTree } from './processes.ts';
import type { BenchResult } from './result.ts';
import { storeOf } from './store.ts';

const CALLS = 1_000_000;
const TIMES = 3;
/** seconds */
const TARGETS = { csv: 1.5, xlsx: 8, json: undefined } as const;
const FIRST_BYTE_MS = 1_000;
const MEMORY_MB = 150;
const COLUMNS = [
  ...['date', 'time', 'direction', 'result', 'from', 'to', 'number', 'answeredBy', 'employee', 'wait', 'talk', 'callId'],
] as const;

/** The journal of a million calls of one company as a person takes it from the portal, in twelve columns; all of the way from the store. */
export async function storedFiles(): Promise<BenchResult[]> {
  const stack = await startStack();
  const maker = storeOf(stack);
  try {
    await makeCompanies(stack, ALONE);
    await makeCalls(maker, CALLS, ALONE);
    await settle(maker);
    await stack.rest('PUT', `/tenants/${LARGEST}/users/admin`, { password: PASSWORD, role: 'admin' });
    const admin = new Visitor(stack.portal);
    await admin.signIn('admin', PASSWORD, `${LARGEST}.pbx.test`);
    await chooseColumns(admin);
    const out: BenchResult[] = [];
    for (const format of FILE_FORMATS) {
      const costs: Cost[] = [];
      for (let i = 0; i < TIMES; i++) costs.push(await costOf(stack, admin, format));
      const [best] = costs.toSorted((a, b) => a.seconds - b.seconds) as [Cost];
      const name = `${format.toUpperCase()} of a journal of 1 M calls`;
      const target = TARGETS[format];
      const memory = Math.max(...costs.map(({ memoryMb }) => memoryMb));
      const figure = `from the portal, best of ${TIMES} (its CPU ${best.cpuSeconds.toFixed(1)} s; ${Math.round(best.bytes / 1e6)} MB)`;
      out.push(
        { name, figure, value: best.seconds, unit: 's', ...(target && { target: `< ${target}`, met: best.seconds < target }) },
        ...[limited(name, 'first byte', best.firstByteMs, 'ms', FIRST_BYTE_MS)],
        limited(name, 'most memory of the portal over idle', memory, 'MB', MEMORY_MB),
      );
    }
    return out;
  } finally {
    await maker.close();
    await stack.end();
  }
}

const limited = (name: string, figure: string, value: number, unit: string, limit: number): BenchResult => ({
  ...{ name, figure, value, unit, target: `< ${limit}`, met: value < limit },
});

interface Cost {
  seconds: number;
  cpuSeconds: number;
  firstByteMs: number;
  memoryMb: number;
  bytes: number;
}

async function costOf(stack: Stack, admin: Visitor, format: string): Promise<Cost> {
  const pid = stack.pidOf('portal');
  const now = () => usageOfTree(pid).find((one) => one.pid === pid) ?? { cpuSeconds: 0, rssMb: 0 };
  const before = now();
  let most = before.rssMb;
  const watch = setInterval(() => {
    most = Math.max(most, rssMb(pid));
  }, 50);
  const began = performance.now();
  let [bytes, firstByteMs] = [0, 0];
  try {
    const period = `from=${new Date(START).toISOString()}&to=${new Date(END).toISOString()}`;
    const response = await admin.ask(`/c/${LARGEST}/journal/file?${period}&format=${format}`);
    if (response.status !== 200 || !response.body) throw new Error(`the portal answered ${response.status}: ${await response.text()}`);
    for await (const part of response.body) {
      firstByteMs ||= performance.now() - began;
      bytes += part.length;
    }
  } finally {
    clearInterval(watch);
  }
  const seconds = (performance.now() - began) / 1_000;
  return { seconds, cpuSeconds: now().cpuSeconds - before.cpuSeconds, firstByteMs, memoryMb: most - before.rssMb, bytes };
}

async function chooseColumns({ portal, cookies }: Visitor): Promise<void> {
  const { status } = await fetch(`${portal}/c/${LARGEST}/journal/columns`, {
    method: 'PUT',
    headers: {
      ...{ 'content-type': 'application/json', origin: portal, 'x-forwarded-proto': 'http' },
      cookie: [...cookies].map(([n, v]) => `${n}=${v}`).join('; '),
    },
    body: JSON.stringify({ columns: COLUMNS }),
  });
  if (status !== 204) throw new Error(`columns were refused: ${status}`);
}

const rssMb = (pid: number) => (Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4_096) / 1e6;
