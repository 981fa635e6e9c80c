import { describe, expect, test } from 'vitest';
import { decodeHep3 } from '../../ingest/decode/hep3.ts';
import { parseRtcp } from '../../ingest/decode/rtcp.ts';
import { rtcpHep, type TrueCall, truth } from '../../test/medium/fixtures.ts';
import { describedInHep } from '../../test/recordings/pcap.ts';
import { type Ear, mosHeard, type QualityAsked, qualityOfCall, type RtcpPacket, summaryOf, worstMos } from './call-quality.ts';
import { joinedPackets, type SentPackets } from './sent-packets.ts';
import { middleNtp } from './voice-quality.ts';

const SILENT = { left: false, right: false };
const asked = (more: Partial<QualityAsked>): QualityAsked => ({
  ...{ direction: 'in', reports: [], describedIn: () => [], packets: null, silent: SILENT, onlyEar: null },
  ...more,
});

const REPORTS: RtcpPacket[] = rtcpHep().flatMap((bytes) => {
  const packet = decodeHep3(bytes);
  const report = typeof packet === 'string' ? packet : parseRtcp(packet.payload);
  if (typeof packet === 'string' || typeof report === 'string') return [];
  const { srcIp, srcPort, dstIp, dstPort, at } = packet;
  return [
    {
      ...{ callId: packet.correlationId, at, srcIp, srcPort, dstIp, dstPort, ssrc: report.senderSsrc, ntp: report.ntp },
      blocks: report.blocks.map(({ sourceSsrc, ...b }) => ({ ssrc: sourceSsrc, ...b })),
      metrics: report.metrics.map(({ sourceSsrc, ...m }) => ({ ssrc: sourceSsrc, ...m })),
    },
  ];
});
const reported = (n: number) => {
  const call = truth().find((c) => c.n === n) as TrueCall & { codec: string };
  const reports = REPORTS.filter((r) => r.callId === call.call_id);
  const direction = call.direction === 'int' ? 'internal' : call.direction;
  return { call, reports, quality: qualityOfCall(asked({ direction, reports, describedIn: describedInHep })) };
};
const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;

const MADE = { callId: 'a@192.0.2.1', dstIp: '192.0.2.9' };
const AT = 1_795_445_576_000_000;
/** A report of the caller's phone about what it received. */
const report = (second: number, block: Partial<RtcpPacket['blocks'][number]>, more: Partial<RtcpPacket> = {}): RtcpPacket => ({
  ...{ ...MADE, at: AT + second * 1_000_000, srcIp: '192.0.2.1', srcPort: 4_001, dstPort: 30_001, ssrc: 1, ntp: 0, metrics: [] },
  blocks: [{ ssrc: 2, fractionLost: 0, packetsLost: 0, highestSeq: 1_000 + second * 50, jitter: 80, lsr: 0, dlsr: 0, ...block }],
  ...more,
});

describe('the reports of the fixtures', () => {
  test('who heard what: of call 21 our phone lost 6 %, the carrier nothing', () => {
    const { quality, reports } = reported(21);
    const own = reports.filter((r) => r.srcIp === '127.0.1.104').map((r) => r.blocks[0] as RtcpPacket['blocks'][number]);
    const [first, last] = [own[0], own.at(-1)] as [(typeof own)[number], (typeof own)[number]];
    const { right, left } = quality;
    expect(right.reported).toMatchObject({ by: 'rtcp', reports: own.length, codec: 'pcma', clock: 8_000, isClockAssumed: false });
    expect(right.reported?.loss).toBeCloseTo((last.packetsLost - first.packetsLost) / (last.highestSeq - first.highestSeq), 9);
    expect(right.reported?.loss).toBeCloseTo(0.06, 2);
    expect(right.reported?.jitter).toBeCloseTo(mean(own.map((b) => b.jitter / 8)), 9);
    expect(left.reported).toMatchObject({ loss: 0, worstLoss: 0, address: '127.0.0.30' });
    expect(worstMos(quality)).toBe(right.reported?.mos);
    expect(right.reported?.mos).toBeLessThan(left.reported?.mos ?? 0);
  });

  test('ticks of Opus are 48 a millisecond, by the descriptions of the call', () => {
    const { quality, reports } = reported(22);
    const own = reports.filter((r) => r.srcIp === '127.0.1.103').flatMap((r) => r.blocks.map((b) => b.jitter / 48));
    expect(quality.right.reported).toMatchObject({ codec: 'opus', clock: 48_000, isClockAssumed: false });
    expect(quality.right.reported?.jitter).toBeCloseTo(mean(own), 9);
  });

  test('without a description the clock is assumed, and it is said', () => {
    const { reports } = reported(22);
    const { right } = qualityOfCall(asked({ direction: 'out', reports }));
    expect(right.reported).toMatchObject({ codec: null, clock: 8_000, isClockAssumed: true });
  });

  test('the round trip is that of the phones, whatever their clocks say', () => {
    for (const { n } of truth().filter((c) => c.talk_s > 0)) {
      const { quality, reports } = reported(n);
      if (reports.length < 4) continue;
      for (const ear of ['left', 'right'] as const) {
        // the agents answer a report 20 ms after it by their own clock, which is up to a second slow
        const trip = quality[ear].reported?.roundTrip;
        if (trip !== null && trip !== undefined) expect(trip).toBeLessThan(60);
      }
    }
    expect(reported(0).quality.left.reported?.roundTrip).toBeGreaterThan(10);
  });

  test('every call that has reports has them of both sides', () => {
    const calls = truth().filter((c) => REPORTS.some((r) => r.callId === c.call_id));
    expect(calls.length).toBeGreaterThan(10);
    for (const { n } of calls) {
      const { quality, reports } = reported(n);
      expect((quality.left.reported?.reports ?? 0) + (quality.right.reported?.reports ?? 0)).toBe(reports.length);
      expect(Math.min(quality.left.reported?.reports ?? 0, quality.right.reported?.reports ?? 0)).toBeGreaterThan(0);
    }
  });
});

