import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { carryOut, type Edge } from '@callscope/opensips/agent/carry-out.ts';
import { NgClient } from '@callscope/opensips/agent/ng.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isThere, type OpenSips, startOpenSips, startSipp } from './edge-processes.ts';
import { freePort, until } from './stack.ts';

const hasAll = [isThere('opensips', 'OpenSIPS 4.0 of its vendor'), isThere('sipp', 'apt-get install sip-tester')].every(Boolean);
const ACCOUNT = '101@alfa.pbx.test';

describe.skipIf(!hasAll)('a real OpenSIPS told what to do', () => {
  let opensips: OpenSips;
  let edge: Edge;
  let phonePort = 0;
  let phone: { end(): Promise<void> };

  beforeAll(async () => {
    opensips = await startOpenSips();
    // no rtpengine: media is another test's
    edge = { mi: opensips.mi, clickMi: opensips.mi, ng: new NgClient('127.0.0.1', 9), since: new Date(), announcements: '/nowhere' };
    phonePort = await freePort();
    phone = startSipp('-sn', 'uas', '-p', String(phonePort));
  });
  afterAll(async () => {
    await phone?.end();
    await edge?.ng.close();
    await opensips?.end();
  });

  const register = (account: string) =>
    opensips.mi.ask(
      'usrloc:add',
      {
        ...{ table_name: 'location', aor: account, contact: `sip:101@127.0.0.1:${phonePort}`, expires: 3_600, q: '1.0' },
        ...{ flags: 0, cflags: 0, methods: 8_191 },
      },
      z.unknown(),
    );
  const calls = async () => {
    const answer = await carryOut(edge, { do: 'calls' });
    return answer.ok ? (answer.calls ?? []) : [];
  };

  test('says its version and since when it runs; rtpengine is said to be away', async () => {
    const answer = await carryOut(edge, { do: 'ping' });
    expect(answer).toMatchObject({ ok: true, state: { opensips: { version: expect.stringContaining('OpenSIPS') }, rtpengine: null } });
  });

  test('a reload puts what the tables say in force', async () => {
    const known = async () => JSON.stringify(await opensips.mi.ask('domain:dump', {}, z.unknown()));
    writeFileSync(
      join(opensips.tables, 'domain'),
      'id(int,auto) domain(string) attrs(string,null) accept_subdomain(int) last_modified(int) \n1:new.pbx.test::0:0\n',
    );
    expect(await known()).not.toContain('new.pbx.test');
    expect(await carryOut(edge, { do: 'reload', what: ['domain', 'dialplan', 'permissions'] })).toEqual({ ok: true });
    expect(await known()).toContain('new.pbx.test');
    // a module that this OpenSIPS has not loaded
    expect(await carryOut(edge, { do: 'reload', what: ['drouting'] })).toMatchObject({ ok: false });
  });

  test('a registration is kicked, and one that is not there is said so', async () => {
    await register(ACCOUNT);
    expect(await carryOut(edge, { do: 'kick', account: ACCOUNT })).toEqual({ ok: true });
    expect(await carryOut(edge, { do: 'kick', account: ACCOUNT })).toMatchObject({ ok: false, why: 'not_registered' });
  });

  test('a call is listed with its company, found, and hung up', async () => {
    // SIPp calls by the address that it sends to
    await register('101@127.0.0.1');
    expect(await calls()).toEqual([]);
    const options = ['-sn', 'uac', '-s', '101', '-m', '1', '-d', '120000', '-cid_str', 'call-%u@test', '-p', String(await freePort())];
    const caller = startSipp(...options, `127.0.0.1:${opensips.sipPort}`);
    try {
      await until('the call is answered', async () => (await calls()).some(({ state }) => state === 'talking'));
      const [call] = await calls();
      expect(call).toMatchObject({ tenant: 't1', state: 'talking' });
      const callId = call?.callId ?? '';
      expect(await carryOut(edge, { do: 'find', callId })).toEqual({ ok: true });
      expect(await carryOut(edge, { do: 'find', callId: 'nobody@nowhere' })).toMatchObject({ ok: false, why: 'unknown_call' });
      expect(await carryOut(edge, { do: 'hangup', callId })).toEqual({ ok: true });
      await until('the call is gone', async () => (await calls()).length === 0);
      expect(await carryOut(edge, { do: 'hangup', callId })).toMatchObject({ ok: false, why: 'unknown_call' });
    } finally {
      await caller.end();
    }
  });
});
