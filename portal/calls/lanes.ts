import { isIPv6 } from 'node:net';
import type { SipMessageRow } from '@callscope/analytics/run/raw.ts';
import { headerOf, readMessage, tagOf, userOf } from './sip.ts';

/** Who took part in the signalling: one column. */
export interface Lane {
  /** '192.0.2.1', or '192.0.2.1:5061' where ports of one host are several parties */
  host: string;
  /** the edge, or whoever it spoke with */
  kind: 'edge' | 'party';
  /** as the first request names them: '101'; '' where nothing does, and of the edge */
  user: string;
  /** what is known of them elsewhere: an employee, a trunk, an edge; '' nothing */
  name: string;
}

type Hop = Pick<SipMessageRow, 'srcIp' | 'srcPort' | 'dstIp' | 'dstPort'>;
type Said = Hop & Pick<SipMessageRow, 'method' | 'code' | 'payload' | 'edge' | 'node'>;

export const addressOf = (ip: string, port: number) => (isIPv6(ip) ? `[${ip}]:${port}` : `${ip}:${port}`);

export interface Lanes {
  lanes: Lane[];
  /** which column an end of a message is; -1: none of them */
  laneOf(ip: string, port: number): number;
}

/**
 * The hosts between which messages went: who called first, then the edge, then those it called. An address is one column
 * whatever its ports (a phone answers from another one by TCP), unless it speaks with itself or its ports are different users.
 */
export function lanesOf(messages: readonly Said[]): Lanes {
  const users = new Map<string, string>();
  const name = (ip: string, port: number, user: string) => {
    if (user !== '' && !users.has(addressOf(ip, port))) users.set(addressOf(ip, port), user);
  };
  for (const m of messages) {
    if (m.code !== 0 || (m.method !== 'INVITE' && m.method !== 'REGISTER')) continue;
    const said = readMessage(m.payload);
    if (tagOf(headerOf(said, 'to')) !== '') continue;
    name(m.srcIp, m.srcPort, userOf(headerOf(said, 'from')));
    if (m.method === 'INVITE') name(m.dstIp, m.dstPort, userOf(said.start.split(' ')[1] ?? ''));
  }
  const split = splitHosts(messages, users);
  const hostOf = (ip: string, port: number) => (split.has(ip) ? addressOf(ip, port) : ip);
  const seen = new Map<string, { count: number; user: string; name: string }>();
  const meet = (ip: string, port: number) => {
    const host = hostOf(ip, port);
    const known = seen.get(host) ?? { count: 0, user: '', name: '' };
    known.count++;
    known.user ||= users.get(addressOf(ip, port)) ?? '';
    seen.set(host, known);
  };
  for (const m of messages) {
    meet(m.srcIp, m.srcPort);
    meet(m.dstIp, m.dstPort);
  }
  const all = [...seen.keys()];
  const most = Math.max(0, ...[...seen.values()].map(({ count }) => count));
  // with two columns alone both have as many: the edge is who was asked
  const edge = all.length <= 2 ? all[1] : all.find((host) => seen.get(host)?.count === most);
  const others = all.filter((host) => host !== edge);
  const order = edge === undefined ? others : [...others.slice(0, 1), edge, ...others.slice(1)];
  const captured = messages[0]?.node || messages[0]?.edge || '';
  return {
    lanes: order.map((host) => {
      const isEdge = host === edge;
      return {
        host,
        kind: isEdge ? 'edge' : 'party',
        user: isEdge ? '' : (seen.get(host)?.user ?? ''),
        name: isEdge ? captured : '',
      };
    }),
    laneOf: (ip, port) => order.indexOf(hostOf(ip, port)),
  };
}

/** Addresses whose ports are columns of their own. */
function splitHosts(messages: readonly Hop[], users: ReadonlyMap<string, string>): Set<string> {
  const split = new Set(messages.filter((m) => m.srcIp === m.dstIp).map((m) => m.srcIp));
  const first = new Map<string, string>();
  for (const { srcIp, srcPort, dstIp, dstPort } of messages) {
    for (const [ip, port] of [
      [srcIp, srcPort],
      [dstIp, dstPort],
    ] as const) {
      const user = users.get(addressOf(ip, port));
      if (user === undefined) continue;
      if ((first.get(ip) ?? user) !== user) split.add(ip);
      first.set(ip, user);
    }
  }
  return split;
}

/** What a company and its operator know of who speaks SIP. */
export interface Known {
  /** by extension or account: names of people and phones */
  users: ReadonlyMap<string, string>;
  /** by address: names of trunks */
  hosts: ReadonlyMap<string, string>;
}

/** The lanes with the names that are known. A trunk is where it is, whatever numbers it names; the edge keeps its own name. */
export function named(lanes: readonly Lane[], { users, hosts }: Known): Lane[] {
  return lanes.map((lane) =>
    lane.kind === 'edge' ? lane : { ...lane, name: hosts.get(lane.host.replace(/:\d+$/, '')) ?? users.get(lane.user) ?? '' },
  );
}
