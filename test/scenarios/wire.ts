import type { Random } from './random.ts';

/**
 * What an edge sends of one dialog: SIP in HEPv3 as OpenSIPS' tracer sends it (both hops, ACK and 100 among them), and the
 * events of its script and its accounting. Written from the captures and the RFCs, not from the code that reads it.
 */
export interface Sent {
  /** seconds on the scenario's clock, when it happened */
  at: number;
  source: 'hep' | 'event';
  bytes: Buffer;
  /** nothing else says what it says: it must not be lost */
  isVital: boolean;
}

export interface Party {
  user: string;
  host: string;
  ip: string;
}

export interface Branch {
  to: Party;
  start: number;
  ring?: number;
  /** final code and when; none: cancelled when the dialog is answered elsewhere or given up */
  code?: number;
  end?: number;
}

export interface DialogPlan {
  callId: string;
  /** what events say of it; null: the edge raises none (unknown number) */
  tenant: string | null;
  direction: 'in' | 'out' | 'int';
  caller: Party;
  /** Request-URI user as it arrives */
  dialled: string;
  did: string;
  /** number that the trunk sees instead of the caller */
  shown?: string;
  start: number;
  branches: Branch[];
  answer?: number;
  /** which branch answered */
  by?: number;
  end: number;
  hangup?: 'caller' | 'callee';
  /** final code to the caller; 487 with `gaveUp`: the caller sent CANCEL */
  code?: number;
  gaveUp?: boolean;
  /** the same dialog as the script tells it to another company: its packets are the first plan's */
  eventsOnly?: boolean;
  /** header lines of the INVITE that ties it to another dialog */
  headers?: string[];
  /** parameters of the script's events that do */
  params?: Record<string, string>;
  /** in-dialog requests: REFER and re-INVITE */
  requests?: { at: number; by: 'caller' | 'callee'; method: string; headers: string[] }[];
}

const PROXY = '10.0.0.9';

export function send(d: DialogPlan, base: number, random: Random): Sent[] {
  return [...(d.eventsOnly ? [] : hepOf(d, base, random)), ...eventsOf(d, base, random)];
}

