import { type Channel as ChannelName, encodeFrame } from '@callscope/core/bus/frames.ts';
import { MAX_FRAME_BYTES, MAX_FRAME_PACKETS, MAX_FRAME_WAIT_MS } from '@callscope/core/bus/streams.ts';
import { counter } from '@callscope/core/node/metrics.ts';
import { blankDtmf } from './blank-dtmf.ts';
import type { Publisher } from './publisher.ts';

const received = counter('edge_packets_total', 'Packets accepted', ['channel']);
const dropped = counter('edge_dropped_total', 'Packets dropped', ['channel', 'reason']);

const HEARTBEAT_MS = 1_000;

export interface ChannelOptions {
  edge: string;
  boot: number;
  channel: ChannelName;
  subject: string;
  publisher: Publisher;
  /** a packet as it may be kept, of the same length; not given: as it is */
  mask?: (packet: Uint8Array) => Uint8Array;
  /** told of every packet with its number, for people who follow a call through the logs; looking into packets costs, so only then */
  follow?: (packets: readonly Uint8Array[], firstN: number) => void;
}

/**
 * One way in. Numbers what it accepts 1, 2, 3 …, collects it into frames and hands them to the publisher. Every packet
 * is either accepted (and then kept until the bus has stored it) or dropped with a reason, and the totals of both
 * travel in every frame's header: received = accepted + dropped, provable from the bus alone.
 */
export class Channel {
  readonly #o: ChannelOptions;
  #nextN = 1;
  #packets: Uint8Array[] = [];
  #bytes = 0;
  #receivedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #drops: Record<string, number> = {};
  #dropsSaid = 0;
  #dropsTotal = 0;
  #beat: NodeJS.Timeout;
  #sent: Promise<void> = Promise.resolve();

  constructor(options: ChannelOptions) {
    this.#o = options;
    // totals that no packet carried are said by an empty frame
    this.#beat = setInterval(() => {
      if (this.#dropsTotal !== this.#dropsSaid && this.#packets.length === 0 && !this.#o.publisher.full) this.#send([]);
    }, HEARTBEAT_MS);
  }

  get publisher(): Publisher {
    return this.#o.publisher;
  }

  /** Takes the packet over: the caller must not write to its bytes any more. Ask `publisher.full` before. */
  accept(packet: Uint8Array): void {
    if (this.#packets.length === 0) {
      this.#receivedAt = Date.now();
      this.#timer ??= setTimeout(this.#onTimer, MAX_FRAME_WAIT_MS);
    } else if (this.#bytes + packet.length > MAX_FRAME_BYTES) this.flush();
    this.#packets.push(packet);
    this.#bytes += packet.length;
    if (this.#packets.length >= MAX_FRAME_PACKETS) this.flush();
  }

  /**
   * One frame of these packets at once. Resolves when the bus has stored it.
   * @param late told once when that is refused or takes about a second or longer, see Publisher.publish
   */
  acceptNow(packets: Uint8Array[], late?: (why: string) => void): Promise<void> {
    this.flush();
    this.#receivedAt = Date.now();
    return this.#send(packets, late);
  }

  /** @param count packets; 0 does nothing */
  drop(reason: string, count = 1): void {
    if (count <= 0) return;
    this.#drops[reason] = (this.#drops[reason] ?? 0) + count;
    this.#dropsTotal += count;
    dropped.inc({ channel: this.#o.channel, reason }, count);
  }

  // one timer runs through while packets flow: it is not moved for each frame
  #onTimer = (): void => {
    this.#timer = undefined;
    if (this.#packets.length === 0) return;
    const left = MAX_FRAME_WAIT_MS - (Date.now() - this.#receivedAt);
    if (left > 1) this.#timer = setTimeout(this.#onTimer, left);
    else this.flush();
  };

  flush(): void {
    if (this.#packets.length === 0) return;
    const packets = this.#packets;
    this.#packets = [];
    this.#bytes = 0;
    this.#send(packets);
  }

  #send(accepted: Uint8Array[], late?: (why: string) => void): Promise<void> {
    const { edge, boot, channel, subject, publisher, mask, follow } = this.#o;
    const blanked = blankDtmf(channel, accepted);
    this.drop('dtmf', accepted.length - blanked.length);
    const packets = mask === undefined ? blanked : blanked.map(mask);
    const firstN = this.#nextN;
    this.#nextN += packets.length;
    follow?.(packets, firstN);
    this.#dropsSaid = this.#dropsTotal;
    received.inc({ channel }, packets.length);
    const frame = encodeFrame(
      { edge, channel, boot, firstN, receivedAt: packets.length > 0 ? this.#receivedAt : Date.now(), drops: this.#drops },
      packets,
    );
    const id = `${edge}-${boot}-${channel}-${firstN}-${packets.length}-${this.#dropsTotal}`;
    const stored = publisher.publish(subject, id, frame, late);
    this.#sent = stored;
    return stored;
  }

  /** Sends what is left, drop totals included, and stops. */
  async close(): Promise<void> {
    clearInterval(this.#beat);
    clearTimeout(this.#timer);
    this.flush();
    if (this.#dropsTotal !== this.#dropsSaid) this.#send([]);
    await this.#sent;
  }
}
