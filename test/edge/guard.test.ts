import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../medium/stack.ts';
import { type Edge, missing, startEdge } from './edge.ts';
import { Phone } from './phone.ts';

const lacking = missing('opensips', 'rtpengine', 'sipp');

/** One request a call, whatever is answered: what somebody sends who tries passwords or numbers. */
const scenario = (method: string, header: string) => `<?xml version="1.0" encoding="UTF-8" ?>
<scenario name="${method}">
<send><![CDATA[
${method} sip:[field0]@alfa.pbx.test SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:[field0]@alfa.pbx.test>;tag=[call_number]
To: <sip:[field0]@alfa.pbx.test>
Call-ID: [call_id]
CSeq: 1 ${method}
Contact: <sip:[field0]@[local_ip]:[local_port]>
${header}Content-Length: 0

]]></send>
<pause milliseconds="100"/>
</scenario>
`;
/** Asks for a challenge and answers it wrongly, as who guesses passwords must. */
const GUESS = scenario('REGISTER', '').replace(
  '<pause milliseconds="100"/>',
  `<recv response="401" auth="true"/>
<send><![CDATA[
REGISTER sip:[field0]@alfa.pbx.test SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:[field0]@alfa.pbx.test>;tag=[call_number]
To: <sip:[field0]@alfa.pbx.test>
Call-ID: [call_id]
CSeq: 2 REGISTER
Contact: <sip:[field0]@[local_ip]:[local_port]>
[field1]
Content-Length: 0

]]></send>
<pause milliseconds="100"/>`,
);

describe.skipIf(lacking !== null)('who must not come in', () => {
  let edge: Edge;
  let dir: string;
  let caller: Phone;

  beforeAll(async () => {
    edge = await startEdge({ EDGE_BAN_FAILURES: '20', EDGE_FLOOD_REQUESTS: '400', EDGE_BAN_SECONDS: '600' });
    dir = mkdtempSync(join(tmpdir(), 'callscope-sipp-'));
    writeFileSync(
      join(dir, 'numbers.csv'),
      `SEQUENTIAL\n${['101', '102', '103'].map((user) => `${user};[authentication username=${user} password=guessed]\n`).join('')}`,
    );
    caller = await edge.phone('101');
    await edge.phone('106');
  });
  afterAll(async () => {
    await edge?.end();
    if (dir) rmSync(dir, { recursive: true, force: true });
  });

  /** ends by itself; what it counts as failed does not matter */
  const attack = (host: string, name: string, text: string, rate: number, count: number): Promise<void> => {
    const file = join(dir, `${name}.xml`);
    writeFileSync(file, text);
    const args = ['-sf', file, '-inf', join(dir, 'numbers.csv'), '-i', host, '-p', '5060', '-r', String(rate), '-m', String(count)];
    return new Promise((done) =>
      execFile(
        'sipp',
        [...args, '-nostdin', '-recv_timeout', '1000', '-timeout', '20', `${edge.sip.host}:${edge.sip.port}`],
        { cwd: dir, timeout: 30_000, killSignal: 'SIGKILL' },
        () => done(),
      ),
    );
  };
  const told = async (what: string, host: string) => {
    const { data } = await edge.stack.rest<{ data: { what: string; source: string }[] }>('GET', '/ops/security-events?limit=1000');
    return data.filter((e) => e.what === what && e.source.startsWith(`${host}:`)).length;
  };
  const works = async () => {
    const call = caller.call('106');
    expect(await call.final).toBe(200);
    call.bye();
    await call.ended;
  };
  /** a right password from a banned address is not even answered */
  const silent = async (host: string) => {
    const phone = await new Phone({ host, port: 5061 }, edge.sip, '102', 'alfa.pbx.test', 'whatever').open();
    await expect(phone.register()).rejects.toThrow(/no answer/);
    phone.close();
  };

  it('wrong passwords at 50/s are told, counted and banned by rule, others call on', async () => {
    const running = attack('127.5.9.1', 'passwords', GUESS, 50, 150);
    await works();
    await running;
    await until('the ban is told', async () => (await told('BANNED', '127.5.9.1')) === 1);
    // each attempt up to the ban, and none after it
    const attempts = await told('REGISTER', '127.5.9.1');
    expect(attempts).toBeGreaterThanOrEqual(15);
    expect(attempts).toBeLessThanOrEqual(25);
    await silent('127.5.9.1');
    await works();
  });

  it('an INVITE flood from one address is cut off and told once, others call on', async () => {
    const running = attack('127.5.9.2', 'flood', scenario('INVITE', ''), 400, 1_600);
    await works();
    await running;
    await until('the flood is told', async () => (await told('FLOOD', '127.5.9.2')) >= 1);
    expect(await told('FLOOD', '127.5.9.2')).toBe(1);
    await silent('127.5.9.2');
    await works();
  });

  it('a scanner is banned by its name', async () => {
    await attack('127.5.9.3', 'scanner', scenario('OPTIONS', 'User-Agent: friendly-scanner\n'), 1, 1);
    await until('it is told', async () => (await told('SCANNER', '127.5.9.3')) === 1);
    await silent('127.5.9.3');
  });

  it('malformed SIP and names that try the database are refused, and the edge goes on', async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((done) => socket.bind(0, '127.5.9.4', done));
    const { port } = socket.address();
    const replies: string[] = [];
    socket.on('message', (data) => replies.push(data.toString('utf8').split('\r\n')[0] ?? ''));
    const request = (user: string, to: string) =>
      `INVITE sip:${to}@alfa.pbx.test SIP/2.0\r\nVia: SIP/2.0/UDP 127.5.9.4:${port};branch=z9hG4bK${Math.random()};rport\r\nMax-Forwards: 70\r\n` +
      `From: <sip:${user}@alfa.pbx.test>;tag=x\r\nTo: <sip:${to}@alfa.pbx.test>\r\nCall-ID: ${Math.random()}\r\nCSeq: 1 INVITE\r\n` +
      `Contact: <sip:x@127.5.9.4:${port}>\r\nContent-Length: 0\r\n\r\n`;
    const packets = [
      '',
      '\r\n\r\n\r\n',
      'INVITE',
      'INVITE sip: SIP/2.0\r\n\r\n',
      `${'A'.repeat(60_000)}\r\n\r\n`,
      'SIP/2.0 200 OK\r\nCall-ID: x\r\n\r\n',
      'INVITE sip:101@alfa.pbx.test SIP/2.0\r\nVia: \r\nFrom: \r\nTo: \r\nCSeq: INVITE\r\nContent-Length: -1\r\n\r\n',
      Buffer.from(Array.from({ length: 1_200 }, (_, i) => (i * 37) % 256)),
      request("101'--", '102'),
      request('101', "1'%20OR%20'1"),
      request("x');DROP%20TABLE%20location;--", '102'),
      request('', '102').replace('sip:@', 'sip:'),
    ];
    for (const packet of packets) socket.send(packet, edge.sip.port, edge.sip.host);
    await until('the four that can be read are refused', () => replies.filter((r) => /^SIP\/2\.0 40[34]/.test(r)).length >= 4);
    socket.close();
    await works();
    expect((await edge.sql.query('SELECT FROM edge.location')).rowCount).toBeGreaterThan(0);
  });
});
