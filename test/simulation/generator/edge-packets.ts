import { type Address, PROXY } from './companies.ts';
import { answeredLeg, type DialogPlan, type InDialogPlan, type LegPlan, type Message, toTagOf } from './plan.ts';
import type { Random } from './random.ts';
import { received, type SipFrame, sdp, sipText, statusLine, via } from './sip.ts';

const MS = 1_000;
/** how often a phone or the carrier sends a request or an answer once more, 500 ms later (RFC 3261, T1) */
const RESENDS = 0.04;
/** times are the first message's; one that comes again tells the rest */
const TIMES = /:(start|ring|answer|end)$/;

/** Names the facts of one dialog, as one company has it. */
export const scopeOf = (plan: DialogPlan) => `${plan.callId}/${plan.fromTag}/${plan.company.id}`;

/** What the tracer of the proxy reports of one dialog: each message that arrives and each that leaves. */
export function packetsOf(plan: DialogPlan, r: Random): Message[] {
  const out: Message[] = [];
  const scope = scopeOf(plan);
  const { caller, callId, fromTag, uri } = plan;
  const isCompact = r.chance(0.1);
  const from = `<sip:${caller.user}@${caller.host}>;tag=${fromTag}`;
  const fromLeaving = plan.shown === null ? from : `<sip:${plan.shown}@${PROXY.ip}>;tag=${fromTag}`;
  const to = `<sip:${uri.user}@${uri.host}>`;
  const requestUri = `sip:${uri.user}@${uri.host}`;
  const contact = `Contact: <sip:${caller.user}@${caller.ip}:${caller.port}>`;
  const cookie = 'z9hG4bK';
  const upBranch = `${cookie}${r.hex(12)}`;
  const downBranch = `${cookie}${r.hex(4)}.${r.hex(8)}`;
  const cseq = caller.isPhone ? 2 : 1;
  const invite = `${scope}.invite`;

  interface Sent {
    name?: string;
    at: number;
    src: Address;
    dst: Address;
    line: string;
    frame: Partial<SipFrame>;
    headers?: readonly string[];
    body?: string;
    tells?: readonly string[];
    needs?: readonly string[];
    resent?: boolean;
  }
  const send = (s: Sent) => {
    const frame: SipFrame = { callId, from, to, cseq: `${cseq} INVITE`, vias: [], isCompact, ...s.frame };
    const payload = sipText(s.line, frame, s.headers ?? [], s.body ?? '');
    const message: Message = {
      name: s.name ?? `${scope}.${out.length}`,
      at: s.at,
      callId,
      tells: (s.tells ?? []).map((key) => (key.startsWith('=') ? key.slice(1) : `${scope}:${key}`)),
      needs: s.needs ?? [],
      title: `${s.src.ip}:${s.src.port} > ${s.dst.ip}:${s.dst.port} ${s.line}`,
      body: { kind: 'sip', payload, src: s.src, dst: s.dst, correlation: callId },
    };
    out.push(message);
    if (s.resent && r.chance(RESENDS))
      out.push({
        ...message,
        name: `${message.name}'`,
        at: s.at + 500 * MS + r.int(0, 900),
        tells: message.tells.filter((t) => !TIMES.test(t)),
      });
  };
  const whole = (keys: readonly string[]) => keys.map((k) => `=${k}`);
  const upVia = (branch = upBranch) => received(caller, branch);
  const toCaller = (at: number, code: number, toTag: string, tells: string[], more: Partial<Sent> = {}) =>
    send({
      ...{ at, src: PROXY, dst: caller, line: statusLine(code), tells, needs: [invite], resent: code === 200 },
      frame: { vias: [upVia()], to: toTag === '' ? to : `${to};tag=${toTag}` },
      body: code === 200 ? sdp('127.0.0.20') : '',
      ...more,
    });

  // ---- the caller's INVITE; a phone is asked for its password first
  let at = plan.startAt;
  const isRefused = plan.failure?.code === 407;
  for (let n = 1; n <= cseq; n++) {
    const isLast = n === cseq;
    const branch = isLast ? upBranch : `${cookie}${r.hex(12)}`;
    const headers = [contact, ...plan.headers, ...(n > 1 ? ['Proxy-Authorization: Digest username="x",realm="y",response="0"'] : [])];
    send({
      name: isLast ? invite : undefined,
      ...{ at, src: caller, dst: PROXY, line: `INVITE ${requestUri} SIP/2.0`, headers, body: sdp(caller.ip), resent: isLast && !isRefused },
      frame: { vias: [via(caller, branch)], cseq: `${n} INVITE` },
      tells: isLast && !isRefused ? ['start', 'who', 'dialog', ...whole(plan.headersTell)] : [],
    });
    if (!isLast || isRefused) {
      const challenge = { vias: [upVia(branch)], cseq: `${n} INVITE`, to: `${to};tag=${r.hex(8)}` };
      const digest = ['Proxy-Authenticate: Digest realm="y", nonce="z", qop="auth"'];
      const refusal = isRefused && isLast ? { tells: ['security'], needs: [invite] } : {};
      send({ at: at + 200, src: PROXY, dst: caller, line: statusLine(407), frame: challenge, headers: digest, ...refusal });
      const ack = { vias: [via(caller, branch)], cseq: `${n} ACK`, to: challenge.to };
      send({ at: at + 500, src: caller, dst: PROXY, line: `ACK ${requestUri} SIP/2.0`, frame: ack });
      at += 3 * MS;
    }
  }
  if (isRefused) return out;
  toCaller(at + 900, 100, '', [], { line: 'SIP/2.0 100 Giving it a try', needs: [] });

  // ---- branches
  const firstRing = Math.min(...plan.legs.map((l) => l.ringAt ?? Number.POSITIVE_INFINITY));
  const answered = answeredLeg(plan);
  plan.legs.forEach((leg, i) => {
    const user = leg.target.split('@')[0];
    const legInvite = `${scope}.leg${i}`;
    const branch = `${downBranch}.${i}`;
    const toTag = toTagOf(plan, leg);
    const legUri = `sip:${user}@${leg.address.ip}:${leg.address.port}`;
    const vias = [via(PROXY, branch), upVia()];
    const key = `leg:${leg.target}`;
    send({
      name: legInvite,
      ...{ at: leg.offeredAt, src: PROXY, dst: leg.address, line: `INVITE ${legUri} SIP/2.0`, body: sdp('127.0.0.20') },
      frame: { vias, from: fromLeaving },
      headers: [`Record-Route: <sip:${PROXY.ip};lr;ftag=${fromTag}>`, contact, ...plan.headers],
      tells: [key, 'shown', ...whole(plan.headersTell)],
      needs: [invite],
    });
    const fromLeg = (when: number, code: number, tells: string[]) =>
      send({
        ...{ at: when, src: leg.address, dst: PROXY, line: statusLine(code), needs: [invite, legInvite], tells, resent: code === 180 },
        frame: { vias: i % 2 === 0 ? [vias.join(', ')] : vias, from: fromLeaving, to: `${to};tag=${toTag}` },
        headers: [`Contact: <${legUri}>`],
        body: code === 200 ? sdp(leg.address.ip) : '',
      });
    fromLeg(leg.offeredAt + 600, 100, []);
    if (leg.ringAt !== null) {
      const isFirst = leg.ringAt === firstRing;
      fromLeg(leg.ringAt, 180, [key, `${key}:rang`, ...(isFirst ? ['ring'] : [])]);
      toCaller(leg.ringAt + 300, 180, toTag, isFirst ? ['ring'] : []);
    }
    const ackLeg = (when: number) =>
      send({
        at: when,
        src: PROXY,
        dst: leg.address,
        line: `ACK ${legUri} SIP/2.0`,
        frame: { vias: [via(PROXY, branch)], cseq: `${cseq} ACK` },
      });
    if (leg.end.code === 487) {
      const cancel = { vias: [via(PROXY, branch)], from: fromLeaving, cseq: `${cseq} CANCEL` };
      send({ at: leg.end.at - 3 * MS, src: PROXY, dst: leg.address, line: `CANCEL ${legUri} SIP/2.0`, frame: cancel });
      send({ at: leg.end.at - 2 * MS, src: leg.address, dst: PROXY, line: statusLine(200), frame: cancel });
    }
    fromLeg(
      leg.end.at,
      leg.end.code,
      leg === answered ? ['answer', 'answeredBy', key] : leg.end.code === 487 ? [key] : [key, `${key}:code`],
    );
    if (leg.end.code !== 200) ackLeg(leg.end.at + 50);
  });

  // ---- what the caller gets
  if (answered) {
    const toTag = toTagOf(plan, answered);
    toCaller(answered.end.at + 1_700, 200, toTag, ['answer']);
    const ack = { vias: [via(caller, `${cookie}${r.hex(12)}`)], cseq: `${cseq} ACK`, to: `${to};tag=${toTag}` };
    send({ at: answered.end.at + 2_500, src: caller, dst: PROXY, line: `ACK ${requestUri} SIP/2.0`, frame: ack });
    plan.inDialog.forEach((step, i) => {
      within(step, i, answered, toTag);
    });
    if (plan.bye)
      within({ at: plan.bye.at, from: plan.bye.by, method: 'BYE', headers: [], tells: [] }, plan.inDialog.length, answered, toTag);
  } else if (plan.failure) {
    const { code, by } = plan.failure;
    if (by === 'caller') {
      const cancel = { vias: [via(caller, upBranch)], cseq: `${cseq} CANCEL` };
      send({ at: plan.failure.at, src: caller, dst: PROXY, line: `CANCEL ${requestUri} SIP/2.0`, frame: cancel });
      send({ at: plan.failure.at + 500, src: PROXY, dst: caller, line: 'SIP/2.0 200 canceling', frame: cancel });
    }
    const finalAt = plan.failure.at + (by === 'caller' ? 3_900 : 900);
    toCaller(finalAt, code, r.hex(10), ['code', 'end']);
    const ack = { vias: [via(caller, upBranch)], cseq: `${cseq} ACK` };
    send({ at: finalAt + 300, src: caller, dst: PROXY, line: `ACK ${requestUri} SIP/2.0`, frame: ack });
  }
  return out;

  /** A request within the dialog and its answer, on both sides of the proxy. */
  function within(step: Omit<InDialogPlan, 'method'> & { method: string }, index: number, leg: LegPlan, toTag: string) {
    const { method } = step;
    const n = cseq + 1 + index;
    const isDown = step.from === 'caller';
    const [one, other] = isDown ? [caller, leg.address] : [leg.address, caller];
    const withTag = `${to};tag=${toTag}`;
    const sides = (leaving: boolean) => {
      const mine = isDown === leaving || plan.shown === null ? fromLeaving : from;
      const theirs = plan.shown === null ? from : isDown === leaving ? fromLeaving : from;
      return isDown ? { from: mine, to: withTag } : { from: withTag, to: theirs };
    };
    const target = isDown
      ? `sip:${leg.target.split('@')[0]}@${leg.address.ip}:${leg.address.port}`
      : `sip:${caller.user}@${caller.ip}:${caller.port}`;
    const line = `${method} ${target} SIP/2.0`;
    const branch = `${cookie}${r.hex(12)}`;
    const leavingVia = via(PROXY, `${cookie}${r.hex(4)}.${r.hex(8)}.0`);
    const tells = method === 'BYE' ? ['end', 'hangup'] : whole(step.tells);
    const body = method === 'INVITE' ? sdp(one.ip, 'sendonly') : '';
    const common = { headers: step.headers, body, tells, needs: method === 'BYE' ? [invite] : [] };
    const answer = statusLine(method === 'REFER' ? 202 : 200);
    const cseqText = `${n} ${method}`;
    if (step.from !== 'proxy')
      send({
        at: step.at,
        src: one,
        dst: PROXY,
        line,
        ...common,
        frame: { vias: [via(one, branch)], cseq: cseqText, ...sides(false) },
        resent: method === 'BYE',
      });
    const down = { vias: step.from === 'proxy' ? [leavingVia] : [leavingVia, received(one, branch)], cseq: cseqText, ...sides(true) };
    send({ at: step.at + 300, src: PROXY, dst: other, line, ...common, frame: down });
    send({ at: step.at + 800, src: other, dst: PROXY, line: answer, frame: down });
    if (step.from !== 'proxy')
      send({
        at: step.at + 1_000,
        src: PROXY,
        dst: one,
        line: answer,
        frame: { vias: [received(one, branch)], cseq: cseqText, ...sides(false) },
      });
  }
}
