import type { Frame } from '@callscope/core/bus/frames.ts';
import { Copies, type CopyCheck } from '../decode/copies.ts';
import type { FrameFates } from '../write/raw-rows.ts';
import { callEvent } from './call-event.ts';
import { hepPacket } from './hep-packet.ts';
import type { Output } from './output.ts';
import type { Place } from './place.ts';
import { Lives } from './rtcp-report.ts';

/** What a decoder remembers between frames: only to recognise copies and to thin out proofs of life. */
export class DecoderMemory {
  readonly copies: CopyCheck;
  readonly lives = new Lives();

  constructor(copies: CopyCheck = new Copies()) {
    this.copies = copies;
  }
}

export interface DeadPacket {
  step: string;
  error: unknown;
  /** where it stands in the frame's list of packets */
  index: number;
}

/**
 * Every packet of a frame gets exactly one fate. A step that throws (a bug, not bad input: bad input has a reason)
 * makes its packet a dead letter and the frame goes on.
 * @param streamSeq RAW sequence that names the rows
 * @param firstIdx index of the first packet there: not 0 for a packet that a dead letter brings back
 */
export function decodeFramePackets(
  frame: Frame,
  streamSeq: number,
  memory: DecoderMemory,
  out: Output,
  firstIdx = 0,
): { fates: FrameFates; dead: DeadPacket[] } {
  const fates: FrameFates = { stored: 0, duplicate: 0, dead: 0, dropped: {}, facts: 0 };
  const dead: DeadPacket[] = [];
  const factsBefore = out.facts.length;
  const isEvent = frame.channel === 'event-udp' || frame.channel === 'event-tcp';
  const place: Place = { streamSeq, idx: firstIdx, receivedAt: Math.floor(frame.receivedAt), edge: frame.edge, channel: frame.channel };
  for (const packet of frame.packets) {
    try {
      const fate = isEvent ? callEvent(packet, place, memory.copies, out) : hepPacket(packet, place, memory.copies, memory.lives, out);
      if (fate === 'stored' || fate === 'duplicate' || fate === 'dead') fates[fate]++;
      else fates.dropped[fate] = (fates.dropped[fate] ?? 0) + 1;
    } catch (error) {
      out.block.dropUnfinished();
      fates.dead++;
      dead.push({ step: isEvent ? 'call-event' : 'hep-packet', error, index: place.idx - firstIdx });
    }
    place.idx++;
  }
  fates.facts = out.facts.length - factsBefore;
  return { fates, dead };
}
