import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../medium/stack.ts';
import type { PhoneCall } from './dialog.ts';
import { type Edge, HOSTS, missing, startEdge } from './edge.ts';
import type { Phone } from './phone.ts';
import { wav } from './sound.ts';
import { type StoredCall, storedCall } from './stored-call.ts';

const lacking = missing('opensips', 'rtpengine');

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

describe.skipIf(lacking !== null)('calls through a real OpenSIPS and rtpengine', () => {
  let edge: Edge;
  let phones: Record<string, Phone>;
  let inbound: Phone;
  let outbound: Phone;
  let bravo: Phone;

  beforeAll(async () => {
    edge = await startEdge();
    phones = {};
    for (const user of ['101', '102', '103', '104', '105', '106']) phones[user] = await edge.phone(user);
    bravo = await edge.phone('201', 'bravo.pbx.test');
    await edge.phone('202', 'bravo.pbx.test');
    inbound = await edge.carrier(HOSTS.carrierIn, '79161234567');
    outbound = await edge.carrier(HOSTS.carrierOut, '0');
  });
  afterAll(() => edge?.end());

  const phone = (user: string) => phones[user] as Phone;
  /** Waits for the end that both sides see; an answered call is talked for a while and hung up by the caller. */
  const play = async (call: PhoneCall, talkMs = 200): Promise<PhoneCall> => {
    if ((await call.final) === 200) {
      await sleep(talkMs);
      call.bye();
      await call.ended;
    }
    return call;
  };
  const stored = (call: PhoneCall, tenant?: string) => storedCall(edge, call.callId, tenant);
  const legs = (call: StoredCall) => call.legs.map((l) => `${l.target} ${l.result}`).sort();

  it('an inbound call to an extension is answered, and told as the phones had it', async () => {
    const call = await play(inbound.call('74951000101'), 2_000);
    const talked = (call.endedAt - call.answeredAt) / 1000;
    const seen = await stored(call);
    expect(seen).toMatchObject({
      direction: 'in',
      result: 'answered',
      from: '79161234567',
      number: '74951000101',
      answeredBy: '101',
      hangupBy: 'caller',
      sipCode: 200,
      trunk: 'in',
    });
    expect(Math.abs(seen.talkSeconds - talked)).toBeLessThan(1);
  });

  it('a hunt group rings all, one takes it, the others are told as not taken', async () => {
    phone('102').manner = { answer: null };
    phone('104').manner = { answer: null };
    phone('103').manner = { ringMs: 400, answer: 200 };
    const seen = await stored(await play(inbound.call('74951000102')));
    expect(seen).toMatchObject({ result: 'answered', answeredBy: '103' });
    expect(seen.legs.map((l) => l.target).sort()).toEqual(['102', '103', '104']);
    expect(seen.legs.filter((l) => l.result === 'answered').map((l) => l.target)).toEqual(['103']);
  });

  it('a group that rings in turn goes on at a refusal, and then to where nobody took it', async () => {
    phone('105').manner = { answer: 486 };
    phone('101').manner = { answer: 603 };
    const seen = await stored(await play(phone('106').call('601')));
    expect(seen).toMatchObject({ direction: 'internal', result: 'answered', answeredBy: '79035550001' });
    expect(legs(seen)).toEqual(['101 rejected', '105 busy', '79035550001 answered']);
    phone('101').manner = { answer: 200 };
  });

  it('busy, no answer and no phone are forwarded, each to its own target', async () => {
    phone('105').manner = { answer: 486 };
    expect(await stored(await play(inbound.call('74951000104')))).toMatchObject({ result: 'answered', answeredBy: '106' });
    phone('105').manner = { answer: null };
    phone('103').manner = { answer: 200 };
    const late = await stored(await play(phone('101').call('105')));
    expect(late).toMatchObject({ result: 'answered', answeredBy: '103' });
    expect(late.legs.map((l) => l.target)).toEqual(['105', '103']);
    await phone('104').register(0);
    expect(await stored(await play(phone('101').call('104')))).toMatchObject({ result: 'answered', answeredBy: '106' });
    await phone('104').register();
  });

  it('an own number forwarded outside goes out by a trunk and stays one inbound call', async () => {
    const seen = await stored(await play(inbound.call('74951000103')));
    expect(seen).toMatchObject({ direction: 'in', result: 'answered', answeredBy: '79035550001', number: '74951000103', trunk: 'in' });
    expect(outbound.received.at(-1)?.callId).toBe(seen.id);
  });

  it('an outbound call goes to the trunk in international digits, the next trunk takes over a dead one', async () => {
    const seen = await stored(await play(phone('101').call('89035550002')));
    expect(seen).toMatchObject({
      direction: 'out',
      result: 'answered',
      from: '101',
      dialled: '79035550002',
      answeredBy: '79035550002',
      trunk: 'carrier',
    });
    expect(await stored(await play(phone('101').call('79035550090')))).toMatchObject({
      result: 'answered',
      answeredBy: '79035550090',
      trunk: 'carrier',
    });
  });

  it('refusals of phones, of the edge and of the carrier have the results of the contract', async () => {
    const results: [string, () => PhoneCall, number, string][] = [
      ['busy', () => phone('101').call('102'), 486, 'busy'],
      ['declined', () => phone('101').call('103'), 603, 'rejected'],
      ['480 from the phone', () => phone('101').call('106'), 480, 'unavailable'],
      ['unknown extension', () => phone('101').call('199'), 404, 'failed'],
      ['not registered', () => phone('101').call('107'), 480, 'unavailable'],
      ['do not disturb', () => phone('101').call('109'), 480, 'unavailable'],
      ['barred for the company', () => phone('101').call('78095550000'), 403, 'failed'],
      ['barred for all', () => phone('101').call('+8812345678'), 403, 'failed'],
      ['the far end is busy', () => phone('101').call('79035550003'), 486, 'busy'],
    ];
    phone('102').manner = { answer: 486 };
    phone('103').manner = { answer: 603 };
    phone('106').manner = { answer: 480 };
    outbound.manner = { answer: 486 };
    for (const [what, dial, code, result] of results) {
      const call = await play(dial());
      expect(call.code, what).toBe(code);
      expect(await stored(call), what).toMatchObject({ result, sipCode: code, answeredBy: null });
    }
    outbound.manner = { answer: 200 };
    phone('106').manner = { answer: 200 };
  });

  it('a caller who gives up while it rings is no_answer', async () => {
    phone('102').manner = { answer: null };
    const call = phone('101').call('102');
    await until('it rings', () => call.ringing);
    call.cancel();
    expect(await call.final).toBe(487);
    expect(await stored(call)).toMatchObject({ result: 'no_answer', sipCode: 487 });
  });

  it('an unknown number has no company; a stranger and a wrong password are security events', async () => {
    const call = await play(inbound.call('74959999999'));
    expect(call.code).toBe(404);
    await until('it is in the list of nobody', async () => {
      const page = await edge.stack.rest<{ data: StoredCall[] }>('GET', '/ops/calls?tenant=unassigned');
      return page.data.some((c) => c.id === call.callId && c.sipCode === 404);
    });
    expect((await play(phone('101').call('102', { password: 'wrong-password' }))).code).toBe(407);
    expect((await play(phone('101').call('102', { domain: 'nowhere.test' }))).code).toBe(403);
    expect(await phone('101').register(300, 'wrong-password')).toBe(401);
    await until('all three are told', async () => {
      const { data } = await edge.stack.rest<{ data: { what: string; domain: string; user: string }[] }>('GET', '/ops/security-events');
      const told = data.map((e) => `${e.what} ${e.user}@${e.domain}`);
      return ['INVITE 101@alfa.pbx.test', 'REGISTER 101@alfa.pbx.test', 'UNKNOWN_DOMAIN 101@nowhere.test'].every((t) => told.includes(t));
    });
  });

  it('limits of calls abroad and at a time refuse, emergency calls pass', async () => {
    const first = bravo.call('+4930123456');
    expect(await first.final).toBe(200);
    expect((await play(bravo.call('+4930123457'))).code).toBe(403);
    // two at a time: one goes on, one more may come
    const second = bravo.call('202');
    expect(await second.final).toBe(200);
    expect([500, 503]).toContain((await play(bravo.call('79035550001'))).code);
    const emergency = bravo.call('112');
    expect(await emergency.final).toBe(200);
    for (const call of [first, second, emergency]) {
      call.bye();
      await call.ended;
    }
    expect(await stored(emergency, 't2')).toMatchObject({ result: 'answered', dialled: '112', direction: 'out' });
    expect(await stored(first, 't2')).toMatchObject({ recording: { status: 'none', reason: 'policy_off' } });
  });

  it('hold and its end are told', async () => {
    const call = phone('101').call('106');
    await call.final;
    call.change('sendonly');
    await sleep(200);
    call.change('sendrecv');
    await sleep(200);
    await play(call);
    await stored(call);
    await until('both are among its events', async () => {
      const full = await edge.stack.rest<{ events: { method: string }[] }>('GET', `/tenants/t1/calls/${encodeURIComponent(call.callId)}`);
      return full.events.filter((e) => e.method === 'E_CALL_HOLD').length >= 2;
    });
  });

  it('a call is recorded from its answer with what the recorder needs, on demand once more, and the announcement is played', async () => {
    mkdirSync(join(edge.announcements, 't1'));
    writeFileSync(join(edge.announcements, 't1/notice.wav'), wav());
    await edge.sql.query("UPDATE pbx_companies SET announcement = 'notice.wav' WHERE tenant = 't1'");
    const callee = phone('106');
    const call = phone('101').call('106');
    await call.final;
    await until('both heard it', () => phone('101').heard > 5 && callee.heard > 5);
    await Promise.all([phone('101').speak(call, 25), callee.speak(callee.received.at(-1) as PhoneCall, 25)]);
    for (const cmd of ['stop', 'start'])
      await edge.miCall('evi:raise', { event: 'E_PBX_RECCMD', params: JSON.stringify({ cmd, callid: call.callId }) });
    await Promise.all([phone('101').speak(call, 10), callee.speak(callee.received.at(-1) as PhoneCall, 10)]);
    await play(call);
    const metadata = join(edge.spool, 'metadata');
    const mine = () => readdirSync(metadata).filter((f) => f.includes(encodeURIComponent(call.callId)));
    await until('two segments are complete', () => mine().length === 2);
    const said = mine().map((f) => {
      const hex = /[0-9a-f]{40,}/.exec(readFileSync(join(metadata, f), 'utf8').replace(/^.*\n/, ''))?.[0] ?? '';
      return JSON.parse(Buffer.from(hex, 'hex').toString('utf8')) as Record<string, unknown>;
    });
    expect(said.sort((a, b) => Number(a.segment) - Number(b.segment))).toEqual([
      { tenant: 't1', conversation: call.callId, segment: 1, reason: 'policy' },
      { tenant: 't1', conversation: call.callId, segment: 2, reason: 'demand' },
    ]);
    await stored(call);
    await until('the announcement is told', async () => {
      const full = await edge.stack.rest<{ events: { method: string; params: Record<string, unknown> }[] }>(
        'GET',
        `/tenants/t1/calls/${encodeURIComponent(call.callId)}`,
      );
      return full.events.some((e) => e.method === 'E_PBX_ANNOUNCEMENT' && e.params.caller === 'played' && e.params.callee === 'played');
    });
    await edge.sql.query("UPDATE pbx_companies SET announcement = NULL WHERE tenant = 't1'");
  });

  it('a restart in mid-call loses nothing: the call ends with its whole record', async () => {
    const call = phone('101').call('106');
    await call.final;
    await sleep(1_000);
    await edge.stopOpensips('SIGTERM');
    await edge.startOpensips();
    await play(call);
    const seen = await stored(call);
    expect(seen).toMatchObject({ result: 'answered', answeredBy: '106', from: '101' });
    expect(Math.abs(seen.talkSeconds - (call.endedAt - call.answeredAt) / 1000)).toBeLessThan(1);
  });

  it('a machine that dies: another one with its address and database has its phones and the calls in progress', async () => {
    const late = await edge.phone('107');
    await until('the registration is written away', async () => {
      const { rowCount } = await edge.sql.query("SELECT FROM edge.location WHERE username = '107'");
      return rowCount === 1;
    });
    const call = phone('101').call('106');
    await call.final;
    await until('the answered call is written', async () => {
      const { rowCount } = await edge.sql.query('SELECT FROM edge.dialog WHERE callid = $1 AND state = 4', [call.callId]);
      return rowCount === 1;
    });
    await edge.stopOpensips('SIGKILL');
    await edge.startOpensips();
    const other = phone('102').call('107');
    expect(await other.final).toBe(200);
    other.bye();
    await Promise.all([other.ended, late.received[0]?.ended]);
    await play(call);
    expect(await stored(call)).toMatchObject({ result: 'answered', answeredBy: '106', from: '101', hangupBy: 'caller' });
    expect(await stored(other)).toMatchObject({ result: 'answered', answeredBy: '107' });
  });
});
