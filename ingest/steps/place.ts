import type { Channel } from '@callscope/core/bus/frames.ts';
import type { EventDrop } from '../decode/event.ts';
import type { HepDrop } from '../decode/hep3.ts';
import type { RtcpDrop } from '../decode/rtcp.ts';
import type { SipDrop } from '../decode/sip.ts';

/** Where a packet stands: RAW sequence of its frame and its index in it are the identity of its row. */
export interface Place {
  streamSeq: number;
  idx: number;
  /** ms since the epoch */
  receivedAt: number;
  edge: string;
  channel: Channel;
}

/** A frame holds fewer than 65,536 packets, so this names a packet of RAW by one number, exact up to sequence 2^37. */
export function packetId(streamSeq: number, idx: number): number {
  return streamSeq * 65_536 + idx;
}

export type DropReason = HepDrop | SipDrop | RtcpDrop | EventDrop | 'payload_type';

/** What became of a packet: one of these, always. A step that throws makes it `dead`. */
export type Fate = 'stored' | 'duplicate' | 'dead' | DropReason;

const EARLIEST_US = Date.UTC(2000, 0, 1) * 1_000;
const AHEAD_US = 24 * 3_600 * 1_000_000;

/** A time before 2000 or more than a day ahead of receipt is a broken clock: receipt counts instead. Old captures stay as they are. */
export function clampTime(at: number, receivedAtMs: number): number {
  const received = receivedAtMs * 1_000;
  return at < EARLIEST_US || at > received + AHEAD_US ? received : at;
}
