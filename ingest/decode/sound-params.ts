/**
 * An edge with a broken clock or a broken script must not put a call into the year 2255, nor stop the writer with a number
 * that no column takes. What cannot be true counts as not said.
 */
const EARLIEST_US = Date.UTC(2000, 0, 1) * 1_000;
const DAY_US = 86_400_000_000;
/** No call lasts longer, and no record tells of a moment further from its own. */
const LONGEST_CALL_US = 7 * DAY_US;
const LONGEST_CALL_MS = LONGEST_CALL_US / 1_000;

type Value = string | number | null;

/** "seconds.microseconds" */
const MOMENTS = new Set(['ts_invite', 'ts_ring', 'ts_answer', 'ts_end']);
/** whole seconds */
const SECONDS = new Set(['ts', 'time', 'created']);
const CODES = new Set(['code', 'sip_code']);

/**
 * Parameters of an event as assembly may use them: times within a week before the event and a day after it, lengths up to a
 * week, SIP codes 100 to 699 (RFC 3261, 7.2); the others become null.
 * @param at time of the event, µs, already within bounds
 */
export function soundParams(params: Readonly<Record<string, Value>>, at: number): Record<string, Value> {
  const sound: Record<string, Value> = { ...params };
  for (const [name, value] of Object.entries(params)) {
    if (value === null || value === '') continue;
    if (MOMENTS.has(name) || SECONDS.has(name)) {
      if (!isNear(Number(value) * 1e6, at)) sound[name] = null;
    } else if (name === 'ts_us') {
      if (!within(Number(value), 0, 999_999)) sound[name] = null;
    } else if (name === 'ms_duration') {
      if (!within(Number(value), 0, LONGEST_CALL_MS)) sound[name] = null;
    } else if (name === 'duration' || name === 'setuptime') {
      if (!within(Number(value), 0, LONGEST_CALL_MS / 1_000)) sound[name] = null;
    } else if (CODES.has(name) && /^[-+.\d]/.test(String(value))) {
      if (!within(Number(value), 100, 699) || !Number.isInteger(Number(value))) sound[name] = null;
    }
  }
  return sound;
}

function isNear(us: number, at: number): boolean {
  return us >= EARLIEST_US && us >= at - LONGEST_CALL_US && us <= at + DAY_US;
}

function within(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}
