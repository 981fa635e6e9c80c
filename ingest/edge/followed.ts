import type { Log } from '@callscope/core/node/log.ts';

/** Where a packet or event names its call: header Call-ID of SIP, also in its short form (RFC 3261, 7.3.3), or `callid` of an event. */
const CALL_ID = /(?:^|\r?\n)(?:call-id|i)[ \t]*:[ \t]*(\S{1,512})|"callid"\s*:\s*"([^"\\]{1,512})"/i;

/** Says at level debug in which packet, by its number in the ledger, something of which call was received. */
export function followCalls(log: Log, channel: string): (packets: readonly Uint8Array[], firstN: number) => void {
  return (packets, firstN) => {
    for (const [i, packet] of packets.entries()) {
      const [, ofSip, ofEvent] = CALL_ID.exec(Buffer.from(packet).toString('latin1')) ?? [];
      const callId = ofSip ?? ofEvent;
      if (callId !== undefined) log.debug('received', { callId, channel, n: firstN + i });
    }
  };
}
