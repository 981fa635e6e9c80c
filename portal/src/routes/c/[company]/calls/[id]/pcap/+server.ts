import { findCall } from '@callscope/analytics/run/calls.ts';
import { messagesOf } from '@callscope/analytics/run/raw.ts';
import { messagesPcap } from '@callscope/portal/api/messages.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { requireRight } from '#page/company.ts';
import type { RequestHandler } from './$types';

/** The call's packets as a capture file, as REST gives them. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const { store } = deps();
  const call = await findCall(store, scope, event.params.id);
  if (!call) error(404, 'no such call');
  return new Response(messagesPcap(await messagesOf(store, scope, call)), {
    headers: {
      'content-type': 'application/vnd.tcpdump.pcap',
      'content-disposition': `attachment; filename="${call.id.replace(/[^A-Za-z0-9._-]/g, '_')}.pcap"`,
      'cache-control': 'no-store',
    },
  });
};
