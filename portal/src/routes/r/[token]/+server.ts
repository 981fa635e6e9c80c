import { tenantScope } from '@callscope/modules/access/callers.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { followLink } from '@callscope/modules/recordings/links.ts';
import { Problem } from '@callscope/portal/api/problem.ts';
import { deps } from '@callscope/portal/deps.ts';
import { recordingResponse } from '@callscope/portal/recordings/respond.ts';
import { error, redirect } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

/** A person is told in words; a program by the status alone. */
function over(request: Request): never {
  if (request.headers.get('accept')?.includes('text/html')) redirect(303, '/r/over');
  error(410, 'this link is over');
}

/** One recording for whoever has the link. Its maker's right is looked at again each time. */
export const GET: RequestHandler = async ({ params, request, getClientAddress }) => {
  const { db, clock } = deps();
  const followed = await followLink(db, params.token, getClientAddress(), clock.now());
  const scope = followed && tenantScope(followed.maker, followed.link.tenant, 'recordings:listen');
  if (!followed || !scope) over(request);
  const { link, maker } = followed;
  const actor = actorOf(maker);
  try {
    const response = await recordingResponse(
      deps(),
      scope,
      { ...actor, who: `${actor.who} (link ${link.id})` },
      link.callId,
      { segment: link.segment ?? undefined, download: link.download },
      request,
    );
    // whoever has the address must not find it in a referrer, nor a search engine
    response.headers.set('content-security-policy', "default-src 'none'; media-src 'self'; sandbox");
    response.headers.set('x-robots-tag', 'noindex');
    response.headers.set('referrer-policy', 'no-referrer');
    return response;
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 404) over(request);
    if (problem instanceof Problem) error(problem.status, problem.message);
    throw problem;
  }
};
