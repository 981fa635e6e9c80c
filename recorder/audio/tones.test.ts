import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { decoded, FFMPEG, ffmpeg, loudness } from '../../test/recordings/ffmpeg.ts';
import { everyKey, heardKeys, type Making, type Pressed, peakOf, press } from '../../test/recordings/keys.ts';
import { CALLEE, CALLER, PAYLOADS, packets } from '../../test/recordings/payloads.ts';
import { type Packet, pcap, recordedCalls, recordsOf } from '../../test/recordings/pcap.ts';
import { parseMetadata } from '../capture/metadata.ts';
import { ALAW, ULAW } from './g711.ts';
import { makeRecording, type Recording, type Source } from './recording.ts';
import { KeyTones } from './tones.ts';

/** Samples as a side that is written block by block keeps them. */
function silenced(pcm: Int16Array, rate: 8_000 | 16_000): Int16Array {
  const keys = new KeyTones(rate);
  const out = pcm.slice();
  for (let at = 0; at < pcm.length; at += rate) {
    keys.take(pcm.subarray(at, at + rate));
    if (at + rate >= pcm.length) keys.end();
    if (at > 0) keys.silence(out.subarray(at - rate, at), at - rate);
  }
  const last = Math.max(0, Math.ceil(pcm.length / rate) - 1) * rate;
  keys.silence(out.subarray(last), last);
  return out;
}

/** Longest stretch of a key that is still to be heard, ms. */
function longestHeard(pcm: Int16Array, rate: number, { at, seconds }: Pressed): number {
  let [run, most] = [0, 0];
  for (let i = Math.round(at * rate); i < Math.round((at + seconds) * rate); i++) {
    // a wave goes through nothing, but does not stay there
    run = pcm[i] === 0 && pcm[i - 1] === 0 ? 0 : run + 1;
    most = Math.max(most, run);
  }
  return (most * 1_000) / rate;
}

/** Noise that is the same in each run. @param rms of it */
function noise(size: number, rms: number): Int16Array {
  let seed = 7;
  const next = () => {
    seed = (seed * 1_664_525 + 1_013_904_223) >>> 0;
    return seed / 2 ** 32 - 0.5;
  };
  // twelve of them are near enough to a normal distribution
  return Int16Array.from({ length: size }, () => Math.round(rms * Array.from({ length: 12 }, next).reduce((a, b) => a + b)));
}

const sameFrom = (a: Int16Array, b: Int16Array, from: number, to: number) =>
  a.subarray(from, to).every((value, i) => value === b[from + i]);

const RATES = [8_000, 16_000] as const;
const SHORTEST: [string, number, Making, number?][] = [
  ['40 ms, the shortest that a network must take', 0.04, {}],
  ['loud', 0.05, { level: -3 }],
  ['faint', 0.05, { level: -30 }],
  ['as faint as an echo', 0.05, { level: -42 }],
  ['high tone 8 dB weaker', 0.05, { twist: -8 }],
  ['low tone 4 dB weaker', 0.05, { twist: 4 }],
  ['1.5 % off', 0.05, { off: 0.015 }],
  ['noise 20 dB below', 0.05, { level: -10 }, peakOf(-10) / 10],
  ['noise 10 dB below', 0.1, { level: -10 }, peakOf(-10) / 10 ** 0.5],
];

describe('keys as a phone makes them', () => {
  test.each(SHORTEST)('nothing of any key is heard: %s', (_, seconds, making, rms = 0) => {
    for (const rate of RATES) {
      const pcm = noise(rate * 4, rms);
      const pressed = everyKey(0.9, seconds, 0.05);
      for (const key of pressed) press(pcm, rate, key, making);
      const out = silenced(pcm, rate);
      for (const key of pressed) {
        expect(longestHeard(pcm, rate, key)).toBeGreaterThan(seconds * 1_000 - 5);
        expect(longestHeard(out, rate, key), `${key.key} at ${rate}`).toBeLessThan(10);
      }
      // what is farther than the margin is as it was
      expect(sameFrom(out, pcm, 0, 0.8 * rate) && sameFrom(out, pcm, 3.5 * rate, 4 * rate)).toBe(true);
    }
  });

  test('a long one goes from its first sample to its last, wherever in a block it begins and the recording ends', () => {
    for (const rate of RATES)
      for (let shift = 0; shift < 0.05; shift += 0.0037) {
        const key = { key: '5', at: 0.97 + shift, seconds: 1.4 };
        const pcm = new Int16Array(Math.round((key.at + key.seconds + shift) * rate));
        press(pcm, rate, key);
        expect(silenced(pcm, rate).every((v) => v === 0)).toBe(true);
      }
  });

  test('a packet that was lost out of a key leaves nothing of it on either side', () => {
    for (let lost = 0; lost <= 0.08; lost += 0.005) {
      const key = { key: '9', at: 0.5, seconds: 0.1 };
      const pcm = new Int16Array(8_000);
      press(pcm, 8_000, key);
      pcm.fill(0, (key.at + lost) * 8_000, (key.at + lost + 0.02) * 8_000);
      expect(silenced(pcm, 8_000).every((v) => v === 0)).toBe(true);
    }
  });
});

