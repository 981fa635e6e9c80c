import type { FrameHeader } from '@callscope/core/bus/frames.ts';
import type { HepPacket } from '../decode/hep3.ts';
import type { RtcpReport } from '../decode/rtcp.ts';
import type { Place } from '../steps/place.ts';
import type { Table } from './block-writer.ts';
import { RowSink } from './rowbinary.ts';
import { SignallingLines } from './signalling-rows.ts';

export const MESSAGES: Table = {
  name: 'messages',
  columns: [
    'received_at',
    'stream_seq',
    'idx',
    'call_id',
    'at',
    'edge',
    'channel',
    'capture_id',
    'node',
    'protocol',
    'src_ip',
    'src_port',
    'dst_ip',
    'dst_port',
    'method',
    'code',
    'cseq',
    'hash',
    'correlation',
    'payload',
  ],
};
export const RTCP: Table = {
  name: 'rtcp',
  columns: [
    'received_at',
    'stream_seq',
    'idx',
    'call_id',
    'at',
    'edge',
    'src_ip',
    'src_port',
    'dst_ip',
    'dst_port',
    'packet_type',
    'sender_ssrc',
    'sender_packets',
    'sender_octets',
    'source_ssrc',
    'fraction_lost',
    'packets_lost',
    'highest_seq',
    'jitter',
    'lsr',
    'dlsr',
    'ntp',
    'xr_ssrc',
    'xr_loss',
    'xr_discard',
    'xr_round_trip',
    'xr_end_delay',
    'xr_r',
    'xr_mos_lq',
    'xr_mos_cq',
    'payload',
  ],
};
export const EVENTS: Table = {
  name: 'events',
  columns: ['received_at', 'stream_seq', 'idx', 'call_id', 'at', 'edge', 'channel', 'method', 'body'],
};
export const LEDGER_FRAMES: Table = {
  name: 'ledger_frames',
  columns: ['edge', 'boot', 'channel', 'first_n', 'count', 'received_at', 'stored', 'duplicate', 'dead', 'dropped', 'facts', 'edge_drops'],
};

/** What became of a frame's packets; their sum is its count. */
export interface FrameFates {
  stored: number;
  duplicate: number;
  dead: number;
  dropped: Record<string, number>;
  facts: number;
}

/** Raw rows of some frames, one sink a table, on their way into the store together. */
export class RawBlock {
  readonly messages = new RowSink(1 << 22);
  readonly rtcp = new RowSink(1 << 16);
  readonly events = new RowSink(1 << 16);
  /** what the messages are found by */
  readonly signalling = new SignallingLines();
  readonly tables = [
    { table: MESSAGES, sink: this.messages },
    { table: RTCP, sink: this.rtcp },
    { table: EVENTS, sink: this.events },
  ] as const;

  get rows(): number {
    return this.messages.rows + this.rtcp.rows + this.events.rows;
  }
  get bytes(): number {
    return this.messages.bytes + this.rtcp.bytes + this.events.bytes;
  }

  clear(): void {
    for (const { sink } of this.tables) sink.clear();
    this.signalling.clear();
  }

  /** A step failed in the middle of a row. */
  dropUnfinished(): void {
    for (const { sink } of this.tables) sink.dropUnfinished();
  }

  message(
    place: Place,
    packet: HepPacket,
    at: number,
    m: { callId: string; method: string; code: number; cseq: number; hash: number; correlation: string },
  ): void {
    const s = this.messages;
    s.u64(place.receivedAt);
    s.u64(place.streamSeq);
    s.u16(place.idx);
    s.str(m.callId);
    s.u64(at);
    s.str(place.edge);
    s.str(place.channel);
    s.u32(packet.captureId);
    s.str(packet.node);
    s.u8(packet.protocol);
    s.str(packet.srcIp);
    s.u16(packet.srcPort);
    s.str(packet.dstIp);
    s.u16(packet.dstPort);
    s.str(m.method);
    s.u16(m.code);
    s.u32(m.cseq);
    s.u32(m.hash);
    s.str(m.correlation);
    s.raw(packet.payload);
    s.endRow();
  }

  rtcpReport(place: Place, packet: HepPacket, at: number, callId: string, report: RtcpReport): void {
    const s = this.rtcp;
    const { blocks, metrics } = report;
    s.u64(place.receivedAt);
    s.u64(place.streamSeq);
    s.u16(place.idx);
    s.str(callId);
    s.u64(at);
    s.str(place.edge);
    s.str(packet.srcIp);
    s.u16(packet.srcPort);
    s.str(packet.dstIp);
    s.u16(packet.dstPort);
    s.u8(report.packetType);
    s.u32(report.senderSsrc);
    s.u32(report.senderPackets);
    s.u32(report.senderOctets);
    s.array(blocks, (b) => s.u32(b.sourceSsrc));
    s.array(blocks, (b) => s.u8(b.fractionLost));
    s.array(blocks, (b) => s.i32(b.packetsLost));
    s.array(blocks, (b) => s.u32(b.highestSeq));
    s.array(blocks, (b) => s.u32(b.jitter));
    s.array(blocks, (b) => s.u32(b.lsr));
    s.array(blocks, (b) => s.u32(b.dlsr));
    s.u32(report.ntp);
    s.array(metrics, (m) => s.u32(m.sourceSsrc));
    s.array(metrics, (m) => s.u8(m.lossRate));
    s.array(metrics, (m) => s.u8(m.discardRate));
    s.array(metrics, (m) => s.u16(m.roundTrip));
    s.array(metrics, (m) => s.u16(m.endSystemDelay));
    s.array(metrics, (m) => s.u8(m.r));
    s.array(metrics, (m) => s.u8(m.mosLq));
    s.array(metrics, (m) => s.u8(m.mosCq));
    s.raw(packet.payload);
    s.endRow();
  }

  event(place: Place, at: number, callId: string, method: string, body: Uint8Array): void {
    const s = this.events;
    s.u64(place.receivedAt);
    s.u64(place.streamSeq);
    s.u16(place.idx);
    s.str(callId);
    s.u64(at);
    s.str(place.edge);
    s.str(place.channel);
    s.str(method);
    s.raw(body);
    s.endRow();
  }
}

/** Which packet a raw row is of: the tables begin with received_at, stream_seq and idx, all of fixed size. */
export function rowOrigin(row: Buffer): { streamSeq: number; idx: number } {
  return { streamSeq: Number(row.readBigUInt64LE(8)), idx: row.readUInt16LE(16) };
}

/**
 * The ledger's row of a frame. What a dead letter brings back was counted when its frame first came: its row counts no
 * packet (so it is another row than the frame's), takes the packets out of the dead ones and adds what became of them.
 */
export function writeLedgerRow(s: RowSink, header: FrameHeader, fates: FrameFates, isReplay: boolean): void {
  s.str(header.edge);
  s.u64(header.boot);
  s.str(header.channel);
  s.u64(header.firstN);
  s.u32(isReplay ? 0 : header.count);
  s.u64(Math.floor(header.receivedAt));
  s.u32(fates.stored);
  s.u32(fates.duplicate);
  s.i32(isReplay ? fates.dead - header.count : fates.dead);
  s.counts(fates.dropped);
  s.u32(fates.facts);
  s.counts(header.drops);
  s.endRow();
}
