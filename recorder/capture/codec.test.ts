import { formatOf, opusTicks } from '@callscope/core/domain/codec.ts';
import { mediaOf } from '@callscope/core/domain/sdp.ts';
import { describe, expect, test } from 'vitest';
import { describedInHep, recordedCalls } from '../../test/recordings/pcap.ts';
import { type Capture, readCapture } from './capture.ts';
import { keySpans } from './telephone-events.ts';

const calls = recordedCalls();

describe('what a payload type means', () => {
  test.each(calls.map((r): [string, typeof r] => [r.call.kind, r]))('by description and without one: %s', async (_, { call, pcap }) => {
    const { flows } = (await readCapture(pcap)) as Capture;
    const described = describedInHep(call.call_id).flatMap((d) => mediaOf(d.sdp));
    const types = flows.flatMap((f) => f.streams.flatMap((s) => [...s.samples]));
    expect(types.length).toBeGreaterThan(1);
    for (const [type, samples] of types) {
      const expected = type === 101 ? 'dtmf' : call.codec.toLowerCase();
      expect(formatOf(type, described, samples).codec).toBe(expected);
      expect(formatOf(type, [], samples).codec).toBe(expected);
    }
  });

  test('a description counts more than the table', () => {
    const sdp = mediaOf('m=audio 4000 RTP/AVP 9 97 98\r\na=rtpmap:9 G722/16000\r\na=rtpmap:97 speex/8000\r\na=rtpmap:98 PCMA/8000\r\n');
    expect(formatOf(97, sdp, [])).toEqual({ codec: null, name: 'speex', clock: 8_000 });
    expect(formatOf(98, sdp, []).codec).toBe('pcma');
    // RFC 3551, 4.5.2: whatever is written, the clock of G.722 is 8,000
    expect(formatOf(9, sdp, []).clock).toBe(8_000);
  });

  test('what nothing tells is unknown', () => {
    const samples = Array.from({ length: 10 }, (_, i) => ({ payload: Buffer.alloc(8, i + 1), at: i * 20_000, timestamp: i * 160 }));
    expect(formatOf(97, [], samples)).toMatchObject({ codec: null, name: 'payload type 97' });
    expect(formatOf(96, [], [])).toMatchObject({ codec: null });
  });
});

test('the length of an Opus packet is in its first bytes', () => {
  // RFC 6716, table 2: configuration, and frames of the packet
  const toc = (config: number, code: number) => (config << 3) | code;
  const ms: [number[], number][] = [
    [[toc(0, 0)], 10],
    [[toc(3, 0)], 60],
    [[toc(9, 1)], 40],
    [[toc(12, 0)], 10],
    [[toc(15, 2)], 40],
    [[toc(16, 0)], 2.5],
    [[toc(31, 0)], 20],
    [[toc(31, 3), 0x06], 120],
    [[toc(31, 3), 0x07], 0],
    [[toc(31, 3)], 0],
    [[], 0],
  ];
  for (const [bytes, length] of ms) expect(opusTicks(Uint8Array.from(bytes)), `${bytes}`).toBe(length * 48);
});

describe('pressed keys', () => {
  const event = (at: number, timestamp: number, ticks: number) => ({
    at,
    timestamp,
    payload: Buffer.from([1, 10, ticks >> 8, ticks & 255]),
  });

  test('a key is from before its first packet until its last, with a margin', () => {
    const packets = [event(1_000_000, 800, 160), event(1_020_000, 800, 320), event(1_040_000, 800, 480), event(1_060_000, 800, 480)];
    expect(keySpans(packets, 8_000)).toEqual([{ from: 860_000, to: 1_180_000 }]);
  });

  test('keys one after another are one stretch, others are not; a packet too short is none', () => {
    const packets = [event(1_000_000, 800, 160), event(1_200_000, 2_400, 160), event(3_000_000, 16_800, 160)];
    expect(keySpans([...packets, { at: 9_000_000, timestamp: 1, payload: Buffer.alloc(3) }], 8_000)).toEqual([
      { from: 860_000, to: 1_320_000 },
      { from: 2_860_000, to: 3_120_000 },
    ]);
  });
});
