import type { CallRow } from '@callscope/core/domain/call.ts';
import type { DialogFate } from './conversation.ts';
import type { SecurityEvent } from './fold.ts';

export interface Revision {
  old: CallRow;
  row: CallRow;
  why: 'late_facts' | 'linked' | 'directory' | 'replay';
}

/** A row of its own that turned out to be part of another call. */
export interface Removal {
  row: CallRow;
  /** null: it is no call at all by today's rules */
  into: CallRow | null;
}

export interface SecurityRow extends SecurityEvent {
  callId: string;
  tenant: string;
}

/** What one block brings to the store. `seq` names it: the same block has the same name in every life of the assembler. */
export interface Block {
  seq: number;
  /** stream time, ms */
  at: number;
  rows: CallRow[];
  revisions: Revision[];
  removed: Removal[];
  security: SecurityRow[];
}

/** What is settled and not yet in a block. */
export class PendingBlock {
  #block: Block = emptyBlock();

  get size(): number {
    const { rows, revisions, removed, security } = this.#block;
    return rows.length + revisions.length + removed.length + security.length;
  }
  get calls(): number {
    return this.#block.rows.length;
  }
  get security(): number {
    return this.#block.security.length;
  }

  add(row: CallRow): void {
    this.#block.rows.push(row);
  }
  revise(revision: Revision): void {
    this.#block.revisions.push(revision);
  }
  addSecurity(row: SecurityRow): void {
    this.#block.security.push(row);
  }
  /** The attempt became a call after all. One that is in the store already stays there: who reads it leaves Call-IDs of calls out. */
  withdrawSecurity(callId: string): void {
    this.#block.security = this.#block.security.filter((row) => row.callId !== callId);
  }

  /** A row that turned out to be part of another call; one that is not in a block yet is never seen by the store. */
  remove(row: CallRow, into: CallRow): void {
    const at = this.#block.rows.indexOf(row);
    if (at >= 0) this.#block.rows.splice(at, 1);
    else this.#block.removed.push({ row, into });
  }

  take(seq: number, at: number): Block {
    const block = { ...this.#block, seq, at };
    this.#block = emptyBlock();
    return block;
  }

  /** How to put another row in the place of one that waits here; of several revisions of a call the last is what memory holds. */
  places(): Map<CallRow, (row: CallRow) => void> {
    const { rows, revisions } = this.#block;
    const places = new Map<CallRow, (row: CallRow) => void>();
    rows.forEach((row, i) => {
      places.set(row, (next) => {
        rows[i] = next;
      });
    });
    for (const revision of revisions)
      places.set(revision.row, (next) => {
        revision.row = next;
      });
    return places;
  }
}

const emptyBlock = (): Block => ({ seq: 0, at: 0, rows: [], revisions: [], removed: [], security: [] });

export interface Fates {
  received: number;
  stored: number;
  duplicate: number;
  deadLettered: number;
  dropped: Record<string, number>;
}

export const newFates = (): Fates => ({ received: 0, stored: 0, duplicate: 0, deadLettered: 0, dropped: {} });

/** Counts what became of a dialog; a fate that changes with late facts is moved, not added. */
export function moveFate(calls: Fates, from: DialogFate, to: DialogFate): void {
  const count = (fate: DialogFate, by: 1 | -1) => {
    if (fate === 'stored') calls.stored += by;
    else if (fate === 'dead') calls.deadLettered += by;
    else if (fate !== 'open') calls.dropped[fate] = (calls.dropped[fate] ?? 0) + by;
  };
  count(from, -1);
  count(to, 1);
}
