import { connect, type Socket } from 'node:net';
import { expect } from 'vitest';
import { companies } from '../medium/fixtures.ts';
import { type Stack, until } from '../medium/stack.ts';

interface Page {
  data: { id: string; revision: number }[];
  next: string | null;
}

export async function putCompanies(stack: Stack): Promise<void> {
  for (const [id, company] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, company.tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, company.directory);
  }
}

export async function allIds(stack: Stack, tenant: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor = '';
  do {
    const page: Page = await stack.rest('GET', `/tenants/${tenant}/calls?limit=1000${cursor === '' ? '' : `&cursor=${cursor}`}`);
    ids.push(...page.data.map((c) => c.id));
    cursor = page.next ?? '';
  } while (cursor !== '');
  return ids;
}

/**
 * Sends events with ids and repeats those that were not answered with "ok" until all are: what an edge with two consumers
 * and reliable mode does.
 */
export async function sendReliably(port: number, texts: string[], limitMs: number): Promise<void> {
  const open = new Map(texts.map((text, id) => [id, text]));
  const end = Date.now() + limitMs;
  while (open.size > 0) {
    if (Date.now() > end) throw new Error(`${open.size} events were never answered`);
    await new Promise<void>((done) => {
      const socket: Socket = connect(port, '127.0.0.1');
      const over = setTimeout(() => socket.destroy(), 3_000);
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString();
        for (const m of text.matchAll(/"result":"ok","id":(\d+)\}/g)) open.delete(Number(m[1]));
        text = text.slice(-100);
        if (open.size === 0) socket.destroy();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearTimeout(over);
        done();
      });
      socket.on('connect', () => {
        for (const [id, event] of open) socket.write(`${event.slice(0, -1)},"id":${id}}`);
      });
    });
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** Calls of company t1 as events: start, answered, ended, CDR. */
export function callEvents(prefix: string, count: number): string[] {
  const base = Math.floor(Date.now() / 1000) - 60;
  return Array.from({ length: count }, (_, i) => {
    const callid = `${prefix}-${i}`;
    const common = {
      callid,
      tenant: 't1',
      direction: 'in',
      src: `7916${String(i).padStart(7, '0')}`,
      dst: '74951000101',
      did: '74951000101',
    };
    const call = (state: string, ts: number, more: object) => ({
      method: 'E_PBX_CALL',
      params: { ...common, state, ts, ts_us: i, code: '', who: '', ...more },
    });
    return [
      call('start', base, {}),
      call('answered', base + 2, { code: 200, who: '101@alfa.pbx.test' }),
      call('ended', base + 10, { who: 'downstream' }),
      {
        method: 'E_ACC_CDR',
        params: {
          ...common,
          method: 'INVITE',
          from_tag: `t${i}`,
          sip_code: '200',
          answered_by: '101@alfa.pbx.test',
          rec: 'all',
          hangup: 'downstream',
          ts_invite: `${base}.000000`,
          ts_answer: `${base + 2}.000000`,
          ts_end: `${base + 10}.000000`,
          ms_duration: 8000,
        },
      },
    ].map((e) => JSON.stringify({ jsonrpc: '2.0', ...e }));
  }).flat();
}

export interface Ledger {
  closed: boolean;
  stages: { stage: string; received: number; inFlight: number; unexplained: number }[];
}

/** Where a bus or a store comes back first, on a busy machine. */
const SETTLED_MS = 180_000;

/** Every call that was answered is there once, and the ledger closes. */
export async function settled(stack: Stack, expected: string[]): Promise<void> {
  await until(`${expected.length} calls`, async () => (await allIds(stack, 't1')).length >= expected.length, SETTLED_MS);
  await until(
    'the ledger closes',
    async () => {
      const ledger = await stack.rest<Ledger>('GET', '/ops/ledger');
      return ledger.closed && ledger.stages.every((s) => s.inFlight === 0);
    },
    SETTLED_MS,
  );
  // more than a few revisions at once are inserted anew before the rows that they replace are taken away, and no fact is in flight meanwhile
  let ids: string[] = [];
  const isThereOnce = async () => {
    ids = await allIds(stack, 't1');
    return ids.length === new Set(ids).size;
  };
  await until('revised calls are there once', isThereOnce, SETTLED_MS).catch(() => undefined);
  const there = new Set(ids);
  const wanted = new Set(expected);
  expect({
    missing: expected.filter((id) => !there.has(id)),
    strange: ids.filter((id) => !wanted.has(id)),
    twice: ids.filter((id, i) => ids.indexOf(id) !== i),
  }).toEqual({ missing: [], strange: [], twice: [] });
}
