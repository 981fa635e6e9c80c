import type { Fact } from '@callscope/core/bus/facts.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import { callTimes } from '@callscope/core/domain/call.ts';
import { Directories, directorySchema, tenantSchema } from '@callscope/core/domain/directory.ts';
import { describe, expect, test } from 'vitest';
import { companies, events, hep, rtcpHep, shuffled, type TrueCall, truth } from '../../test/medium/fixtures.ts';
import { DecoderMemory, decodeFramePackets } from '../steps/frame.ts';
import { RawBlock } from '../write/raw-rows.ts';
import { foldCall, splitDialogs } from './fold.ts';
import { resolveCall } from './resolve.ts';

const directories = new Directories();
for (const [id, c] of Object.entries(companies())) {
  directories.put({
    version: 1,
    tenant: { id, ...tenantSchema.parse(c.tenant) },
    versions: [{ validFrom: 0, body: directorySchema.parse(c.directory) }],
  });
}

/** Packets through the decoder's own steps, as they come out as facts. */
function factsOf(channel: 'hep-udp' | 'event-udp', packets: readonly (Buffer | string)[]): Fact[] {
  const out = { block: new RawBlock(), facts: [] as Fact[] };
  const bytes = packets.map((p) => Buffer.from(p as string));
  decodeFramePackets(
    { edge: 'e', channel, boot: 1, firstN: 1, receivedAt: Date.UTC(2026, 10, 23, 15), count: bytes.length, drops: {}, packets: bytes },
    1,
    new DecoderMemory(),
    out,
  );
  return out.facts;
}

function rowsOf(facts: readonly Fact[]): Map<string, Omit<CallRow, 'id' | 'callIds' | 'revision'> | 'security'> {
  const byCall = new Map<string, Fact[]>();
  for (const f of facts) byCall.set(f.callId, [...(byCall.get(f.callId) ?? []), f]);
  const rows = new Map<string, Omit<CallRow, 'id' | 'callIds' | 'revision'> | 'security'>();
  for (const [callId, list] of byCall) {
    const groups = splitDialogs(list);
    expect(groups, callId).toHaveLength(1);
    const folded = foldCall(groups[0] as Fact[], 0);
    if (folded.kind === 'call') {
      expect(folded.end, callId).not.toBeNull();
      rows.set(callId, resolveCall(folded.draft, directories));
    } else if (folded.kind === 'security') rows.set(callId, 'security');
  }
  return rows;
}

const hepFacts = factsOf('hep-udp', [...hep('udp'), ...rtcpHep()]);
const hepTcpFacts = factsOf('hep-udp', hep('tcp'));
const eventFacts = factsOf('event-udp', events());

const SOURCES: [string, Fact[]][] = [
  ['events alone', eventFacts],
  ['HEP alone', hepFacts],
  ['HEP over TCP alone', hepTcpFacts],
  ['events and HEP', [...eventFacts, ...hepFacts]],
  [
    'both transports and events, everything twice',
    [...hepFacts, ...eventFacts, ...hepTcpFacts, ...eventFacts, ...hepFacts, ...hepTcpFacts],
  ],
];
const DIRECTIONS = { in: 'in', out: 'out', int: 'internal' } as const;
const user = (a: string | null) => a?.split('@')[0] ?? '';

describe.each(SOURCES)('%s', (_, facts) => {
  const rows = rowsOf(facts);
  test.each(
    truth()
      .filter((c) => c.in_company_list)
      .map((c): [number, string, TrueCall] => [c.n, c.kind, c]),
  )('call %i: %s', (_n, _kind, real) => {
    const row = rows.get(real.call_id);
    if (row === undefined || row === 'security') throw new Error('no call');
    expect({
      tenant: row.tenant,
      direction: row.direction,
      result: row.result,
      from: row.from,
      dialled: row.dialled,
      answeredBy: row.answeredBy,
      sipCode: row.sipCode,
      hangupBy: row.hangupBy,
    }).toEqual({
      tenant: real.tenant,
      direction: DIRECTIONS[real.direction],
      result: real.result,
      from: user(real.from),
      dialled: real.dialled,
      answeredBy: user(real.answered_by),
      sipCode: real.final_code,
      hangupBy: real.hung_up_by === 'none' ? '' : real.hung_up_by,
    });
    expect(row.legs.map((l) => l.target).sort()).toEqual(real.legs.map((l) => user(l.leg)).sort());
    const times = callTimes(row);
    const near = (value: number | null, expected: number | null, what: string) => {
      if (expected === null || value === null) expect(value, what).toBe(expected);
      else expect(Math.abs(value - expected), `${what} ${value} ${expected}`).toBeLessThanOrEqual(0.05);
    };
    const at = (text: string | null) => (text === null ? null : Date.parse(text) / 1000);
    near(times.ringSeconds, real.ring_s, 'ring');
    near(times.talkSeconds, real.talk_s, 'talk');
    near(row.startedAt / 1e6, at(real.start), 'start');
    near(row.ringingAt === 0 ? null : row.ringingAt / 1e6, at(real.ringing), 'ringing');
    near(row.answeredAt === 0 ? null : row.answeredAt / 1e6, at(real.answer), 'answer');
    near(row.endedAt / 1e6, at(real.end), 'end');
  });

  test('the wrong password is a security event', () => {
    expect(rows.get((truth()[15] as TrueCall).call_id)).toBe('security');
  });

  test('the unknown number has no company', () => {
    const row = rows.get((truth()[12] as TrueCall).call_id);
    if (facts === eventFacts) expect(row).toBeUndefined();
    else expect(row).toMatchObject({ tenant: 'unassigned', sipCode: 404, result: 'failed', direction: 'in' });
  });

  test('in any order and with any repetition the rows are the same', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const some = facts.filter((_f, i) => (i * 7919 + seed) % 3 === 0);
      expect(rowsOf(shuffled([...facts, ...some], seed))).toEqual(rows);
    }
  });
});

test('events and HEP say the same of every call, whatever comes alone', () => {
  const pick = (row: ReturnType<typeof rowsOf> extends Map<string, infer R> ? R : never) => {
    if (row === 'security') return row;
    const { tenant, direction, result, missedKind, from, dialled, answeredBy, employee, group, sipCode, hangupBy } = row;
    return {
      tenant,
      direction,
      result,
      missedKind,
      from,
      dialled,
      answeredBy,
      employee,
      group,
      sipCode,
      hangupBy,
      legs: row.legs.map((l) => [l.target, l.result, l.sipCode]).sort(),
    };
  };
  const byHep = rowsOf(hepFacts);
  const byEvents = rowsOf(eventFacts);
  for (const [callId, row] of byEvents) {
    const other = byHep.get(callId);
    if (other !== undefined) expect(pick(other), callId).toEqual(pick(row));
  }
});
