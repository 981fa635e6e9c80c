/** A row of edge.acc or edge.missed_calls, whose columns are the parameters of the event that OpenSIPS raised with it. */
export interface AccountingRow {
  id: string;
  table: 'acc' | 'missed_calls';
  /** whole unix seconds */
  time: number;
  created: number | null;
  method: string;
  from_tag: string;
  to_tag: string;
  callid: string;
  sip_code: string;
  sip_reason: string;
  duration?: number;
  ms_duration?: number;
  setuptime: number;
  tenant: string | null;
  direction: string | null;
  src: string | null;
  dst: string | null;
  did: string | null;
  answered_by: string | null;
  rec: string | null;
  hangup: string | null;
  ts_invite: string | null;
  ts_ring: string | null;
  ts_answer: string | null;
  ts_end: string | null;
}

const EXTRAS = [
  'tenant',
  'direction',
  'src',
  'dst',
  'did',
  'answered_by',
  'rec',
  'hangup',
  'ts_invite',
  'ts_ring',
  'ts_answer',
  'ts_end',
] as const;

/**
 * The event that went with a row, as OpenSIPS words it: a call that was answered is a CDR, the failed transaction itself an
 * E_ACC_EVENT without `created`. An extra that was never set is null.
 */
export function eventOf(row: AccountingRow): { method: string; params: Record<string, string | number | null> } {
  const head = {
    method: row.method,
    from_tag: row.from_tag,
    to_tag: row.to_tag,
    callid: row.callid,
    sip_code: row.sip_code,
    sip_reason: row.sip_reason,
    time: row.time,
  };
  const extras = Object.fromEntries(EXTRAS.map((name) => [name, row[name] === '' ? null : row[name]]));
  if (row.table === 'missed_calls')
    return { method: 'E_ACC_MISSED_EVENT', params: { ...head, ...extras, setuptime: row.setuptime, created: row.created } };
  if (/^2/.test(row.sip_code) && row.created !== null)
    return {
      method: 'E_ACC_CDR',
      params: {
        ...head,
        ...extras,
        duration: row.duration ?? 0,
        ms_duration: row.ms_duration ?? 0,
        setuptime: row.setuptime,
        created: row.created,
      },
    };
  return { method: 'E_ACC_EVENT', params: { ...head, ...extras } };
}
