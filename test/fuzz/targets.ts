import { pcapTarget } from './captures.ts';
import { sdpTarget } from './descriptions.ts';
import { eventTarget } from './events.ts';
import { hepTarget, rtcpTarget, sipTarget } from './packets.ts';
import type { Targets } from './target.ts';

export const TARGETS: Targets = { hep: hepTarget, sip: sipTarget, sdp: sdpTarget, rtcp: rtcpTarget, pcap: pcapTarget, event: eventTarget };
