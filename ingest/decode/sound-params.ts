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

type Check = (value: string | number, at: number) => boolean;

/** "seconds.microseconds", or whole seconds */
const isMoment: Check = (value, at) => isNear(Number(value) * 1e6, at);
const upTo =
  (most: number): Check =>
  (value) =>
    within(Number(value), 0, most);
/** A method may stand in the place of a code. */
const isCode: Check = (value) => !/^[-+.\d]/.test(String(value)) || (within(Number(value), 100, 699) && Number.isInteger(Number(value)));

const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['ts_invite', isMoment],
  ['ts_ring', isMoment],
  ['ts_answer', isMoment],
  ['ts_end', isMoment],
  ['ts', isMoment],
  ['time', isMoment],
  ['created', isMoment],
  ['ts_us', upTo(999_999)],
  ['ms_duration', upTo(LONGEST_CALL_MS)],
  ['duration', upTo(LONGEST_CALL_MS / 1_000)],
  ['setuptime', upTo(LONGEST_CALL_MS / 1_000)],
  ['code', isCode],
  ['sip_code', isCode],
]);

/**
 * Parameters of an event as assembly may use them: times within a week before the event and a day after it, lengths up to a
 * week, SIP codes 100 to 699 (RFC 3261, 7.2); the others become null.
 * @param at time of the event, µs, already within bounds
 * @returns the same object when nothing had to become null
 */
export function soundParams(params: Record<string, Value>, at: number): Record<string, Value> {
  let sound = params;
  for (const name in params) {
    const value = params[name];
    if (value === null || value === '' || value === undefined || CHECKS.get(name)?.(value, at) !== false) continue;
    if (sound === params) sound = { ...params };
    sound[name] = null;
  }
  return sound;
}

function isNear(us: number, at: number): boolean {
  return us >= EARLIEST_US && us >= at - LONGEST_CALL_US && us <= at + DAY_US;
}

function within(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}
