import { readdirSync } from 'node:fs';
import { decodeHep3, encodeHep3, HEP_RTCP, HEP_SIP, type HepPacket } from '@callscope/ingest/decode/hep3.ts';
import { badHep, hep, rtcpHep } from '../medium/fixtures.ts';
import type { Random } from '../simulation/generator/random.ts';
import { Decoding } from './decoded.ts';
import { mutated } from './mutation.ts';
import type { Target } from './target.ts';

const words = (list: readonly string[]) => list.map((word) => Buffer.from(word, 'latin1'));
const payloads = (packets: readonly Buffer[]) => packets.map((packet) => (decodeHep3(packet) as HepPacket).payload);

const HEP_WORDS = [
  'HEP3',
  'HEP3\0\0',
  '\0\0\0\x01\0\x07\x02',
  '\0\0\0\x0f\0\x06',
  '\0\0\0\x0f\xff\xff',
  '\0\0\0\x10\0\x0a',
  '\0\0\0\x05\0\x16',
  '\x01\x02\0\x11',
];
const SIP_WORDS = [
  ...['\r\n', '\r\n\r\n', '\n', '\r\n ', '\r\n\t', ': ', ',', ';', ';tag=', '"', '\\"', '<', '>', '@', '%', '%00', '%2', '\0', '\xff'],
  ...['SIP/2.0 ', 'SIP/2.0 200 OK', 'INVITE', 'INFO', 'NOTIFY', 'REGISTER', 'BYE', 'REFER', 'Call-ID: ', 'i:', 'From: <sip:', 't: '],
  ...[
    'Via: SIP/2.0/UDP ',
    ';branch=z9hG4bK',
    'CSeq: 4294967296 INVITE',
    'CSeq: -1 BYE',
    'Content-Length: -1',
    'Content-Length: 99999999999',
  ],
  ...[
    'Content-Type: application/dtmf-relay',
    'Content-Type: multipart/mixed;boundary=',
    'Signal=5\r\nDuration=',
    'Replaces: ',
    'Refer-To: ',
  ],
  ...[
    'Authorization: Digest response="',
    'Authorization: Digest response="\\',
    'a=crypto:1 X inline:',
    'Diversion: <sip:',
    'Contact: *',
    'sip:[::1',
  ],
];
const RTCP_WORDS = [
  '\x80\xc8',
  '\x81\xc9',
  '\x9f\xc9',
  '\x80\xcf',
  '\x07\0\0\x08',
  '\x07\0\xff\xff',
  '{"type":200',
  '"report_blocks":[',
  '"ssrc":1e999',
  '{"a":',
  'null',
  '-1',
];

/** Every datagram that may come to HEP_PORT. */
export function hepTarget(): Target {
  const hostile = readdirSync(new URL('../fixtures/edge/hep-bad/', import.meta.url)).filter((file) => file.endsWith('.bin'));
  const real = [...hep('udp'), ...rtcpHep(), ...hostile.map(badHep)];
  const decoding = new Decoding();
  return {
    input: (random) =>
      random.chance(0.3) ? ofChunks(random, real) : lengthSaid(mutated(random.pick(real), real, words(HEP_WORDS), random), random),
    fate: (input) => decoding.fate('hep-udp', input),
  };
}

/** A header that says how long the packet is, so that what is behind it is looked at; not always. */
function lengthSaid(packet: Buffer, random: Random): Buffer {
  if (packet.length >= 6 && random.chance(0.95)) packet.writeUInt16BE(packet.length & 0xffff, 4);
  return packet;
}

/** The chunks of a real packet: changed inside, left out, doubled, others between them, with lengths that are nearly always true. */
function ofChunks(random: Random, real: readonly Buffer[]): Buffer {
  const chunks = chunksOf(random.pick(real)).flatMap((chunk) => {
    if (random.chance(0.9)) return [chunk];
    switch (random.int(0, 3)) {
      case 0:
        return [];
      case 1:
        return [chunk, chunk];
      case 2:
        return [chunk, chunkOf(random.int(0, 0x30), Buffer.from(random.hex(2 * random.int(0, 20)), 'hex'))];
      default:
        return [chunkOf(chunk.readUInt16BE(2), mutated(chunk.subarray(6), real, words(HEP_WORDS), random))];
    }
  });
  if (random.chance(0.05)) random.pick(chunks)?.writeUInt16BE(random.int(0, 65_535), random.pick([0, 4]));
  return lengthSaid(Buffer.concat([Buffer.from('HEP3\0\0'), ...chunks]), random);
}

function chunkOf(type: number, body: Buffer): Buffer {
  const chunk = Buffer.alloc(6 + body.length);
  chunk.writeUInt16BE(type, 2);
  chunk.writeUInt16BE(chunk.length & 0xffff, 4);
  body.copy(chunk, 6);
  return chunk;
}

/** As far as they can be told apart. */
function chunksOf(packet: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 6; at + 6 <= packet.length; ) {
    const length = Math.max(6, packet.readUInt16BE(at + 4));
    chunks.push(Buffer.from(packet.subarray(at, at + length)));
    at += length;
  }
  return chunks.filter((chunk) => chunk.length >= 6);
}

const inHep = (type: number, payload: Buffer) =>
  encodeHep3({
    srcIp: '10.0.0.1',
    srcPort: 5060,
    dstIp: '10.0.0.2',
    dstPort: 5060,
    at: 1_795_445_600_000_000,
    type,
    captureId: 7,
    correlationId: 'c',
    payload,
  });

/** A HEP packet holds 65,535 bytes with its header and chunks. */
const ROOM = 65_000;

/** SIP in packets that are right: messages of phones and carriers, changed, and made of lines in any order. */
export function sipTarget(): Target {
  const real = payloads(hep('udp'));
  const lines = [...new Set(real.flatMap((message) => message.toString('latin1').split('\r\n')))];
  const decoding = new Decoding();
  return {
    input: (random) => {
      const made = () =>
        Buffer.from(Array.from({ length: random.int(0, 40) }, () => random.pick(lines)).join(random.chance(0.9) ? '\r\n' : '\n'), 'latin1');
      const message = random.chance(0.2) ? made() : random.pick(real);
      return mutated(message, real, words(SIP_WORDS), random).subarray(0, ROOM);
    },
    fate: (input) => decoding.fate('hep-tcp', inHep(HEP_SIP, input)),
  };
}

/** RTCP of the media relay (JSON) and of phones (RFC 3550, RFC 3611). */
export function rtcpTarget(): Target {
  const binary = Buffer.alloc(8 + 24 * 3 + 44);
  binary.set([0x83, 201, 0, 19]);
  binary.set([0x80, 207, 0, 10], 80);
  binary.set([7, 0, 0, 8], 88);
  const real = [...payloads(rtcpHep()), binary];
  const decoding = new Decoding();
  return {
    input: (random) => mutated(random.chance(0.5) ? binary : random.pick(real), real, words(RTCP_WORDS), random).subarray(0, ROOM),
    fate: (input) => decoding.fate('hep-udp', inHep(HEP_RTCP, input)),
  };
}
