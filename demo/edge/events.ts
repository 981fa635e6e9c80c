import { answeringLeg, type CallPlan, callerTag, legName, legTag, type PlannedLeg, reasonOf, trunkOf } from './call.ts';

/** A call event as OpenSIPS raises it. */
export interface EdgeEvent {
  /** when it is sent, µs since the epoch */
  at: number;
  method: string;
  params: Record<string, string | number | null>;
}

/** JSON-RPC text; with an id the receiver is asked for an answer (event_stream, reliable_mode=1). */
export function eventText({ method, params }: EdgeEvent, id?: number): string {
  return JSON.stringify(id === undefined ? { jsonrpc: '2.0', method, params } : { jsonrpc: '2.0', method, params, id });
}

/**
 * Everything the edge raises for a call, in order of sending: E_PBX_CALL and E_PBX_LEG of the routing script, the
 * accounting events at its end. Names, types and oddities are those of test/fixtures/edge/events: a code is a number or
 * a text as the script assigned it, an extra that was never set is null, `time` and `created` are whole seconds,
 * `duration` is `ms_duration` rounded up.
 */
export function callEvents(plan: CallPlan): EdgeEvent[] {
  const out: EdgeEvent[] = [];
  const { callId, tenant } = plan;
  const direction = plan.direction === 'internal' ? 'int' : plan.direction;
  const did = plan.direction === 'in' ? plan.ownNumber : '';
  const script = (at: number, method: string, params: EdgeEvent['params']) =>
    out.push({ at, method, params: { ...params, ts: Math.floor(at / 1e6), ts_us: at % 1e6 } });
  const call = (at: number, state: string, code: number | string, who: string) =>
    script(at, 'E_PBX_CALL', {
      state,
      callid: callId,
      tenant,
      direction,
      src: plan.from,
      dst: plan.dialled,
      did,
      code,
      who,
      ...trunkOf(plan),
    });
  const leg = (at: number, of: PlannedLeg, code: number | string) =>
    script(at, 'E_PBX_LEG', { callid: callId, tenant, leg: legName(plan, of), code, branch: plan.legs.indexOf(of) });

  call(plan.startedAt, 'start', '', '');
  for (const of of plan.legs) {
    leg(of.offeredAt, of, 'INVITE');
    if (of.ringingAt > 0) leg(of.ringingAt - 80, of, 180);
    leg(of.endedAt, of, of.code);
  }
  const first = firstRinging(plan);
  if (first) call(plan.ringingAt, 'ringing', 180, legName(plan, first));

  const answered = answeringLeg(plan);
  const extras = (): EdgeEvent['params'] => ({
    tenant,
    direction,
    src: plan.from,
    dst: plan.dialled,
    did: did || null,
    answered_by: answered ? legName(plan, answered) : null,
    rec: plan.recorded ? 'all' : 'none',
    hangup: answered ? (plan.endedBy === 'caller' ? 'downstream' : 'upstream') : null,
    ts_invite: stamp(plan.startedAt - 15),
    ts_ring: plan.ringingAt > 0 ? stamp(plan.ringingAt - 6) : null,
    ts_answer: answered ? stamp(plan.answeredAt - 10) : null,
    ts_end: answered ? stamp(plan.endedAt + 90) : null,
  });
  const created = Math.floor(plan.startedAt / 1e6);
  const head = (code: number, at: number, toTag: string | null): EdgeEvent['params'] => ({
    method: 'INVITE',
    from_tag: callerTag(plan),
    to_tag: toTag,
    callid: callId,
    sip_code: String(code),
    sip_reason: reasonOf(code),
    time: Math.floor(at / 1e6),
  });
  const missed = (at: number, code: number, toTag: string | null) =>
    out.push({
      at,
      method: 'E_ACC_MISSED_EVENT',
      params: {
        ...head(code, at, toTag),
        ...extras(),
        answered_by: null,
        hangup: null,
        ts_answer: null,
        ts_end: null,
        setuptime: Math.floor(at / 1e6) - created,
        created,
      },
    });

  // the script goes on to another target: the leg that failed has a record of its own
  for (const of of plan.legs)
    if (of.code >= 300 && plan.legs.some((next) => next.offeredAt >= of.endedAt)) missed(of.endedAt + 100, of.code, legTag(plan, of));

  if (answered) {
    call(plan.answeredAt, 'answered', 200, legName(plan, answered));
    call(plan.endedAt, 'ended', '', plan.endedBy === 'caller' ? 'downstream' : 'upstream');
    const ms = Math.floor((plan.endedAt - plan.answeredAt) / 1_000);
    const seconds = Math.floor(plan.answeredAt / 1e6);
    out.push({
      at: plan.endedAt + 1_500,
      method: 'E_ACC_CDR',
      params: {
        ...head(200, plan.answeredAt, legTag(plan, answered)),
        ...extras(),
        duration: Math.ceil(ms / 1_000),
        ms_duration: ms,
        setuptime: seconds - created,
        created,
      },
    });
  } else {
    const [only] = plan.legs;
    const toTag = plan.legs.length === 1 && only ? legTag(plan, only) : null;
    // 487 is the text that the script found in the cancelled branch; a refusal of its own comes before its record
    const code = plan.code === 487 ? '487' : plan.code;
    const who = plan.endedBy === 'caller' ? 'caller' : plan.legs.length === 0 ? 'pbx' : 'callee';
    missed(plan.legs.length === 0 ? plan.endedAt + 200 : plan.endedAt - 300, plan.code, toTag);
    call(plan.endedAt, 'failed', code, who);
    out.push({ at: plan.endedAt + 400, method: 'E_ACC_EVENT', params: { ...head(plan.code, plan.endedAt, toTag), ...extras() } });
  }
  return out.sort((a, b) => a.at - b.at);
}

