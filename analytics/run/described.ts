import type { Described } from '@callscope/core/domain/media-sides.ts';
import type { SipMessageRow } from './raw.ts';

/** Descriptions of media (SDP) in the packets of one dialog of a call, in their order. */
export function describedIn(messages: readonly Pick<SipMessageRow, 'payload'>[], callId: string): Described[] {
  const out: Described[] = [];
  let callerTag = '';
  for (const { payload } of messages) {
    const [head = '', body = ''] = payload.toString('latin1').split('\r\n\r\n', 2);
    if (headerOf(head, 'Call-ID', 'i') !== callId || !/\sINVITE$/.test(headerOf(head, 'CSeq'))) continue;
    const tag = /;\s*tag=([^;\s]+)/.exec(headerOf(head, 'From', 'f'))?.[1] ?? '';
    callerTag ||= tag;
    if (!body.startsWith('v=0')) continue;
    // From names who asked in the answer too
    const isAnswer = head.startsWith('SIP/2.0');
    out.push({ from: (tag === callerTag) !== isAnswer ? 'caller' : 'callee', sdp: body });
  }
  return out;
}

function headerOf(head: string, name: string, short = ''): string {
  const names = short === '' ? name : `(?:${name}|${short})`;
  return new RegExp(`^${names}[ \\t]*:[ \\t]*(.*?)[ \\t]*\\r?$`, 'im').exec(head)?.[1] ?? '';
}
