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
const PERIOD = `from=${new Date(START).toISOString()}&to=${new Date(END).toISOString()}`;
const COLUMNS = [
  ...['date', 'time', 'direction', 'result', 'from', 'to', 'number', 'answeredBy', 'employee', 'wait', 'talk', 'callId'],
] as const;

/** The journal of a million calls of one company as a person takes it from the portal, in twelve columns; all of the way from the store. */
export async function storedFiles(): Promise<BenchResult[]> {
  const stack = await startStack();
  const maker = storeOf(stack);
  try {
    const token = await makeCompanies(stack, ALONE);
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
    for (const format of ['csv', 'xlsx'] as const) {
      const { seconds, memoryMb, bytes } = await inBackground(stack, token, format);
      const name = `${format.toUpperCase()} of 1 M calls in the background`;
      out.push(
        { name, figure: `REST's columns, from the wish to the last byte (${Math.round(bytes / 1e6)} MB)`, value: seconds, unit: 's' },
        limited(name, 'most memory of the portal over idle', memoryMb, 'MB', MEMORY_MB),
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

/** What the portal took for some work. */
async function watched<T>(stack: Stack, work: () => Promise<T>): Promise<T & Pick<Cost, 'seconds' | 'cpuSeconds' | 'memoryMb'>> {
  const pid = stack.pidOf('portal');
  const cpu = () => usageOfTree(pid).find((one) => one.pid === pid)?.cpuSeconds ?? 0;
  const [before, idle, began] = [cpu(), rssMb(pid), performance.now()];
  let most = idle;
  const watch = setInterval(() => {
    most = Math.max(most, rssMb(pid));
  }, 50);
  try {
    const done = await work();
    return { ...done, seconds: (performance.now() - began) / 1_000, cpuSeconds: cpu() - before, memoryMb: most - idle };
  } finally {
    clearInterval(watch);
  }
}

function costOf(stack: Stack, admin: Visitor, format: string): Promise<Cost> {
  return watched(stack, async () => {
    const began = performance.now();
    let [bytes, firstByteMs] = [0, 0];
    const response = await admin.ask(`/c/${LARGEST}/journal/file?${PERIOD}&format=${format}`);
    if (response.status !== 200 || !response.body) throw new Error(`the portal answered ${response.status}: ${await response.text()}`);
    for await (const part of response.body) {
      firstByteMs ||= performance.now() - began;
      bytes += part.length;
    }
    return { bytes, firstByteMs };
  });
}

interface Export {
  id: string;
  state: string;
  bytes: number;
}

function inBackground(stack: Stack, token: string, format: string): Promise<Omit<Cost, 'firstByteMs'>> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const ask = async (path: string, init: RequestInit = {}) =>
    (await (await stack.fetch(`/api/v1/tenants/${LARGEST}/exports${path}`, { headers, ...init })).json()) as Export;
  return watched(stack, async () => {
    let file = await ask('', { method: 'POST', body: JSON.stringify({ of: 'calls', query: PERIOD, format }) });
    while (file.state === 'waiting' || file.state === 'running') {
      await new Promise((again) => setTimeout(again, 100));
      file = await ask(`/${file.id}`);
    }
    if (file.state !== 'done') throw new Error(`the file is ${file.state}`);
    return { bytes: file.bytes };
  });
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
