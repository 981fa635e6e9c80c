import { scopeOf } from './edge-packets.ts';
import { answeredLeg, type DialogPlan, type Message, toTagOf } from './plan.ts';
import type { Random } from './random.ts';
import { reasonOf } from './sip.ts';

const MS = 1_000;

/** The script's and the modules' events of one dialog, in OpenSIPS' shapes. */
export function eventsOf(plan: DialogPlan, r: Random): Message[] {
  const out: Message[] = [];
  const scope = scopeOf(plan);
  const { callId, company, direction, src, dst, did, caller } = plan;
  const who = { tenant: company.id, direction, src, dst };
  const seconds = (at: number) => Math.floor(at / 1e6);
  const dotted = (at: number | null) => (at === null ? null : `${seconds(at)}.${String(at % 1e6).padStart(6, '0')}`);
  const raise = (method: string, at: number, params: Record<string, unknown>, tells: readonly string[]) => {
    const said = ['state', 'action', 'code', 'leg', 'who', 'sip_code'].flatMap((k) =>
      params[k] === undefined || params[k] === '' ? [] : [`${k}=${params[k]}`],
    );
    out.push({
      name: `${scope}.event${out.length}`,
      at,
      callId,
      tells: tells.map((key) => (key.startsWith('=') ? key.slice(1) : `${scope}:${key}`)),
      needs: [],
      title: `${method} ${said.join(' ')}`,
      body: { kind: 'event', text: JSON.stringify({ jsonrpc: '2.0', method, params }) },
    });
  };
  const stamp = (at: number) => ({ ts: seconds(at), ts_us: at % 1e6 });
  const says = plan.saysTell.map((k) => `=${k}`);
  const call = (state: string, at: number, code: number | string, by: string, tells: string[]) =>
    raise('E_PBX_CALL', at, { state, callid: callId, ...who, did, code, who: by, ...stamp(at), ...plan.says }, ['who', ...tells, ...says]);

  if (plan.failure?.code === 407) {
    const { user, host: domain, ip, port } = caller;
    raise(
      'E_PBX_AUTH',
      plan.startAt + 3_300,
      { what: 'INVITE', callid: callId, user, domain, source: `${ip}:${port}`, ts: seconds(plan.startAt) },
      ['security'],
    );
    return out;
  }

  const inviteAt = plan.startAt + (caller.isPhone ? 3 * MS : 0);
  const answered = answeredLeg(plan);
  const rung = plan.legs.filter((l) => l.ringAt !== null).sort((a, b) => (a.ringAt ?? 0) - (b.ringAt ?? 0))[0];
  const dialogState = (at: number, from: number, to: number, toTag: string) =>
    raise(
      'E_DLG_STATE_CHANGED',
      at,
      { id: `${r.hex(3)}.${r.hex(8)}`, db_id: '17', callid: callId, from_tag: plan.fromTag, to_tag: toTag, old_state: from, new_state: to },
      [],
    );
  call('start', inviteAt + 500, '', '', ['start']);

  plan.legs.forEach((leg, branch) => {
    const key = `leg:${leg.target}`;
    const say = (at: number, code: number | string, tells: string[]) => {
      raise('E_PBX_LEG', at, { callid: callId, tenant: company.id, leg: leg.target, code, branch, ...stamp(at) }, [key, ...tells]);
    };
    say(leg.offeredAt + 300, 'INVITE', []);
    if (leg.ringAt !== null) {
      say(leg.ringAt + 50, 180, [`${key}:rang`, ...(leg === rung ? ['ring'] : [])]);
      // a retransmitted answer runs the route again
      if (r.chance(0.04)) say(leg.ringAt + 500_050, 180, [`${key}:rang`]);
    }
    say(leg.end.at + 250, leg.end.code, leg === answered ? ['answer', 'answeredBy'] : leg.end.code === 487 ? [] : [`${key}:code`]);
  });
  if (rung?.ringAt) {
    call('ringing', rung.ringAt + 110, 180, rung.target, ['ring']);
    dialogState(rung.ringAt + 200, 1, 2, toTagOf(plan, rung));
  }

  const extras = (at: { answer: number | null; end: number | null }, by: string | null, hangup: string | null) => ({
    ...who,
    did: did || null,
    answered_by: by,
    rec: 'all',
    hangup,
    ts_invite: dotted(inviteAt + 490),
    ts_ring: dotted(rung?.ringAt ? rung.ringAt + 105 : null),
    ts_answer: dotted(at.answer),
    ts_end: dotted(at.end),
  });
  const head = (code: number, toTag: string | null) => ({
    method: 'INVITE',
    from_tag: plan.fromTag,
    to_tag: toTag,
    callid: callId,
    sip_code: String(code),
    sip_reason: reasonOf(code),
  });
  const ringTold = rung ? ['ring'] : [];
  const setup = (at: number) => ({ setuptime: seconds(at) - seconds(inviteAt), created: seconds(inviteAt) });
  /** a failed INVITE: of the last target, or of one before that */
  const missed = (at: number, code: number, isLast: boolean) => {
    const toTag = plan.legs[0] ? toTagOf(plan, plan.legs[0]) : null;
    const params = { ...head(code, toTag), time: seconds(at), ...extras({ answer: null, end: null }, null, null) };
    const tells = isLast ? ['who', 'dialog', 'start', 'code', ...ringTold] : [];
    raise('E_ACC_MISSED_EVENT', at, { ...params, ...setup(at) }, tells);
    if (isLast) raise('E_ACC_EVENT', at + 2_000, params, tells);
  };
  for (const leg of plan.legs) {
    const goesOn = plan.legs.some((l) => l.offeredAt > leg.end.at);
    if (goesOn && leg.end.code >= 300) missed(leg.end.at + 400, leg.end.code, false);
  }

  if (answered) {
    const toTag = toTagOf(plan, answered);
    const answeredAt = answered.end.at + 600;
    call('answered', answeredAt, 200, answered.target, ['answer', 'answeredBy']);
    dialogState(answeredAt + 400, 2, 3, toTag);
    dialogState(answeredAt + 900, 3, 4, toTag);
    if (plan.bye) {
      const endAt = plan.bye.at + 300;
      const by = plan.bye.by === 'caller' ? 'downstream' : 'upstream';
      dialogState(endAt, 4, 5, toTag);
      call('ended', endAt, '', by, ['end', 'hangup']);
      const ms = Math.round((endAt - answeredAt) / 1e3);
      const length = {
        duration: Math.ceil(ms / 1e3),
        ms_duration: ms,
        setuptime: seconds(answeredAt) - seconds(inviteAt),
        created: seconds(inviteAt),
      };
      const times = { answer: answeredAt - 10, end: endAt + 90 };
      raise(
        'E_ACC_CDR',
        endAt + 3_000,
        { ...head(200, toTag), time: seconds(answeredAt), ...extras(times, answered.target, by), ...length },
        [...['who', 'dialog', 'start', 'answer', 'answeredBy', 'end', 'hangup'], ...ringTold],
      );
    }
  } else if (plan.failure) {
    const { at, code, by } = plan.failure;
    const isCancel = by === 'caller';
    missed(at + (isCancel ? 2_600 : 700), code, true);
    call('failed', at + (isCancel ? 3_500 : 600), isCancel ? '487' : code, by, ['code', 'end']);
    if (rung) dialogState(at + 4_000, 2, 5, toTagOf(plan, rung));
  }
  for (const e of plan.events)
    raise(
      e.method,
      e.at,
      e.params,
      e.tells.map((k) => `=${k}`),
    );
  return out;
}