describe('what is not there', () => {
  test('a side that sent no RTCP has nothing, and not zeros', () => {
    const { left, right } = qualityOfCall(asked({ reports: [report(0, {}), report(5, {})] }));
    expect(left.reported).not.toBeNull();
    expect(right.reported).toBeNull();
    expect(mosHeard(right)).toBeNull();
  });

  test('a block of a source of which nothing came says nothing', () => {
    expect(qualityOfCall(asked({ reports: [report(0, { highestSeq: 0 })] })).left.reported).toBeNull();
  });

  test("another company's phone is not told of", () => {
    const reports = [report(0, {}), report(1, {}, { srcIp: '192.0.2.2', srcPort: 5_001, dstPort: 30_003, ssrc: 2 })];
    const { left, right } = qualityOfCall(asked({ reports, onlyEar: 'right' }));
    expect(left).toMatchObject({ reported: null, isWithheld: true });
    expect(right).toMatchObject({ isWithheld: false, reported: { address: '192.0.2.2' } });
  });

  test('whoever hears nothing is named by the other side’s silence', () => {
    const { left, right } = qualityOfCall(asked({ silent: { left: false, right: true } }));
    expect([left.isDeaf, right.isDeaf]).toEqual([true, false]);
  });
});

describe('over time', () => {
  test('loss counts over all of the stream, a number that wraps included', () => {
    const reports = [
      report(0, { highestSeq: 65_000 }),
      report(10, { highestSeq: 65_500, packetsLost: 50, fractionLost: 26 }),
      report(20, { highestSeq: 464, packetsLost: 75, fractionLost: 13 }),
    ];
    const { left } = qualityOfCall(asked({ reports }));
    expect(left.reported?.loss).toBeCloseTo(75 / 1_000, 9);
    expect(left.reported?.points.map(({ at, loss }) => [at, loss])).toEqual([
      [AT / 1_000, 0],
      [AT / 1_000 + 10_000, 26 / 256],
      [AT / 1_000 + 20_000, 13 / 256],
    ]);
    expect(left.reported?.worstLoss).toBe(26 / 256);
  });

  test('half of both round trips is the latency of either way', () => {
    const sender = (second: number, ssrc: number, port: number, ip: string) =>
      report(
        second,
        { ssrc: 3 - ssrc },
        { ssrc, srcIp: ip, srcPort: port, dstPort: port + 26_000, ntp: middleNtp(AT + second * 1_000_000 - 3_000_000) },
      );
    const callerSends = sender(0, 1, 4_001, '192.0.2.1');
    const calleeSends = sender(0, 2, 5_001, '192.0.2.2');
    const answer = (to: RtcpPacket, by: RtcpPacket, tripMs: number): RtcpPacket => ({
      ...by,
      ntp: 0,
      at: to.at + 1_000_000 + tripMs * 1_000,
      blocks: [{ ...(by.blocks[0] as RtcpPacket['blocks'][number]), ssrc: to.ssrc, lsr: to.ntp, dlsr: 65_536 }],
    });
    const near = [callerSends, calleeSends, answer(calleeSends, callerSends, 40), answer(callerSends, calleeSends, 60)];
    const { left, right } = qualityOfCall(asked({ reports: near }));
    expect(left.reported?.roundTrip).toBeCloseTo(40, 0);
    expect(right.reported?.roundTrip).toBeCloseTo(60, 0);
    const far = [callerSends, calleeSends, answer(calleeSends, callerSends, 40), answer(callerSends, calleeSends, 900)];
    expect(qualityOfCall(asked({ reports: far })).left.reported?.mos).toBeLessThan((left.reported?.mos ?? 0) - 0.5);
  });

  test("a phone's own metrics count before what is reckoned, with what its buffer threw away", () => {
    const metrics = [{ ssrc: 2, lossRate: 8, discardRate: 5, roundTrip: 30, r: 80, mosLq: 39, mosCq: 37 }];
    const { left } = qualityOfCall(asked({ reports: [report(0, {}), report(5, {}, { metrics })] }));
    expect(left.reported).toMatchObject({ by: 'xr', reports: 1, mos: 3.7, worstLoss: 13 / 256 });
  });
});

