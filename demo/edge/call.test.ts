import type { Fact } from '@callscope/core/bus/facts.ts';
import { callTimes } from '@callscope/core/domain/call.ts';
import { Directories, directorySchema, tenantSchema } from '@callscope/core/domain/directory.ts';
import { resultOf } from '@callscope/core/domain/result.ts';
import { foldCall, splitDialogs } from '@callscope/ingest/assemble/fold.ts';
import { resolveCall } from '@callscope/ingest/assemble/resolve.ts';
import { encodeHep3, HEP_RTCP, HEP_SIP } from '@callscope/ingest/decode/hep3.ts';
import { DecoderMemory, decodeFramePackets } from '@callscope/ingest/steps/frame.ts';
import { RawBlock } from '@callscope/ingest/write/raw-rows.ts';
import { describe, expect, test } from 'vitest';
import { COMPANIES } from '../companies/all.ts';
import { directoryBody, tenantBody } from '../companies/company.ts';
import { perDayFor, planDay } from '../plan/day.ts';
import { answeringLeg, type CallPlan, trunkOf } from './call.ts';
import { callEvents, eventText, registration } from './events.ts';
import { rtcpPacket } from './rtcp.ts';
import { callPackets, type EdgePacket, invitePackets } from './sip.ts';

const directories = new Directories();
for (const c of COMPANIES) {
  directories.put({
    version: 1,
    tenant: { id: c.id, ...tenantSchema.parse(tenantBody(c)) },
    versions: [{ validFrom: 0, body: directorySchema.parse(directoryBody(c)) }],
  });
}

const DATES = ['2026-11-18', '2026-11-21', '2026-11-22'];
const plans = COMPANIES.flatMap((company) =>
  DATES.flatMap((date) =>
    planDay(
      {
        company,
        seed: 'test',
        perDay: perDayFor(company, 4_000, '2026-11-22', DATES),
        grownAt: '2026-11-22',
        floorFrom: Number.POSITIVE_INFINITY,
      },
      date,
    ),
  ),
);

function decode(channel: 'hep-tcp' | 'event-tcp', packets: readonly Buffer[]): { facts: Fact[]; stored: number } {
  const out = { block: new RawBlock(), facts: [] as Fact[] };
  const frame = {
    edge: 'e',
    channel,
    boot: 1,
    firstN: 1,
    receivedAt: Date.UTC(2026, 10, 25),
    count: packets.length,
    drops: {},
    packets: [...packets],
  };
  const { fates, dead } = decodeFramePackets(frame, 1, new DecoderMemory(), out);
  expect(dead).toEqual([]);
  expect(fates.dropped).toEqual({});
  return { facts: out.facts, stored: fates.stored };
}

const hep = (plan: CallPlan, packets: readonly EdgePacket[]) =>
  packets.map(({ at, from, to, payload }) =>
    encodeHep3({
      srcIp: from.ip,
      srcPort: from.port,
      dstIp: to.ip,
      dstPort: to.port,
      at,
      type: HEP_SIP,
      payload,
      correlationId: plan.callId,
    }),
  );
const texts = (plan: CallPlan) => callEvents(plan).map((e, i) => Buffer.from(eventText(e, i)));

const SOURCES: [string, (plan: CallPlan) => Fact[]][] = [
  ['events alone', (p) => decode('event-tcp', texts(p)).facts],
  ['HEP alone', (p) => decode('hep-tcp', hep(p, callPackets(p))).facts],
  ['events and HEP', (p) => [...decode('event-tcp', texts(p)).facts, ...decode('hep-tcp', hep(p, callPackets(p))).facts]],
  ['events and the INVITEs', (p) => [...decode('event-tcp', texts(p)).facts, ...decode('hep-tcp', hep(p, invitePackets(p))).facts]],
];

/** What sort of call a plan is: every one that the planner makes must come out as planned. */
const sortOf = (p: CallPlan) =>
  `${p.direction} ${p.code} ${p.endedBy} legs ${Math.min(p.legs.length, 2)}${p.ringingAt > 0 ? ' rang' : ''}${p.legs.some((l) => l.code === 486) ? ' with busy' : ''}`;
const bySort = Map.groupBy(plans, sortOf);
const plain = (number: string) => number.replace('+', '');

