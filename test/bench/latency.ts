import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { companies } from '../medium/fixtures.ts';
import { type Stack, startStack } from '../medium/stack.ts';
import { cpuBetween, usageOfTree } from './processes.ts';
import type { BenchResult } from './result.ts';
import { quantile } from './store.ts';
import { callIdOf, ID_LENGTH, packetTemplates, stampPacket } from './templates.ts';

/** Start-up, idle cost, and how long after its end a call answers at REST. */
export async function latency(): Promise<BenchResult[]> {
  const began = performance.now();
  const stack = await startStack();
  const ready = (performance.now() - began) / 1_000;
  try {
    for (const [id, company] of Object.entries(companies())) {
      await stack.rest('PUT', `/tenants/${id}`, company.tenant);
      await stack.rest('PUT', `/tenants/${id}/directory`, company.directory);
    }
    await new Promise((done) => setTimeout(done, 10_000));
    const before = usageOfTree(stack.pid);
    await new Promise((done) => setTimeout(done, 30_000));
    const after = usageOfTree(stack.pid);
    const cpu = (Object.values(cpuBetween(before, after)).reduce((a, b) => a + b, 0) / 30) * 100;
    const memory = after.reduce((sum, u) => sum + u.rssMb, 0);
    const events = await afterTheEnd(stack, 60, sendEvents);
    const hep = await afterTheEnd(stack, 60, sendHep);
    const p95 = { events: quantile(events, 0.95), hep: quantile(hep, 0.95) };
    const ack = await acknowledgements(stack);
    return [
      { name: 'npm start', figure: 'ready, fresh DATA_DIR', value: ready, unit: 's', target: '< 25', met: ready < 25 },
      {
        name: 'idle',
        figure: 'memory, all processes (RSS, shared pages counted in each)',
        value: Math.round(memory),
        unit: 'MB',
        target: '< 1,500',
        met: memory < 1_500,
      },
      { name: 'idle', figure: 'CPU, all processes, 30 s', value: cpu, unit: '% of a core', target: '< 3', met: cpu < 3 },
      {
        name: 'a finished call at REST',
        figure: 'after its CDR, p95 of 60',
        value: p95.events / 1_000,
        unit: 's',
        target: '< 1',
        met: p95.events < 1_000,
      },
      {
        name: 'a finished call at REST',
        figure: 'after its BYE, HEP only, p95 of 60',
        value: p95.hep / 1_000,
        unit: 's',
        target: '< 2.5',
        met: p95.hep < 2_500,
      },
      {
        name: 'an event over TCP',
        figure: 'answered, p99 of 1,000 one after the other',
        value: ack,
        unit: 'ms',
        target: '< 200',
        met: ack < 200,
      },
    ];
  } finally {
    await stack.end();
  }
}

/** Each call is sent, and asked for until it is there; ms from the sending of its last packet. @param name of the calls: others than before */
export async function afterTheEnd(
  stack: Stack,
  count: number,
  send: (stack: Stack, id: string) => Promise<void>,
  name = send.name,
): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const id = callIdOf(`${name}-${String(i)}`.padEnd(ID_LENGTH, 'x'));
    await send(stack, id);
    const sent = performance.now();
    while ((await stack.fetch(`/api/v1/tenants/t1/calls/${encodeURIComponent(id)}`)).status !== 200)
      await new Promise((done) => setTimeout(done, 10));
    times.push(performance.now() - sent);
  }
  return times;
}

export async function sendEvents(stack: Stack, callid: string): Promise<void> {
  const now = Date.now() / 1_000;
  const common = { callid, tenant: 't1', direction: 'in', src: '79161234567', dst: '74951000101', did: '74951000101' };
  const at = (s: number) => `${Math.floor(s)}.${String(Math.floor((s % 1) * 1e6)).padStart(6, '0')}`;
  const socket = connect(stack.ports.events, '127.0.0.1');
  for (const [state, s] of [
    ['start', now - 10],
    ['answered', now - 8],
    ['ended', now],
  ] as const) {
    socket.write(
      JSON.stringify({
        jsonrpc: '2.0',
        method: 'E_PBX_CALL',
        params: {
          ...common,
          state,
          code: state === 'answered' ? 200 : '',
          who: state === 'ended' ? 'upstream' : '',
          ts: Math.floor(s),
          ts_us: Math.floor((s % 1) * 1e6),
        },
      }),
    );
  }
  socket.write(
    JSON.stringify({
      jsonrpc: '2.0',
      method: 'E_ACC_CDR',
      params: {
        ...common,
        method: 'INVITE',
        from_tag: 'a',
        sip_code: '200',
        hangup: 'upstream',
        ts_invite: at(now - 10),
        ts_answer: at(now - 8),
        ts_end: at(now),
        ms_duration: 8_000,
      },
    }),
  );
  await new Promise<void>((done) => socket.end(done));
}

async function sendHep(stack: Stack, id: string): Promise<void> {
  const socket = createSocket('udp4');
  const now = Date.now() * 1_000;
  for (const [i, template] of packetTemplates().entries()) {
    await new Promise((done) =>
      socket.send(stampPacket(template, id.slice(0, ID_LENGTH), now + i * 1_000), stack.ports.hep, '127.0.0.1', done),
    );
  }
  socket.close();
}

async function acknowledgements(stack: Stack): Promise<number> {
  const socket = connect({ port: stack.ports.events, host: '127.0.0.1', noDelay: true });
  const times: number[] = [];
  for (let id = 0; id < 1_000; id++) {
    const started = performance.now();
    const answer = new Promise((done) => socket.once('data', done));
    socket.write(JSON.stringify({ jsonrpc: '2.0', id, method: 'E_NEW', params: { callid: `ack-${id}` } }));
    await answer;
    times.push(performance.now() - started);
  }
  socket.destroy();
  return quantile(times, 0.99);
}
