import { isIP } from 'node:net';
import type { SignallingFilter } from '@callscope/analytics/query/signalling.ts';
import { instantOf } from '@callscope/core/domain/zone.ts';
import { codeOf, fieldsOf, LONGEST_CALL_ID, LONGEST_FIELD } from '@callscope/portal/signalling/question.ts';
import { OPERATOR_ZONE } from './zone.ts';

/** How far back is looked, ms; by what the address calls it. */
export const SPANS = {
  '15m': 900_000,
  '1h': 3_600_000,
  '6h': 21_600_000,
  '1d': 86_400_000,
  '7d': 7 * 86_400_000,
  '14d': 14 * 86_400_000,
  '31d': 31 * 86_400_000,
} as const;
export type SpanId = keyof typeof SPANS;

/** What the page's form says, as it is in the address. */
export interface SignallingQuery {
  span: SpanId;
  /** yyyy-mm-ddThh:mm in the operator's zone; '' = now */
  until: string;
  user: string;
  callId: string;
  ip: string;
  agent: string;
  method: string;
  code: string;
}

/** What cannot be asked: the field says so, and nothing is searched. */
export type SignallingFault = 'ip' | 'code' | 'until';

export function signallingQuery(params: URLSearchParams): SignallingQuery {
  const text = (name: string, longest = LONGEST_FIELD) => (params.get(name) ?? '').replaceAll('\0', '').trim().slice(0, longest);
  const span = text('span');
  return {
    span: Object.hasOwn(SPANS, span) ? (span as SpanId) : '1h',
    ...{ until: text('until'), user: text('user'), callId: text('callId', LONGEST_CALL_ID), ip: text('ip') },
    ...{ agent: text('agent'), method: text('method'), code: text('code') },
  };
}

const MINUTE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d$/;

export function faultsOf({ ip, code, until }: SignallingQuery): SignallingFault[] {
  return [
    ...(ip !== '' && isIP(ip) === 0 ? (['ip'] as const) : []),
    ...(code !== '' && codeOf(code) === undefined ? (['code'] as const) : []),
    ...(until !== '' && !MINUTE.test(until) ? (['until'] as const) : []),
  ];
}

/** @param now ms since the epoch */
export function signallingFilter(query: SignallingQuery, now: number): SignallingFilter {
  const to = query.until === '' ? now : instantOf(OPERATOR_ZONE, Date.parse(`${query.until}:00Z`));
  return { from: to - SPANS[query.span], to, ...fieldsOf(query) };
}
