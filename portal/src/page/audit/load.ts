import type { AuditEntry, AuditFilter } from '@callscope/modules/audit/read.ts';
import { type AuditQuery, auditFilter, auditQuery } from './query.ts';

const A_PAGE = 100;

/** What a page of the audit shows. */
export interface AuditPage {
  query: AuditQuery;
  lines: (Omit<AuditEntry, 'at'> & { at: number })[];
  /** there are newer lines than these */
  isFollowing: boolean;
  /** `?before=` of the next page; null: these are the oldest */
  older: string | null;
}

/** Lines that the address asks for. ?before= the last line of the page before. @param read the lines that the reader may see */
export async function auditPage(
  params: URLSearchParams,
  zone: string,
  read: (filter: AuditFilter, before: string | null, most: number) => Promise<AuditEntry[]>,
): Promise<AuditPage> {
  const query = auditQuery(params);
  const before = params.get('before') ?? '';
  const isFollowing = /^\d{1,18}$/.test(before);
  const found = await read(auditFilter(query, zone), isFollowing ? before : null, A_PAGE + 1);
  const lines = found.slice(0, A_PAGE).map((line) => ({ ...line, at: line.at.getTime() }));
  return { query, lines, isFollowing, older: found.length > A_PAGE ? (lines.at(-1)?.id ?? null) : null };
}
