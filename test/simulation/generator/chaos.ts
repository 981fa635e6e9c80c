import { hepPacket } from './hep.ts';
import type { Conversation, Message, Mode } from './plan.ts';
import { mixed, Random } from './random.ts';

export type Channel = 'hep-udp' | 'hep-tcp' | 'event-udp' | 'event-tcp';

export interface Arrival {
  /** ms since the epoch, by the receiver's clock */
  atMs: number;
  channel: Channel;
  bytes: Buffer;
  message: Message;
}

/** What becomes of a conversation's messages on the way. */
export interface Chaos {
  mode: Mode;
  hep: readonly ('hep-udp' | 'hep-tcp')[];
  event: readonly ('event-udp' | 'event-tcp')[];
  /** of what may be lost, see `losing` */
  loss: number;
  /** of what comes once more, whole */
  repeats: number;
  /** longest delay of a single message, ms: later ones overtake it */
  disorderMs: number;
  /** by how much one side of the edge is behind the other, ms */
  late: { side: 'hep' | 'event'; ms: number };
}

const LATEST_MS = 20_000;

export function chaosFor(conversation: Conversation): Chaos {
  const r = new Random(mixed(conversation.seed, 11));
  const both = r.chance(0.5);
  return {
    mode: r.pick(conversation.modes),
    hep: both ? ['hep-udp', 'hep-tcp'] : [r.pick(['hep-udp', 'hep-tcp'] as const)],
    event: r.chance(0.4) ? ['event-udp', 'event-tcp'] : [r.pick(['event-udp', 'event-tcp'] as const)],
    loss: r.pick([0, 0, 0.1, 0.3, 0.6]),
    repeats: r.pick([0, 0.05, 0.3]),
    disorderMs: r.pick([5, 60, 800, 3_000]),
    late: { side: r.pick(['hep', 'event'] as const), ms: r.pick([0, 0, 150, r.int(500, 5_000), r.int(5_000, LATEST_MS)]) },
  };
}

/** As an edge on a quiet network would send it. */
export const CALM: Omit<Chaos, 'mode'> = {
  hep: ['hep-udp'],
  event: ['event-tcp'],
  loss: 0,
  repeats: 0,
  disorderMs: 1,
  late: { side: 'hep', ms: 0 },
};

/**
 * What may be lost. A copy, while another arrives. Of messages: whatever tells nothing that decides (100, 407 before the
 * right password, ACK, NOTIFY, answers to CANCEL, BYE and REFER, changes of media, dialog states); and whatever tells only
 * what another message tells that still arrives and can be understood. So an INVITE may go where the script's start tells
 * of it, a 180 where events or the other hop have it, the 487 of a branch that must have been cancelled, E_ACC_CDR where
 * the script told of answer and end; REFER where the new INVITE names who referred it, and the other way round. What alone
 * carries a fact is never lost: with packets alone the INVITE and each branch of it, with one of two ties the other, for a
 * queue's offer one event that names the caller's call. The first sending of what is sent again stays: the second one's
 * time is not when it happened.
 */
function losing(messages: readonly Message[], rate: number, r: Random): Set<Message> {
  const kept = new Set(messages);
  if (rate === 0) return kept;
  const carriers = new Map<string, Message[]>();
  const byName = new Map(messages.map((m) => [m.name, m]));
  const needing = new Map<string, Message[]>();
  for (const m of messages) {
    for (const key of m.tells) carriers.set(key, [...(carriers.get(key) ?? []), m]);
    for (const name of m.needs) needing.set(name, [...(needing.get(name) ?? []), m]);
  }
  const isTold = (m: Message) => kept.has(m) && m.needs.every((name) => kept.has(byName.get(name) as Message));
  const stillKnown = (key: string) => (carriers.get(key) ?? []).some(isTold);
  for (const m of r.shuffled(messages)) {
    if (!r.chance(rate) || byName.has(`${m.name}'`)) continue;
    const dependents = [m, ...(needing.get(m.name) ?? [])];
    const keys = new Set(dependents.filter(isTold).flatMap((d) => d.tells));
    kept.delete(m);
    if (![...keys].every(stillKnown)) kept.add(m);
  }
  return kept;
}

/** Bytes as they reach the receivers, in order of arrival. */
export function arrivalsOf(conversation: Conversation, messages: readonly Message[], chaos: Chaos): Arrival[] {
  const r = new Random(mixed(conversation.seed, 13));
  const sent = messages.filter((m) => chaos.mode === 'both' || (m.body.kind === 'sip') === (chaos.mode === 'packets'));
  const out: Arrival[] = [];
  for (const message of losing(sent, chaos.loss, r)) {
    const isSip = message.body.kind === 'sip';
    const lateMs = chaos.late.side === (isSip ? 'hep' : 'event') ? chaos.late.ms : 0;
    const channels = isSip ? chaos.hep : chaos.event;
    const copies = r.shuffled(channels).slice(0, channels.length > 1 && r.chance(chaos.loss) ? 1 : channels.length);
    for (const channel of copies) {
      // the tracer stamps each copy anew
      const stampedAt = message.at + (channel === 'hep-tcp' ? r.int(3, 90) : 0);
      const bytes = bytesOf(message, stampedAt);
      const arrive = () => ({ atMs: message.at / 1e3 + 0.3 + lateMs + r.next() * chaos.disorderMs, channel, bytes, message });
      out.push(arrive());
      if (r.chance(chaos.repeats)) out.push(arrive());
    }
  }
  return out.sort((a, b) => a.atMs - b.atMs);
}

function bytesOf({ body }: Message, at: number): Buffer {
  return body.kind === 'event' ? Buffer.from(body.text) : hepPacket(body.payload, body.src, body.dst, at, body.correlation);
}
