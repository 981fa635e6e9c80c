import { hostname } from 'node:os';
import { encodeFacts, type Fact } from '@callscope/core/bus/facts.ts';
import { decodeFrame, encodeFrame, type Frame, FrameError, type FrameHeader } from '@callscope/core/bus/frames.ts';
import { DECODERS, subjects } from '@callscope/core/bus/streams.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { JsMsg } from '@nats-io/jetstream';
import { DecoderMemory, decodeFramePackets } from './steps/frame.ts';
import type { Output } from './steps/output.ts';
import { BlockRefused, insertBlock, type Table } from './write/block-writer.ts';
import { publishDeadLetter } from './write/dlq.ts';
import { EVENTS, type FrameFates, LEDGER_FRAMES, MESSAGES, RawBlock, RTCP } from './write/raw-rows.ts';
import { untilDone } from './write/retry.ts';
import type { RowSink } from './write/rowbinary.ts';

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
const HEARTBEAT_MS = 2_000;

const packets = counter('decoder_packets_total', 'Packets by what became of them', ['fate']);
const factsTotal = counter('decoder_facts_total', 'Facts published');
const lag = gauge('decoder_lag_seconds', 'Age of the last frame when it was decoded');

interface Taken {
  message: JsMsg;
  header: FrameHeader;
}

/**
 * RAW -> raw rows and facts. Facts are published at once, rows collected into blocks; a frame is acknowledged when the
 * bus has its facts and the store its rows. Any number of decoders share the durable consumer.
 */
