import { instantOf } from '@callscope/core/domain/zone.ts';
import { ACT_GROUPS } from '@callscope/modules/audit/acts.ts';
import type { AuditFilter } from '@callscope/modules/audit/read.ts';
import { addDays } from '#format/moment.ts';

/** What the page's form says, as it is in the address. */
export interface AuditQuery {
  /** yyyy-mm-dd in the company's zone, both days included; '' = without an end */
  from: string;
  to: string;
  /** one of ACT_GROUPS; '' = all */
  group: string;
  who: string;
  subject: string;
}

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const LONGEST = 200;

/** What makes no sense is left out: the form shows what counts. */
export function auditQuery(params: URLSearchParams): AuditQuery {
  const day = (name: string) => (DAY.test(params.get(name) ?? '') ? (params.get(name) as string) : '');
  const text = (name: string) => (params.get(name) ?? '').replaceAll('\0', '').trim().slice(0, LONGEST);
  const group = ACT_GROUPS.find((one) => one === params.get('act')) ?? '';
  return { from: day('from'), to: day('to'), group, who: text('who'), subject: text('subject') };
}

const midnight = (zone: string, day: string) => new Date(instantOf(zone, Date.parse(`${day}T00:00:00Z`)));

export function auditFilter({ from, to, group, who, subject }: AuditQuery, zone: string): AuditFilter {
  return {
    ...(from === '' ? {} : { from: midnight(zone, from) }),
    ...(to === '' ? {} : { to: midnight(zone, addDays(to, 1)) }),
    ...(group === '' ? {} : { act: group }),
    ...(who === '' ? {} : { who }),
    ...(subject === '' ? {} : { subject }),
  };
}

/** The form's part of an address, without what lets all through. */
export function auditAddress({ from, to, group, who, subject }: AuditQuery): string {
  const given = Object.entries({ from, to, act: group, who, subject }).filter(([, value]) => value !== '');
  return new URLSearchParams(given).toString();
}
