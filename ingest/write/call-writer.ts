import type { CallRow } from '@callscope/core/domain/call.ts';
import { errorText, type Log } from '@callscope/core/node/log.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Block, Revision } from '../assemble/block.ts';
import { changedFields } from '../assemble/same-call.ts';
import { insertBlock, isDataError, type Table } from './block-writer.ts';
import {
  CALL_IDS,
  CALL_REVISIONS,
  CALLS,
  SECURITY_EVENTS,
  writeCall,
  writeCallIds,
  writeRevision,
  writeSecurityEvent,
} from './call-rows.ts';
import { deleteCallIds, deleteSuperseded, findCalls, updateCall } from './call-store.ts';
import { untilDone } from './retry.ts';
import { RowSink } from './rowbinary.ts';

/** A row that its table does not take. */
export interface RefusedRow {
  table: string;
  row: object;
  reason: string;
}

/** Up to this many changed calls are updated one by one (7 ms each); more are inserted anew and the old ones deleted. */
const UPDATE_ONE_BY_ONE = 20;

/**
 * Brings blocks of the assembler into the store, exactly once: every insert carries a token made of the stream, the
 * table and the sequence at which the block was cut, and updates set absolute values.
 */
export class CallWriter {
  readonly #client: ClickHouseClient;
  readonly #log: Log;
  readonly #stopping: AbortSignal;
  readonly #stream: string;
  readonly #bury: (row: RefusedRow) => Promise<void>;
  #buried = 0;
  readonly #sink = new RowSink();
  readonly #idSink = new RowSink();

  /**
   * @param stream names the FACTS stream in tokens: a stream made anew begins its sequences again
   * @param bury keeps a row that the store does not take
   */
  constructor(client: ClickHouseClient, log: Log, stopping: AbortSignal, stream: string, bury: (row: RefusedRow) => Promise<void>) {
    this.#client = client;
    this.#log = log;
    this.#stopping = stopping;
    this.#stream = stream;
    this.#bury = bury;
  }

  /** @returns how many of the block's calls the store refused and were buried */
  async write(block: Block): Promise<number> {
    this.#buried = 0;
    const token = `${this.#stream}-${block.seq}`;
    await Promise.all([
      this.#insert(CALL_IDS, token, block.rows, (row) => writeCallIds(this.#idSink, row), this.#idSink),
      this.#insert(CALLS, token, block.rows, (row) => writeCall(this.#sink, row, block.at)),
    ]);
    await this.#insert(SECURITY_EVENTS, token, block.security, (event) => writeSecurityEvent(this.#sink, event, block.at));
    const buried = this.#buried;
    if (block.revisions.length > 0) await this.#revise(block.revisions, block.at, token);
    return buried;
  }

  /** Changes that do not come from the stream (a new directory): safe to repeat, by looking before inserting. */
  async revise(revisions: readonly Revision[], superseded: readonly CallRow[]): Promise<void> {
    await untilDone('removing superseded calls', this.#log, this.#stopping, () => deleteSuperseded(this.#client, superseded));
    const moved = revisions.filter((r) => isMoved(r));
    const there = new Set(
      moved.length === 0
        ? []
        : (
            await untilDone('looking moved calls up', this.#log, this.#stopping, () =>
              findCalls(
                this.#client,
                moved.flatMap((r) => r.row.callIds),
              ),
            )
          ).map((c) => `${c.tenant} ${c.id}`),
    );
    const todo = revisions.filter((r) => !(isMoved(r) && there.has(`${r.row.tenant} ${r.row.id}`)));
    const done = revisions.filter((r) => !todo.includes(r));
    await this.#revise(todo, Date.now());
    await untilDone('removing moved calls', this.#log, this.#stopping, () =>
      deleteSuperseded(
        this.#client,
        done.map((r) => r.old),
      ),
    );
    await untilDone('removing moved Call-IDs', this.#log, this.#stopping, () =>
      deleteCallIds(
        this.#client,
        done.map((r) => r.old),
      ),
    );
  }

  async #revise(revisions: readonly Revision[], at: number, token?: string): Promise<void> {
    const again = <T>(what: string, work: () => Promise<T>) => untilDone(what, this.#log, this.#stopping, work);
    const moved = revisions.filter((r) => isMoved(r));
    const inPlace = revisions.filter((r) => !isMoved(r));
    const anew = inPlace.length > UPDATE_ONE_BY_ONE ? revisions : moved;
    if (inPlace.length <= UPDATE_ONE_BY_ONE) for (const { row } of inPlace) await this.#update(row);
    if (anew.length > 0) {
      await this.#insert(CALL_IDS, token && `${token}-revised`, moved, ({ row }) => writeCallIds(this.#sink, row));
      await this.#insert(CALLS, token && `${token}-revised`, anew, ({ row }) => writeCall(this.#sink, row, at));
      await again('removing superseded calls', () =>
        deleteSuperseded(
          this.#client,
          anew.map((r) => r.old),
        ),
      );
      await again('removing moved Call-IDs', () =>
        deleteCallIds(
          this.#client,
          moved.filter((r) => r.old.tenant !== r.row.tenant).map((r) => r.old),
        ),
      );
    }
    await this.#insert(CALL_REVISIONS, token && `${token}-revised`, revisions, (r) =>
      writeRevision(this.#sink, r.row, r.why, changes(r), at),
    );
  }

  async #update(row: CallRow): Promise<void> {
    try {
      await untilDone('updating a call', this.#log, this.#stopping, () => updateCall(this.#client, row));
    } catch (error) {
      if (!isDataError(error)) throw error;
      await this.#bury({ table: CALLS.name, row, reason: errorText(error) });
    }
  }

  /** A block that the store refuses is halved until the bad row stands alone; that one is buried, the others are stored. */
  async #insert<T extends object>(
    table: Table,
    token: string | undefined,
    list: readonly T[],
    write: (element: T) => void,
    sink = this.#sink,
  ): Promise<void> {
    const [first] = list;
    if (first === undefined) return;
    try {
      sink.clear();
      for (const element of list) write(element);
      await insertBlock(this.#client, table, sink.view(), sink.rows, {
        ...(token ? { token: `${table.name}-${token}` } : {}),
        stopping: this.#stopping,
        log: this.#log,
      });
    } catch (error) {
      if (!isDataError(error)) throw error;
      if (list.length === 1) {
        if (table === CALLS) this.#buried++;
        await this.#bury({ table: table.name, row: first, reason: errorText(error) });
        return;
      }
      const half = list.length >> 1;
      await this.#insert(table, token && `${token}/0`, list.slice(0, half), write, sink);
      await this.#insert(table, token && `${token}/1`, list.slice(half), write, sink);
    }
  }
}

function isMoved({ old, row }: Revision): boolean {
  return old.tenant !== row.tenant || old.startedAt !== row.startedAt;
}

/** Old and new values of the changed fields, as JSON: what a person reads in the history of a call. */
function changes({ old, row }: Revision): string {
  return JSON.stringify(Object.fromEntries(changedFields(old, row).map((field) => [field, { old: old[field], new: row[field] }])));
}
