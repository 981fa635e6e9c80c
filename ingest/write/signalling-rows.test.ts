import { expect, test } from 'vitest';
import type { HepPacket } from '../decode/hep3.ts';
import { parseSip } from '../decode/sip.ts';
import type { Place } from '../steps/place.ts';
import { RowSink } from './rowbinary.ts';
import { SignallingLines } from './signalling-rows.ts';

const PLACE = { receivedAt: 1_795_445_571_000 } as Place;

function note(
  lines: SignallingLines,
  start: string,
  more: { at?: number; from?: string; to?: string; via?: string; agent?: string } = {},
): void {
  const { at = 1_795_445_571_000_000, from = '101', to = '102', via = '192.0.2.1 192.0.2.2', agent = '' } = more;
  const text = [
    start,
    `From: <sip:${from}@h>;tag=a`,
    `To: <sip:${to}@h>`,
    'Call-ID: c',
    'CSeq: 1 INVITE',
    ...(agent === '' ? [] : [`User-Agent: ${agent}`]),
    '',
    '',
  ];
  const sip = parseSip(Buffer.from(text.join('\r\n')));
  if (typeof sip === 'string') throw new Error(sip);
  const [srcIp, dstIp] = via.split(' ');
  lines.note(PLACE, { srcIp, dstIp } as HepPacket, at, sip);
}

/** As the store reads a row. */
function row(user: string, at: number, method: string, code: number, agent: string, hosts: readonly string[]): Buffer {
  const s = new RowSink();
  s.str(user);
  s.u64(PLACE.receivedAt);
  s.u64(at);
  s.str('c');
  s.str(method);
  s.u16(code);
  s.str('101');
  s.str('102');
  s.str(agent);
  s.array<string>(hosts, (host) => s.str(host));
  s.endRow();
  return s.view();
}

test('hops and repetitions of a message are one line, with a row for each user and the earliest time', () => {
  const lines = new SignallingLines();
  const at = 1_795_445_571_000_000;
  note(lines, 'INVITE sip:7495@h SIP/2.0', { at: at + 5 });
  note(lines, 'INVITE sip:102@phone SIP/2.0', { at, via: '192.0.2.2 192.0.2.3', agent: 'Phone' });
  note(lines, 'SIP/2.0 180 Ringing', { at: at + 9 });
  const rows = lines.rows();
  expect(rows.rows).toBe(5);
  const hosts = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];
  const invite = ['101', '102', '7495'].map((user) => row(user, at, 'INVITE', 0, 'Phone', hosts));
  const ringing = ['101', '102'].map((user) => row(user, at + 9, 'INVITE', 180, '', hosts.slice(0, 2)));
  expect(rows.view()).toEqual(Buffer.concat([...invite, ...ringing]));
  expect(lines.rows().view()).toEqual(Buffer.concat([...invite, ...ringing]));
  lines.clear();
  expect(lines.rows().rows).toBe(0);
});

test('ACK and 100 are not searched; what names nobody has a row all the same', () => {
  const lines = new SignallingLines();
  note(lines, 'ACK sip:102@h SIP/2.0');
  note(lines, 'SIP/2.0 100 Trying');
  expect(lines.rows().rows).toBe(0);
  note(lines, 'OPTIONS sip:h SIP/2.0', { from: '', to: '' });
  expect(lines.rows().rows).toBe(1);
});

test('a Call-ID that names hundreds of users and hosts takes a few rows', () => {
  const lines = new SignallingLines();
  for (let i = 0; i < 300; i++) note(lines, `INVITE sip:${i}@h SIP/2.0`, { via: `10.0.0.${i % 250} 10.0.1.${i % 250}` });
  expect(lines.rows().rows).toBe(8);
});
