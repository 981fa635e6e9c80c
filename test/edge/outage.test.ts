import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../medium/stack.ts';
import { type Edge, HOSTS, missing, startEdge } from './edge.ts';
import type { Phone } from './phone.ts';

const lacking = missing('opensips', 'rtpengine');
const ROOT = new URL('../../', import.meta.url).pathname;
/** EDGE_TEST_OUTAGE_SECONDS=60 is the whole promise; a few seconds show the same */
const OUTAGE_SECONDS = Number(process.env.EDGE_TEST_OUTAGE_SECONDS ?? 8);
const CALLS_PER_SECOND = Number(process.env.EDGE_TEST_CALLS_PER_SECOND ?? 5);

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

describe.skipIf(lacking !== null)('an outage of everything that listens', () => {
  let edge: Edge;
  let reconciler: ChildProcess | undefined;
  let inbound: Phone;
  let reconcilerLog = '';

  beforeAll(async () => {
    edge = await startEdge({ EDGE_FLOOD_REQUESTS: '100000', EDGE_LONGEST_CALL_SECONDS: '3600' });
    inbound = await edge.carrier(HOSTS.carrierIn, '79161234567');
    (await edge.phone('101')).manner = { ringMs: 50, answer: 200 };
    (await edge.phone('105')).manner = { answer: 486 };
    (await edge.phone('106')).manner = { answer: 486 };
    await edge.sql.query('UPDATE pbx_companies SET calls = NULL, calls_per_account = NULL');
  });
  afterAll(async () => {
    reconciler?.kill();
    await edge?.end();
  });

  it('ingest and bus are away while calls go on: afterwards every call is there with its result and talk time', async () => {
    // the receiver of events, of packets, and the bus behind both stand still: nobody answers, nothing is heard
    const parts = ['edge', 'nats'].map((part) => edge.stack.pidOf(part));
    for (const pid of parts) process.kill(pid, 'SIGKILL');
    const made: { id: string; code: number; talk: number }[] = [];
    const calls: Promise<void>[] = [];
    const ends = Date.now() + OUTAGE_SECONDS * 1_000;
    const keepDown = (async () => {
      while (Date.now() < ends) {
        for (const part of ['edge', 'nats']) {
          try {
            process.kill(edge.stack.pidOf(part), 'SIGKILL');
          } catch {
            // between two lives
          }
        }
        await sleep(50);
      }
    })();
    for (let n = 0; Date.now() < ends; n++) {
      // one of four is busy, and so is where it is forwarded to; the others are answered
      const call = inbound.call(n % 4 === 3 ? '74951000104' : '74951000101');
      calls.push(
        (async () => {
          const code = await call.final;
          if (code === 200) {
            await sleep(1_000);
            call.bye();
            await call.ended;
          }
          made.push({ id: call.callId, code, talk: code === 200 ? (call.endedAt - call.answeredAt) / 1_000 : 0 });
        })(),
      );
      await sleep(1_000 / CALLS_PER_SECOND);
    }
    await Promise.all(calls);
    await keepDown;
    await until('the system is whole again', async () => (await fetch(`${edge.stack.portal}/healthz`)).status === 200, 60_000);
    expect(made.length).toBeGreaterThan(OUTAGE_SECONDS);
    // what is not there by now was heard by nobody: only the rows in the database know of it
    const unheard = [];
    for (const { id } of made)
      if ((await edge.stack.fetch(`/api/v1/tenants/t1/calls/${encodeURIComponent(id)}`)).status === 404) unheard.push(id);
    expect(unheard.length).toBeGreaterThan(0);
    console.log(`${made.length} calls, of ${unheard.length} nothing was heard; ${OUTAGE_SECONDS} s at ${CALLS_PER_SECOND} calls/s`);

    reconciler = spawn(process.execPath, ['opensips/reconcile/main.ts'], {
      cwd: ROOT,
      env: {
        ...process.env,
        EDGE_DATABASE_URL: edge.databaseUrl,
        EDGE_EVENTS: `127.0.0.1:${edge.stack.ports.events}`,
        LOG_FORMAT: 'text',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [reconciler.stdout, reconciler.stderr])
      stream?.on('data', (chunk: Buffer) => {
        reconcilerLog = (reconcilerLog + chunk.toString()).slice(-20_000);
      });
    for (const call of made) {
      let seen: { result: string; talkSeconds: number } | undefined;
      await until(
        `call ${call.id} is there`,
        async () => {
          const response = await edge.stack.fetch(`/api/v1/tenants/t1/calls/${encodeURIComponent(call.id)}`);
          if (response.status !== 200) return false;
          seen = (await response.json()) as typeof seen;
          return true;
        },
        60_000,
      ).catch((error) => {
        throw new Error(`${String(error)}\n${reconcilerLog}`);
      });
      expect(seen?.result, call.id).toBe(call.code === 200 ? 'answered' : 'busy');
      expect(Math.abs((seen?.talkSeconds ?? 0) - call.talk), call.id).toBeLessThan(1);
    }
    await until('every row is confirmed', async () => {
      const { rows } = await edge.sql.query<{ open: string }>('SELECT count(*) AS open FROM edge.acc WHERE confirmed_at IS NULL');
      return rows[0]?.open === '0';
    });
    // a call that was heard is not changed by its row, which comes all the same
    const call = inbound.call('74951000101');
    await call.final;
    call.bye();
    await call.ended;
    const path = `/tenants/t1/calls/${encodeURIComponent(call.callId)}`;
    await until('it is stored', async () => (await edge.stack.fetch(`/api/v1${path}`)).status === 200);
    await until('its row is confirmed', async () => {
      const { rowCount } = await edge.sql.query('SELECT FROM edge.acc WHERE callid = $1 AND confirmed_at IS NOT NULL', [call.callId]);
      return rowCount === 1;
    });
    expect(await edge.stack.rest<{ revision: number }>('GET', path)).toMatchObject({ revision: 1, revisions: [] });
  });
});
