import type { CallRow } from '@callscope/core/domain/call.ts';
import type { DialogFate } from './conversation.ts';
import type { SecurityEvent } from './fold.ts';

export interface Revision {
  old: CallRow;
  row: CallRow;
  why: 'late_facts' | 'directory';
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
  security: SecurityRow[];
}

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
