import { describe, expect, test } from 'vitest';
import { clockBehind, jitterMs, lossShare, middleNtp, mosOf, mosOfMetrics, mosOfR, rFactor, roundTripMs } from './voice-quality.ts';

const GOOD = { loss: 0, jitter: 0, latency: 0, codec: null } as const;

describe('units', () => {
  test('jitter comes in ticks of the codec: 96 of G.711 are 12 ms, 96 of Opus are 2', () => {
    expect(jitterMs(96, 8_000)).toBe(12);
    expect(jitterMs(96, 48_000)).toBe(2);
  });

  test('a fraction lost of 64 is a quarter', () => {
    expect(lossShare(64)).toBe(0.25);
  });

  test('the round trip is arrival − LSR − DLSR, by one clock, over the wrap of 18 hours too', () => {
    // sent at 12:00:00 by a clock 700 ms slow and seen at once; kept for 2 s; the answer is seen 2.046 s later
    for (const sent of [1_795_445_576_175_550, (65_536 * 30_000 - 2_208_988_800) * 1_000_000 - 1_000_000]) {
      const ntp = middleNtp(sent - 700_000);
      const behind = clockBehind(ntp, sent);
      expect((behind * 1_000) / 65_536).toBeCloseTo(700, 1);
      expect(roundTripMs({ lsr: ntp, dlsr: 2 * 65_536 }, sent + 2_046_000, behind)).toBeCloseTo(46, 1);
    }
  });

  test('what is no round trip is not told: no report before, a clock that ran back, minutes', () => {
    const at = 1_795_445_576_175_550;
    expect(roundTripMs({ lsr: 0, dlsr: 0 }, at, 0)).toBeNull();
    expect(roundTripMs({ lsr: middleNtp(at), dlsr: 65_536 }, at, 0)).toBeNull();
    expect(roundTripMs({ lsr: middleNtp(at - 60_000_000), dlsr: 0 }, at, 0)).toBeNull();
  });
});

describe('the E-model', () => {
  test('gives what its table gives (G.107, annex B)', () => {
    for (const [r, mos] of [
      [93.2, 4.41],
      [90, 4.34],
      [80, 4.03],
      [70, 3.6],
      [60, 3.1],
      [50, 2.58],
    ] as const)
      expect(mosOfR(r)).toBeCloseTo(mos, 1);
    expect(mosOfR(0)).toBe(1);
    expect(mosOfR(100)).toBe(4.5);
  });

  test('takes delay slowly up to 160 ms and steeply beyond, jitter twice', () => {
    expect(rFactor(GOOD)).toBeCloseTo(92.95, 5);
    expect(rFactor({ ...GOOD, latency: 50, jitter: 20 })).toBeCloseTo(93.2 - 100 / 40, 5);
    expect(rFactor({ ...GOOD, latency: 310 })).toBeCloseTo(93.2 - 200 / 10, 5);
  });

  test('takes loss by the codec where G.113 rates it, else 2.5 a per cent', () => {
    const lost = (codec: 'pcma' | 'g729' | 'opus' | null) => rFactor({ ...GOOD, codec }) - rFactor({ ...GOOD, codec, loss: 0.06 });
    expect(lost('pcma')).toBeCloseTo((95 * 6) / 31.1, 5);
    expect(lost('g729')).toBeCloseTo((84 * 6) / 25, 5);
    expect(lost('opus')).toBeCloseTo(15, 5);
    expect(lost(null)).toBeCloseTo(15, 5);
  });

  test("HOMER's error: the same report without its units makes a good call the worst", () => {
    const block = { jitter: 96, dlsr: 96_993, packetsLost: 40, fractionLost: 1 };
    const right = { loss: lossShare(block.fractionLost), jitter: jitterMs(block.jitter, 8_000), latency: 10, codec: null };
    const homer = { loss: block.packetsLost / 100, jitter: block.jitter, latency: block.dlsr, codec: null };
    expect(mosOf(right)).toBeGreaterThan(4.2);
    expect(mosOf(homer)).toBe(1);
  });

  test('never leaves its scale', () => {
    for (const loss of [0, 0.01, 0.5, 1])
      for (const latency of [0, 200, 5_000])
        for (const jitter of [0, 500]) {
          const mos = mosOf({ loss, latency, jitter, codec: 'pcma' });
          expect(mos).toBeGreaterThanOrEqual(1);
          expect(mos).toBeLessThanOrEqual(4.5);
        }
  });
});

test("a phone's own metrics: 127 is unavailable, 0 is no score, the conversation counts before what was heard", () => {
  expect(mosOfMetrics({ r: 80, mosLq: 42, mosCq: 39 })).toBe(3.9);
  expect(mosOfMetrics({ r: 80, mosLq: 42, mosCq: 127 })).toBeCloseTo(4.03, 1);
  expect(mosOfMetrics({ r: 127, mosLq: 42, mosCq: 127 })).toBe(4.2);
  expect(mosOfMetrics({ r: 127, mosLq: 127, mosCq: 127 })).toBeNull();
  expect(mosOfMetrics({ r: 0, mosLq: 0, mosCq: 0 })).toBeNull();
});
