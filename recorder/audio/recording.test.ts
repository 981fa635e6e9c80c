import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Direction } from '@callscope/core/domain/call.ts';
import { leftSide } from '@callscope/core/domain/media-sides.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decoded, FFMPEG, ffmpeg, loudness } from '../../test/recordings/ffmpeg.ts';
import { describedInHep, type RecordedCall, recordedCalls, recordsOf } from '../../test/recordings/pcap.ts';
import type { AudioFormat } from './ffmpeg-arguments.ts';
import { makeRecording, type Recording, type Source } from './recording.ts';

const dir = mkdtempSync(join(tmpdir(), 'callscope-recording-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const RATE = 16_000;
const SPEECH = 300;
const calls = recordedCalls();
const byNumber = (n: number) => calls.find((r) => r.call.n === n) as RecordedCall;
const directionOf = ({ call }: RecordedCall): Direction => (call.direction === 'int' ? 'internal' : call.direction);

function sourceOf(recorded: RecordedCall): Source {
  const { call, metadata, pcap } = recorded;
  return {
    ...{ pcap, callId: call.call_id, metadata, direction: directionOf(recorded), described: [] },
    ...{ notBefore: 0, notAfter: 0 },
  };
}

let made = 0;
async function make(
  source: Source,
  format: AudioFormat = 'wav',
): Promise<{ recording: Recording; path: string; left: Int16Array; right: Int16Array }> {
  const path = join(dir, `${++made}.${format}`);
  const recording = await makeRecording(source, format, path, dir, ffmpeg());
  const [left, right] = decoded(path, RATE, 2) as [Int16Array, Int16Array];
  return { recording, path, left, right };
}

/** Share of a stretch in which something is said: windows of 50 ms. */
function spoken(pcm: Int16Array, from: number, to: number): number {
  let [loud, all] = [0, 0];
  for (let at = from; at + 0.05 <= to; at += 0.05, all++) if (loudness(pcm, RATE, at, at + 0.05) > SPEECH) loud++;
  return all === 0 ? 0 : loud / all;
}

describe.skipIf(FFMPEG === null).each(calls.map((r): [string, RecordedCall[]] => [`call ${r.call.n}, ${r.call.kind}`, [r]]))(
  '%s',
  (_, [recorded]) => {
    const { call } = recorded as RecordedCall;
    let result: Awaited<ReturnType<typeof make>>;
    beforeAll(async () => {
      result = await make(sourceOf(recorded as RecordedCall), 'mp3');
    });

    test('the recording is as long as the call was', () => {
      const { recording, left } = result;
      const heard = left.length / RATE;
      expect(Math.abs(heard - recording.seconds)).toBeLessThan(0.3);
      if (call.recording_mode === 'demand') {
        // started 4 s and stopped 9 s after the INVITE
        expect(Math.abs(heard - 5)).toBeLessThan(0.3);
        expect(Math.abs(recording.startedAt / 1e6 - Date.parse(call.start) / 1e3 - 4)).toBeLessThan(0.3);
      } else {
        expect(Math.abs(heard - call.talk_s)).toBeLessThan(0.3);
        expect(Math.abs(recording.startedAt / 1e6 - Date.parse(call.answer ?? '') / 1e3)).toBeLessThan(0.3);
      }
    });

    test('each phrase is on the side of who said it, when it was said, and not on the other', () => {
      const { recording, left, right } = result;
      const shift = recording.startedAt / 1e6 - Date.parse(call.answer ?? '') / 1e3;
      let checked = 0;
      for (const { party, from_s, to_s, heard } of call.speech_timing) {
        const from = Math.max(0, from_s - shift);
        const to = Math.min(recording.seconds, to_s - shift);
        if (heard === 'nothing' || to - from < 0.5) continue;
        const isLeft = leftSide(directionOf(recorded as RecordedCall)) === party;
        const [own, other] = isLeft ? [left, right] : [right, left];
        // where keys are pressed nothing is said
        expect(spoken(own, from + 0.1, to - 0.1), `${party} ${from_s}`).toBeGreaterThan(call.dtmf ? 0.2 : 0.6);
        expect(loudness(own, RATE, from - 0.4, from - 0.15), `before ${from_s}`).toBeLessThan(SPEECH);
        expect(loudness(own, RATE, from, from + 0.3), `at ${from_s}`).toBeGreaterThan(SPEECH);
        expect(spoken(other, from + 0.1, to - 0.1), `beside ${party} ${from_s}`).toBeLessThan(0.05);
        checked++;
      }
      expect(checked).toBeGreaterThan(call.recording_mode === 'demand' ? 0 : 1);
    });

    test('what is reckoned of it agrees with what was spoken', () => {
      const { talk, peaks } = result.recording;
      expect(talk.left.isSilent || talk.right.isSilent).toBe(false);
      expect(peaks.left).toHaveLength(peaks.right.length);
      for (const [side, pcm] of [
        ['left', result.left],
        ['right', result.right],
      ] as const) {
        expect(Math.abs(talk[side].speechSeconds - spoken(pcm, 0, pcm.length / RATE) * (pcm.length / RATE))).toBeLessThan(
          1 + talk[side].speechSeconds / 4,
        );
        const loudest = pcm.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
        expect(Math.abs(Math.max(...peaks[side]) * 128 - loudest)).toBeLessThan(3_000);
      }
      expect(talk.overtalkSeconds).toBeLessThan(0.5);
    });

    test('the descriptions of its packets give the same sides', async () => {
      const wav = await make(sourceOf(recorded as RecordedCall));
      const described = await make({ ...sourceOf(recorded as RecordedCall), callId: '', described: describedInHep(call.call_id) });
      expect(described.recording.sidesBy).toBe('description');
      expect(readFileSync(described.path).equals(readFileSync(wav.path))).toBe(true);
    });
  },
);

describe.skipIf(FFMPEG === null)('whatever happened on the way', () => {
  test('packets that come out of order, late and twice give the same sound', async () => {
    const recorded = byNumber(0);
    const bytes = readFileSync(recorded.pcap);
    const records = recordsOf(bytes);
    // each packet changes places with one 5 behind it, times of receipt stay where they are
    const moved: Buffer[] = records.map((r) => Buffer.from(r));
    for (let i = 200; i + 5 < moved.length; i += 11) {
      const [a, b] = [moved[i] as Buffer, moved[i + 5] as Buffer];
      const time = Buffer.from(a.subarray(0, 8));
      b.copy(a, 0, 0, 8);
      time.copy(b, 0);
      [moved[i], moved[i + 5]] = [b, a];
    }
    const twice = moved.flatMap((r, i) => (i % 7 === 0 ? [r, r] : [r]));
    const path = join(dir, 'disordered.pcap');
    writeFileSync(path, Buffer.concat([bytes.subarray(0, 24), ...twice]));
    const plain = await make(sourceOf(recorded));
    const disordered = await make({ ...sourceOf(recorded), pcap: path });
    expect(readFileSync(disordered.path).equals(readFileSync(plain.path))).toBe(true);
  });

  test('lost packets are silence of their length, and what follows stays in its place', async () => {
    const recorded = byNumber(0);
    const bytes = readFileSync(recorded.pcap);
    const records = recordsOf(bytes);
    const path = join(dir, 'lost.pcap');
    // both sides from 2 s to 3 s
    const isLost = (i: number) => i >= 200 && i < 300;
    writeFileSync(path, Buffer.concat([bytes.subarray(0, 24), ...records.filter((_, i) => !isLost(i))]));
    const plain = await make(sourceOf(recorded));
    const { recording, left, right } = await make({ ...sourceOf(recorded), pcap: path });
    expect(recording.seconds).toBe(plain.recording.seconds);
    for (const [pcm, whole] of [
      [left, plain.left],
      [right, plain.right],
    ] as const) {
      expect(loudness(pcm, RATE, 2.1, 2.9)).toBeLessThan(1);
      expect(Buffer.from(pcm.slice(3.1 * RATE).buffer).equals(Buffer.from(whole.slice(3.1 * RATE).buffer))).toBe(true);
    }
  });

  test.each([
    ['half a second', 500_000, false],
    ['an hour', 3_600_000_000, false],
    ['an hour, and then both begin streams anew', 3_600_000_000, true],
  ])('a clock of the relay that is set back by %s in mid-call takes no speech away', async (_, by, isAnew) => {
    const recorded = byNumber(21);
    const bytes = readFileSync(recorded.pcap);
    const records = recordsOf(bytes).map((r) => Buffer.from(r));
    for (const r of records.slice(records.length / 2)) {
      const at = r.readUInt32LE(0) * 1e6 + r.readUInt32LE(4) - by;
      r.writeUInt32LE(Math.floor(at / 1e6), 0);
      r.writeUInt32LE(at % 1e6, 4);
      // the last byte of SSRC, which is another in each direction
      if (isAnew) r[16 + 42 + 11] = (r[16 + 42 + 11] as number) ^ 1;
    }
    const path = join(dir, 'set-back.pcap');
    writeFileSync(path, Buffer.concat([bytes.subarray(0, 24), ...records]));
    const metadata = { ...recorded.metadata, terminatedAt: recorded.metadata.terminatedAt - by };
    const plain = await make(sourceOf(recorded));
    const { recording, left, right } = await make({ ...sourceOf(recorded), metadata, pcap: path });
    expect(recording.startedAt).toBe(plain.recording.startedAt);
    expect(Math.abs(recording.seconds - plain.recording.seconds)).toBeLessThan(0.1);
    for (const [pcm, whole] of [
      [left, plain.left],
      [right, plain.right],
    ] as const)
      for (let second = 0; second + 1 < recording.seconds; second++)
        expect(Math.abs(spoken(pcm, second, second + 1) - spoken(whole, second, second + 1)), `second ${second}`).toBeLessThan(0.15);
  });

  test('keys are not to be heard, and the rest of the side is', async () => {
    const recorded = byNumber(23);
    const { recording, left } = await make(sourceOf(recorded));
    const begins = Date.parse(recorded.call.answer ?? '') / 1e3 - recording.startedAt / 1e6;
    const events = recordsOf(readFileSync(recorded.pcap)).filter((r) => ((r[16 + 42 + 1] as number) & 0x7f) === 101);
    expect(events).toHaveLength(33);
    for (const r of events) {
      const at = r.readUInt32LE(0) + r.readUInt32LE(4) / 1e6 - recording.startedAt / 1e6;
      expect(loudness(left, RATE, at - 0.05, at + 0.05)).toBeLessThan(1);
    }
    expect(loudness(left, RATE, begins + 2.1, begins + 2.3)).toBeGreaterThan(SPEECH);
    expect(loudness(left, RATE, begins + 3.7, begins + 4.4)).toBeGreaterThan(SPEECH);
  });

  test('what came before the answer and after the end is left out', async () => {
    const recorded = byNumber(21);
    const plain = await make(sourceOf(recorded));
    const [notBefore, notAfter] = [plain.recording.startedAt + 10e6, plain.recording.startedAt + 30e6];
    const { recording, right } = await make({ ...sourceOf(recorded), notBefore, notAfter });
    expect(recording).toMatchObject({ startedAt: notBefore, seconds: 20 });
    // the edges differ by what resampling for this test knows of the samples beside them
    expect(right.slice(RATE, 19 * RATE)).toEqual(plain.right.slice(11 * RATE, 29 * RATE));
    const nothing = { ...sourceOf(recorded), notBefore: notAfter, notAfter: notBefore };
    await expect(make(nothing)).rejects.toMatchObject({ fault: 'no_audio' });
  });

  test('the end that the relay tells of counts when nobody sends any more', async () => {
    const recorded = byNumber(0);
    const terminatedAt = recorded.metadata.terminatedAt + 30e6;
    const { recording, left } = await make({ ...sourceOf(recorded), metadata: { ...recorded.metadata, terminatedAt } });
    expect(Math.abs(recording.seconds - 39)).toBeLessThan(0.1);
    expect(Math.abs(left.length / RATE - 39)).toBeLessThan(0.1);
    expect(recording.talk.silences.at(-1)?.seconds).toBeGreaterThan(29.5);
  });

  test('a side that nothing came from is silent, and it is said', async () => {
    const recorded = byNumber(0);
    const bytes = readFileSync(recorded.pcap);
    // without the packets of the carrier, who is the caller
    const records = recordsOf(bytes).filter((r) => r[16 + 26 + 3] !== 30);
    const path = join(dir, 'one-way.pcap');
    writeFileSync(path, Buffer.concat([bytes.subarray(0, 24), ...records]));
    const { recording, left, right } = await make({ ...sourceOf(recorded), pcap: path, described: describedInHep(recorded.call.call_id) });
    expect([recording.talk.left.isSilent, recording.talk.right.isSilent]).toEqual([true, false]);
    expect(loudness(left, RATE, 0, 9)).toBe(0);
    expect(loudness(right, RATE, 1, 3)).toBeGreaterThan(SPEECH);
    expect(recording.talk.left).toMatchObject({ speechSeconds: 0, share: 0, levelDb: null });
  });

  test('a second of an unknown codec gives no recording, and names it', async () => {
    const recorded = byNumber(0);
    const bytes = Buffer.from(readFileSync(recorded.pcap));
    for (const r of recordsOf(bytes)) if ((r[16 + 42 + 1] as number) < 128) r[16 + 42 + 1] = 4;
    const path = join(dir, 'unknown.pcap');
    writeFileSync(path, bytes);
    await expect(make({ ...sourceOf(recorded), pcap: path })).rejects.toMatchObject({
      fault: 'unknown_codec',
      message: expect.stringContaining('g723'),
    });
  });
});

describe.skipIf(FFMPEG === null)('formats', () => {
  test.each(['mp3', 'opus', 'wav'] as const)('%s has both sides, apart, and its whole length', async (format) => {
    const { recording, path, left, right } = await make(sourceOf(byNumber(1)), format);
    expect(Math.abs(left.length / RATE - recording.seconds)).toBeLessThan(0.1);
    // our side alone speaks from 1 s to 6 s
    expect(loudness(right, RATE, 1, 6)).toBeGreaterThan(SPEECH);
    expect(loudness(left, RATE, 1, 6)).toBeLessThan(30);
    expect(statSync(path).size / recording.seconds).toBeLessThan(format === 'wav' ? 33_000 : 9_000);
  });

  test('nothing is left behind in the work directory', async () => {
    await make(sourceOf(byNumber(22)));
    expect(readdirSync(dir).filter((f) => f.startsWith('recording-'))).toEqual([]);
  });
});