function hepOf(d: DialogPlan, base: number, random: Random): Sent[] {
  const out: Sent[] = [];
  const up = `z9hG4bK${random.hex(12)}`;
  const stem = `z9hG4bK${random.hex(4)}.${random.hex(7)}`;
  const fromTag = random.hex(10);
  const toTag = random.hex(10);
  const callerHost = d.caller.host;
  const shown = d.shown ?? d.caller.user;
  const tied = d.headers ?? [];
  const hop = (
    at: number,
    src: string,
    dst: string,
    start: string,
    via: string,
    from: string,
    to: string,
    cseq: string,
    more: string[],
    isVital = false,
  ) => {
    const text = [
      start,
      `Via: SIP/2.0/UDP ${via}`,
      `From: ${from}`,
      `To: ${to}`,
      `Call-ID: ${d.callId}`,
      `CSeq: ${cseq}`,
      ...more,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
    out.push({ at, source: 'hep', isVital, bytes: hep3(src, dst, base + at, Buffer.from(text), d.callId) });
  };
  const fromUp = `<sip:${d.caller.user}@${callerHost}>;tag=${fromTag}`;
  const fromDown = `<sip:${shown}@${callerHost}>;tag=${fromTag}`;
  const to = `<sip:${d.dialled}@${callerHost}>`;
  const toTagged = `${to};tag=${toTag}`;
  const viaUp = `${d.caller.ip}:5060;branch=${up};rport`;
  const ipOf = (b: Branch) => b.to.ip;
  const viaDown = (i: number) => `${PROXY}:5060;branch=${stem}.${i}`;
  hop(d.start, d.caller.ip, PROXY, `INVITE sip:${d.dialled}@${callerHost} SIP/2.0`, viaUp, fromUp, to, '1 INVITE', tied, true);
  hop(d.start + 0.001, PROXY, d.caller.ip, 'SIP/2.0 100 Giving it a try', viaUp, fromUp, to, '1 INVITE', []);
  const isRefused = d.answer === undefined;
  d.branches.forEach((b, i) => {
    const toLeg = `${to};tag=${i === d.by ? toTag : random.hex(10)}`;
    const ip = ipOf(b);
    hop(b.start, PROXY, ip, `INVITE sip:${b.to.user}@${ip}:5060 SIP/2.0`, viaDown(i), fromDown, to, '1 INVITE', tied, true);
    if (b.ring !== undefined) {
      hop(b.ring, ip, PROXY, 'SIP/2.0 180 Ringing', viaDown(i), fromDown, toLeg, '1 INVITE', [], true);
      hop(b.ring + 0.001, PROXY, d.caller.ip, 'SIP/2.0 180 Ringing', viaUp, fromUp, toLeg, '1 INVITE', []);
    }
    const end = b.end ?? (d.answer ?? d.end) + 0.01;
    const code = b.code ?? 487;
    if (b.code === undefined)
      hop(end - 0.005, PROXY, ip, `CANCEL sip:${b.to.user}@${ip}:5060 SIP/2.0`, viaDown(i), fromDown, to, '1 CANCEL', []);
    hop(end, ip, PROXY, `SIP/2.0 ${code} Whatever`, viaDown(i), fromDown, toLeg, '1 INVITE', [], true);
  });
  if (d.gaveUp)
    hop(d.end - 0.02, d.caller.ip, PROXY, `CANCEL sip:${d.dialled}@${callerHost} SIP/2.0`, viaUp, fromUp, to, '1 CANCEL', [], true);
  if (isRefused) hop(d.end, PROXY, d.caller.ip, `SIP/2.0 ${d.code ?? 487} Whatever`, viaUp, fromUp, toTagged, '1 INVITE', [], true);
  else {
    const callee = d.branches[d.by ?? 0] as Branch;
    const at = d.answer as number;
    hop(at + 0.001, PROXY, d.caller.ip, 'SIP/2.0 200 OK', viaUp, fromUp, toTagged, '1 INVITE', [], true);
    hop(
      at + 0.05,
      d.caller.ip,
      PROXY,
      `ACK sip:${callee.to.user}@${callee.to.ip} SIP/2.0`,
      `${d.caller.ip}:5060;branch=z9hG4bK${random.hex(12)}`,
      fromUp,
      toTagged,
      '1 ACK',
      [],
    );
    const sides = { caller: { ip: d.caller.ip, from: fromUp, to: toTagged }, callee: { ip: callee.to.ip, from: toTagged, to: fromUp } };
    const inDialog = (when: number, by: 'caller' | 'callee', method: string, cseq: number, headers: string[]) => {
      const [me, other] = by === 'caller' ? [sides.caller, sides.callee] : [sides.callee, sides.caller];
      const request = `${method} sip:x@${other.ip} SIP/2.0`;
      const [a, b] = [random.hex(12), random.hex(12)];
      const isVital = method === 'REFER' || method === 'BYE';
      hop(when, me.ip, PROXY, request, `${me.ip}:5060;branch=z9hG4bK${a}`, me.from, me.to, `${cseq} ${method}`, headers, isVital);
      hop(when + 0.001, PROXY, other.ip, request, `${PROXY}:5060;branch=z9hG4bK${b}`, me.from, me.to, `${cseq} ${method}`, headers);
      hop(when + 0.01, other.ip, PROXY, 'SIP/2.0 200 OK', `${PROXY}:5060;branch=z9hG4bK${b}`, me.from, me.to, `${cseq} ${method}`, []);
    };
    (d.requests ?? []).forEach((r, i) => {
      inDialog(r.at, r.by, r.method, 2 + i, r.headers);
    });
    inDialog(d.end, d.hangup ?? 'callee', 'BYE', 9, []);
  }
  return out;
}

function eventsOf(d: DialogPlan, base: number, random: Random): Sent[] {
  if (d.tenant === null) return [];
  const out: Sent[] = [];
  const us = (at: number) => Math.round((base + at) * 1e6);
  const ts = (at: number) => ({ ts: Math.floor(us(at) / 1e6), ts_us: us(at) % 1e6 });
  const stamp = (at: number | undefined) =>
    at === undefined ? null : `${Math.floor(us(at) / 1e6)}.${String(us(at) % 1e6).padStart(6, '0')}`;
  const raise = (at: number, method: string, params: object, isVital = false) =>
    out.push({ at, source: 'event', isVital, bytes: Buffer.from(JSON.stringify({ jsonrpc: '2.0', method, params })) });
  const common = {
    callid: d.callId,
    tenant: d.tenant,
    direction: d.direction,
    src: d.caller.user,
    dst: d.dialled,
    did: d.did,
    ...d.params,
  };
  const state = (at: number, name: string, more: object, isVital = false) =>
    raise(at, 'E_PBX_CALL', { state: name, ...common, code: '', who: '', ...more, ...ts(at) }, isVital);
  const named = (b: Branch) => (b.to.host === '' ? b.to.user : `${b.to.user}@${b.to.host}`);
  state(d.start, 'start', {}, true);
  d.branches.forEach((b, i) => {
    const leg = (at: number, code: string | number) =>
      raise(at, 'E_PBX_LEG', { callid: d.callId, tenant: d.tenant, leg: named(b), code, branch: i, ...ts(at) }, true);
    leg(b.start, 'INVITE');
    if (b.ring !== undefined) leg(b.ring, 180);
    leg(b.end ?? (d.answer ?? d.end) + 0.01, b.code ?? 487);
  });
  const ring = d.branches.map((b) => b.ring).filter((r) => r !== undefined);
  const firstRing = ring.length > 0 ? Math.min(...ring) : undefined;
  if (firstRing !== undefined) state(firstRing, 'ringing', { code: 180, who: named(d.branches[0] as Branch) }, true);
  const record = {
    method: 'INVITE',
    from_tag: random.hex(10),
    to_tag: random.hex(10),
    sip_code: String(d.answer === undefined ? (d.code ?? 487) : 200),
    ...common,
  };
  const created = Math.floor(base + d.start);
  if (d.answer !== undefined) {
    const who = named(d.branches[d.by ?? 0] as Branch);
    const hangup = (d.hangup ?? 'callee') === 'caller' ? 'downstream' : 'upstream';
    state(d.answer, 'answered', { code: 200, who });
    state(d.end, 'ended', { who: hangup });
    raise(
      d.end,
      'E_ACC_CDR',
      {
        ...record,
        ...{ time: Math.floor(base + d.answer), created, answered_by: who, rec: 'all', hangup },
        ...{ ts_invite: stamp(d.start), ts_ring: stamp(firstRing), ts_answer: stamp(d.answer), ts_end: stamp(d.end) },
        ...{ duration: Math.ceil(d.end - d.answer), ms_duration: Math.round((d.end - d.answer) * 1_000) },
      },
      true,
    );
  } else {
    state(d.end, 'failed', { code: String(d.code ?? 487), who: d.gaveUp ? 'caller' : '' }, true);
    raise(d.end, 'E_ACC_MISSED_EVENT', {
      ...record,
      ...{ time: Math.floor(base + d.end), created, answered_by: null, rec: 'none', hangup: null },
      ...{ ts_invite: stamp(d.start), ts_ring: stamp(firstRing), ts_answer: null, ts_end: null },
    });
  }
  return out;
}

/** HEPv3 over IPv4 and UDP (hep.txt of the protocol's authors; chunk order as the tracer has it). @param at seconds since the epoch */
export function hep3(src: string, dst: string, at: number, payload: Buffer, correlation: string): Buffer {
  const us = Math.round(at * 1e6);
  const chunk = (type: number, body: Buffer) => {
    const head = Buffer.alloc(6);
    head.writeUInt16BE(type, 2);
    head.writeUInt16BE(body.length + 6, 4);
    return Buffer.concat([head, body]);
  };
  const number = (v: number, bytes: number) => {
    const b = Buffer.alloc(bytes);
    b.writeUIntBE(v, 0, bytes);
    return b;
  };
  const ip = (text: string) => Buffer.from(text.split('.').map(Number));
  const body = Buffer.concat([
    chunk(1, number(2, 1)),
    chunk(2, number(17, 1)),
    chunk(7, number(5060, 2)),
    chunk(8, number(5060, 2)),
    chunk(9, number(Math.floor(us / 1e6), 4)),
    chunk(10, number(us % 1e6, 4)),
    chunk(11, number(1, 1)),
    chunk(12, number(2001, 4)),
    chunk(3, ip(src)),
    chunk(4, ip(dst)),
    chunk(15, payload),
    chunk(17, Buffer.from(correlation)),
  ]);
  return Buffer.concat([Buffer.from('HEP3'), number(body.length + 6, 2), body]);
}
