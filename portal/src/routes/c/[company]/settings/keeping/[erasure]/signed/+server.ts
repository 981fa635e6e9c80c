import { signedReport } from '@callscope/modules/recordings/reports.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { requireRight } from '#page/company.ts';
import type { RequestHandler } from './$types';

/** The signed report as a file, to be kept and shown: the desk says later what it is worth. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'recordings:write');
  const id = event.params.erasure;
  const signed = /^\d{1,18}$/.test(id) ? await signedReport(deps().db, scope, id) : null;
  if (!signed) error(404, 'no signed report');
  return new Response(`${JSON.stringify({ ...signed, signedAt: signed.signedAt.toISOString() }, null, 2)}\n`, {
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': `attachment; filename="erasure-${id}-${signed.edition}.json"`,
      'cache-control': 'no-store',
    },
  });
};
