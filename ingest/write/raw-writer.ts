import { decodeFrame, encodeFrame, type FrameHeader } from '@callscope/core/bus/frames.ts';
import { errorText, type Log } from '@callscope/core/node/log.ts';
import { counter } from '@callscope/core/node/metrics.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { BlockRefused, insertBlock, type Table } from './block-writer.ts';
import { type Origin, publishDeadLetter } from './dlq.ts';
import { type FrameFates, LEDGER_FRAMES, type RawBlock, rowOrigin, writeLedgerRow } from './raw-rows.ts';
import { untilDone } from './retry.ts';
import { RowSink } from './rowbinary.ts';
import { SIGNALLING } from './signalling-rows.ts';

/** Single bad rows are looked for in a block until so many are found; what is refused then goes as it is: the table is at fault. */
const MOST_SINGLE = 100;

const packets = counter('decoder_packets_total', 'Packets by what became of them', ['fate']);

/** A frame whose packets have been given their fates and whose rows are on their way. */
export interface DecodedFrame {
  /** RAW sequence and subject of the message that brought it, and its bytes */
  seq: number;
  subject: string;
  bytes: Uint8Array;
  header: FrameHeader;
  /** packet by which its first row is named */
  origin: Origin;
  isReplay: boolean;
  fates: FrameFates;
}

interface RefusedRow extends Origin {
  reason: string;
}

export interface RawWriterOptions {
  store: ClickHouseClient;
  bus: Bus;
  log: Log;
  stopping: AbortSignal;
}

/** Blocks of raw rows into the store, what it refuses into the dead letters, and then what became of each frame into the ledger. */
export class RawWriter {
  readonly #o: RawWriterOptions;

  constructor(options: RawWriterOptions) {
    this.#o = options;
  }

  /**
   * Resolves when the store has the rows and the ledger's row of every frame. Only rows that the store refuses by
   * themselves become dead letters.
   * @throws when stopping
   */
  async write(block: RawBlock, frames: readonly DecodedFrame[]): Promise<void> {
    const found: RefusedRow[] = [];
    await Promise.all([
      ...block.tables.map(({ table, sink }) => this.#insert(table, sink, 0, sink.rows, found)),
      this.#insertLines(block.signalling.rows()),
    ]);
    for (const row of found) await this.#buryRow(row, frames);
    const ledger = new RowSink(1 << 14);
    for (const { header, fates, isReplay } of frames) writeLedgerRow(ledger, header, fates, isReplay);
    await insertBlock(this.#o.store, LEDGER_FRAMES, ledger.view(), ledger.rows, this.#o);
    for (const { fates } of frames) count(fates);
  }

  /** A block that the store refuses is halved until its bad rows stand alone. */
  async #insert(table: Table, sink: RowSink, from: number, to: number, found: RefusedRow[]): Promise<void> {
    try {
      await insertBlock(this.#o.store, table, sink.view(from, to), to - from, this.#o);
    } catch (error) {
      if (!(error instanceof BlockRefused)) throw error;
      if (to - from > 1 && found.length < MOST_SINGLE) {
        const middle = from + ((to - from) >> 1);
        await this.#insert(table, sink, from, middle, found);
        await this.#insert(table, sink, middle, to, found);
        return;
      }
      this.#o.log.error('the store refuses raw rows, their packets go to the dead letters', { table: table.name, rows: to - from, error });
      const reason = `${table.name}: ${errorText(error)}`;
      for (let row = from; row < to; row++) found.push({ ...rowOrigin(sink.view(row, row + 1)), reason });
    }
  }

  /** Only what messages are found by: those themselves are stored, so what is refused here makes no packet dead. */
  async #insertLines(lines: RowSink): Promise<void> {
    try {
      await insertBlock(this.#o.store, SIGNALLING, lines.view(), lines.rows, this.#o);
    } catch (error) {
      if (!(error instanceof BlockRefused)) throw error;
      this.#o.log.error('the store refuses what messages are found by: a search will not find them', { rows: lines.rows, error });
    }
  }

  async #buryRow({ streamSeq, idx, reason }: RefusedRow, frames: readonly DecodedFrame[]): Promise<void> {
    const isOf = ({ origin, header }: DecodedFrame) =>
      origin.streamSeq === streamSeq && idx >= origin.idx && idx < origin.idx + header.count;
    const frame = frames.find(isOf);
    if (!frame) throw new Error(`a refused row of packet ${streamSeq}.${idx} belongs to no frame of its block`);
    await this.bury(frame, idx - frame.origin.idx, 'write', reason);
    frame.fates.stored--;
    frame.fates.dead++;
  }

  /**
   * One packet of a frame into the dead letters, as a frame of its own that keeps edge, life and number: sent again, it
   * is the same packet to the ledger.
   */
  async bury(frame: Omit<DecodedFrame, 'fates'>, index: number, step: string, reason: string): Promise<void> {
    const { bus, log, stopping } = this.#o;
    const { header, origin, seq, subject } = frame;
    const packet = decodeFrame(frame.bytes).packets[index];
    if (!packet) throw new RangeError(`frame ${seq} has no packet ${index}`);
    const bytes = encodeFrame({ ...header, firstN: header.firstN + index }, [packet]);
    const letter = { step, reason, subject, bytes, origin: { streamSeq: origin.streamSeq, idx: origin.idx + index } };
    // by the delivery that failed: delivered again it is the same letter, sent again by an operator it is another
    const id = `dead-${header.boot}-${seq}.${index}`;
    await untilDone('writing a dead letter', log, stopping, () => publishDeadLetter(bus, { ...letter, id }));
  }
}

function count(fates: FrameFates): void {
  if (fates.stored > 0) packets.inc({ fate: 'stored' }, fates.stored);
  if (fates.duplicate > 0) packets.inc({ fate: 'duplicate' }, fates.duplicate);
  if (fates.dead > 0) packets.inc({ fate: 'dead' }, fates.dead);
  for (const [reason, n] of Object.entries(fates.dropped)) packets.inc({ fate: reason }, n);
}
