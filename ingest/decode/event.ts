/**
 * Call events as OpenSIPS sends them: one JSON-RPC 2.0 object, `{"jsonrpc":"2.0","method":EVENT,"params":{…}}`.
 * Which become facts of a call, and what time they speak of.
 */
export interface CallEvent {
  method: string;
  callId: string;
  /** µs since the epoch; 0 when the event carries no time of its own */
  at: number;
  params: Record<string, string | number | null>;
  /** assembly uses it; the others are kept raw */
  isFact: boolean;
  /** a fact of a phone, not of a call */
  isRegistration: boolean;
}

/** not_json: not an object in JSON · not_event: an object without a method */
export type EventDrop = 'not_json' | 'not_event';

/** Events that assembly uses. */
export const FACT_EVENTS = [
  'E_PBX_CALL',
  'E_PBX_LEG',
  'E_PBX_AUTH',
  'E_ACC_CDR',
  'E_ACC_EVENT',
  'E_ACC_MISSED_EVENT',
  'E_CALL_TRANSFER',
  'E_CALL_HOLD',
] as const;
const FACTS = new Set<string>(FACT_EVENTS);

/** What the registrar says of a phone; E_UL_AOR_INSERT says nothing that its contact does not. */
const REGISTRATIONS = new Set(['E_UL_AOR_DELETE', 'E_UL_CONTACT_INSERT', 'E_UL_CONTACT_UPDATE', 'E_UL_CONTACT_DELETE']);

/** Known and kept raw: media, agents; E_DLG_STATE_CHANGED has neither time nor numbers. */
const RAW_ONLY = new Set([
  'E_DLG_STATE_CHANGED',
  'E_UL_AOR_INSERT',
  'E_RTPENGINE_NOTIFICATION',
  'E_RTPENGINE_STATUS',
  'E_CALLCENTER_AGENT_REPORT',
  'E_PBX_ANNOUNCEMENT',
]);

export function isKnownEvent(method: string): boolean {
  return FACTS.has(method) || REGISTRATIONS.has(method) || RAW_ONLY.has(method);
}

const MOST_PARAMS = 64;
/** the year 2255: microseconds beyond it are no whole doubles any more */
const LATEST_SECOND = 9_000_000_000;
/** Thirty days: the edge ends dialogs long before. */
const LONGEST_SECONDS = 30 * 86_400;
const LONGEST_VALUE = 2_048;

export function parseEvent(packet: Uint8Array): CallEvent | EventDrop {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength).toString('utf8'));
  } catch {
    return 'not_json';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not_json';
  const { method, params: given } = value as { method?: unknown; params?: unknown };
  if (typeof method !== 'string' || method === '' || method.length > 128) return 'not_event';
  const params = typeof given === 'object' && given !== null && !Array.isArray(given) ? boundParams(given) : {};
  const callId = typeof params.callid === 'string' ? params.callid : '';
  const isRegistration = REGISTRATIONS.has(method) && typeof params.aor === 'string' && params.aor !== '';
  return { method, callId, at: timeOf(method, params), params, isFact: FACTS.has(method) && callId !== '', isRegistration };
}

function boundParams(given: object): CallEvent['params'] {
  // as OpenSIPS sends them they are taken as they are: a copy costs as much as reading the text
  if (isBound(given)) return given;
  const params: CallEvent['params'] = {};
  for (const [name, v] of Object.entries(given).slice(0, MOST_PARAMS)) {
    if (typeof v === 'string') params[name] = v.slice(0, LONGEST_VALUE);
    else if (typeof v === 'number' || v === null) params[name] = v;
    else params[name] = JSON.stringify(v)?.slice(0, LONGEST_VALUE) ?? null;
  }
  return params;
}

function isBound(given: object): given is CallEvent['params'] {
  let count = 0;
  for (const name in given) {
    const v = (given as Record<string, unknown>)[name];
    const isWithin = typeof v === 'string' ? v.length <= LONGEST_VALUE : typeof v === 'number' || v === null;
    if (!isWithin || ++count > MOST_PARAMS) return false;
  }
  return true;
}

/**
 * `ts` + `ts_us` of script events; of accounting events the end (`ts_end`), which is when they are raised, or for a
 * failed INVITE its whole-second `time`.
 */
function timeOf(method: string, params: Record<string, string | number | null>): number {
  if (method.startsWith('E_ACC_')) return microseconds(params.ts_end) || whole(params.time);
  const seconds = whole(params.ts);
  return seconds === 0 ? 0 : seconds + Math.floor(Math.min(999_999, Math.max(0, Number(params.ts_us ?? 0) || 0)));
}

function whole(value: string | number | null | undefined): number {
  const seconds = Number(value ?? 0);
  return seconds > 0 && seconds <= LATEST_SECOND ? Math.floor(seconds) * 1_000_000 : 0;
}

/** @returns a status code of SIP (RFC 3261, section 7.2: three digits, 1xx to 6xx); 0 for what is none */
export function statusCode(value: string | number | null | undefined): number {
  const code = Number(value ?? 0);
  return Number.isInteger(code) && code >= 100 && code < 700 ? code : 0;
}

/** @param units in a second: 1 or 1,000. @returns how long something took, in µs; 0 for what no call takes */
export function lasting(value: string | number | null | undefined, units: 1 | 1_000): number {
  const took = Number(value ?? 0);
  return took > 0 && took <= LONGEST_SECONDS * units ? took * (1_000_000 / units) : 0;
}

/** "seconds.microseconds" -> µs; 0 for what is not a time. Split as text: a double of the whole would round microseconds. */
export function microseconds(value: string | number | null | undefined): number {
  if (value === null || value === undefined || value === '') return 0;
  const [seconds = '', fraction = ''] = String(value).split('.');
  const s = Number(seconds);
  if (!Number.isInteger(s) || s <= 0 || s > LATEST_SECOND) return 0;
  return s * 1_000_000 + (Number(fraction.slice(0, 6).padEnd(6, '0')) || 0);
}