function firstRinging(plan: CallPlan): PlannedLeg | undefined {
  let first: PlannedLeg | undefined;
  for (const leg of plan.legs) if (leg.ringingAt > 0 && (!first || leg.ringingAt < first.ringingAt)) first = leg;
  return first;
}

/** µs -> "seconds.microseconds", as the script writes its extras. */
function stamp(us: number): string {
  return `${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, '0')}`;
}

/** A phone as the registrar knows it. */
export interface RegisteredPhone {
  domain: string;
  extension: string;
  ip: string;
  userAgent: string;
}

/**
 * What usrloc raises for a phone's registration: its first, a refresh, its end by the phone's own word. An expiry raises
 * nothing until somebody looks, and the demo's phones are not looked for.
 * @param at µs @param expiresAt ms
 * @param isPast its time is said: `ts`, which a registrar leaves out because it speaks at once
 */
export function registration(
  { domain, extension, ip, userAgent }: RegisteredPhone,
  word: 'INSERT' | 'UPDATE' | 'DELETE',
  at: number,
  expiresAt: number,
  isPast = false,
): EdgeEvent[] {
  const aor = `${extension}@${domain}`;
  const said: EdgeEvent['params'] = isPast ? { ts: Math.floor(at / 1e6), ts_us: at % 1e6 } : {};
  const contact: EdgeEvent = {
    at,
    method: `E_UL_CONTACT_${word}`,
    params: {
      domain: 'location',
      aor,
      uri: `sip:${extension}@${ip}:5060`,
      received: null,
      path: null,
      qval: -1,
      user_agent: userAgent,
      socket: 'udp:192.0.2.10:5060',
      bflags: 0,
      expires: Math.floor(expiresAt / 1_000),
      callid: `reg-${extension}@${ip}`,
      // grows from run to run: within a Call-ID it is the order
      cseq: Math.floor(at / 1e6),
      attr: aor,
      latency: 0,
      shtag: '',
      ...said,
    },
  };
  const account = (method: string): EdgeEvent => ({ at, method, params: { domain: 'location', aor, ...said } });
  if (word === 'INSERT') return [account('E_UL_AOR_INSERT'), contact];
  return word === 'DELETE' ? [contact, account('E_UL_AOR_DELETE')] : [contact];
}