/** Sounds of two seconds each, at a rate. @param sines frequency in Hz and peak */
const sounding = (rate: number, ...sines: [number, number][]) =>
  Int16Array.from({ length: 2 * rate }, (_, i) =>
    Math.round(sines.reduce((sum, [hz, peak]) => sum + peak * Math.sin((2 * Math.PI * hz * i) / rate), 0)),
  );

/** A note as an instrument has it: overtones, and it fades. */
function notes(rate: number, chord: readonly number[]): Int16Array {
  return Int16Array.from({ length: 2 * rate }, (_, i) => {
    const t = i / rate;
    const tone = (hz: number) =>
      [1, 0.5, 0.35, 0.2, 0.1].reduce((sum, part, k) => sum + part * Math.sin(2 * Math.PI * hz * (k + 1) * t), 0);
    return Math.round((6_000 / chord.length) * Math.exp(-2 * (t % 0.5)) * chord.reduce((sum, hz) => sum + tone(hz), 0));
  });
}

const NO_KEYS: [string, (rate: number) => Int16Array][] = [
  ['tones of a Russian exchange', (rate) => sounding(rate, [425, 8_000])],
  [
    'tones of an American one: dial, ring, busy',
    (rate) =>
      Int16Array.from(
        [
          [350, 440],
          [440, 480],
          [480, 620],
        ].flatMap(([a = 0, b = 0]) => [...sounding(rate, [a, 6_000], [b, 6_000])]),
      ),
  ],
  [
    'one tone of a key alone',
    (rate) => Int16Array.from([697, 770, 852, 941, 1_209, 1_336, 1_477, 1_633].flatMap((hz) => [...sounding(rate, [hz, 9_000])])),
  ],
  ['a fax', (rate) => Int16Array.from([...sounding(rate, [1_100, 9_000]), ...sounding(rate, [2_100, 9_000])])],
  ['two tones of one group', (rate) => sounding(rate, [697, 5_000], [941, 5_000])],
  [
    'tones 3.5 % off',
    (rate) =>
      Int16Array.from([...sounding(rate, [770 * 1.035, 5_000], [1_336, 5_000]), ...sounding(rate, [770, 5_000], [1_336 * 0.965, 5_000])]),
  ],
  ['one of them 20 dB stronger', (rate) => sounding(rate, [852, 900], [1_336, 9_000])],
  ['a third tone as strong', (rate) => sounding(rate, [852, 5_000], [1_336, 5_000], [2_000, 5_000])],
  ['noise', (rate) => noise(20 * rate, 3_000)],
  [
    'music',
    (rate) =>
      Int16Array.from(
        [
          [262, 330, 392],
          [220, 262, 330],
          [349, 440, 523],
          [392, 494, 587],
          [699, 880, 1_047],
        ].flatMap((chord) => [...notes(rate, chord)]),
      ),
  ],
];

describe('what is no key', () => {
  test.each(NO_KEYS)('is left as it is: %s', (_, make) => {
    for (const rate of RATES) {
      const pcm = make(rate);
      expect(pcm.some((v) => v > 500)).toBe(true);
      expect(sameFrom(silenced(pcm, rate), pcm, 0, pcm.length)).toBe(true);
    }
  });
});

/** What each party of the recorded calls of the fixtures sent in G.711, as samples of 8,000 a second. */
function partiesOfFixtures(): Int16Array[] {
  const parties = new Map<string, number[]>();
  for (const { call, pcap: file } of recordedCalls())
    for (const record of recordsOf(readFileSync(file))) {
      const ports = record.toString('hex', 16 + 34, 16 + 38);
      const type = (record[16 + 43] as number) & 0x7f;
      if (type !== 0 && type !== 8) continue;
      const samples = parties.get(`${call.n} ${ports}`) ?? [];
      parties.set(`${call.n} ${ports}`, samples);
      for (const byte of record.subarray(16 + 54)) samples.push((type === 8 ? ALAW : ULAW)[byte] as number);
    }
  return [...parties.values()].map((samples) => Int16Array.from(samples));
}

/** How much of the speech of somebody who presses no keys is taken for keys. */
function cutsIn(pcm: Int16Array): { seconds: number; cut: number } {
  const out = silenced(pcm, 8_000);
  return { seconds: pcm.length / 8_000, cut: out.reduce((sum, v, i) => sum + (v === pcm[i] ? 0 : 1), 0) / 8_000 };
}

describe('speech', () => {
  test('of the recorded calls is left as it was', () => {
    const parties = partiesOfFixtures();
    const all = parties.map(cutsIn);
    expect(all.reduce((sum, { seconds }) => sum + seconds, 0)).toBeGreaterThan(200);
    expect(all.reduce((sum, { cut }) => sum + cut, 0)).toBe(0);
  });
});

