import { type Codec, type Format, formatOf } from '@callscope/core/domain/codec.ts';
import type { MediaSide as Side, Sides as SidesOf } from '@callscope/core/domain/media-sides.ts';
import type { MediaDescription } from '@callscope/core/domain/sdp.ts';
import type { Capture, Flow, RtpStream } from './capture.ts';
import { timelineOf } from './timeline.ts';

type Sides = SidesOf<Flow>;

/** Codecs that make a sound. */
export type AudioCodec = Exclude<Codec, 'dtmf' | 'noise'>;

/** Packets of one stream in one codec: places are µs since the epoch, never falling. */
export interface Part {
  codec: AudioCodec;
  stream: RtpStream;
  order: Uint32Array;
  place: Float64Array;
}

/** All that one side sent. */
export interface Track {
  parts: Part[];
  /** packets of telephone events, by stream */
  events: { stream: RtpStream; order: Uint32Array; clock: number }[];
}

export interface UnknownCodec {
  /** encoding name, or `payload type N` */
  unknown: string;
}

/** Fewer packets of an unknown type are noise on the port; at 20 ms a packet this is a second. */
const NOTABLE_PACKETS = 50;

/**
 * Sorts a capture into what each side said.
 * @returns the tracks, or the codec of a second or more that nobody here can decode
 */
export function tracksOf(capture: Capture, sides: Sides): Record<Side, Track> | UnknownCodec {
  const tracks: Record<Side, Track> = { caller: { parts: [], events: [] }, callee: { parts: [], events: [] } };
  const unknown = new Map<string, number>();
  for (const flow of capture.flows) {
    if (sides.noAudio.has(flow)) continue;
    const track = tracks[sides.of.get(flow) as Side];
    for (const stream of flow.streams) addStream(track, stream, describedFor(flow, sides), unknown);
  }
  for (const [name, packets] of unknown) if (packets >= NOTABLE_PACKETS) return { unknown: name };
  return tracks;
}

/** An offer names types for both directions, an answer mostly repeats them: a party's own words first, then its partner's. */
export function describedFor(flow: Flow, sides: Sides): MediaDescription[] {
  const side = sides.of.get(flow) as Side;
  return [...sides.described[side], ...sides.described[side === 'caller' ? 'callee' : 'caller']];
}

function addStream(track: Track, stream: RtpStream, described: readonly MediaDescription[], unknown: Map<string, number>): void {
  const formats = new Map<number, Format>();
  for (const [type, samples] of stream.samples) formats.set(type, formatOf(type, described, samples));
  const formatAt = (packet: number) => formats.get(stream.packets.payloadType(packet)) as Format;
  const { order, place } = timelineOf(stream.packets, (type) => {
    const format = formats.get(type);
    return format === undefined || format.codec === 'dtmf' ? 0 : format.clock;
  });
  const counts = new Map<AudioCodec, number>();
  for (const packet of order) {
    const { codec, name } = formatAt(packet);
    if (codec === null) unknown.set(name, (unknown.get(name) ?? 0) + 1);
    else if (codec !== 'noise' && codec !== 'dtmf') counts.set(codec, (counts.get(codec) ?? 0) + 1);
  }
  for (const [codec, count] of counts) {
    const part: Part = { codec, stream, order: new Uint32Array(count), place: new Float64Array(count) };
    let n = 0;
    order.forEach((packet, i) => {
      if (formatAt(packet).codec !== codec) return;
      part.order[n] = packet;
      part.place[n++] = place[i] as number;
    });
    track.parts.push(part);
  }
  const events: number[] = [];
  for (let packet = 0; packet < stream.packets.size; packet++) if (formatAt(packet).codec === 'dtmf') events.push(packet);
  const clock = [...formats.values()].find((f) => f.codec !== 'dtmf' && f.codec !== null)?.clock;
  if (events.length > 0)
    track.events.push({ stream, order: Uint32Array.from(events), clock: clock ?? formatAt(events[0] as number).clock });
}
