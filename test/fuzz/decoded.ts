import { decodeFacts, encodeFacts, type Fact } from '@callscope/core/bus/facts.ts';
import { type Channel, decodeFrame, encodeFrame } from '@callscope/core/bus/frames.ts';
import { foldCall, splitDialogs } from '@callscope/ingest/assemble/fold.ts';
import { blankDtmf } from '@callscope/ingest/edge/blank-dtmf.ts';
import { maskerOf } from '@callscope/ingest/edge/mask-secrets.ts';
import { DecoderMemory, decodeFramePackets } from '@callscope/ingest/steps/frame.ts';
import { RawBlock } from '@callscope/ingest/write/raw-rows.ts';

const RECEIVED_AT = 1_795_445_600_000;

/** The way of a packet from the socket to rows and facts, and of the facts into a call: the product's own steps, without a bus between them. */
export class Decoding {
  readonly #mask = maskerOf(['digest', 'sdes', 'ice']);
  readonly #memory = new DecoderMemory();
  readonly #block = new RawBlock();
  #frames = 0;

  /**
   * @returns its fate as the ledger counts it; `dtmf` when its digits could not be found, so that it went nowhere
   * @throws what a step threw; and when it has another number of fates or rows than one packet may have
   */
  fate(channel: Channel, packet: Buffer): string {
    const length = packet.length;
    const [passed] = blankDtmf(channel, [packet]);
    if (passed === undefined) return 'dtmf';
    const masked = this.#mask(passed);
    if (channel.startsWith('hep') && masked.length !== length) throw new Error(`${length} bytes were masked into ${masked.length}`);
    const header = { edge: 'fuzz', channel, boot: 1, firstN: ++this.#frames, receivedAt: RECEIVED_AT, drops: {} };
    const frame = decodeFrame(encodeFrame(header, [masked]));
    const facts: Fact[] = [];
    this.#block.clear();
    const { fates, dead } = decodeFramePackets(frame, this.#frames, this.#memory, { block: this.#block, facts });
    if (dead[0]) throw dead[0].error;
    const { stored, duplicate, dropped } = fates;
    const all = { stored, duplicate, ...dropped };
    const [fate, ...more] = Object.entries(all).filter(([, n]) => n > 0);
    if (fate?.[1] !== 1 || more.length > 0) throw new Error(`one packet, and its fates are ${JSON.stringify(all)}`);
    if (stored === 0 && (this.#block.rows > 0 || facts.length > 0)) throw new Error(`${fate[0]}, and it left rows or facts`);
    assemble(facts);
    return fate[0];
  }
}

/** As the assembler gets them, over the bus. */
function assemble(facts: Fact[]): void {
  if (facts.length === 0) return;
  const told = decodeFacts(encodeFacts({ decoder: 'fuzz', boot: 1, firstN: 1, facts })).facts;
  if (told.length !== facts.length) throw new Error(`${facts.length} facts were told, ${told.length} came over`);
  for (const dialog of splitDialogs(told)) {
    const folded = foldCall(dialog, RECEIVED_AT * 1_000);
    if (folded.kind !== 'call') continue;
    const { startedAt, ringingAt, answeredAt, endedAt, sipCode } = folded.draft;
    for (const n of [startedAt, ringingAt, answeredAt, endedAt, sipCode])
      if (!Number.isSafeInteger(n) || n < 0) throw new Error(`a call with a time or code of ${n}`);
  }
}
