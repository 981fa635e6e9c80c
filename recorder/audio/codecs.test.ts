import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FfmpegError, findFfmpeg } from '@callscope/core/node/ffmpeg.ts';
import { afterAll, describe, expect, test } from 'vitest';
import { decoded, FFMPEG, ffmpeg, loudness } from '../../test/recordings/ffmpeg.ts';
import { CALLEE, CALLER, PAYLOADS, packets } from '../../test/recordings/payloads.ts';
import { type Packet, pcap } from '../../test/recordings/pcap.ts';
import { parseMetadata } from '../capture/metadata.ts';
import { decodeArguments, encodeArguments } from './ffmpeg-arguments.ts';
import { ALAW, ULAW } from './g711.ts';
import { makeRecording, type Source } from './recording.ts';

const dir = mkdtempSync(join(tmpdir(), 'callscope-codecs-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A tone that is there every other half second, so that it is seen where it lands. */
function beeps(rate: number, seconds: number): Int16Array {
  return Int16Array.from({ length: rate * seconds }, (_, i) => {
    const isOn = Math.floor((2 * i) / rate) % 2 === 1;
    return isOn ? Math.round(8_000 * Math.sin((2 * Math.PI * 440 * i) / rate)) : 0;
  });
}

const alaw = (seconds: number) => PAYLOADS.alaw(beeps(8_000, seconds));
const ulaw = (seconds: number) => PAYLOADS.ulaw(beeps(8_000, seconds));
const g722 = (seconds: number) => PAYLOADS.g722(beeps(16_000, seconds));
const gsm = (seconds: number) => PAYLOADS.gsm(beeps(8_000, seconds));
const opus = (seconds: number) => PAYLOADS.opus(beeps(16_000, seconds));

let made = 0;
async function wav(
  list: readonly Packet[],
  pool = ffmpeg(),
): Promise<{ left: Int16Array; right: Int16Array; seconds: number; rate: number }> {
  const source: Source = {
    ...{ pcap: join(dir, `${++made}.pcap`), callId: 'x@10.0.0.5', metadata: parseMetadata(''), direction: 'in' as const },
    ...{ described: [], notBefore: 0, notAfter: 0 },
  };
  writeFileSync(source.pcap, pcap([...list].sort((a, b) => a.at - b.at)));
  const path = join(dir, `${made}.wav`);
  const { seconds, rate } = await makeRecording(source, 'wav', path, dir, pool);
  const [left, right] = decoded(path, 8_000, 2) as [Int16Array, Int16Array];
  return { left, right, seconds, rate };
}

/** Every other half second is loud, the rest is not. */
function expectBeeps(pcm: Int16Array, from: number, to: number): void {
  for (let at = from; at + 0.5 <= to; at += 0.5) {
    const heard = loudness(pcm, 8_000, at + 0.1, at + 0.4);
    if ((at * 2) % 2 === 1) expect(heard, `at ${at} s`).toBeGreaterThan(3_000);
    // GSM lets a tone ring on
    else expect(heard, `at ${at} s`).toBeLessThan(1_000);
  }
}

describe.skipIf(FFMPEG === null)('codecs', () => {
  test('every byte of G.711 is what another decoder makes of it', () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    for (const [name, table] of [
      ['alaw', ALAW],
      ['mulaw', ULAW],
    ] as const) {
      const path = join(dir, `all.${name}.wav`);
      writeFileSync(path, wavOf(all, name));
      expect([...(decoded(path, 8_000, 1)[0] as Int16Array)]).toEqual([...table]);
    }
  });

  test.each([
    ['G.711 A-law', 8, 160, alaw],
    ['G.711 µ-law', 0, 160, ulaw],
    ['G.722', 9, 160, g722],
    ['GSM', 3, 160, gsm],
    ['Opus', 111, 960, opus],
  ] as const)('%s is heard when it was said', async (_, type, ticks, make) => {
    const { left, right, seconds } = await wav([...packets(CALLER, make(4), type, ticks), ...packets(CALLEE, alaw(2), 8, 160, 25)]);
    expect(Math.abs(seconds - 4)).toBeLessThan(0.05);
    expectBeeps(left, 0, 4);
    // the other side began half a second later
    expectBeeps(right.subarray(4_000), 0, 2);
    expect(loudness(right, 8_000, 2.6, 4)).toBe(0);
  });

  test('G.729 is as long as its frames are, with a gap where one was lost and nothing for comfort noise', async () => {
    // no free encoder: frames of any bits decode to some sound
    const frames = Array.from({ length: 100 }, (_, i) => Buffer.from(Array.from({ length: 20 }, (_, k) => (i * 31 + k * 57) & 255)));
    const sent = packets(CALLER, frames, 18, 160).filter((_, i) => i < 50 || i >= 75);
    const noise = packets(CALLER, [Buffer.alloc(2, 7)], 18, 160, 60);
    const { left, seconds } = await wav([...sent, ...noise, ...packets(CALLEE, alaw(2), 8, 160)]);
    expect(Math.abs(seconds - 2)).toBeLessThan(0.05);
    expect(loudness(left, 8_000, 0.2, 1)).toBeGreaterThan(100);
    expect(loudness(left, 8_000, 1.01, 1.49)).toBe(0);
    expect(loudness(left, 8_000, 1.6, 2)).toBeGreaterThan(100);
  });

  test('a lost half second is as long in a codec that is decoded as a whole', async () => {
    for (const [type, ticks, make] of [
      [9, 160, g722],
      [111, 960, opus],
    ] as const) {
      const sent = packets(CALLER, make(4), type, ticks).filter((_, i) => i < 30 || i >= 45);
      const { left, seconds } = await wav([...sent, ...packets(CALLEE, alaw(4), 8, 160)]);
      expect(Math.abs(seconds - 4)).toBeLessThan(0.05);
      expect(loudness(left, 8_000, 0.62, 0.88)).toBeLessThan(10);
      expectBeeps(left, 1, 4);
    }
  });

  test('codec and source that change in mid call go on in their place, at the wider rate', async () => {
    const first = packets(CALLER, alaw(2), 8, 160);
    const wide = packets(CALLER, g722(2), 9, 160, 100);
    const other = packets({ ...CALLER, srcPort: 4_444 }, opus(2), 111, 960, 200, 99);
    const { left, seconds, rate } = await wav([...first, ...wide, ...other, ...packets(CALLEE, ulaw(6), 0, 160)]);
    expect({ seconds: Math.round(seconds * 10) / 10, rate }).toEqual({ seconds: 6, rate: 16_000 });
    expectBeeps(left, 0, 6);
  });
});

/** A WAV of G.711: format tags 6 and 7. */
function wavOf(data: Buffer, law: 'alaw' | 'mulaw'): Buffer {
  const head = Buffer.alloc(46);
  head.write('RIFF');
  head.writeUInt32LE(38 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(18, 16);
  head.writeUInt16LE(law === 'alaw' ? 6 : 7, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(8_000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 38);
  head.writeUInt32LE(data.length, 42);
  return Buffer.concat([head, data]);
}

describe.skipIf(FFMPEG === null)('the other process', () => {
  const program = (name: string, text: string): string => {
    const path = join(dir, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  };

  test('one that stands still is ended and begun again, and the recording is whole', async () => {
    const mark = join(dir, 'stood-still');
    const bin = program('stuck-once', `[ -e "${mark}" ] || { touch "${mark}"; exec sleep 600; }\nexec "${FFMPEG}" "$@"`);
    const { left } = await wav([...packets(CALLER, alaw(2), 8, 160), ...packets(CALLEE, alaw(2), 8, 160)], ffmpeg({ bin, stuckMs: 3_000 }));
    expect(existsSync(mark)).toBe(true);
    expectBeeps(left, 0, 2);
  });

  test('one that never gets anywhere gives a reason', async () => {
    const bin = program('stuck', 'exec sleep 600');
    const list = [...packets(CALLER, alaw(1), 8, 160), ...packets(CALLEE, alaw(1), 8, 160)];
    await expect(wav(list, ffmpeg({ bin, stuckMs: 200 }))).rejects.toMatchObject({
      fault: 'encoding',
      message: expect.stringContaining('stood still'),
    });
  });

  test('a full disk is no fault of the recording', async () => {
    const bin = program('full', 'echo "av_interleaved_write_frame(): No space left on device" >&2; exit 1');
    const list = [...packets(CALLER, alaw(1), 8, 160), ...packets(CALLEE, alaw(1), 8, 160)];
    await expect(wav(list, ffmpeg({ bin }))).rejects.toMatchObject({ code: 'ENOSPC' });
  });

  test('one that fails says why; one that is not there too', async () => {
    const bin = program('broken', 'echo "no such encoder" >&2; exit 3');
    await expect(ffmpeg({ bin }).run([])).rejects.toThrow(/ended with 3: no such encoder/);
    await expect(ffmpeg({ bin: join(dir, 'nowhere') }).run([])).rejects.toThrow(FfmpegError);
  });

  test('no more run at once than are allowed, and all have their turn', async () => {
    const log = join(dir, 'turns');
    writeFileSync(log, '');
    const bin = program('slow', `echo + >> "${log}"; sleep 0.05; echo - >> "${log}"`);
    const pool = ffmpeg({ bin, most: 2 });
    await Promise.all(Array.from({ length: 9 }, () => pool.run([])));
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(18);
    let [running, most] = [0, 0];
    for (const line of lines) {
      running += line === '+' ? 1 : -1;
      most = Math.max(most, running);
    }
    expect(most).toBe(2);
  });
});

describe('which ffmpeg', () => {
  test('the one that is given, or none; else the first on PATH', () => {
    const bin = join(dir, 'ffmpeg');
    writeFileSync(bin, '#!/bin/sh\n');
    expect(findFfmpeg('', dir)).toBeNull();
    chmodSync(bin, 0o755);
    expect(findFfmpeg('', `/nowhere:${dir}`)).toBe(bin);
    expect(findFfmpeg(bin, '')).toBe(bin);
    expect(findFfmpeg(join(dir, 'not-there'), dir)).toBeNull();
    expect(findFfmpeg(dir, dir)).toBeNull();
  });

  test('names of files are never options or other protocols', () => {
    const all = [
      ...decodeArguments('opus', '-i', 'http://x', 16_000),
      ...encodeArguments('mp3', { path: '-y', rate: 8_000 }, { path: 'concat:a', rate: 16_000 }, 'out'),
    ];
    for (const name of ['-i', 'http://x', '-y', 'concat:a', 'out']) expect(all).toContain(`file:${name}`);
    expect(encodeArguments('opus', { path: 'l', rate: 8_000 }, { path: 'r', rate: 16_000 }, 'o').join(' ')).toContain('aresample=16000');
  });
});
