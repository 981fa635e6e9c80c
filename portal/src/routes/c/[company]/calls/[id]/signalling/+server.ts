import { findCall } from '@callscope/analytics/run/calls.ts';
import { messagesOf } from '@callscope/analytics/run/raw.ts';
import { StoreUnavailable } from '@callscope/analytics/run/run.ts';
import { EMPTY } from '@callscope/modules/directory/difference.ts';
import { getDirectory } from '@callscope/modules/directory/store.ts';
import { messageFile } from '@callscope/portal/api/messages.ts';
import { deps } from '@callscope/portal/deps.ts';
import { ladderOfCall } from '@callscope/portal/signalling/ladders.ts';
import { error, json } from '@sveltejs/kit';
import { companyOf, requireRight } from '#page/company.ts';
import { visibleTo } from '#page/directory/visible.ts';
import type { RequestHandler } from './$types';

/** Who said what to whom in SIP, when somebody looks at it; `?as=pcap` and `?as=text`: its messages as a file. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'signalling:read');
  const { db, store, clock } = deps();
  try {
    const call = await findCall(store, scope, event.params.id);
    if (!call) error(404, 'no such call');
    const as = event.url.searchParams.get('as');
    if (as === 'pcap' || as === 'text') return messageFile(await messagesOf(store, scope, call), as, call.id);
    const directory = await getDirectory(db, scope, new Date(clock.now()));
    const ladder = await ladderOfCall(deps(), scope, call, visibleTo(directory?.body ?? EMPTY, scope, await companyOf(scope)));
    return json(ladder, { headers: { 'cache-control': 'no-store' } });
  } catch (cause) {
    if (cause instanceof StoreUnavailable) error(503, cause.message);
    throw cause;
  }
};
