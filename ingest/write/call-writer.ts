import type { CallRow } from '@callscope/core/domain/call.ts';
import { errorText, type Log } from '@callscope/core/node/log.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Block, Removal, Revision } from '../assemble/block.ts';
import { changedFields } from '../assemble/same-call.ts';
import { insertBlock, isDataError, type Table } from './block-writer.ts';
import { CALL_PEOPLE, peopleOf, writePeople } from './call-people.ts';
import {
  CALL_IDS,
  CALL_REVISIONS,
  CALLS,
  KNOWN_NUMBERS,
  SECURITY_EVENTS,
  writeCall,
  writeCallIds,
  writeKnownNumbers,
  writeRevision,
  writeSecurityEvent,
} from './call-rows.ts';
import { deleteCallIds, deletePeople, deleteSuperseded, findCalls, updateCall } from './call-store.ts';
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
    if (block.removed.length > 0) await this.remove(block.removed, block.at, token);
    return buried;
  }

  /** Rows that became part of another call: the other one is in the store already, so that no moment shows neither. */
  async remove(removed: readonly Removal[], at: number, token: string, why: 'linked' | 'replay' = 'linked'): Promise<void> {
    const rows = removed.map((r) => r.row);
    await this.#again('removing the people of calls that are part of others', () => deletePeople(this.#client, rows));
    await this.#again('removing calls that are part of others', () => deleteSuperseded(this.#client, rows));
    await this.#again('removing their Call-IDs', () => deleteCallIds(this.#client, rows));
    await this.#insert(CALL_REVISIONS, `${token}-removed`, removed, ({ row, into }) =>
      writeRevision(this.#sink, { ...row, revision: row.revision + 1 }, why, JSON.stringify({ partOf: into?.id ?? null }), at),
    );
  }

  /** Changes that do not come from the stream (a new directory): safe to repeat, by looking before inserting. */
  async revise(revisions: readonly Revision[], superseded: readonly CallRow[]): Promise<void> {
    await this.#supersede(superseded, Date.now());
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
    await this.#supersede(
      done.map((r) => r.old),
      Date.now(),
    );
    await untilDone('removing moved Call-IDs', this.#log, this.#stopping, () =>
      deleteCallIds(
        this.#client,
        done.map((r) => r.old),
      ),
    );
  }

  async #revise(revisions: readonly Revision[], at: number, token?: string): Promise<void> {
    const moved = revisions.filter((r) => isMoved(r));
    const inPlace = revisions.filter((r) => !isMoved(r));
    const anew = inPlace.length > UPDATE_ONE_BY_ONE ? revisions : moved;
    if (inPlace.length <= UPDATE_ONE_BY_ONE) {
      // before the calls: no moment shows one whose number is not known, and who dies in between finds the call as it was and writes both again
      await this.#insert(KNOWN_NUMBERS, undefined, inPlace.filter(hasNewNumber), ({ row }) => writeKnownNumbers(this.#sink, row, at));
      await this.#insert(CALL_PEOPLE, undefined, inPlace, ({ old, row }) => {
        const people = peopleOf(row);
        writePeople(this.#sink, row, people, false, at);
        writePeople(this.#sink, old, without(peopleOf(old), people), true, at);
      });
      for (const { row } of inPlace) await this.#update(row);
    }
    // Call-IDs that lead to a call only now: all of one that moved, and those that turned out to be part of it
    const led = revisions.map((r) => ({ row: r.row, callIds: isMoved(r) ? r.row.callIds : without(r.row.callIds, r.old.callIds) }));
    await this.#insert(
      CALL_IDS,
      token && `${token}-revised`,
      led.filter((l) => l.callIds.length > 0),
      ({ row, callIds }) => writeCallIds(this.#sink, row, callIds),
    );
    if (anew.length > 0) {
      await this.#insert(CALLS, token && `${token}-revised`, anew, ({ row }) => writeCall(this.#sink, row, at));
      await this.#supersede(
        anew.map((r) => r.old),
        at,
      );
    }
    const misled = revisions
      .map(({ old, row }) => ({ ...old, callIds: old.tenant === row.tenant ? without(old.callIds, row.callIds) : old.callIds }))
      .filter((r) => r.callIds.length > 0);
    if (misled.length > 0) await this.#again('removing Call-IDs that lead nowhere', () => deleteCallIds(this.#client, misled));
    await this.#insert(CALL_REVISIONS, token && `${token}-revised`, revisions, (r) =>
      writeRevision(this.#sink, r.row, r.why, changes(r), at),
    );
  }

  /** Takes away rows whose successors are in the store; what is left of their people says so before. */
  async #supersede(old: readonly CallRow[], at: number): Promise<void> {
    await this.#insert(CALL_PEOPLE, undefined, old, (row) => writePeople(this.#sink, row, peopleOf(row), true, at));
    await this.#again('removing superseded calls', () => deleteSuperseded(this.#client, old));
  }

  #again<T>(what: string, work: () => Promise<T>): Promise<T> {
    return untilDone(what, this.#log, this.#stopping, work);
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

const without = (list: readonly string[], others: readonly string[]) => list.filter((x) => !others.includes(x));

function isMoved({ old, row }: Revision): boolean {
  return old.tenant !== row.tenant || old.startedAt !== row.startedAt;
}

function hasNewNumber({ old, row }: Revision): boolean {
  return old.from !== row.from || old.dialled !== row.dialled || old.answeredBy !== row.answeredBy;
}

/** Old and new values of the changed fields, as JSON: what a person reads in the history of a call. */
function changes({ old, row }: Revision): string {
  return JSON.stringify(Object.fromEntries(changedFields(old, row).map((field) => [field, { old: old[field], new: row[field] }])));
}
