import type { Frame } from '@callscope/core/bus/frames.ts';
import { Copies } from '../decode/copies.ts';
import type { FrameFates } from '../write/raw-rows.ts';
import { callEvent } from './call-event.ts';
import { hepPacket } from './hep-packet.ts';
import type { Output } from './output.ts';
import type { Place } from './place.ts';
import { Lives } from './rtcp-report.ts';

/** What a decoder remembers between frames: only to recognise copies and to thin out proofs of life. */
export class DecoderMemory {
  readonly copies = new Copies();
  readonly lives = new Lives();
}

export interface DeadPacket {
  step: string;
  error: unknown;
  bytes: Uint8Array;
}

/**
 * Every packet of a frame gets exactly one fate. A step that throws (a bug, not bad input: bad input has a reason)
 * makes its packet a dead letter and the frame goes on.
 */
export function decodeFramePackets(
  frame: Frame,
  streamSeq: number,
  memory: DecoderMemory,
  out: Output,
): { fates: FrameFates; dead: DeadPacket[] } {
  const fates: FrameFates = { stored: 0, duplicate: 0, dead: 0, dropped: {}, facts: 0 };
  const dead: DeadPacket[] = [];
  const factsBefore = out.facts.length;
  const isEvent = frame.channel === 'event-udp' || frame.channel === 'event-tcp';
  const place: Place = { streamSeq, idx: 0, receivedAt: Math.floor(frame.receivedAt), edge: frame.edge, channel: frame.channel };
  for (const packet of frame.packets) {
    try {
      const fate = isEvent ? callEvent(packet, place, memory.copies, out) : hepPacket(packet, place, memory.copies, memory.lives, out);
      if (fate === 'stored' || fate === 'duplicate' || fate === 'dead') fates[fate]++;
      else fates.dropped[fate] = (fates.dropped[fate] ?? 0) + 1;
    } catch (error) {
      fates.dead++;
      dead.push({ step: isEvent ? 'call-event' : 'hep-packet', error, bytes: packet });
    }
    place.idx++;
  }
  fates.facts = out.facts.length - factsBefore;
  out.block.frame(frame, fates);
  return { fates, dead };
}
