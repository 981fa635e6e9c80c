import { type Address, type CallPlan, callerAddress, callerTag, digits, legAddress, type PlannedLeg, PROXY } from './call.ts';

/** A SIP message on one hop, as the proxy's tracer reports it. */
export interface EdgePacket {
  /** µs since the epoch */
  at: number;
  from: Address;
  to: Address;
  payload: Buffer;
}

/** The two hops of a call's signalling: who writes what to whom, and under which names. */
export class Hops {
  readonly plan: CallPlan;
  readonly out: EdgePacket[] = [];
  readonly caller: Address;
  readonly fromCaller: string;
  readonly to: string;
  readonly did: string;
  readonly cseq: number;
  readonly branch: string;

  constructor(plan: CallPlan) {
    this.plan = plan;
    this.caller = callerAddress(plan);
    const inbound = plan.direction === 'in';
    this.fromCaller = `<sip:${plan.from}@${inbound ? this.caller.ip : plan.domain}>;tag=${callerTag(plan)}`;
    this.to = `<sip:${plan.dialled}@${inbound ? PROXY.ip : plan.domain}>`;
    this.did = `${digits(plan, 'dialog', 3)}.${digits(plan, 'dialog id', 8)}`;
    // the second INVITE of an own phone carries the credentials
    this.cseq = inbound ? 1 : 2;
    this.branch = digits(plan, 'invite', 12);
  }

  agent(trunk: boolean): string {
    return trunk ? 'User-Agent: carrier-sbc/2.1' : 'User-Agent: desk-phone/2.4';
  }

  recordRoute(): string {
    return `<sip:${PROXY.ip};lr;ftag=${callerTag(this.plan)};did=${this.did}>`;
  }

  /** Record-Route and Contact of what a leg answers. */
  route(leg: PlannedLeg): string[] {
    const { ip, port } = legAddress(this.plan, leg);
    return [`Record-Route: ${this.recordRoute()}`, `Contact: <sip:${leg.target}@${ip}:${port}>`, this.agent(leg.outside)];
  }

  legBranch(leg: PlannedLeg): string {
    const plan = this.plan;
    return `${digits(plan, 'transaction', 4)}.${digits(plan, 'branch', 7)}.${plan.legs.indexOf(leg)}`;
  }

  /** From as a leg sees it: a trunk is shown the company's number. */
  shown(leg: PlannedLeg): string {
    const plan = this.plan;
    return leg.outside && plan.direction === 'out' ? `<sip:${plan.ownNumber}@${PROXY.ip}>;tag=${callerTag(plan)}` : this.fromCaller;
  }

  names(leg: PlannedLeg | undefined, toTag: string, cseq: string): string[] {
    return [
      `From: ${leg ? this.shown(leg) : this.fromCaller}`,
      `To: ${this.to}${toTag === '' ? '' : `;tag=${toTag}`}`,
      `Call-ID: ${this.plan.callId}`,
      `CSeq: ${cseq}`,
    ];
  }

  callerVia(branch: string, received: boolean): string {
    const { ip, port } = this.caller;
    return `Via: SIP/2.0/UDP ${ip}:${port};${received ? `received=${ip};` : ''}branch=z9hG4bK${branch};rport${received ? `=${port}` : ''}`;
  }

  fromCallerSide(at: number, start: string, branch: string, cseq: string, headers: readonly string[], toTag: string, body = ''): void {
    this.add(at, this.caller, PROXY, [start, this.callerVia(branch, false), ...this.names(undefined, toTag, cseq), ...headers], body);
  }

  toCaller(
    at: number,
    code: number,
    reason: string,
    branch: string,
    cseq: string,
    toTag: string,
    headers: readonly string[],
    body = '',
  ): void {
    this.add(
      at,
      PROXY,
      this.caller,
      [`SIP/2.0 ${code} ${reason}`, this.callerVia(branch, true), ...this.names(undefined, toTag, cseq), ...headers],
      body,
    );
  }

  toLeg(
    leg: PlannedLeg,
    at: number,
    method: string,
    branch: string,
    cseq: string,
    toTag: string,
    before: readonly string[],
    headers: readonly string[],
    body = '',
    ownHop = false,
  ): void {
    const { ip, port } = legAddress(this.plan, leg);
    const via = [`Via: SIP/2.0/UDP ${PROXY.ip}:5060;branch=z9hG4bK${branch}`, ...(ownHop ? [] : [this.callerVia(this.branch, true)])];
    this.add(
      at,
      PROXY,
      { ip, port },
      [`${method} sip:${leg.target}@${ip}:${port} SIP/2.0`, ...before, ...via, ...this.names(leg, toTag, cseq), ...headers],
      body,
    );
  }

  fromLeg(
    leg: PlannedLeg,
    at: number,
    code: number,
    reason: string,
    branch: string,
    cseq: string,
    toTag: string,
    headers: readonly string[],
    body = '',
    ownHop = false,
  ): void {
    const via = `Via: SIP/2.0/UDP ${PROXY.ip}:5060;branch=z9hG4bK${branch}${ownHop ? '' : `, ${this.callerVia(this.branch, true).slice(5)}`}`;
    this.add(at, legAddress(this.plan, leg), PROXY, [`SIP/2.0 ${code} ${reason}`, via, ...this.names(leg, toTag, cseq), ...headers], body);
  }

  sdp(ip: string, port: number): string {
    return `v=0\r\no=- ${1_000_000 + Number.parseInt(digits(this.plan, 'sdp', 6), 16)} 1 IN IP4 ${ip}\r\ns=-\r\nc=IN IP4 ${ip}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n`;
  }

  add(at: number, from: Address, to: Address, lines: readonly string[], body = ''): void {
    const type = body === '' ? [] : ['Content-Type: application/sdp'];
    const text = `${[...lines, ...type, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`;
    this.out.push({ at, from, to, payload: Buffer.from(text, 'latin1') });
  }
}
