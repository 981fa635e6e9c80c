/** Calls as the edge tells of them, few and by hand: what a test needs to see. */
export interface MadeCall {
  id: string;
  tenant: string;
  domain: string;
  direction: 'in' | 'out' | 'int';
  from: string;
  to: string;
  /** ms since the epoch */
  startedAt: number;
  /** seconds until it was answered, or given up */
  wait: number;
  /** seconds; 0 = nobody answered */
  talk: number;
  /** final code of a call that nobody answered */
  code?: number;
  /** whom it was offered to, in order; the last one answers when somebody does */
  legs: readonly { target: string; after: number; code: number }[];
  recorded?: boolean;
}

interface Event {
  method: string;
  params: Record<string, unknown>;
}

/** What is said while the call goes on. */
export function callBegins(c: MadeCall): string[] {
  const common = { callid: c.id, tenant: c.tenant };
  const timed = (seconds: number) => ({ ts: Math.floor(c.startedAt / 1_000 + seconds), ts_us: 0 });
  const call = (after: number, state: string, code: number | string, who: string): Event => ({
    method: 'E_PBX_CALL',
    params: { ...common, state, direction: c.direction, src: c.from, dst: c.to, did: didOf(c), code, who, ...timed(after) },
  });
  const leg = (after: number, target: string, branch: number, code: number | string): Event => ({
    method: 'E_PBX_LEG',
    params: { ...common, leg: `${target}@${c.domain}`, code, branch, ...timed(after) },
  });
  return written([
    call(0, 'start', '', ''),
    ...c.legs.flatMap(({ target, after, code }, i) => [
      leg(after, target, i, 'INVITE'),
      ...(code === 486 ? [] : [leg(after, target, i, 180)]),
      ...(code === 200 && c.talk === 0 ? [] : [leg(code === 200 ? c.wait : after + 1, target, i, code)]),
    ]),
    call(2, 'ringing', 180, `${c.legs.at(-1)?.target}@${c.domain}`),
    ...(c.talk > 0 ? [call(c.wait, 'answered', 200, `${c.legs.at(-1)?.target}@${c.domain}`)] : []),
  ]);
}

/** The accounting that ends it. */
export function callEnds(c: MadeCall): string[] {
  const start = c.startedAt / 1_000;
  const stamp = (seconds: number) => `${Math.floor(start + seconds)}.000000`;
  const answered = c.talk > 0;
  const params = {
    ...{ callid: c.id, tenant: c.tenant, direction: c.direction, src: c.from, dst: c.to, did: didOf(c), method: 'INVITE', from_tag: 't' },
    ...{ rec: c.recorded === false ? 'none' : 'all', ts_invite: stamp(0), ts_ring: stamp(2), created: Math.floor(start) },
  };
  if (!answered)
    return written([{ method: 'E_ACC_EVENT', params: { ...params, sip_code: String(c.code ?? 487), time: Math.floor(start + c.wait) } }]);
  return written([
    {
      method: 'E_ACC_CDR',
      params: {
        ...params,
        ...{ sip_code: '200', time: Math.floor(start + c.wait), ms_duration: c.talk * 1_000, hangup: 'downstream' },
        ...{ answered_by: `${c.legs.at(-1)?.target}@${c.domain}`, ts_answer: stamp(c.wait), ts_end: stamp(c.wait + c.talk) },
      },
    },
  ]);
}

function didOf(c: MadeCall): string {
  return c.direction === 'in' ? c.to : '';
}

function written(events: Event[]): string[] {
  return events.map((event) => JSON.stringify({ jsonrpc: '2.0', ...event }));
}

/** A zone in which it is about noon: what happened an hour ago was today, whenever a test runs. */
export function noonZone(): string {
  const ahead = 12 - new Date().getUTCHours();
  return ahead === 0 ? 'Etc/GMT' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}
