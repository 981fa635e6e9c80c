import type { SignallingFilter } from '@callscope/analytics/query/signalling.ts';

/** Without a period so much is searched, and never more than the packets are kept. ms */
export const DEFAULT_SPAN_MS = 3_600_000;
export const MOST_SPAN_MS = 31 * 86_400_000;
/** Characters of a field; a Call-ID may be as long as it is kept (ingest/decode/sip.ts). */
export const LONGEST_FIELD = 120;
export const LONGEST_CALL_ID = 512;

/** 486, or 4xx for all of them. */
export const CODE = /^([1-6])(\d\d|xx)$/;

/** @param text as CODE has it @returns as the filter has it: 486, or 4 for all of 4xx; undefined: none */
export function codeOf(text: string): number | undefined {
  const [, first, rest] = CODE.exec(text.trim().toLowerCase()) ?? [];
  if (first === undefined) return undefined;
  return rest === 'xx' ? Number(first) : Number(`${first}${rest}`);
}

export type SignallingFields = Pick<SignallingFilter, 'callId' | 'user' | 'agent' | 'ip' | 'method' | 'code'>;

/** What is said of a message besides its time; what is empty is not asked for. */
export function fieldsOf(said: Record<'callId' | 'user' | 'agent' | 'ip' | 'method' | 'code', string>): SignallingFields {
  const { callId, user, agent, ip, method } = said;
  const code = codeOf(said.code);
  return {
    ...(callId === '' ? {} : { callId }),
    ...(user === '' ? {} : { user }),
    ...(agent === '' ? {} : { agent }),
    ...(ip === '' ? {} : { ip }),
    ...(method === '' ? {} : { method: method.toUpperCase() }),
    ...(code === undefined ? {} : { code }),
  };
}
