import { isIPv6 } from 'node:net';
import type { SipMessageRow } from '@callscope/analytics/run/raw.ts';
import { headerOf, readMessage, soundOf, tagOf, userOf, withoutSecrets } from './sip.ts';

/** Who took part in the signalling: one column. */
export interface Participant {
  /** '192.0.2.1:5060' */
  address: string;
  /** the edge, or whoever it spoke with: '101', or '' where nothing names them */
  kind: 'edge' | 'party';
  user: string;
}

/** One arrow. */
export interface Step {
  /** seconds after the call began */
  at: number;
  from: number;
  to: number;
  method: string;
  /** 0 = a request */
  code: number;
  /** 'INVITE', '180 Ringing' */
  label: string;
  /** what an INVITE within the call is for */
  does: 'hold' | 'resume' | null;
  /** one of the main ones: neither ACK, nor 100, nor what was sent again */
  main: boolean;
  /** with secrets left out */
  text: string;
}

export interface Ladder {
  participants: Participant[];
  steps: Step[];
}

const addressOf = (ip: string, port: number) => (isIPv6(ip) ? `[${ip}]:${port}` : `${ip}:${port}`);
/** Requests that say nothing of how a call goes. */
const MINOR = new Set(['ACK', 'OPTIONS', 'PRACK', 'SUBSCRIBE', 'NOTIFY', 'INFO']);

/** The signalling of a call as arrows between columns, in the order of time. @param startedAt of the call, µs */
export function ladderOf(messages: readonly SipMessageRow[], startedAt: number): Ladder {
  const addresses = new Map<string, { index: number; seen: number; user: string }>();
  const columnOf = (address: string) => {
    const known = addresses.get(address) ?? { index: addresses.size, seen: 0, user: '' };
    known.seen++;
    addresses.set(address, known);
    return known;
  };
  const sent = new Set<string>();
  const steps = messages.map((row): Step => {
    const said = readMessage(row.payload);
    const from = columnOf(addressOf(row.srcIp, row.srcPort));
    const to = columnOf(addressOf(row.dstIp, row.dstPort));
    const isWithin = tagOf(headerOf(said, 'to')) !== '';
    if (row.code === 0 && row.method === 'INVITE' && !isWithin) {
      from.user ||= userOf(headerOf(said, 'from'));
      to.user ||= userOf(said.start.split(' ')[1] ?? '');
    }
    const key = `${row.srcIp}:${row.srcPort} ${row.dstIp}:${row.dstPort} ${headerOf(said, 'call-id')} ${said.start} ${row.method} ${row.cseq}`;
    const isRepeated = sent.has(key);
    sent.add(key);
    const sound = row.code === 0 && row.method === 'INVITE' && isWithin ? soundOf(said.body) : null;
    return {
      at: Math.max(0, Math.round((row.at - startedAt) / 1_000) / 1_000),
      ...{ from: from.index, to: to.index, method: row.method, code: row.code },
      label: row.code === 0 ? row.method : said.start.replace(/^SIP\/2\.0 /, '').slice(0, 40),
      does: sound === null ? null : sound === 'sendonly' || sound === 'inactive' ? 'hold' : 'resume',
      main: !isRepeated && row.code !== 100 && !MINOR.has(row.method),
      text: withoutSecrets(row.payload),
    };
  });
  const all = [...addresses].map(([address, { index, seen, user }]) => ({ address, index, seen, user })).sort((a, b) => a.index - b.index);
  const most = Math.max(...all.map(({ seen }) => seen));
  // with two columns alone both have as many: the edge is who was asked
  const edge = all.length <= 2 ? all[1] : all.find(({ seen }) => seen === most);
  const order = ordered(
    all.map(({ index }) => index),
    edge?.index,
  );
  return {
    participants: order.map((index) => {
      const { address, user } = all[index] as (typeof all)[number];
      return { address, kind: index === edge?.index ? 'edge' : 'party', user: index === edge?.index ? '' : user };
    }),
    steps: steps.map((step) => ({ ...step, from: order.indexOf(step.from), to: order.indexOf(step.to) })),
  };
}

/** Who called stands first, the edge second, then those it called. */
function ordered(columns: readonly number[], edge: number | undefined): number[] {
  if (edge === undefined) return [...columns];
  const others = columns.filter((index) => index !== edge);
  return [...others.slice(0, 1), edge, ...others.slice(1)];
}
