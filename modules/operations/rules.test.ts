import { expect, test } from 'vitest';
import { type SystemState, TROUBLE_KINDS, type TroubleKind, troublesOf } from './rules.ts';

const BOUNDS = { lagSeconds: 60, diskPercent: 10, spoolSeconds: 900, streamPercent: 50 };
const WELL: SystemState = {
  at: 0,
  parts: [
    { name: 'decoder', failing: false, detail: '' },
    { name: 'recorder', failing: false, detail: '' },
  ],
  disk: { freeBytes: 11, totalBytes: 100 },
  stages: [{ stage: 'decode', lagSeconds: 60, unexplained: 0 }],
  deadLetters: 0,
  droppedAt: null,
  // facts are kept on purpose
  streams: [
    { name: 'RAW', messages: 1, bytes: 50, mostBytes: 100 },
    { name: 'FACTS', messages: 1, bytes: 99, mostBytes: 100 },
  ],
  spoolSeconds: 900,
  retention: [{ what: 'messages', days: 14, inForce: true }],
  failedReconciliation: null,
  finance: { unrated: [], faults: [] },
};

/** What makes each trouble, with what it is about. */
const BAD: Record<TroubleKind, [Partial<SystemState>, string]> = {
  disk_low: [{ disk: { freeBytes: 9, totalBytes: 100 } }, ''],
  part_failing: [{ parts: [{ name: 'decoder', failing: true, detail: 'has not been heard of' }] }, 'decoder'],
  recorder_stopped: [{ parts: [{ name: 'recorder', failing: true, detail: 'has not been heard of' }] }, ''],
  stage_late: [{ stages: [{ stage: 'decode', lagSeconds: 61, unexplained: 0 }] }, 'decode'],
  unexplained: [{ stages: [{ stage: 'edge', lagSeconds: 0, unexplained: -1 }] }, 'edge'],
  dead_letters: [{ deadLetters: 1 }, ''],
  packets_dropped: [{ droppedAt: 1_000 }, ''],
  stream_full: [{ streams: [{ name: 'RAW', messages: 1, bytes: 51, mostBytes: 100 }] }, 'RAW'],
  spool_old: [{ spoolSeconds: 901 }, ''],
  retention_late: [{ retention: [{ what: 'messages', days: 14, inForce: false }] }, 'messages'],
  reconciliation_failed: [{ failedReconciliation: '2026-11-23' }, '2026-11-23'],
  calls_unrated: [{ finance: { unrated: [{ tenant: 't1', why: 'noLine', calls: 2 }], faults: [] } }, 't1 noLine'],
  books_wrong: [{ finance: { unrated: [], faults: [{ invariant: 'balance', what: '7' }] } }, 'balance 7'],
};

test('a system that is well, up to its bounds, has no trouble', () => {
  expect(troublesOf(WELL, BOUNDS)).toEqual([]);
});

test.each(TROUBLE_KINDS)('%s is found, alone, with what it is about', (kind) => {
  const [change, what] = BAD[kind];
  expect(troublesOf({ ...WELL, ...change }, BOUNDS)).toMatchObject([{ kind, what }]);
});

test('what cannot be known is no trouble', () => {
  const unknown: SystemState = {
    ...WELL,
    disk: null,
    stages: null,
    deadLetters: null,
    streams: null,
    spoolSeconds: null,
    retention: null,
    finance: null,
  };
  expect(troublesOf(unknown, BOUNDS)).toEqual([]);
});
