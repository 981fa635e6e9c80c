import { answeringLeg, type CallPlan, digits, legAddress, legTag, mediaPorts, type PlannedLeg, PROXY, RELAY, reasonOf } from './call.ts';
import { type EdgePacket, Hops } from './sip-hops.ts';

export type { EdgePacket };

const SERVER = 'Server: pbx-edge';

/**
 * The signalling of a call on both hops of the proxy, in order: what arrives and what leaves, with one Call-ID. Headers,
 * branches and the two Via of a forwarded request are those of test/fixtures/edge/hep. An own phone is asked for
 * credentials first; a trunk sees the company's number as the caller.
 */
export function callPackets(plan: CallPlan): EdgePacket[] {
  return new Signalling(plan).packets();
}

/** INVITE as it arrived and as it left to the first leg: all that is needed to know which number was shown. */
export function invitePackets(plan: CallPlan): EdgePacket[] {
  return callPackets(plan).filter((p) => p.at < plan.startedAt + 50_000 && p.payload.toString('latin1', 0, 7) === 'INVITE ');
}

class Signalling extends Hops {
  packets(): EdgePacket[] {
    const plan = this.plan;
    const inbound = plan.direction === 'in';
    const uri = inbound ? `sip:${plan.dialled}@${PROXY.ip}:5060` : `sip:${plan.dialled}@${plan.domain}`;
    if (!inbound) this.#challenge(uri);
    const contact = `Contact: <sip:${plan.from}@${this.caller.ip}:${this.caller.port}>`;
    const request = [contact, 'Max-Forwards: 69', this.agent(inbound)];
    const credentials = inbound
      ? []
      : [
          `Proxy-Authorization: Digest username="${plan.from}",realm="${plan.domain}",cnonce="${digits(plan, 'cnonce', 8)}",nc=00000001,qop=auth,uri="sip:${PROXY.ip}:5060",nonce="${digits(plan, 'nonce', 44)}",response="${digits(plan, 'response', 32)}",algorithm=MD5`,
        ];
    this.fromCallerSide(
      plan.startedAt - 120,
      `INVITE ${uri} SIP/2.0`,
      this.branch,
      `${this.cseq} INVITE`,
      [...request, ...credentials],
      '',
      this.sdp(this.caller.ip, mediaPorts(plan, 0).own),
    );
    this.toCaller(plan.startedAt + 1_300, 100, 'Giving it a try', this.branch, `${this.cseq} INVITE`, '', [SERVER]);
    for (const leg of plan.legs) this.#offer(leg, [contact, 'Max-Forwards: 69', this.agent(inbound)]);
    if (plan.ringingAt > 0) {
      const first = plan.legs.filter((l) => l.ringingAt > 0).sort((a, b) => a.ringingAt - b.ringingAt)[0] as PlannedLeg;
      this.toCaller(plan.ringingAt + 170, 180, 'Ringing', this.branch, `${this.cseq} INVITE`, legTag(plan, first), this.route(first));
    }
    const answered = answeringLeg(plan);
    if (answered) this.#answer(answered);
    else this.#fail(uri);
    return this.out.sort((a, b) => a.at - b.at);
  }

