import { describe, expect, test } from 'vitest';
import { PacketList } from './packet-list.ts';
import { timelineOf } from './timeline.ts';

interface Sent {
  /** ms */
  at: number;
  sequence: number;
  timestamp: number;
  type?: number;
}

/** @returns sequence numbers as they sound, and when, ms */
function timeline(sent: readonly Sent[], clockOf: (type: number) => number = () => 8_000): { sequence: number[]; place: number[] } {
  const packets = new PacketList();
  for (const { at, sequence, timestamp, type = 8 } of sent)
    packets.push(at * 1_000, { payloadType: type, sequence: sequence & 0xffff, timestamp: timestamp >>> 0, ssrc: 1, from: 0, to: 160 }, 0);
  const { order, place } = timelineOf(packets, clockOf);
  return { sequence: [...order].map((i) => packets.sequence(i)), place: [...place].map((p) => Math.round(p / 100) / 10) };
}

const START = 50_000;
/** A packet every 20 ms. */
function even(count: number, from: Partial<Sent> & { at?: number } = {}): Sent[] {
  const { at = START, sequence = 100, timestamp = 5_000 } = from;
  return Array.from({ length: count }, (_, i) => ({ at: at + i * 20, sequence: sequence + i, timestamp: timestamp + i * 160 }));
}
const places = (count: number, at = START) => Array.from({ length: count }, (_, i) => at + i * 20);

let state = 7;
const random = (below: number) => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};

describe('inside a stream the timestamps say when', () => {
  test('jitter, reordering and repeats change nothing', () => {
    const sent = even(500);
    const received = sent
      .flatMap((p, i) => {
        const late = { ...p, at: p.at + (i < 2 ? 0 : random(60)) };
        return random(10) === 0 ? [late, { ...late, at: late.at + random(40) }] : [late];
      })
      .sort((a, b) => a.at - b.at);
    expect(received.map((p) => p.sequence)).not.toEqual(received.map((p) => p.sequence).sort((a, b) => a - b));
    expect(timeline(received)).toEqual(timeline(sent));
    expect(timeline(sent).place).toEqual(places(500));
  });

  test('what was lost leaves a gap of its length', () => {
    const sent = even(300);
    const lost = (i: number) => i === 40 || (i >= 100 && i < 180);
    expect(timeline(sent.filter((_, i) => !lost(i))).place).toEqual(places(300).filter((_, i) => !lost(i)));
  });

  test('sequence numbers and timestamps that wrap go on', () => {
    const sent = even(200, { sequence: 65_500, timestamp: 2 ** 32 - 1_600 });
    expect(timeline(sent).place).toEqual(places(200));
    expect(timeline(sent).sequence).toEqual(sent.map((p) => p.sequence & 0xffff));
  });

  test('a pause in speaking (timestamps go on, nothing is sent) is as long as it was', () => {
    const sent = [...even(60), ...even(60, { at: START + 9_000, sequence: 160, timestamp: 5_000 + 9_000 * 8 })];
    expect(timeline(sent).place).toEqual([...places(60), ...places(60, START + 9_000)]);
  });

  test('a network that stands still and then delivers all at once moves nothing', () => {
    const sent = even(400).map((p, i) => (i >= 100 && i < 250 ? { ...p, at: START + 250 * 20 + (i - 100) * 0.2 } : p));
    expect(timeline(sent.sort((a, b) => a.at - b.at)).place).toEqual(places(400));
  });

  test('one wild timestamp is left out', () => {
    const sent = even(200).map((p, i) => (i === 80 ? { ...p, timestamp: p.timestamp + 40_000_000 } : p));
    expect(timeline(sent).place).toEqual(places(200).filter((_, i) => i !== 80));
  });
});

describe('where timestamps break, the time of receipt says when', () => {
  test('a hold that stops them', () => {
    const sent = [...even(100), ...even(100, { at: START + 10_000, sequence: 200, timestamp: 5_000 + 100 * 160 })];
    expect(timeline(sent).place).toEqual([...places(100), ...places(100, START + 10_000)]);
  });

  test('a source that begins anew with other numbers', () => {
    const sent = [...even(100), ...even(100, { at: START + 2_000, sequence: 40_000, timestamp: 3_000_000_000 })];
    expect(timeline(sent).place).toEqual(places(200));
    const onlyTimestamps = [...even(100), ...even(100, { at: START + 2_000, sequence: 200, timestamp: 3_000_000_000 })];
    expect(timeline(onlyTimestamps).place).toEqual(places(200));
  });

  test('a clock that runs wrong for half an hour stays near', () => {
    for (const wrong of [0.9998, 1.0002]) {
      const count = 90_000;
      const sent = even(count).map((p, i) => ({ ...p, at: START + i * 20 * wrong }));
      const { sequence, place } = timeline(sent);
      expect(place.length).toBeGreaterThan(count * 0.999);
      // which of the packets it is follows from its number and the one before it
      let packet = -1;
      for (const [i, number] of sequence.entries()) {
        packet += ((number - 100 - packet) << 16) >> 16;
        expect(Math.abs((place[i] as number) - (START + packet * 20 * wrong))).toBeLessThan(150);
      }
    }
  });

  test('another clock of another codec begins a stretch of its own', () => {
    const wide = Array.from({ length: 100 }, (_, i) => ({
      at: START + 2_000 + i * 20,
      sequence: 200 + i,
      timestamp: 900 + i * 960,
      type: 111,
    }));
    const { place } = timeline([...even(100), ...wide], (type) => (type === 111 ? 48_000 : 8_000));
    expect(place).toEqual(places(200));
  });

  test('packets without a place of their own are left out and break nothing', () => {
    const events = Array.from({ length: 8 }, (_, i) => ({
      at: START + 800 + i * 20,
      sequence: 140 + i,
      timestamp: 5_000 + 40 * 160,
      type: 101,
    }));
    const rest = even(60, { at: START + 960, sequence: 148, timestamp: 5_000 + 48 * 160 });
    const { place } = timeline([...even(40), ...events, ...rest], (type) => (type === 101 ? 0 : 8_000));
    expect(place).toEqual([...places(40), ...places(60, START + 960)]);
  });
});
