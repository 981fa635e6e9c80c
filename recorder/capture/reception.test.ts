import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sidesOf } from '@callscope/core/domain/media-sides.ts';
import { afterAll, describe, expect, test } from 'vitest';
import { describedInHep, type Packet, pcap, recordedCalls, recordsOf, rtp } from '../../test/recordings/pcap.ts';
import { type Capture, readCapture } from './capture.ts';
import { receptionOf } from './reception.ts';

const dir = mkdtempSync(join(tmpdir(), 'callscope-reception-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const BEGUN = 1_795_445_576_000_000;
const LEG = { src: '192.0.2.1', srcPort: 4000, dst: '192.0.2.9', dstPort: 30_000 };

async function received(packets: readonly Packet[], notBefore = 0) {
  const path = join(dir, 'made.pcap');
  writeFileSync(path, pcap(packets));
  const capture = (await readCapture(path)) as Capture;
  return receptionOf(capture, sidesOf(capture.flows, 'x@192.0.2.1', []), 'caller', notBefore);
}

/** Packet n of 20 ms of G.711, received so many ms after it should have been. */
const packet = (n: number, late = 0, h: Partial<Parameters<typeof rtp>[0]> = {}): Packet => ({
  ...LEG,
  at: BEGUN + n * 20_000 + Math.round(late * 1_000),
  payload: rtp({ type: 8, sequence: 65_500 + n, timestamp: n * 160, ssrc: 7, ...h }, Buffer.alloc(160)),
});
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('loss', () => {
  test('is what is missing by sequence number, over their wrap, and where it was missing', async () => {
    const gone = (n: number) => n >= 300 && n < 330;
    const found = await received(numbers(600).flatMap((n) => (gone(n) ? [] : [packet(n)])));
    expect(found).toMatchObject({ packets: 570, lost: 30, outOfOrder: 0, codec: 'pcma', jitter: 0 });
    expect(found?.course.map(([, expected, lost]) => [expected, lost])).toEqual([
      [250, 0],
      [250, 30],
      [100, 0],
    ]);
    expect(found?.course[1]?.[0]).toBe(BEGUN / 1_000 + 5_000);
  });

  test('is none where a packet is late, came twice, or a source began anew', async () => {
    const packets = [...numbers(100).map((n) => packet(n)), packet(40, 1)];
    // 50 is overtaken by 51
    packets.splice(50, 1, packet(50, 25));
    packets.push(...numbers(100).map((n) => packet(100 + n, 0, { sequence: 9_000 + n, timestamp: 5e6 + n * 160 })));
    expect(await received(packets.toSorted((a, b) => a.at - b.at))).toMatchObject({ packets: 200, lost: 0, outOfOrder: 1 });
  });

  test('before the conversation began does not count', async () => {
    const packets = numbers(200).flatMap((n) => (n % 2 === 0 && n < 100 ? [] : [packet(n)]));
    expect(await received(packets, BEGUN + 100 * 20_000)).toMatchObject({ packets: 100, lost: 0 });
  });
});

describe('jitter', () => {
  test('is that of RFC 3550, 6.4.1, in ms of the codec’s own clock', async () => {
    // every second packet is 4 ms late: transit times differ by 4 ms each time, which J comes near to
    const found = await received(numbers(500).map((n) => packet(n, n % 2 === 0 ? 0 : 4)));
    expect(found?.jitterMost).toBeCloseTo(4, 1);
    let [jitter, sum] = [0, 0];
    for (let n = 1; n < 500; n++) {
      jitter += (4 - jitter) / 16;
      sum += jitter;
    }
    expect(found?.jitter).toBeCloseTo(sum / 500, 2);
  });

  test('says nothing of keys, whose timestamp stands still, nor of a clock that began anew', async () => {
    const events = numbers(10).map((n) => ({
      ...packet(100 + n),
      payload: rtp({ type: 101, sequence: 65_600 + n, timestamp: 16_000, ssrc: 7 }, Buffer.from([5, 10, 0, 160])),
    }));
    const after = numbers(100).map((n) => packet(110 + n, 0, { timestamp: 7_000_000 + n * 160 }));
    const found = await received([...numbers(100).map((n) => packet(n)), ...events, ...after]);
    expect(found).toMatchObject({ packets: 210, lost: 0, jitterMost: 0, streams: [{ ssrc: 7, codec: 'pcma', clock: 8_000 }] });
  });
});

describe.each(recordedCalls().map((r): [string, (typeof r)[]] => [r.call.kind, [r]]))('%s', (_, [recorded]) => {
  const { call, pcap: path } = recorded as ReturnType<typeof recordedCalls>[number];

  test('both sides are counted, packet by packet as the file has them', async () => {
    const capture = (await readCapture(path)) as Capture;
    const sides = sidesOf(capture.flows, call.call_id, describedInHep(call.call_id));
    // a second way: numbers of the file itself
    const bySsrc = Map.groupBy(
      recordsOf(readFileSync(path))
        .map((record) => record.subarray(16 + 14 + 28))
        .filter((rtpPacket) => rtpPacket.readUInt8(0) >> 6 === 2 && (rtpPacket.readUInt8(1) < 192 || rtpPacket.readUInt8(1) > 223)),
      (rtpPacket) => rtpPacket.readUInt32BE(8),
    );
    for (const side of ['caller', 'callee'] as const) {
      const found = receptionOf(capture, sides, side, 0);
      const own = found?.streams.flatMap(({ ssrc }) => bySsrc.get(ssrc) ?? []) ?? [];
      const sequences = new Set(own.map((rtpPacket) => rtpPacket.readUInt16BE(2)));
      const all = [...sequences].map((n) => ((n - (own[0] as Buffer).readUInt16BE(2)) << 16) >> 16);
      expect(found).toMatchObject({ packets: sequences.size, lost: Math.max(...all) - Math.min(...all) + 1 - sequences.size });
      expect(found?.course.reduce((sum, [, expected]) => sum + expected, 0)).toBe((found?.packets ?? 0) + (found?.lost ?? 0));
    }
  });
});
