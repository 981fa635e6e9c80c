import type { Sample } from '@callscope/core/domain/codec.ts';
import type { MediaFlow } from '@callscope/core/domain/media-sides.ts';
import { PacketList } from './packet-list.ts';
import { type PcapFault, readPcap } from './pcap.ts';
import { parseRtp, type RtpHeader } from './rtp.ts';

/** Packets of one SSRC (RFC 3550, 3) in the order of receipt. */
export interface RtpStream {
  ssrc: number;
  packets: PacketList;
  /** the first packets of each payload type */
  samples: Map<number, Sample[]>;
}

/** RTP of one flow, by its streams. */
export interface Flow extends MediaFlow {
  streams: RtpStream[];
}

export interface Capture {
  flows: Flow[];
  /** µs since the epoch, of the first and last RTP packet; 0 when there is none */
  firstAt: number;
  lastAt: number;
}

/** Why a pcap gives no recording; `too_large`: beyond what one recording may hold */
export type CaptureFault = PcapFault | 'no_rtp' | 'too_large';

export interface Limits {
  /** of RTP: 4.6 M are thirteen hours of two parties at 20 ms a packet, and about 120 MB of memory */
  packets: number;
  flows: number;
  streamsOfFlow: number;
}
export const LIMITS: Limits = { packets: 4_600_000, flows: 256, streamsOfFlow: 256 };

/** Packets of one stream are written as they come, of several not quite: a time that is earlier by more was read off a clock that was set back. */
const SAME_STREAM_US = 40_000;
const OTHER_STREAM_US = 10_000_000;
/** No clock is set back by more while somebody speaks: a time beyond that is garbage, here or before. */
const SET_BACK_US = 48 * 3_600e6;

/** Of a payload type this many packets are looked at to tell what it is. */
const SAMPLES = 24;
const SAMPLE_BYTES = 8;

/**
 * Reads a pcap once and keeps of every RTP packet where it lies and what its header says: about 26 bytes a packet.
 * @returns the capture, or why there is none
 * @throws only what the file system throws
 */
export async function readCapture(path: string, limits: Limits = LIMITS): Promise<Capture | CaptureFault> {
  const flows = new Map<string, Flow>();
  const streams = new Map<string, RtpStream>();
  const header: RtpHeader = { payloadType: 0, sequence: 0, timestamp: 0, ssrc: 0, from: 0, to: 0 };
  const out: Capture = { flows: [], firstAt: 0, lastAt: 0 };
  let packets = 0;
  // the clock of the first packet counts: what follows a clock that was set back goes on where it was
  let setBack = 0;
  const end = await readPcap(path, (d) => {
    if (!parseRtp(d.payload, header)) return true;
    if (++packets > limits.packets) return false;
    const flowKey = `${d.srcIp} ${d.srcPort} ${d.dstIp} ${d.dstPort}`;
    const streamKey = `${flowKey} ${header.ssrc}`;
    let stream = streams.get(streamKey);
    if (stream === undefined) {
      let flow = flows.get(flowKey);
      if (flow === undefined) {
        // a call has a handful: more are noise that somebody sends to the relay
        if (flows.size >= limits.flows) return true;
        flow = { srcIp: d.srcIp, srcPort: d.srcPort, dstIp: d.dstIp, dstPort: d.dstPort, streams: [] };
        flows.set(flowKey, flow);
      }
      if (flow.streams.length >= limits.streamsOfFlow) return true;
      stream = { ssrc: header.ssrc, packets: new PacketList(), samples: new Map() };
      flow.streams.push(stream);
      streams.set(streamKey, stream);
    }
    const { size } = stream.packets;
    const before = Math.max(out.lastAt - OTHER_STREAM_US, size === 0 ? 0 : stream.packets.at(size - 1) - SAME_STREAM_US);
    const back = out.lastAt - d.at - setBack;
    if (d.at + setBack < before && back < SET_BACK_US) setBack += back;
    const at = d.at + setBack;
    stream.packets.push(at, header, d.offset);
    sample(stream, header, at, d.payload);
    out.firstAt = out.firstAt === 0 ? at : Math.min(out.firstAt, at);
    out.lastAt = Math.max(out.lastAt, at);
    return true;
  });
  if (packets > limits.packets) return 'too_large';
  if (end.fault) return end.fault;
  if (packets === 0) return 'no_rtp';
  out.flows = [...flows.values()];
  return out;
}

function sample(stream: RtpStream, header: RtpHeader, at: number, datagram: Buffer): void {
  let list = stream.samples.get(header.payloadType);
  if (list === undefined) {
    list = [];
    stream.samples.set(header.payloadType, list);
  }
  if (list.length >= SAMPLES) return;
  const to = Math.min(header.to, header.from + SAMPLE_BYTES);
  list.push({ payload: Buffer.from(datagram.subarray(header.from, to)), at, timestamp: header.timestamp });
}
