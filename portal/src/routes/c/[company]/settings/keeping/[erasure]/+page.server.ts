import { erasuresOf, linesOf } from '@callscope/modules/recordings/erasures.ts';
import { signedReport } from '@callscope/modules/recordings/reports.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { requireRight } from '#page/company.ts';
import type { PageServerLoad } from './$types';

/** Lines of one page; the rest is given by REST. */
const MOST = 1_000;

/** The report of one erasure: what it met, to be printed and kept. */
export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'recordings:write');
  const id = event.params.erasure;
  const { db } = deps();
  const [erasure] = /^\d{1,18}$/.test(id) ? await erasuresOf(db, scope, id) : [];
  if (!erasure) error(404, 'no such erasure');
  const [lines, signed] = await Promise.all([linesOf(db, scope, id, 0, MOST + 1), signedReport(db, scope, id)]);
  return {
    erasure,
    signed: signed && { edition: signed.edition, at: signed.signedAt, signature: signed.signature, key: signed.key },
    lines: lines.slice(0, MOST),
    isCut: lines.length > MOST,
  };
};
