import { messagesOfCallIds } from '@callscope/analytics/run/raw.ts';
import { conversationOf } from '@callscope/analytics/run/signalling.ts';
import { messageFile } from '@callscope/portal/api/messages.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { requireOperatorRight } from '#page/company.ts';
import type { RequestHandler } from './$types';

/** The messages of a Call-ID and of its conversation as a file: `?as=text`, else a capture. */
export const GET: RequestHandler = async (event) => {
  const scope = requireOperatorRight(event, 'signalling:search');
  const { store } = deps();
  const { callId } = event.params;
  const messages = await messagesOfCallIds(store, scope, await conversationOf(store, scope, callId));
  if (messages.length === 0) error(404, 'no message of this Call-ID');
  return messageFile(messages, event.url.searchParams.get('as') === 'text' ? 'text' : 'pcap', callId);
};
