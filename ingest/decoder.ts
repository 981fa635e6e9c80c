import { hostname } from 'node:os';
import { encodeFacts, type Fact } from '@callscope/core/bus/facts.ts';
import { decodeFrame, type Frame, FrameError } from '@callscope/core/bus/frames.ts';
import { DECODERS, subjects } from '@callscope/core/bus/streams.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { JsMsg } from '@nats-io/jetstream';
import { Copies, type CopyCheck, NO_COPIES } from './decode/copies.ts';
import { Intake } from './frames/intake.ts';
import { SharedCopies } from './frames/shared-copies.ts';
import { decodeFramePackets } from './steps/frame.ts';
import type { Output } from './steps/output.ts';
import { Lives } from './steps/rtcp-report.ts';
import { originOf, publishDeadLetter } from './write/dlq.ts';
import { frameKey, writtenFrames } from './write/ledger-frames.ts';
import { RawBlock } from './write/raw-rows.ts';
import { type DecodedFrame, RawWriter } from './write/raw-writer.ts';
import { untilDone } from './write/retry.ts';

export interface DecoderSettings {
  group: string;
  /** raw rows go to the store at least this often */
  blockMs: number;
  /** frames asked of the bus ahead */
  batchFrames: number;
}

const BLOCK_ROWS = 50_000;
const BLOCK_BYTES = 48 << 20;
/** a block with as many rows when it is due is under load and waits to fill, up to the longest time */
const BUSY_ROWS = 2_000;
const LONGEST_BLOCK_MS = 1_500;
/** one block is written while the next is filled */
const BLOCKS_IN_FLIGHT = 2;
const FACTS_PER_MESSAGE = 500;
/** another decoder is asked about the packets of so many frames at a time */
const FRAMES_AT_ONCE = 32;

const factsTotal = counter('decoder_facts_total', 'Facts published');
const lag = gauge('decoder_lag_seconds', 'Age of the last frame when it was decoded');

type TakenFrame = Omit<DecodedFrame, 'fates' | 'header'> & { header: Frame };

/**
 * RAW -> raw rows and facts. Facts are published at once, rows collected into blocks; a frame is acknowledged when the
 * bus has its facts and the store its rows. Any number of decoders share the durable consumer.
 */
