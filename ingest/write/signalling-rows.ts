import type { HepPacket } from '../decode/hep3.ts';
import type { SipMessage } from '../decode/sip.ts';
import type { Place } from '../steps/place.ts';
import type { Table } from './block-writer.ts';
import { RowSink } from './rowbinary.ts';

export const SIGNALLING: Table = {
  name: 'signalling',
  columns: ['user', 'received_at', 'at', 'call_id', 'method', 'code', 'from_user', 'to_user', 'agent', 'hosts'],
};

interface Line extends Pick<SipMessage, 'callId' | 'method' | 'code' | 'fromUser' | 'toUser' | 'agent'> {
  receivedAt: number;
  at: number;
  users: string[];
  hosts: string[];
}

/** Hops of one message and what was sent again are one line; a proxy that forks to hundreds is found by the first of them. */
const MOST_USERS = 8;
const MOST_HOSTS = 16;

/** What messages of a block are found by: a line for each Call-ID and kind of start line. */
export class SignallingLines {
  readonly #lines = new Map<string, Line>();
  readonly #sink = new RowSink(1 << 16);

  /** 100 and ACK say nothing that what they answer does not say. @param at µs */
  note(place: Place, { srcIp, dstIp }: HepPacket, at: number, sip: SipMessage): void {
    const { callId, method, code, fromUser, toUser, uriUser, agent } = sip;
    if (code === 100 || method === 'ACK') return;
    const key = `${method} ${code} ${callId}`;
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = { receivedAt: place.receivedAt, at, callId, method, code, fromUser, toUser, agent, users: [], hosts: [] };
      this.#lines.set(key, line);
    } else if (at < line.at) line.at = at;
    line.agent ||= agent;
    add(line.users, fromUser, MOST_USERS);
    add(line.users, toUser, MOST_USERS);
    add(line.users, uriUser, MOST_USERS);
    add(line.hosts, srcIp, MOST_HOSTS);
    add(line.hosts, dstIp, MOST_HOSTS);
  }

  /** All lines as rows, one for each user; good until `clear`. */
  rows(): RowSink {
    const s = this.#sink;
    s.clear();
    for (const line of this.#lines.values()) {
      const [first = '', ...others] = line.users;
      s.str(first);
      const from = s.bytes;
      s.u64(line.receivedAt);
      s.u64(line.at);
      s.str(line.callId);
      s.str(line.method);
      s.u16(line.code);
      s.str(line.fromUser);
      s.str(line.toUser);
      s.str(line.agent);
      s.array<string>(line.hosts, (host) => s.str(host));
      const length = s.bytes - from;
      s.endRow();
      // rows of one line differ in their user alone, which stands first
      const same = s.view(s.rows - 1).subarray(-length);
      for (const user of others) {
        s.str(user);
        s.encoded(same);
        s.endRow();
      }
    }
    return s;
  }

  clear(): void {
    this.#lines.clear();
  }
}

function add(list: string[], value: string, most: number): void {
  if (value !== '' && list.length < most && !list.includes(value)) list.push(value);
}
