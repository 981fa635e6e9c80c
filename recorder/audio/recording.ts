import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Direction } from '@callscope/core/domain/call.ts';
import { type Described, leftSide, type MediaSide as Side, type Sides as SidesOf, sidesOf } from '@callscope/core/domain/media-sides.ts';
import type { PacketsOfSides } from '@callscope/core/domain/sent-packets.ts';
import { type Ffmpeg, FfmpegError } from '@callscope/core/node/ffmpeg.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { type Capture, type CaptureFault, type Flow, readCapture } from '../capture/capture.ts';
import type { Metadata } from '../capture/metadata.ts';
import { receptionOf } from '../capture/reception.ts';
import { keySpans, type Span } from '../capture/telephone-events.ts';
import { type Track, tracksOf } from '../capture/tracks.ts';
import { type AudioFormat, encodeArguments, type Rate } from './ffmpeg-arguments.ts';
import { PayloadFile } from './payload-file.ts';
import { type Rendered, render } from './render.ts';
import { type Talk, talkOf } from './talk.ts';
import { openVoice, rateOf, type Voice } from './voice.ts';

type Sides = SidesOf<Flow>;

/** What a recording is made of: one pcap, which is one segment of a call. */
export interface Source {
  pcap: string;
  callId: string;
  metadata: Metadata;
  /** '' when nothing says it: the caller is left */
  direction: Direction | '';
  /** descriptions of the call as the packets of SIP had them; none is needed */
  described: readonly Described[];
  /** µs: nothing before it is kept (the answer: early media is no conversation), nor after it; 0: whatever there is */
  notBefore: number;
  notAfter: number;
}

export interface Recording {
  /** µs since the epoch, of the first sample */
  startedAt: number;
  seconds: number;
  rate: Rate;
  /** waveform of both channels, 255 = full scale; as many points in both */
  peaks: { left: Uint8Array; right: Uint8Array };
  talk: Talk;
  /** how each side's packets came to the relay */
  packets: PacketsOfSides;
  /** how the sides were told apart */
  sidesBy: Sides['by'];
}

/**
 * no_audio: nothing of it sounds between the bounds · unknown_codec: a second or more of what is not decoded ·
 * encoding: ffmpeg refused, stood still twice, or gave another length · error: its packets cannot be read, or what nobody thought of
 */
export type RecordingFault = CaptureFault | 'no_audio' | 'unknown_codec' | 'encoding' | 'error';
export class RecordingError extends Error {
  readonly fault: RecordingFault;
  constructor(fault: RecordingFault, detail: string) {
    super(`${fault}: ${detail}`);
    this.fault = fault;
  }
}

/** What came out may differ so much from what went in: an encoder works in frames. */
const LENGTH_TOLERANCE_SECONDS = 0.3;
/** No dialog lasts longer; a time in the metadata that says so is wrong. */
const LONGEST_SECONDS = 48 * 3_600;

/**
 * Makes the audio of a recording.
 * @param output the file to write @param workDir where a directory is made meanwhile: as large as the samples, 1 to 4 MB a minute
 * @throws RecordingError when the capture gives none; what the file system says of output or workDir
 */
