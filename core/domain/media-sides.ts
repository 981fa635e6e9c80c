import type { Direction } from './call.ts';
import { type MediaDescription, mediaOf, sameAddress } from './sdp.ts';

/** Who made the call, and whoever answered it. */
export type MediaSide = 'caller' | 'callee';
const OTHER: Record<MediaSide, MediaSide> = { caller: 'callee', callee: 'caller' };

/**
 * The outside is left and our side right, whoever called; in an internal call the caller is left.
 * @returns the side that is heard left
 */
export function leftSide(direction: Direction | ''): MediaSide {
  return direction === 'out' ? 'callee' : 'caller';
}

/** What went from one address and port to one of the relay's. */
export interface MediaFlow {
  srcIp: string;
  srcPort: number;
  /** the relay's */
  dstIp: string;
  dstPort: number;
}

/** A session description of the call: the words of `from`, as they came or as the proxy sent them on with the relay's address. */
export interface Described {
  from: MediaSide;
  sdp: string;
}

export interface Sides<Flow extends MediaFlow = MediaFlow> {
  of: ReadonlyMap<Flow, MediaSide>;
  /** flows of pictures and the like */
  noAudio: ReadonlySet<Flow>;
  /** descriptions of audio that each side gave */
  described: Record<MediaSide, MediaDescription[]>;
  /** how the sides were told apart; `guess`: nothing said it */
  by: 'description' | 'call_id' | 'guess';
}

/**
 * Tells whose packets a flow carries. A party sends from where it says that it receives, to the port that its partner was
 * told of: so a description names its own flow by source and the other's by destination. Without one the caller is who
 * has the address after `@` in the Call-ID.
 * @param sure descriptions whose author is known @param likely those whose author is assumed: used where the sure ones say nothing
 */
export function sidesOf<Flow extends MediaFlow>(
  flows: readonly Flow[],
  callId: string,
  sure: readonly Described[],
  likely: readonly Described[] = [],
): Sides<Flow> {
  const of = new Map<Flow, MediaSide>();
  const noAudio = new Set<Flow>();
  const described: Sides<Flow>['described'] = { caller: [], callee: [] };
  const take = (list: readonly Described[]) => {
    for (const { from, sdp } of list)
      for (const media of mediaOf(sdp)) {
        if (media.kind === 'audio') described[from].push(media);
        for (const flow of flows) {
          const isSource = flow.srcPort === media.port && sameAddress(flow.srcIp, media.ip);
          // the relay may be told to name another address than its own; its ports are its own
          const isDestination = flow.dstPort === media.port;
          if (!isSource && !isDestination) continue;
          if (media.kind !== 'audio') noAudio.add(flow);
          else if (!of.has(flow)) of.set(flow, isSource ? from : OTHER[from]);
        }
      }
  };
  let by: Sides<Flow>['by'] = 'description';
  take(sure);
  const host = callId.slice(callId.lastIndexOf('@') + 1);
  if (of.size === 0) {
    const own = flows.filter((f) => sameAddress(f.srcIp, host));
    // where all have it (one gateway for both), it tells nothing, unless only one party sent anything
    const isOneParty = new Set(flows.map((f) => f.dstPort)).size === 1;
    if (own.length > 0 && (own.length < flows.length || isOneParty)) {
      by = 'call_id';
      for (const flow of own) of.set(flow, 'caller');
    }
  }
  take(likely);
  spread(flows, of);
  if (of.size === 0) {
    by = 'guess';
    // the relay opens the port for the callee first, when the offer comes, and the next for the caller
    const [first] = [...flows].sort((a, b) => a.dstPort - b.dstPort);
    if (first) of.set(first, 'callee');
    spread(flows, of);
  }
  // whoever is not the one is the other: branches of a hunt group, early media of a carrier
  const rest = [...of.values()].includes('caller') ? 'callee' : 'caller';
  for (const flow of flows) if (!of.has(flow)) of.set(flow, rest);
  return { of, noAudio, described, by };
}

/** A port of the relay belongs to one party, whatever address that sends from after a change; and so does a party's own. */
function spread<Flow extends MediaFlow>(flows: readonly Flow[], of: Map<Flow, MediaSide>): void {
  for (const flow of flows) {
    if (of.has(flow)) continue;
    const kin = flows.find(
      (f) =>
        of.has(f) && ((f.dstIp === flow.dstIp && f.dstPort === flow.dstPort) || (f.srcIp === flow.srcIp && f.srcPort === flow.srcPort)),
    );
    if (kin) of.set(flow, of.get(kin) as MediaSide);
  }
}
