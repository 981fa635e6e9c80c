import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@callscope/core/node/log.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMPANIES } from '../../demo/companies/all.ts';
import { answeringLeg, type CallPlan } from '../../demo/edge/call.ts';
import { EventSender } from '../../demo/edge/events-out.ts';
import { HepDatagrams, HepStream } from '../../demo/edge/hep-out.ts';
import { Spool } from '../../demo/edge/spool.ts';
import { callsOfDay, type HistoryJob, sendHistory, verifyHistory } from '../../demo/history.ts';
import { Live } from '../../demo/live.ts';
import { phonesOf, presences } from '../../demo/plan/phones.ts';
import { makeCompanies, Rest } from '../../demo/rest.ts';
import { companyPlans } from '../../demo/state.ts';
import { OPERATOR_TOKEN, type Stack, startStack, until } from './stack.ts';

const DAYS = 3;
const log = createLog('demo-test', { level: 'error' });

interface RestCall {
  id: string;
  direction: string;
  result: string;
  from: string;
  dialled: string;
  number: string | null;
  answeredBy: string | null;
  talkSeconds: number;
  sipCode: number;
}

const plain = (number: string | undefined) => (number === undefined || number === '' ? null : number.replace('+', ''));

describe('the demo', () => {
  let stack: Stack;
  let rest: Rest;
  let job: HistoryJob;
  const began = Date.now();
  const signal = new AbortController().signal;
  const pace = { take: () => Promise.resolve(), sent: () => undefined };

  const load = async (): Promise<Map<string, Set<string>>> => {
    const events = new EventSender('127.0.0.1', stack.ports.events, 500, log);
    const hep = new HepStream('127.0.0.1', stack.ports.hep, log);
    const sent = await sendHistory(job, { events, hep, pace, spool: null }, signal, () => undefined);
    await hep.end();
    events.close();
    return sent;
  };
  const allCalls = async (): Promise<RestCall[]> => {
    const lists = await Promise.all(COMPANIES.map((c) => stack.rest<{ data: RestCall[] }>('GET', `/tenants/${c.id}/calls?limit=1000`)));
    return lists.flatMap((l) => l.data);
  };
  const planned = (): CallPlan[] => Array.from({ length: DAYS }, (_, day) => callsOfDay(job, day)).flat();

  beforeAll(async () => {
    stack = await startStack();
    rest = new Rest(stack.portal, OPERATOR_TOKEN);
    await makeCompanies(rest, 'demo-password-1');
    const plans = companyPlans({ seed: 'test', calls: 300, days: DAYS, began });
    job = { plans, until: began, after: 0, firstDay: 0, endDay: DAYS, signallingDays: 1 };
  });
  afterAll(() => stack?.end());

  test('every call of the history is stored and comes out as planned', async () => {
    const sent = await load();
    const plans = planned();
    expect(plans.length).toBeGreaterThan(100);
    const verdict = await verifyHistory(rest, sent, job, signal);
    expect(verdict).toEqual({ sent: plans.length, stored: plans.length, ledgerClosed: true, deadLetters: 0 });
    // packets come by a connection of their own: a call is written at its record, and revised when they are there
    const shown = (plan: CallPlan) => (plan.direction === 'in' || plan.legs.length > 0 ? plain(plan.ownNumber) : null);
    let byId = new Map<string, RestCall>();
    await until('the packets of every call are in its row', async () => {
      byId = new Map((await allCalls()).map((c) => [c.id, c]));
      return plans.every((plan) => byId.get(plan.callId)?.number === shown(plan));
    }).catch(() => undefined);
    for (const plan of plans) {
      const call = byId.get(plan.callId);
      expect(call, `${plan.direction} ${plan.code}`).toMatchObject({
        direction: plan.direction,
        sipCode: plan.code,
        from: plain(plan.from),
        dialled: plain(plan.dialled),
        answeredBy: plain(answeringLeg(plan)?.target),
        // a number is shown only where a trunk was asked
        number: shown(plan),
      });
      expect((call?.result === 'answered') === plan.answeredAt > 0).toBe(true);
      expect(Math.abs((call?.talkSeconds ?? 0) - (plan.answeredAt > 0 ? (plan.endedAt - plan.answeredAt) / 1e6 : 0))).toBeLessThan(0.02);
    }
  });

  test('sent a second time it adds nothing', async () => {
    const before = await allCalls();
    const sent = await load();
    const verdict = await verifyHistory(rest, sent, job, signal);
    expect(verdict).toMatchObject({ ledgerClosed: true, deadLetters: 0 });
    await until('every fact of the second time is applied', async () => {
      const { stages } = await rest.ledger();
      return stages.every((s) => s.inFlight === 0);
    });
    const byId = (list: RestCall[]) => list.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect(byId(await allCalls())).toEqual(byId(before));
  });

  test('phones stand with the beginnings that they were planned to have, and have a past', async () => {
    const events = new EventSender('127.0.0.1', stack.ports.events, 500, log);
    const now = Date.now();
    const plans = companyPlans({ seed: 'test', calls: 300, days: DAYS, began: now });
    const live = new Live(plans, { events, hep: { send: () => undefined }, spool: null }, log);
    interface Phone {
      account: string;
      state: string;
      bindings: { registeredAt: string }[];
    }
    try {
      live.start(now);
      for (const { company, seed } of plans) {
        const there = phonesOf(company).flatMap((phone) => {
          const last = presences(seed, company, phone, now - 6 * 86_400_000, now + 600_000).findLast((p) => p.from <= now);
          // one that comes or goes in these minutes is no sure thing
          return last && last.to >= now + 600_000 && last.from < now - 600_000
            ? [`${phone.extension} ${new Date(last.from).toISOString()}`]
            : [];
        });
        expect(there.length).toBeGreaterThan(5);
        await until(
          'each stands',
          async () => {
            const { data } = await stack.rest<{ data: Phone[] }>('GET', `/tenants/${company.id}/phones`);
            const found = new Set(data.flatMap((p) => p.bindings.map((b) => `${p.account} ${b.registeredAt}`)));
            return there.every((one) => [...found].some((f) => f.slice(0, -5) === one.slice(0, -5)));
          },
          60_000,
        );
        const shaky = phonesOf(company).find((p) => p.kind === 'shaky')?.extension;
        await until(
          'its past is in the store',
          async () => {
            const from = new Date(now - 7 * 86_400_000).toISOString();
            const { data } = await stack.rest<{ data: unknown[] }>('GET', `/tenants/${company.id}/phones/${shaky}/history?from=${from}`);
            return data.length > 15;
          },
          60_000,
        );
      }
    } finally {
      live.stop();
      events.close();
    }
  });

  test('live calls begin, end and leave their recordings in the spool', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'callscope-spool-'));
    const tone = Buffer.alloc(16_000, 0x2a);
    const phrases = { client: [tone], staff: [tone] };
    const events = new EventSender('127.0.0.1', stack.ports.events, 500, log);
    const hep = new HepDatagrams('127.0.0.1', stack.ports.hep);
    const now = Date.now();
    // a floor far above what people of the companies can do at once, so that something is recorded soon
    const plans = companyPlans({ seed: 'test', calls: 300, days: DAYS, began: now }).map((p) => ({
      ...p,
      company: { ...p.company, liveFloor: 6, talk: 3, numbers: p.company.numbers.map((n) => ({ ...n, talk: 3 })) },
    }));
    const live = new Live(plans, { events, hep, spool: new Spool(dir, 50_000_000, { ru: phrases, en: phrases }, log) }, log);
    try {
      live.start(now);
      await until('a live call is over', () => live.ended > 0, 60_000);
      await until('a recording is complete', () => readdirSync(join(dir, 'metadata')).length > 0, 60_000);
      const [text = ''] = readdirSync(join(dir, 'metadata'));
      const [pcap = ''] = readFileSync(join(dir, 'metadata', text), 'utf8').split('\n');
      const bytes = readFileSync(pcap);
      expect(bytes.subarray(0, 4).toString('hex')).toBe('d4c3b2a1');
      const callId = decodeURIComponent(text.replace('rtpengine-meta-', '').slice(0, -'-0123456789abcdef.txt'.length));
      const tenant = plans.find((p) => readFileSync(join(dir, 'metadata', text), 'utf8').includes(`tenant:${p.company.id}|`))?.company.id;
      await until('the recorded call is to be seen', () => rest.hasCall(tenant ?? '', callId));
      const call = await stack.rest<RestCall>('GET', `/tenants/${tenant}/calls/${encodeURIComponent(callId)}`);
      expect(call.result).toBe('answered');
      // 230 bytes a packet, 50 packets a second from each of two
      expect(Math.abs(bytes.length / (230 * 100) - call.talkSeconds)).toBeLessThan(0.2);
    } finally {
      live.stop();
      events.close();
      hep.close();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
