import { diffOf } from '@callscope/modules/directory/history.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error, json } from '@sveltejs/kit';
import { requireRight } from '#page/company.ts';
import type { RequestHandler } from './$types';

/** More are not listed on the page; REST has them all. */
const MOST = 500;

/** What one change did. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'directory:read', 'company');
  const version = Number(event.params.version);
  const diff = Number.isSafeInteger(version) ? await diffOf(deps().db, scope, version) : null;
  if (!diff) error(404, 'no such change');
  return json({ diff: diff.slice(0, MOST), more: Math.max(0, diff.length - MOST) });
};
