/** What the operator is told of, before people notice. */
export const TROUBLE_KINDS = [
  'disk_low',
  'part_failing',
  'recorder_stopped',
  'stage_late',
  'unexplained',
  'dead_letters',
  'packets_dropped',
  'stream_full',
  'spool_old',
  'retention_late',
  'reconciliation_failed',
  'calls_unrated',
  'books_wrong',
] as const;
export type TroubleKind = (typeof TROUBLE_KINDS)[number];

export interface Trouble {
  kind: TroubleKind;
  /** which of them: a part, stage or stream; '' where there is one alone */
  what: string;
  /** figures and words of whoever said it */
  detail: string;
}

/** How the system stands. Null: it cannot be known now, which is no trouble of its own: what keeps it from being known is. */
export interface SystemState {
  /** ms since the epoch */
  at: number;
  parts: readonly { name: string; failing: boolean; detail: string }[];
  disk: { freeBytes: number; totalBytes: number } | null;
  stages: readonly { stage: string; lagSeconds: number; unexplained: number }[] | null;
  deadLetters: number | null;
  /** when receivers last dropped packets that nobody wanted dropped, in the last minutes, ms; null: they did not, or it cannot be known */
  droppedAt: number | null;
  streams: readonly { name: string; messages: number; bytes: number; mostBytes: number }[] | null;
  /** how long the oldest recording that is not in the archive has waited; null: none waits */
  spoolSeconds: number | null;
  /** days that rules of keeping say, and those that the store goes by */
  retention: readonly { what: string; days: number; inForce: boolean }[] | null;
  /** the newest day that was reconciled and failed */
  failedReconciliation: string | null;
  /** calls that a contract pays for and nothing says the price of, and what of the books does not hold */
  finance: {
    unrated: readonly { tenant: string; why: string; calls: number }[];
    faults: readonly { invariant: string; what: string }[];
  } | null;
}

export interface Bounds {
  lagSeconds: number;
  diskPercent: number;
  spoolSeconds: number;
  streamPercent: number;
}

const percent = (part: number, whole: number) => (whole === 0 ? 0 : (100 * part) / whole);

/** What is wrong, each once. Streams that hold messages for a time are full on purpose: only those that must run empty count. */
const RUN_EMPTY: readonly string[] = ['RAW', 'SPOOL'];

export function troublesOf(state: SystemState, bounds: Bounds): Trouble[] {
  const found: Trouble[] = [];
  const say = (kind: TroubleKind, what: string, detail: string) => void found.push({ kind, what, detail });
  const { disk } = state;
  if (disk && percent(disk.freeBytes, disk.totalBytes) < bounds.diskPercent)
    say('disk_low', '', `${percent(disk.freeBytes, disk.totalBytes).toFixed(1)} %, ${Math.floor(disk.freeBytes / 1e6)} MB`);
  for (const { name, failing, detail } of state.parts)
    if (failing) say(name === 'recorder' ? 'recorder_stopped' : 'part_failing', name === 'recorder' ? '' : name, detail);
  for (const { stage, lagSeconds, unexplained } of state.stages ?? []) {
    if (lagSeconds > bounds.lagSeconds) say('stage_late', stage, `${Math.round(lagSeconds)} s`);
    if (unexplained !== 0) say('unexplained', stage, String(unexplained));
  }
  if ((state.deadLetters ?? 0) > 0) say('dead_letters', '', String(state.deadLetters));
  if (state.droppedAt !== null) say('packets_dropped', '', new Date(state.droppedAt).toISOString());
  for (const { name, bytes, mostBytes } of state.streams ?? [])
    if (RUN_EMPTY.includes(name) && percent(bytes, mostBytes) > bounds.streamPercent)
      say('stream_full', name, `${percent(bytes, mostBytes).toFixed(0)} %`);
  if (state.spoolSeconds !== null && state.spoolSeconds > bounds.spoolSeconds) say('spool_old', '', `${Math.round(state.spoolSeconds)} s`);
  for (const { what, days, inForce } of state.retention ?? []) if (!inForce) say('retention_late', what, `${days} d`);
  if (state.failedReconciliation !== null) say('reconciliation_failed', state.failedReconciliation, '');
  for (const { tenant, why, calls } of state.finance?.unrated ?? []) say('calls_unrated', `${tenant} ${why}`, String(calls));
  for (const { invariant, what } of state.finance?.faults ?? []) say('books_wrong', `${invariant} ${what}`, '');
  return found;
}
