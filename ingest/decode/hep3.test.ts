import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { badHep, hep, rtcpHep } from '../../test/medium/fixtures.ts';
import { decodeHep3, encodeHep3, type HepPacket } from './hep3.ts';
import { parseSip } from './sip.ts';

interface Expectation {
  bad: { file: string; class: string }[];
}
const EXPECT = JSON.parse(readFileSync(new URL('../../test/fixtures/edge/hep-bad/expect.json', import.meta.url), 'utf8')) as Expectation;
const CLASSES: Record<string, string[]> = {
  'unsupported version or not HEP': ['not_hep', 'version'],
  'broken HEPv3 framing or missing mandatory chunk': ['framing', 'missing_chunk'],
  'framing is legal, content is not': ['content'],
};
const control = badHep('control-valid.bin');

/** What the decoder makes of bytes: a reason, or the parts of a SIP message. Must not throw. */
function outcome(bytes: Buffer): string {
  const packet = decodeHep3(bytes);
  if (typeof packet === 'string') return packet;
  const sip = parseSip(packet.payload);
  return typeof sip === 'string' ? sip : 'message';
}

test.each(EXPECT.bad.map((b): [string, string] => [b.file, b.class]))('%s is dropped as: %s', (file, kind) => {
  expect(CLASSES[kind]).toContain(outcome(badHep(file)));
  expect(outcome(control)).toBe('message');
});

test('HEP 1 is told from junk', () => {
  expect(decodeHep3(badHep('11-hepv1.bin'))).toBe('version');
  expect(decodeHep3(badHep('13-raw-sip.bin'))).toBe('not_hep');
});

test('no truncation of a valid packet is taken for a packet', () => {
  for (let n = 0; n < control.length; n++) expect(typeof decodeHep3(control.subarray(0, n)), `${n} bytes`).toBe('string');
});

test('every single-bit change gives a packet or a reason, and the next good packet is decoded', () => {
  const copy = Buffer.from(control);
  for (let bit = 0; bit < copy.length * 8; bit++) {
    const at = bit >> 3;
    copy[at] = (copy[at] as number) ^ (1 << (bit & 7));
    expect(typeof outcome(copy)).toBe('string');
    copy[at] = control[at] as number;
  }
  expect(outcome(control)).toBe('message');
});

test('random bytes and random changes never throw and never hang', () => {
  let state = 20_261_124;
  const next = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let i = 0; i < 20_000; i++) {
    const bytes = i % 2 === 0 ? Buffer.from(control) : Buffer.from(Array.from({ length: next(300) }, () => next(256)));
    if (i % 3 === 0) bytes.write('HEP3');
    for (let changes = next(12); changes > 0 && bytes.length > 0; changes--) bytes[next(bytes.length)] = next(256);
    if (i % 5 === 0 && bytes.length >= 6) bytes.writeUInt16BE(bytes.length, 4);
    expect(typeof outcome(bytes)).toBe('string');
  }
});

test('a chunk of length zero ends the packet, not the process', () => {
  const bytes = Buffer.concat([Buffer.from('HEP3'), Buffer.from([0, 20]), Buffer.alloc(14)]);
  expect(decodeHep3(bytes)).toBe('framing');
});

describe('real captures', () => {
  test('all packets of both transports are SIP of the Call-ID in their correlation chunk', () => {
    for (const packets of [hep('udp'), hep('tcp')]) {
      expect(packets).toHaveLength(532);
      for (const bytes of packets) {
        const packet = decodeHep3(bytes) as HepPacket;
        expect(typeof packet).toBe('object');
        expect(packet).toMatchObject({ type: 1, captureId: 2001, protocol: 17 });
        expect(parseSip(packet.payload)).toMatchObject({ callId: packet.correlationId });
      }
    }
  });

  test('RTCP of the media relay keeps its Call-ID and capture id', () => {
    for (const bytes of rtcpHep()) expect(decodeHep3(bytes)).toMatchObject({ type: 5, captureId: 2002, dstIp: '127.0.0.20' });
  });
});

test('what is encoded is decoded, bytes of UTF-8 and time included', () => {
  const fields = {
    srcIp: '10.1.2.3',
    srcPort: 5060,
    dstIp: '192.0.2.255',
    dstPort: 65_535,
    at: 1_795_445_573_058_598,
    type: 1,
    captureId: 7,
    correlationId: 'a@b',
    payload: Buffer.from('INVITE «Мария»'),
  };
  expect(decodeHep3(encodeHep3(fields))).toMatchObject({ ...fields, protocol: 17 });
});

test('IPv6 addresses are read and written as RFC 5952 says', () => {
  const six = (type: number, hex: string) => Buffer.concat([Buffer.from([0, 0, 0, type, 0, 22]), Buffer.from(hex, 'hex')]);
  const four = encodeHep3({ srcIp: '0.0.0.0', srcPort: 1, dstIp: '0.0.0.0', dstPort: 2, at: 1e12, type: 1, payload: Buffer.from('x') });
  // family 10, IPv4 chunks (types 3 and 4, right after family and protocol) replaced by IPv6 ones
  const rest = four.subarray(6 + 7 + 7 + 10 + 10);
  const body = Buffer.concat([
    Buffer.from([0, 0, 0, 1, 0, 7, 10, 0, 0, 0, 2, 0, 7, 17]),
    six(5, '20010db8000000000000000000000001'),
    six(6, '00000000000000000000000000000001'),
    rest,
  ]);
  const head = Buffer.alloc(6);
  head.write('HEP3');
  head.writeUInt16BE(body.length + 6, 4);
  expect(decodeHep3(Buffer.concat([head, body]))).toMatchObject({ srcIp: '2001:db8::1', dstIp: '::1' });
});
