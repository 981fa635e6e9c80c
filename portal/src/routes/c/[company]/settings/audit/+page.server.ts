import { auditOf } from '@callscope/modules/audit/read.ts';
import { deps } from '@callscope/portal/deps.ts';
import { auditFilter, auditQuery } from '#page/audit/query.ts';
import { companyOf, requireRight } from '#page/company.ts';
import type { PageServerLoad } from './$types';

const A_PAGE = 100;

/** Who did what in the company, the newest first. ?before= the last line of the page before. */
export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'audit:read');
  const company = await companyOf(scope);
  const params = event.url.searchParams;
  const query = auditQuery(params);
  const before = params.get('before') ?? '';
  const isFollowing = /^\d{1,18}$/.test(before);
  const found = await auditOf(deps().db, scope, auditFilter(query, company.timezone), isFollowing ? before : null, A_PAGE + 1);
  const lines = found.slice(0, A_PAGE).map((line) => ({ ...line, at: line.at.getTime() }));
  return { query, lines, isFollowing, older: found.length > A_PAGE ? (lines.at(-1)?.id ?? null) : null };
};