export async function runDecoder(service: Service, bus: Bus, store: ClickHouseClient, settings: DecoderSettings): Promise<void> {
  const { log, stopping } = service;
  const decoder = `${hostname()}-${service.instance}`;
  const boot = Date.now() * 1_000;
  const memory = new DecoderMemory();
  let nextFact = 1;
  let lastBlockError: unknown;
  service.setHealth(() => {
    if (!bus.connected()) return { failing: 'nats', detail: 'the bus is away' };
    return lastBlockError ? { failing: 'clickhouse', detail: errorText(lastBlockError) } : { failing: null };
  });

  let out: Output = { block: new RawBlock(), facts: [] };
  let taken: Taken[] = [];
  /** everything taken and not yet acknowledged, in all blocks */
  const claimed = new Set<JsMsg>();
  let factsStored: Promise<void> = Promise.resolve();
  let blockTimer: NodeJS.Timeout | undefined;
  let blockBegan = 0;
  let factsPlanned = false;
  let blocksInFlight = 0;
  let room: () => void = () => undefined;
  const blocks = new Set<Promise<void>>();

  const publishFacts = () => {
    factsPlanned = false;
    while (out.facts.length > 0) {
      const facts: Fact[] = out.facts.splice(0, FACTS_PER_MESSAGE);
      const firstN = nextFact;
      nextFact += facts.length;
      const bytes = encodeFacts({ decoder, boot, firstN, facts });
      factsTotal.inc(facts.length);
      const stored = untilDone('publishing facts', log, stopping, () =>
        bus.js.publish(subjects.facts(settings.group), bytes, { msgID: `${decoder}-${boot}-${firstN}` }),
      );
      factsStored = Promise.all([factsStored, stored]).then(() => undefined);
      // seen again where the block waits for it; here only so that a rejection while stopping is not "unhandled"
      factsStored.catch(() => undefined);
    }
  };

  const insert = (table: Table, sink: RowSink) => insertBlock(store, table, sink.view(), sink.rows, { stopping, log, waiting: heartbeat });
  /** written blocks are filled again: their memory is the size of a block by then */
  const spare: RawBlock[] = [];

  const writeBlock = async (block: RawBlock, frames: Taken[], facts: Promise<void>) => {
    try {
      await facts;
      await Promise.all([insert(MESSAGES, block.messages), insert(RTCP, block.rtcp), insert(EVENTS, block.events)]);
      await insert(LEDGER_FRAMES, block.ledger);
      lastBlockError = undefined;
    } catch (error) {
      lastBlockError = error;
      if (!(error instanceof BlockRefused)) throw error;
      log.error('the store refuses a block of raw rows, its frames go to the dead letters', { frames: frames.length, error });
      await bury(frames, error);
      lastBlockError = undefined;
    }
    for (const { message } of frames) {
      message.ack();
      claimed.delete(message);
    }
  };

  /** The frames of a refused block: dead letters, and the ledger says so. */
  const bury = async (frames: Taken[], error: unknown) => {
    const block = new RawBlock();
    for (const { message, header } of frames) {
      await untilDone('writing a dead letter', log, stopping, () =>
        publishDeadLetter(bus, { step: 'write', reason: errorText(error), subject: message.subject, bytes: message.data }),
      );
      const fates: FrameFates = { stored: 0, duplicate: 0, dead: header.count, dropped: {}, facts: 0 };
      block.frame(header, fates);
    }
    await insert(LEDGER_FRAMES, block.ledger);
  };

  const closeBlock = () => {
    clearTimeout(blockTimer);
    blockTimer = undefined;
    if (taken.length === 0) return;
    publishFacts();
    const frames = taken;
    const { block } = out;
    out = { block: spare.pop() ?? new RawBlock(), facts: [] };
    taken = [];
    blocksInFlight++;
    const written: Promise<void> = writeBlock(block, frames, factsStored)
      .catch((error) => log.warn('a block was given up, its frames will be delivered again', { frames: frames.length, error }))
      .finally(() => {
        blocksInFlight--;
        block.clear();
        spare.push(block);
        blocks.delete(written);
        room();
      });
    blocks.add(written);
  };

  const heartbeat = () => {
    for (const message of claimed) message.working();
  };
  const beating = setInterval(heartbeat, HEARTBEAT_MS);

  const onMessage = async (message: JsMsg) => {
    let frame: Frame;
    try {
      frame = decodeFrame(message.data);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      log.error('a message of RAW is not a frame, it goes to the dead letters', { sequence: message.seq, error });
      await untilDone('writing a dead letter', log, stopping, () =>
        publishDeadLetter(bus, { step: 'frame', reason: errorText(error), subject: message.subject, bytes: message.data }),
      );
      message.ack();
      return;
    }
    claimed.add(message);
    taken.push({ message, header: frame });
    const { fates, dead } = decodeFramePackets(frame, message.seq, memory, out);
    if (fates.stored > 0) packets.inc({ fate: 'stored' }, fates.stored);
    if (fates.duplicate > 0) packets.inc({ fate: 'duplicate' }, fates.duplicate);
    if (fates.dead > 0) packets.inc({ fate: 'dead' }, fates.dead);
    for (const [reason, count] of Object.entries(fates.dropped)) packets.inc({ fate: reason }, count);
    for (const letter of dead) {
      log.error('a step failed on a packet, it goes to the dead letters', { step: letter.step, error: errorText(letter.error) });
      // a frame of its own, so that it can be sent again as it is
      const bytes = encodeFrame({ ...frame, edge: `${frame.edge}/replay`, boot: Date.now() * 1_000, firstN: 1, drops: {} }, [letter.bytes]);
      await untilDone('writing a dead letter', log, stopping, () =>
        publishDeadLetter(bus, { step: letter.step, reason: errorText(letter.error), subject: message.subject, bytes }),
      );
    }
    lag.set(Math.max(0, (Date.now() - frame.receivedAt) / 1000));
    if (out.facts.length >= FACTS_PER_MESSAGE) publishFacts();
    else if (out.facts.length > 0 && !factsPlanned) {
      factsPlanned = true;
      setImmediate(publishFacts);
    }
    const full = out.block.rows >= BLOCK_ROWS || out.block.bytes >= BLOCK_BYTES;
    // a full block waits for room: nothing more is taken from the bus meanwhile
    while (full && blocksInFlight >= BLOCKS_IN_FLIGHT) {
      await new Promise<void>((done) => {
        room = done;
      });
    }
    if (full) closeBlock();
    else if (blockTimer === undefined) {
      blockBegan = performance.now();
      blockTimer = setTimeout(closeWhenRoom, settings.blockMs);
    }
  };

  /** Under load blocks grow: one large block costs the store much less than several small ones, now and when it merges. */
  const closeWhenRoom = () => {
    blockTimer = undefined;
    const young = performance.now() - blockBegan < LONGEST_BLOCK_MS;
    if ((young && out.block.rows >= BUSY_ROWS) || blocksInFlight >= BLOCKS_IN_FLIGHT) blockTimer = setTimeout(closeWhenRoom, 50);
    else closeBlock();
  };

  const consumer = await bus.js.consumers.get(DECODERS.stream, DECODERS.durable);
  const messages = await consumer.consume({ max_messages: settings.batchFrames });
  const loop = (async () => {
    for await (const message of messages) await onMessage(message);
  })();
  loop.catch((error) => {
    log.error('the decoder failed', { error: error instanceof Error ? error.stack : String(error) });
    process.exit(1);
  });

  service.onStop('decoder', async () => {
    await messages.close();
    await loop.catch(() => undefined);
    closeBlock();
    await Promise.all(blocks);
    clearInterval(beating);
    await bus.nc.flush().catch(() => undefined);
  });
}