  #challenge(uri: string): void {
    const plan = this.plan;
    const branch = digits(plan, 'first invite', 12);
    const contact = `Contact: <sip:${plan.from}@${this.caller.ip}:${this.caller.port}>`;
    this.fromCallerSide(
      plan.startedAt - 3_000,
      `INVITE ${uri} SIP/2.0`,
      branch,
      '1 INVITE',
      [contact, 'Max-Forwards: 69', this.agent(false)],
      '',
      this.sdp(this.caller.ip, mediaPorts(plan, 0).own),
    );
    this.toCaller(
      plan.startedAt - 2_860,
      407,
      'Proxy Authentication Required',
      branch,
      '1 INVITE',
      `60ca.${digits(plan, 'challenge', 32)}`,
      [`Proxy-Authenticate: Digest realm="${plan.domain}", nonce="${digits(plan, 'nonce', 44)}", qop="auth"`, SERVER],
    );
  }

  /** One branch: INVITE, what the phone says, and how it ends unless it answers. */
  #offer(leg: PlannedLeg, headers: readonly string[]): void {
    const plan = this.plan;
    const tag = legTag(plan, leg);
    const cseq = `${this.cseq} INVITE`;
    this.toLeg(
      leg,
      leg.offeredAt + 700,
      'INVITE',
      this.legBranch(leg),
      cseq,
      '',
      [`Record-Route: ${this.recordRoute()}`],
      headers,
      this.sdp(RELAY, mediaPorts(plan, 0).relay),
    );
    this.fromLeg(leg, leg.offeredAt + 1_200, 100, 'Trying', this.legBranch(leg), cseq, tag, this.route(leg));
    if (leg.ringingAt > 0) this.fromLeg(leg, leg.ringingAt - 160, 180, 'Ringing', this.legBranch(leg), cseq, tag, this.route(leg));
    if (leg.code === 200) return;
    if (leg.code === 487) {
      // CANCEL leaves when another leg has answered, or the caller has given up, or time is over
      const at = plan.answeredAt > 0 ? plan.answeredAt + 900 : plan.endedBy === 'caller' ? leg.endedAt - 2_200 : plan.endedAt - 700;
      const reason = plan.answeredAt > 0 ? 'SIP;cause=200;text="Call completed elsewhere"' : 'SIP;cause=487;text="ORIGINATOR_CANCEL"';
      this.toLeg(
        leg,
        at,
        'CANCEL',
        this.legBranch(leg),
        `${this.cseq} CANCEL`,
        '',
        [],
        ['Max-Forwards: 70', `Reason: ${reason}`, 'User-Agent: pbx-edge'],
        '',
        true,
      );
      this.fromLeg(leg, at + 400, 200, 'OK', this.legBranch(leg), `${this.cseq} CANCEL`, '', [], '', true);
    }
    this.fromLeg(leg, leg.endedAt - 100, leg.code, reasonOf(leg.code), this.legBranch(leg), cseq, tag, []);
    this.toLeg(
      leg,
      leg.endedAt - 60,
      'ACK',
      this.legBranch(leg),
      `${this.cseq} ACK`,
      tag,
      [],
      ['Max-Forwards: 70', 'User-Agent: pbx-edge'],
      '',
      true,
    );
  }

  #answer(leg: PlannedLeg): void {
    const plan = this.plan;
    const tag = legTag(plan, leg);
    const cseq = `${this.cseq} INVITE`;
    const callee = legAddress(plan, leg);
    const target = `sip:${leg.target}@${callee.ip}:${callee.port}`;
    const inbound = plan.direction === 'in';
    const contact = `Contact: <sip:${plan.from}@${this.caller.ip}:${this.caller.port}>`;
    const route = `Route: ${this.recordRoute()}`;
    this.fromLeg(
      leg,
      leg.endedAt - 100,
      200,
      'OK',
      this.legBranch(leg),
      cseq,
      tag,
      this.route(leg),
      this.sdp(callee.ip, mediaPorts(plan, 1).own),
    );
    this.toCaller(plan.answeredAt + 1_400, 200, 'OK', this.branch, cseq, tag, this.route(leg), this.sdp(RELAY, mediaPorts(plan, 1).relay));
    const ack = digits(plan, 'ack', 12);
    this.fromCallerSide(
      plan.answeredAt + 1_650,
      `ACK ${target} SIP/2.0`,
      ack,
      `${this.cseq} ACK`,
      [route, contact, 'Max-Forwards: 69', this.agent(inbound)],
      tag,
    );
    const bye = digits(plan, 'bye', 12);
    const proxied = `${digits(plan, 'bye proxied', 4)}.${digits(plan, 'bye transaction', 8)}.0`;
    if (plan.endedBy === 'caller') {
      const n = `${this.cseq + 1} BYE`;
      this.fromCallerSide(
        plan.endedAt - 100,
        `BYE ${target} SIP/2.0`,
        bye,
        n,
        [route, contact, 'Max-Forwards: 69', this.agent(inbound)],
        tag,
      );
      this.add(plan.endedAt + 850, PROXY, callee, [
        `BYE ${target} SIP/2.0`,
        `Via: SIP/2.0/UDP ${PROXY.ip}:5060;branch=z9hG4bK${proxied}`,
        this.callerVia(bye, true),
        ...this.names(leg, tag, n),
        contact,
        'Max-Forwards: 69',
        this.agent(inbound),
      ]);
      this.add(plan.endedAt + 1_340, callee, PROXY, [
        'SIP/2.0 200 OK',
        `Via: SIP/2.0/UDP ${PROXY.ip}:5060;branch=z9hG4bK${proxied}, ${this.callerVia(bye, true).slice(5)}`,
        ...this.names(leg, tag, n),
      ]);
      this.toCaller(plan.endedAt + 1_540, 200, 'OK', bye, n, tag, []);
      return;
    }
    // from the callee: From and To change places
    const n = '1 BYE';
    const back = `sip:${plan.from}@${this.caller.ip}:${this.caller.port}`;
    const swapped = (from: string, to: string) => [`From: ${to};tag=${tag}`, `To: ${from}`, `Call-ID: ${plan.callId}`, `CSeq: ${n}`];
    const shown = this.shown(leg);
    const calleeVia = (received: boolean) =>
      `Via: SIP/2.0/UDP ${callee.ip}:${callee.port};${received ? `received=${callee.ip};` : ''}branch=z9hG4bK${bye};rport${received ? `=${callee.port}` : ''}`;
    const calleeContact = `Contact: <${target}>`;
    const proxyVia = `Via: SIP/2.0/UDP ${PROXY.ip}:5060;branch=z9hG4bK${proxied}`;
    this.add(plan.endedAt - 100, callee, PROXY, [
      `BYE ${back} SIP/2.0`,
      route,
      calleeVia(false),
      ...swapped(shown, this.to),
      calleeContact,
      'Max-Forwards: 69',
      this.agent(!leg.outside),
    ]);
    this.add(plan.endedAt + 850, PROXY, this.caller, [
      `BYE ${back} SIP/2.0`,
      proxyVia,
      calleeVia(true),
      ...swapped(this.fromCaller, this.to),
      calleeContact,
      'Max-Forwards: 69',
      this.agent(!leg.outside),
    ]);
    this.add(plan.endedAt + 1_340, this.caller, PROXY, [
      'SIP/2.0 200 OK',
      `${proxyVia}, ${calleeVia(true).slice(5)}`,
      ...swapped(this.fromCaller, this.to),
    ]);
    this.add(plan.endedAt + 1_540, PROXY, callee, ['SIP/2.0 200 OK', calleeVia(true), ...swapped(shown, this.to)]);
  }

  #fail(uri: string): void {
    const plan = this.plan;
    const last = plan.legs.at(-1);
    const tag = last && plan.endedBy !== 'proxy' ? legTag(plan, last) : digits(plan, 'proxy', 36);
    const request = ['Max-Forwards: 69', this.agent(plan.direction === 'in')];
    if (plan.endedBy === 'caller') {
      this.fromCallerSide(plan.endedAt - 4_000, `CANCEL ${uri} SIP/2.0`, this.branch, `${this.cseq} CANCEL`, request, '');
      this.toCaller(plan.endedAt - 3_400, 200, 'canceling', this.branch, `${this.cseq} CANCEL`, `4837-${digits(plan, 'cancel', 32)}`, [
        SERVER,
      ]);
    }
    this.toCaller(
      plan.endedAt + 500,
      plan.code,
      reasonOf(plan.code),
      this.branch,
      `${this.cseq} INVITE`,
      tag,
      plan.endedBy === 'proxy' ? [SERVER] : [],
    );
    this.fromCallerSide(plan.endedAt + 800, `ACK ${uri} SIP/2.0`, this.branch, `${this.cseq} ACK`, request, tag);
  }
}
