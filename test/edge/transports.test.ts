import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket as TcpSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, until } from '../medium/stack.ts';
import { type Edge, HOSTS, missing, startEdge } from './edge.ts';
import { operatorTrunks, PASSWORD } from './provisioning.ts';
import { digest, header, headers, parseSip, type SipMessage, token, writeSip } from './sip.ts';

const lacking = missing('opensips', 'rtpengine', 'openssl');

describe.skipIf(lacking !== null)('ways into the edge and out of it', () => {
  let edge: Edge;
  let dir: string;
  const ports = { tls: 0, ws: 0, wss: 0 };

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'callscope-tls-'));
    const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=edge.test', '-keyout', key, '-out', cert],
      {
        stdio: 'ignore',
      },
    );
    for (const name of ['tls', 'ws', 'wss'] as const) ports[name] = await freePort();
    edge = await startEdge({
      EDGE_TLS_CERT: cert,
      EDGE_TLS_KEY: key,
      EDGE_TLS_PORT: String(ports.tls),
      EDGE_WS_PORT: String(ports.ws),
      EDGE_WSS_PORT: String(ports.wss),
    });
  });
  afterAll(async () => {
    await edge?.end();
    if (dir) rmSync(dir, { recursive: true, force: true });
  });

  /** Registers over a stream: asked for a password, then let in. @returns both codes */
  const register = async (socket: TcpSocket, transport: string, user: string): Promise<number[]> => {
    const web = transport.startsWith('ws');
    let data = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      data = Buffer.concat([data, chunk]);
    });
    const next = async (pattern: RegExp): Promise<string> => {
      let found = '';
      await until(`${transport} answers`, () => {
        found = pattern.exec(data.toString('latin1'))?.[0] ?? '';
        return found !== '';
      });
      data = Buffer.alloc(0);
      return found;
    };
    if (web) {
      const lines = [
        'GET / HTTP/1.1',
        'Host: edge.test',
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Origin: https://edge.test',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Protocol: sip',
      ];
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
      await next(/HTTP\/1\.1 101[\s\S]*?\r\n\r\n/);
    }
    const callId = token();
    const ask = async (cseq: number, authorization: string): Promise<SipMessage> => {
      const message = writeSip('REGISTER sip:alfa.pbx.test SIP/2.0', [
        ['Via', `SIP/2.0/${transport.toUpperCase()} phone.invalid;branch=z9hG4bK${token()}`],
        ['Max-Forwards', '70'],
        ['From', `<sip:${user}@alfa.pbx.test>;tag=${token()}`],
        ['To', `<sip:${user}@alfa.pbx.test>`],
        ['Call-ID', callId],
        ['CSeq', `${cseq} REGISTER`],
        ['Contact', `<sip:${user}@phone.invalid;transport=${transport}>`],
        ['Expires', '300'],
        ...(authorization === '' ? [] : [['Authorization', authorization] as [string, string]]),
      ]);
      socket.write(web ? frame(message) : message);
      return parseSip(await next(/SIP\/2\.0 \d{3}[\s\S]*?\r\n\r\n/)) as SipMessage;
    };
    const first = await ask(1, '');
    const second = await ask(2, digest(header(first, 'www-authenticate'), 'REGISTER', 'sip:alfa.pbx.test', user, PASSWORD));
    socket.destroy();
    return [first.code, second.code];
  };

  it('phones register over TCP, TLS, WS and WSS', async () => {
    const { host, port } = edge.sip;
    const opened = (socket: TcpSocket, event: string) =>
      new Promise<TcpSocket>((done, failed) => socket.once(event, () => done(socket)).once('error', failed));
    const tls = (p: number) => opened(connectTls({ host, port: p, rejectUnauthorized: false }), 'secureConnect');
    expect(await register(await opened(connect(port, host), 'connect'), 'tcp', '101')).toEqual([401, 200]);
    expect(await register(await tls(ports.tls), 'tls', '102')).toEqual([401, 200]);
    expect(await register(await opened(connect(ports.ws, host), 'connect'), 'ws', '103')).toEqual([401, 200]);
    expect(await register(await tls(ports.wss), 'wss', '104')).toEqual([401, 200]);
  });

  it('the edge registers with a carrier and answers its challenge to a call', async () => {
    const carrier = await Carrier.open(HOSTS.carrierOut, 5070);
    const base = operatorTrunks({ from: HOSTS.carrierIn, host: HOSTS.carrierOut, port: 5060 }, 5999) as {
      trunks: object[];
      routes: object[];
    };
    await edge.stack.rest('PUT', '/ops/trunks', {
      ...base,
      trunks: [
        ...base.trunks,
        {
          id: 'signed-in',
          kind: 'registration',
          direction: 'both',
          host: HOSTS.carrierOut,
          port: 5070,
          addresses: [HOSTS.carrierOut],
          username: 'line7',
          secret: 'secret-of-line7',
          edgeAddress: `${HOSTS.edge}:5060`,
        },
      ],
      routes: [...base.routes, { prefix: '7495', through: ['signed-in'] }],
    });
    for (const command of ['drouting:reload', 'permissions:address_reload', 'uac_registrant:reload']) await edge.miCall(command);
    await until('the carrier has the registration', () => carrier.registered, 60_000);
    const phone = await edge.phone('106');
    const call = phone.call('74957770000');
    expect(await call.final).toBe(486);
    expect(carrier.dialled).toBe('74957770000');
    await carrier.close();
  });
});