const dir = mkdtempSync(join(tmpdir(), 'callscope-keys-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let made = 0;
async function make(list: readonly Packet[]): Promise<{ recording: Recording; left: Int16Array; right: Int16Array }> {
  const source: Source = {
    ...{ pcap: join(dir, `${++made}.pcap`), callId: 'x@10.0.0.5', metadata: parseMetadata(''), direction: 'in' as const },
    ...{ described: [], notBefore: 0, notAfter: 0 },
  };
  writeFileSync(source.pcap, pcap([...list].sort((a, b) => a.at - b.at)));
  const path = join(dir, `${made}.wav`);
  const recording = await makeRecording(source, 'wav', path, dir, ffmpeg());
  const [left, right] = decoded(path, recording.rate, 2) as [Int16Array, Int16Array];
  return { recording, left, right };
}

/** Samples of 8,000 a second at another rate, near enough to be spoken. */
const atRate = (pcm: Int16Array, rate: number) =>
  Int16Array.from({ length: (pcm.length * rate) / 8_000 }, (_, i) => {
    const at = (i * 8_000) / rate;
    return Math.round(((pcm[Math.floor(at)] ?? 0) + (pcm[Math.ceil(at)] ?? 0)) / 2);
  });

function withoutPauses(pcm: Int16Array): Int16Array {
  const packet = 160;
  const from = Array.from({ length: Math.floor(pcm.length / packet) }, (_, i) => i * packet);
  return Int16Array.from(from.filter((at) => loudness(pcm, 1, at, at + packet) > 300).flatMap((at) => [...pcm.subarray(at, at + packet)]));
}

describe.skipIf(FFMPEG === null)('a phone that sends its keys as sound', () => {
  const [caller, callee] = partiesOfFixtures()
    .map(withoutPauses)
    .sort((a, b) => b.length - a.length) as [Int16Array, Int16Array];
  const PRESSED = everyKey(4.2, 0.05, 0.05);
  const PAUSE = 2;

  /** Speech, two seconds in which keys are pressed or not, speech. */
  const said = (rate: 8_000 | 16_000, pressed: readonly Pressed[]) => {
    const pcm = new Int16Array(10 * rate);
    pcm.set(atRate(caller.subarray(0, 4 * 8_000), rate));
    pcm.set(atRate(caller.subarray(4 * 8_000, 8 * 8_000), rate), (4 + PAUSE) * rate);
    for (const key of pressed) press(pcm, rate, key);
    return pcm;
  };

  const other = packets(CALLEE, PAYLOADS.alaw(callee.subarray(0, 80_000)), 8, 160);
  test.each([
    ['G.711 A-law', 8, 160, 'alaw', 8_000],
    ['G.711 µ-law', 0, 160, 'ulaw', 8_000],
    ['G.722', 9, 160, 'g722', 16_000],
    ['GSM', 3, 160, 'gsm', 8_000],
    ['Opus', 111, 960, 'opus', 16_000],
  ] as const)('none of them is in the recording, and all that was said is: %s', async (_, type, ticks, codec, rate) => {
    const loud = said(rate, PRESSED);
    expect(heardKeys(loud, rate).length).toBeGreaterThan(2 * PRESSED.length);
    const without = await make([...packets(CALLER, PAYLOADS[codec](said(rate, [])), type, ticks), ...other]);
    const { recording, left, right } = await make([...packets(CALLER, PAYLOADS[codec](loud), type, ticks), ...other]);
    expect(heardKeys(left, recording.rate)).toEqual([]);
    for (const key of PRESSED) expect(loudness(left, recording.rate, key.at, key.at + key.seconds), key.key).toBe(0);

    expect(recording).toMatchObject({ seconds: without.recording.seconds, startedAt: without.recording.startedAt });
    expect(left).toHaveLength(without.left.length);
    expect(sameFrom(right, without.right, 0, right.length)).toBe(true);
    for (const [from, to] of [
      [0, 4],
      [6, 10],
    ] as const) {
      const [is, was] = [left, without.left].map((pcm) => loudness(pcm, recording.rate, from, to)) as [number, number];
      expect(was).toBeGreaterThan(300);
      expect(Math.abs(is / was - 1)).toBeLessThan(0.03);
      if (codec === 'alaw' || codec === 'ulaw') expect(sameFrom(left, without.left, from * rate, to * rate)).toBe(true);
    }
  });

  test('nor in its waveform, nor in what is reckoned of it', async () => {
    const made = (pressed: readonly Pressed[]) => make([...packets(CALLER, PAYLOADS.alaw(said(8_000, pressed)), 8, 160), ...other]);
    const [{ recording }, { recording: without }] = [await made(PRESSED), await made([])];
    expect(recording.peaks).toEqual(without.peaks);
    expect(recording.talk).toEqual(without.talk);
  });
});