describe('packets of the recording', () => {
  const sent = (lost: number, more: Partial<SentPackets> = {}): SentPackets => ({
    ...{ packets: 500 - lost, lost, outOfOrder: 0, jitter: 5, jitterMost: 9, codec: 'pcma', address: '192.0.2.2' },
    streams: [{ ssrc: 2, codec: 'pcma', clock: 8_000 }],
    course: [
      [AT / 1_000, 250, lost, 5],
      [AT / 1_000 + 5_000, 250, 0, 5],
    ],
    ...more,
  });
  const packets = { left: sent(0), right: sent(50) };

  test('what came from our side is what the outside heard: no more than that can have reached it', () => {
    const quality = qualityOfCall(asked({ packets, reports: [report(0, {}), report(5, {})] }));
    expect(quality.left.packets).toMatchObject({ loss: 0.1, worstLoss: 0.2, received: 450, codec: 'pcma' });
    expect(quality.right.packets).toMatchObject({ loss: 0 });
    expect(mosHeard(quality.left)).toBe(quality.left.packets?.mos);
    expect(worstMos(quality)).toBe(quality.left.packets?.mos);
  });

  test('a summary has the worst of both sides, and where their sound came from', () => {
    const quality = qualityOfCall(asked({ packets, reports: [report(0, {}), report(5, {})], silent: { left: true, right: false } }));
    expect(summaryOf(quality)).toEqual({
      ...{ mos: worstMos(quality), loss: 0.1, jitter: 10 },
      heard: { left: mosHeard(quality.left), right: mosHeard(quality.right) },
      silent: { left: true, right: false },
      network: { left: '192.0.2.0/24', right: '192.0.2.0/24' },
    });
    expect(summaryOf(qualityOfCall(asked({})))).toBeNull();
    expect(summaryOf(qualityOfCall(asked({ silent: { left: false, right: true } })))).toMatchObject({ mos: null, silent: { right: true } });
  });

  test('say which codec a report speaks of', () => {
    const opus = { left: null, right: sent(0, { codec: 'opus', streams: [{ ssrc: 2, codec: 'opus', clock: 48_000 }] }) };
    const { left } = qualityOfCall(asked({ packets: opus, reports: [report(0, { jitter: 96 })] }));
    expect(left.reported).toMatchObject({ codec: 'opus', jitter: 2, isClockAssumed: false });
  });

  test('of parts of a recording are counted together', () => {
    const both = joinedPackets([packets, { left: sent(10, { jitter: 15, jitterMost: 40 }), right: null }]);
    expect(both?.left).toMatchObject({ packets: 990, lost: 10, jitterMost: 40 });
    expect(both?.left?.jitter).toBeCloseTo((5 * 500 + 15 * 490) / 990, 9);
    expect(both?.left?.course).toHaveLength(4);
    expect(both?.right).toMatchObject({ packets: 450 });
    expect(joinedPackets([])).toBeNull();
  });
});

const ears: Ear[] = ['left', 'right'];
test('nothing is said of a call of which nothing is known', () => {
  const quality = qualityOfCall(asked({}));
  expect(worstMos(quality)).toBeNull();
  for (const ear of ears) expect(quality[ear]).toEqual({ reported: null, packets: null, isWithheld: false, isDeaf: false });
});