/** A text frame of a client (RFC 6455, 5.2), masked with zeros. */
function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt8(0x81, 0);
  head.writeUInt8(0x80 | 126, 1);
  head.writeUInt16BE(message.length, 2);
  return Buffer.concat([head, message]);
}

/** A carrier that wants a password for each registration and call, checks it, and is busy. */
class Carrier {
  registered = false;
  dialled = '';
  readonly #socket: Socket = createSocket('udp4');

  static async open(host: string, port: number): Promise<Carrier> {
    const carrier = new Carrier();
    await new Promise<void>((done, failed) => carrier.#socket.once('error', failed).bind(port, host, done));
    carrier.#socket.on('message', (data, from) => {
      const m = parseSip(data.toString('utf8'));
      if (!m || m.method === '' || m.method === 'ACK') return;
      const invite = m.method === 'INVITE';
      const given = header(m, invite ? 'proxy-authorization' : 'authorization');
      const challenge = 'Digest realm="carrier.test", nonce="abcdef", algorithm=MD5';
      const uri = /uri="([^"]*)"/.exec(given)?.[1] ?? '';
      const wanted = /response="[^"]*"/.exec(digest(challenge, m.method, uri, 'line7', 'secret-of-line7'))?.[0] ?? '';
      const right = given.includes(wanted) && given !== '';
      const code = m.method === 'OPTIONS' ? 200 : right ? (invite ? 486 : 200) : invite ? 407 : 401;
      if (right && !invite) carrier.registered = true;
      if (right && invite) carrier.dialled = /sip:([^@]*)@/.exec(m.uri)?.[1] ?? '';
      const copied = (name: string) => headers(m, name).map((v): [string, string] => [name, v]);
      carrier.#socket.send(
        writeSip(`SIP/2.0 ${code} So`, [
          ...copied('via'),
          ['From', header(m, 'from')],
          ['To', `${header(m, 'to')};tag=c`],
          ['Call-ID', header(m, 'call-id')],
          ['CSeq', header(m, 'cseq')],
          ...(code === 200 ? copied('contact') : []),
          ...(code === 401 || code === 407
            ? [[code === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate', challenge] as [string, string]]
            : []),
        ]),
        from.port,
        from.address,
      );
    });
    return carrier;
  }

  close(): Promise<void> {
    return new Promise((done) => this.#socket.close(done));
  }
}