function expectAsPlanned(plan: CallPlan, facts: readonly Fact[], what: { events: boolean; hep: boolean }): void {
  const groups = splitDialogs(facts);
  expect(groups).toHaveLength(1);
  const folded = foldCall(groups[0] as Fact[], 0);
  if (folded.kind !== 'call') throw new Error(`no call: ${folded.kind}`);
  expect(folded.end).toBe(!what.events ? 'hep' : plan.answeredAt > 0 ? 'cdr' : 'event');
  const row = resolveCall(folded.draft, directories);
  const answered = answeringLeg(plan);
  const result = answered ? 'answered' : resultOf(plan.code, plan.ringingAt > 0);
  const gaveUp = plan.code === 487 && plan.endedBy === 'caller' ? 'caller' : '';
  expect({
    tenant: row.tenant,
    direction: row.direction,
    result: row.result,
    from: row.from,
    dialled: row.dialled,
    number: row.number,
    answeredBy: row.answeredBy,
    employee: row.employee,
    sipCode: row.sipCode,
    hangupBy: row.hangupBy,
    recordRule: row.recordRule,
    trunk: row.trunk,
  }).toEqual({
    tenant: plan.tenant,
    direction: plan.direction,
    result,
    from: plain(plan.from),
    dialled: plain(plan.dialled),
    // the number shown to a trunk is in no event
    number: plan.direction === 'in' || (what.hep && plan.legs.length > 0) ? plain(plan.ownNumber) : '',
    answeredBy: plain(answered?.target ?? ''),
    employee: employeeOf(plan),
    sipCode: plan.code,
    hangupBy: answered ? plan.endedBy : gaveUp,
    recordRule: what.events ? (plan.recorded ? 'all' : 'none') : '',
    // no packet names a line
    trunk: (what.events && trunkOf(plan).trunk) || '',
  });
  expect(row.legs.map((l) => `${l.target} ${l.sipCode} ${l.rang}`).sort()).toEqual(
    plan.legs.map((l) => `${plain(l.target)} ${l.code} ${l.ringingAt > 0}`).sort(),
  );
  const times = callTimes(row);
  const near = (seconds: number | null, us: number | null, name: string) => {
    if (seconds === null || us === null) expect(seconds, name).toBe(us);
    else expect(Math.abs(seconds - us / 1e6), `${name} ${seconds} ${us / 1e6}`).toBeLessThan(0.02);
  };
  near(row.startedAt / 1e6, plan.startedAt, 'start');
  near(row.endedAt / 1e6, plan.endedAt, 'end');
  near(times.talkSeconds, answered ? plan.endedAt - plan.answeredAt : 0, 'talk');
  near(times.ringSeconds, plan.ringingAt > 0 ? (plan.answeredAt || plan.endedAt) - plan.ringingAt : null, 'ring');
}

function employeeOf(plan: CallPlan): string {
  if (plan.direction !== 'in') return `e${plan.from}`;
  const target = answeringLeg(plan)?.target;
  return target === undefined ? '' : `e${target}`;
}

describe.each(SOURCES)('%s', (name, factsOf) => {
  test.each([...bySort].map(([sort, list]): [string, CallPlan[]] => [sort, list.slice(0, 12)]))('%s', (_sort, some) => {
    for (const plan of some) expectAsPlanned(plan, factsOf(plan), { events: name !== 'HEP alone', hep: name !== 'events alone' });
  });
});

test('every kind of call that the demo shows is among the plans', () => {
  const has = (is: (p: CallPlan) => boolean) => plans.some(is);
  expect(has((p) => p.direction === 'in' && p.answeredAt > 0 && p.legs.length > 2)).toBe(true);
  expect(has((p) => p.direction === 'in' && p.code === 408)).toBe(true);
  expect(has((p) => p.direction === 'in' && p.code === 486)).toBe(true);
  expect(has((p) => p.direction === 'in' && p.code === 487 && p.endedAt - p.startedAt < 5e6)).toBe(true);
  expect(has((p) => p.direction === 'in' && p.code === 480 && p.legs.length === 0)).toBe(true);
  for (const code of [200, 403, 480, 486, 487, 603])
    expect(
      has((p) => p.direction === 'out' && p.code === code),
      `out ${code}`,
    ).toBe(true);
  for (const code of [200, 486, 487])
    expect(
      has((p) => p.direction === 'internal' && p.code === code),
      `internal ${code}`,
    ).toBe(true);
});

test('one plan is the same packets and events whenever it is asked for', () => {
  const plan = plans.find((p) => p.answeredAt > 0) as CallPlan;
  expect(callPackets(plan)).toEqual(callPackets(plan));
  expect(callEvents(plan)).toEqual(callEvents(plan));
});

test('packets and events come in the order of their times and inside the call', () => {
  for (const plan of plans.slice(0, 300)) {
    for (const list of [callPackets(plan), callEvents(plan)]) {
      const times = list.map((x) => x.at);
      expect([...times].sort((a, b) => a - b)).toEqual(times);
      expect(times.at(-1)).toBeLessThan(plan.endedAt + 10_000);
      expect(times.every(Number.isInteger)).toBe(true);
    }
  }
});

test('RTCP and registrations are understood', () => {
  const plan = plans.find((p) => p.answeredAt > 0 && p.endedAt - p.answeredAt > 2e7) as CallPlan;
  const reports = ([0, 1] as const).map((party) => rtcpPacket(plan, party, plan.answeredAt + 1e7));
  const packets = reports.map(({ at, from, to, payload }) =>
    encodeHep3({
      srcIp: from.ip,
      srcPort: from.port,
      dstIp: to.ip,
      dstPort: to.port,
      at,
      type: HEP_RTCP,
      payload,
      correlationId: plan.callId,
    }),
  );
  expect(decode('hep-tcp', packets).facts).toMatchObject([{ kind: 'activity', callId: plan.callId }]);
  const phone = { domain: 'sever.demo', extension: '101', ip: '10.21.1.101', userAgent: 'desk-phone/2.4' };
  const words = (['INSERT', 'UPDATE', 'DELETE'] as const).flatMap((word, i) =>
    registration(phone, word, 1_795_000_000_000_000 + i * 1e6, 1_795_003_600_000, true),
  );
  expect(
    decode(
      'event-tcp',
      words.map((e) => Buffer.from(eventText(e))),
    ).stored,
  ).toBe(5);
});
