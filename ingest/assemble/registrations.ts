import type { Directories } from '@callscope/core/domain/directory.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import { Phones, type RegistrationRow } from './phones.ts';
import type { WriteQueue } from './write-queue.ts';

/** Blocks are cut at most this often, in stream time: phones that come back together after a failure are one block. */
const CUT_EVERY_MS = 1_000;
const MOST_ROWS = 20_000;

const known = gauge('assembler_phones', 'Accounts whose registrations are remembered');
const crowded = counter('assembler_phones_crowded_out_total', 'Accounts forgotten because there were too many');

export interface Registrations {
  readonly phones: Phones;
  /** after a message was applied; before a snapshot everything is written, so that the snapshot ends its repetition */
  passed(time: number, isSnapshotDue: boolean): void;
  /** stream time at which something becomes due, ms */
  nextDue(): number;
}

/**
 * The assembler's phones, and their way into the store.
 * @param write one block, at a time of the stream in ms
 */
export function createRegistrations(
  directories: Directories,
  queue: WriteQueue,
  write: (rows: readonly RegistrationRow[], at: number) => Promise<void>,
): Registrations {
  const phones = new Phones((host) => directories.tenantOfDomain(host));
  let lastCut = 0;
  let crowdedOut = 0;
  return {
    phones,
    passed: (time, isSnapshotDue) => {
      phones.expire(time);
      known.set(phones.count);
      crowded.inc(phones.crowdedOut - crowdedOut);
      crowdedOut = phones.crowdedOut;
      if (phones.rowCount === 0) return;
      if (!isSnapshotDue && time - lastCut < CUT_EVERY_MS && phones.rowCount < MOST_ROWS) return;
      lastCut = time;
      const rows = phones.takeRows();
      queue.add('writing registrations', () => write(rows, time));
    },
    nextDue: () => Math.min(phones.nextDue(), phones.rowCount > 0 ? lastCut + CUT_EVERY_MS : Number.POSITIVE_INFINITY),
  };
}
