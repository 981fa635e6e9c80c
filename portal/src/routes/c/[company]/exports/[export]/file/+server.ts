import { exportId } from '@callscope/modules/exports/forms.ts';
import { Problem } from '@callscope/portal/api/problem.ts';
import { deps } from '@callscope/portal/deps.ts';
import { exportResponse } from '@callscope/portal/exports/respond.ts';
import { error, redirect } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import type { Refusal } from '#page/exports/line.ts';
import { pageHref } from '#page/links.ts';
import type { RequestHandler } from './$types';

const REFUSED: Record<number, Refusal> = { 403: 'narrowed', 404: 'gone', 409: 'gone', 410: 'gone', 503: 'failed' };

/** A made file. Whoever followed a link to one that they cannot have is led to their files, where it is said why. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const id = exportId.safeParse(event.params.export);
  if (!id.success) error(404, 'no such file');
  try {
    return await exportResponse(deps(), scope, requireSession(event).caller, id.data, event.request);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    const why = REFUSED[problem.status];
    if (why !== undefined && event.request.headers.get('accept')?.includes('text/html'))
      redirect(303, pageHref(scope.tenant, '/exports', `refused=${why}`));
    error(problem.status, problem.message);
  }
};
