import { describe, expect, test } from 'vitest';
import { LEVEL_MS, Meter, SILENT } from './levels.ts';
import { speechIn, talkOf } from './talk.ts';

const SECOND = 1_000 / LEVEL_MS;
const QUIET = 62;
/** Levels: quiet but for the given stretches, in seconds, which are at this level. */
function side(seconds: number, spoken: [from: number, to: number, level?: number][], quiet = QUIET): Uint8Array {
  const levels = new Uint8Array(seconds * SECOND).fill(quiet);
  for (const [from, to, level = 22] of spoken) levels.fill(level, from * SECOND, to * SECOND);
  return levels;
}

describe('who talks', () => {
  test('share, overtalk and silences of a conversation', () => {
    const talk = talkOf(
      side(30, [
        [1, 5],
        [20, 22],
      ]),
      side(30, [
        [4, 8],
        [22, 24],
      ]),
    );
    expect(talk).toMatchObject({ overtalkSeconds: 1, silenceSeconds: 19 });
    expect(talk.left).toEqual({ speechSeconds: 6, longestSeconds: 3, share: 0.5, levelDb: -22, isSilent: false });
    expect(talk.silences).toEqual([
      { from: 8, seconds: 12 },
      { from: 24, seconds: 6 },
    ]);
  });

  test('a monologue goes on over own pauses and a short yes of the other, and ends when the other takes the word', () => {
    const talk = talkOf(
      side(60, [
        [1, 10],
        [12, 20],
        [30, 33],
      ]),
      side(60, [
        [5, 5.6],
        [19, 27],
        [29, 29.5],
        [34.5, 40],
      ]),
    );
    // 1 to 19: where the other began to speak and kept the word
    expect(talk.left.longestSeconds).toBe(18);
    // 20, when the other was silent, to 29.5; the pause at 27 is shorter than three seconds, and 30 to 33 of the other takes the word
    expect(talk.right.longestSeconds).toBe(9.5);
    expect(
      talkOf(
        side(30, [
          [1, 5],
          [9, 12],
        ]),
        side(30, []),
      ).left.longestSeconds,
    ).toBe(4);
  });

  test('a breath is part of what is said, a click is not speech', () => {
    const speech = speechIn(
      side(10, [
        [1, 2],
        [2.2, 3],
        [5, 5.04],
      ]),
    );
    expect(speech.reduce((sum, v) => sum + v, 0)).toBe(2 * SECOND);
    expect(speech[Math.round(2.1 * SECOND)]).toBe(1);
  });

  test('the noise of a line is not speech, and a voice on a quiet line is', () => {
    expect(talkOf(side(20, [], 45), side(20, [[2, 6, 25]], 45))).toMatchObject({ left: { speechSeconds: 0 }, right: { speechSeconds: 4 } });
    expect(talkOf(side(20, [[2, 6, 48]], 70), side(20, [])).left).toMatchObject({ speechSeconds: 4, isSilent: false });
  });

  test('one side that speaks without a pause is not taken for noise', () => {
    expect(talkOf(side(20, [[0, 20, 25]]), side(20, [])).left.speechSeconds).toBe(20);
  });

  test('a silent side is one of which nothing is to be heard, in a call that is long enough to say so', () => {
    const nothing = (seconds: number) => new Uint8Array(seconds * SECOND).fill(SILENT);
    expect(talkOf(nothing(20), side(20, [[1, 2]])).left).toEqual({
      speechSeconds: 0,
      longestSeconds: 0,
      share: 0,
      levelDb: null,
      isSilent: true,
    });
    expect(talkOf(nothing(4), side(4, [[1, 2]])).left.isSilent).toBe(false);
    // who only listens has a line that is heard
    expect(talkOf(side(20, []), side(20, [[1, 2]])).left).toMatchObject({ speechSeconds: 0, isSilent: false });
  });

  test('nobody speaks, or there is nothing at all', () => {
    expect(talkOf(side(10, []), side(10, []))).toMatchObject({
      left: { share: null, levelDb: null },
      silences: [{ from: 0, seconds: 10 }],
    });
    expect(talkOf(new Uint8Array(0), new Uint8Array(0))).toMatchObject({ overtalkSeconds: 0, silences: [], silenceSeconds: 0 });
  });

  test('of very many silences the longest are kept, in order', () => {
    const spoken = Array.from({ length: 400 }, (_, i): [number, number] => [i * 6 + (i % 2), i * 6 + (i % 2) + 1]);
    const { silences } = talkOf(side(2_400, spoken), side(2_400, []));
    expect(silences).toHaveLength(200);
    expect(silences.every((s, i) => s.seconds >= 5 && s.from > (silences[i - 1]?.from ?? -1))).toBe(true);
  });
});

describe('levels and waveform', () => {
  test('full scale is 0 dB, half of it 6 dB less, nothing is silence', () => {
    const meter = new Meter(8_000, 80_000, 2_000);
    meter.take(new Int16Array(160).fill(32_767));
    meter.take(new Int16Array(160).fill(-16_384));
    meter.take(new Int16Array(160));
    meter.take(new Int16Array(160).fill(33));
    expect([...meter.end().levels]).toEqual([0, 6, SILENT, 60]);
    expect([...meter.end().peaks]).toEqual([255, 128, 0, 0]);
  });

  test('both rates give as many points, never more than asked for', () => {
    for (const micros of [19_999, 20_001, 1_234_567, 40_000_000, 3_600_000_125]) {
      const points = [8_000, 16_000].map((rate) => {
        const meter = new Meter(rate, micros, 2_000);
        const samples = Math.round((micros * rate) / 1e6);
        for (let left = samples; left > 0; left -= rate) meter.take(new Int16Array(Math.min(rate, left)).fill(12_800));
        const { peaks, levels } = meter.end();
        expect(levels).toHaveLength(Math.ceil(samples / (rate / 50)));
        expect(new Set(peaks.subarray(0, -1))).toEqual(new Set(peaks.length > 1 ? [100] : []));
        return peaks.length;
      });
      expect(points[0]).toBe(points[1]);
      expect(points[0]).toBeLessThanOrEqual(2_000);
    }
  });
});