export async function makeRecording(
  source: Source,
  format: AudioFormat,
  output: string,
  workDir: string,
  ffmpeg: Ffmpeg,
): Promise<Recording> {
  const capture = await readCapture(source.pcap).catch((cause: unknown) => {
    throw new RecordingError('error', errorText(cause));
  });
  if (typeof capture === 'string') throw new RecordingError(capture, 'the capture cannot be used');
  const work = await mkdtemp(join(workDir, 'recording-'));
  try {
    const sides = sidesOfSource(source, capture);
    const tracks = tracksOf(capture, sides);
    if ('unknown' in tracks) throw new RecordingError('unknown_codec', tracks.unknown);
    const left = leftSide(source.direction);
    const packets: PacketsOfSides = {
      left: receptionOf(capture, sides, left, source.notBefore),
      right: receptionOf(capture, sides, left === 'caller' ? 'callee' : 'caller', source.notBefore),
    };
    return { ...(await encode(source, tracks, sides.by, format, output, work, ffmpeg)), packets };
  } catch (error) {
    // a full disk is no fault of the recording
    const isOfDisk = (error as NodeJS.ErrnoException).syscall !== undefined || (error as NodeJS.ErrnoException).code === 'ENOSPC';
    if (error instanceof RecordingError || isOfDisk) throw error;
    throw new RecordingError(error instanceof FfmpegError ? 'encoding' : 'error', errorText(error));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function sidesOfSource({ callId, described, metadata }: Source, capture: Capture): Sides {
  const words = metadata.sdps.map(({ mode, sdp }): Described => ({ from: mode === 'offer' ? 'caller' : 'callee', sdp }));
  // the first offer comes from the caller; who makes a later one is not said
  const second = metadata.sdps.findIndex((s, i) => i > 0 && s.mode === 'offer');
  const [first] = metadata.sdps;
  const known = first?.mode === 'offer' && first.at <= capture.firstAt ? (second < 0 ? words.length : second) : 0;
  return sidesOf(capture.flows, callId, [...described, ...words.slice(0, known)], words.slice(known));
}

async function encode(
  source: Source,
  tracks: Record<Side, Track>,
  sidesBy: Sides['by'],
  format: AudioFormat,
  output: string,
  work: string,
  ffmpeg: Ffmpeg,
): Promise<Omit<Recording, 'packets'>> {
  const left = leftSide(source.direction);
  const right = left === 'caller' ? 'callee' : 'caller';
  const opened: Voice[] = [];
  try {
    const voicesOf = async (side: Side) => {
      const { parts } = tracks[side];
      const rate: Rate = parts.some(({ codec }) => rateOf(codec) === 16_000) ? 16_000 : 8_000;
      const voices: Voice[] = [];
      for (const [i, part] of parts.entries()) {
        const voice = await openVoice(part, source.pcap, rate, work, `${side}-${i}`, ffmpeg);
        voices.push(voice);
        opened.push(voice);
      }
      return { rate, voices };
    };
    const voices = { caller: await voicesOf('caller'), callee: await voicesOf('callee') };
    const span = spanOf(source, [voices.caller, voices.callee]);
    const rendered = async (side: Side): Promise<Rendered> => {
      const muted = await keysOf(tracks[side], source.pcap);
      return render(voices[side].voices, span, muted, voices[side].rate, join(work, `${side}.raw`));
    };
    const [l, r] = [await rendered(left), await rendered(right)];
    const seconds = (span.to - span.from) / 1e6;
    const made = await ffmpeg.run(encodeArguments(format, l, r, output));
    if (Math.abs(made - seconds) > LENGTH_TOLERANCE_SECONDS)
      throw new RecordingError('encoding', `${made.toFixed(2)} s came out of ${seconds.toFixed(2)}`);
    return {
      ...{ startedAt: span.from, seconds, rate: Math.max(l.rate, r.rate) as Rate, sidesBy },
      peaks: { left: l.peaks, right: r.peaks },
      talk: talkOf(l.levels, r.levels),
    };
  } finally {
    for (const voice of opened) await voice.close();
  }
}

/** From the first sound to the last, or to the end that the relay tells of: who is on hold sends nothing. */
function spanOf(source: Source, sides: readonly { rate: Rate; voices: readonly Voice[] }[]): Span {
  let [from, to] = [Number.POSITIVE_INFINITY, 0];
  for (const { rate, voices } of sides)
    for (const voice of voices) {
      if (voice.size === 0) continue;
      const last = voice.size - 1;
      from = Math.min(from, voice.place(0));
      to = Math.max(to, voice.place(last) + (voice.samples(last) * 1e6) / rate);
    }
  const { terminatedAt } = source.metadata;
  if (terminatedAt > to && terminatedAt - from < LONGEST_SECONDS * 1e6) to = terminatedAt;
  if (source.notBefore > 0) from = Math.max(from, source.notBefore);
  if (source.notAfter > 0) to = Math.min(to, source.notAfter);
  if (!(to - from >= 1_000)) throw new RecordingError('no_audio', 'nothing sounds between its bounds');
  // a clock that jumped: silence of years would fill the disk, and hold up everybody's recordings
  if (to - from > LONGEST_SECONDS * 1e6)
    throw new RecordingError('damaged', `its times are ${Math.round((to - from) / 3.6e9)} hours apart`);
  return { from, to };
}

async function keysOf(track: Track, pcap: string): Promise<Span[]> {
  if (track.events.length === 0) return [];
  const file = await PayloadFile.open(pcap);
  try {
    const spans: Span[] = [];
    for (const { stream, order, clock } of track.events) {
      const packets: { at: number; timestamp: number; payload: Buffer }[] = [];
      for (const i of order) {
        const payload = Buffer.from(await file.read(stream.packets.offset(i), stream.packets.bytes(i)));
        packets.push({ at: stream.packets.at(i), timestamp: stream.packets.timestamp(i), payload });
      }
      spans.push(...keySpans(packets, clock));
    }
    return spans;
  } finally {
    await file.close();
  }
}