export async function runDecoder(service: Service, bus: Bus, store: ClickHouseClient, settings: DecoderSettings): Promise<void> {
  const { log, stopping } = service;
  const decoder = `${hostname()}-${service.instance}`;
  const boot = Date.now() * 1_000;
  const copies = new Copies();
  const lives = new Lives();
  const shared = new SharedCopies(bus, copies, decoder, log, stopping);
  const intake = new Intake(log);
  const writer = new RawWriter({ store, bus, log, stopping });
  let nextFact = 1;
  let givenUp: unknown;
  service.setHealth(() => {
    if (!bus.connected()) return { failing: 'nats', detail: 'the bus is away' };
    // filling a block is no waiting
    const lagSeconds = intake.waitedMs(Date.now(), LONGEST_BLOCK_MS + settings.blockMs) / 1_000;
    return givenUp ? { failing: 'clickhouse', detail: errorText(givenUp), lagSeconds } : { failing: null, lagSeconds };
  });

  let out: Output = { block: new RawBlock(), facts: [] };
  let decoded: DecodedFrame[] = [];
  /** facts and dead letters of what is decoded so far */
  let told: Promise<void> = Promise.resolve();
  let blockTimer: NodeJS.Timeout | undefined;
  let blockBegan = 0;
  let factsPlanned = false;
  let blocksInFlight = 0;
  let room: () => void = () => undefined;
  const blocks = new Set<Promise<void>>();

  const tell = (stored: Promise<unknown>) => {
    told = Promise.all([told, stored]).then(() => undefined);
    // seen again where the block waits for it; here only so that a rejection while stopping is not "unhandled"
    told.catch(() => undefined);
  };

  const publishFacts = () => {
    factsPlanned = false;
    while (out.facts.length > 0) {
      const facts: Fact[] = out.facts.splice(0, FACTS_PER_MESSAGE);
      const firstN = nextFact;
      nextFact += facts.length;
      const bytes = encodeFacts({ decoder, boot, firstN, facts });
      factsTotal.inc(facts.length);
      if (log.isDebug) for (const callId of new Set(facts.map((fact) => fact.callId))) log.debug('decoded', { callId, facts: firstN });
      const msgID = `${decoder}-${boot}-${firstN}`;
      tell(untilDone('publishing facts', log, stopping, () => bus.js.publish(subjects.facts(settings.group), bytes, { msgID })));
    }
  };

  /** written blocks are filled again: their memory is the size of a block by then */
  const spare: RawBlock[] = [];

  const closeBlock = () => {
    clearTimeout(blockTimer);
    blockTimer = undefined;
    if (decoded.length === 0) return;
    publishFacts();
    const frames = decoded;
    const before = told;
    const { block } = out;
    out = { block: spare.pop() ?? new RawBlock(), facts: [] };
    decoded = [];
    blocksInFlight++;
    const write = async () => {
      await before;
      await writer.write(block, frames);
      for (const { seq } of frames) intake.done(seq);
    };
    const written: Promise<void> = write()
      .catch((error) => {
        if (!stopping.aborted) givenUp = error;
        log.warn('a block was given up, its frames will be delivered again at the next start', { frames: frames.length, error });
      })
      .finally(() => {
        blocksInFlight--;
        block.clear();
        spare.push(block);
        blocks.delete(written);
        room();
      });
    blocks.add(written);
  };

  /** Under load blocks grow: one large block costs the store much less than several small ones, now and when it merges. */
  const closeWhenRoom = () => {
    blockTimer = undefined;
    const young = performance.now() - blockBegan < LONGEST_BLOCK_MS;
    const busy = out.block.rows >= BUSY_ROWS;
    if ((young && busy) || blocksInFlight >= BLOCKS_IN_FLIGHT) blockTimer = setTimeout(closeWhenRoom, 50);
    else closeBlock();
  };

  /** A message as a frame; what is none becomes a dead letter. */
  const read = async (message: JsMsg): Promise<TakenFrame | null> => {
    const { seq, subject, data: bytes } = message;
    try {
      const origin = originOf(message);
      return { seq, subject, bytes, header: decodeFrame(bytes), origin: origin ?? { streamSeq: seq, idx: 0 }, isReplay: !!origin };
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      log.error('a message of RAW is not a frame, it goes to the dead letters', { sequence: seq, error });
      const letter = { step: 'frame', reason: errorText(error), subject, bytes, id: `dead-${message.timestampNanos}-${seq}` };
      await untilDone('writing a dead letter', log, stopping, () => publishDeadLetter(bus, letter));
      intake.done(seq);
      return null;
    }
  };

  /** Frames that another process had before it died: those it had finished have only to be acknowledged. */
  const unfinished = async (messages: JsMsg[], frames: TakenFrame[]): Promise<TakenFrame[]> => {
    const again = new Set(messages.filter((m) => m.redelivered).map((m) => m.seq));
    // a frame without packets of its own has the same key as others
    const asked = frames.filter((f) => again.has(f.seq) && !f.isReplay && f.header.count > 0);
    const headers = asked.map((f) => f.header);
    const written = await untilDone('looking frames up', log, stopping, () => writtenFrames(store, headers));
    const isWritten = (f: TakenFrame) => asked.includes(f) && written.has(frameKey(f.header));
    for (const frame of frames) if (isWritten(frame)) intake.done(frame.seq);
    return frames.filter((f) => !isWritten(f));
  };

  const decode = (frame: TakenFrame, check: CopyCheck) => {
    const { header, origin, isReplay } = frame;
    const memory = { copies: isReplay ? NO_COPIES : check, lives };
    const { fates, dead } = decodeFramePackets(header, origin.streamSeq, memory, out, origin.idx);
    decoded.push({ ...frame, fates });
    lag.set(Math.max(0, (Date.now() - header.receivedAt) / 1_000));
    if (out.facts.length >= FACTS_PER_MESSAGE) publishFacts();
    else if (out.facts.length > 0 && !factsPlanned) {
      factsPlanned = true;
      setImmediate(publishFacts);
    }
    for (const { step, index, error } of dead) {
      log.error('a step failed on a packet, it goes to the dead letters', { step, error: errorText(error) });
      tell(writer.bury(frame, index, step, errorText(error)));
    }
  };

  /** A full block waits for room: nothing more is decoded meanwhile. */
  const closeIfFull = async () => {
    const isFull = out.block.rows + decoded.length >= BLOCK_ROWS || out.block.bytes >= BLOCK_BYTES;
    while (isFull && blocksInFlight >= BLOCKS_IN_FLIGHT) {
      await new Promise<void>((done) => {
        room = done;
      });
    }
    if (isFull) closeBlock();
    else if (blockTimer === undefined) {
      blockBegan = performance.now();
      blockTimer = setTimeout(closeWhenRoom, settings.blockMs);
    }
  };

  /** where nothing is ever written: a first look calls every packet a copy */
  const nowhere: Output = { block: new RawBlock(), facts: [] };
  const decodeNext = async (messages: JsMsg[]) => {
    const all = await Promise.all(messages.map(read));
    const readable = all.filter((f) => f !== null);
    const frames = await unfinished(messages, readable);
    const check = await shared.checkFor((notes) => {
      for (const f of frames) if (!f.isReplay) decodeFramePackets(f.header, f.seq, { copies: notes, lives }, nowhere);
    });
    for (const frame of frames) {
      decode(frame, check);
      await closeIfFull();
    }
  };

  await shared.start();
  const consumer = await bus.js.consumers.get(DECODERS.stream, DECODERS.durable);
  const taking = intake.run(consumer, settings.batchFrames);
  const loop = (async () => {
    for (let messages = await intake.take(FRAMES_AT_ONCE); messages.length > 0; messages = await intake.take(FRAMES_AT_ONCE))
      await decodeNext(messages);
  })();
  loop.catch((error) => {
    if (stopping.aborted) return;
    log.error('the decoder failed', { error: error instanceof Error ? error.stack : String(error) });
    process.exit(1);
  });

  service.onStop('decoder', async () => {
    await intake.close();
    await taking;
    await loop.catch(() => undefined);
    closeBlock();
    await Promise.all(blocks);
    await shared.stop();
    intake.stop();
    await bus.nc.flush().catch(() => undefined);
  });
}
