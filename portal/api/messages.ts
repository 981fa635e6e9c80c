import { isIPv6 } from 'node:net';
import type { SipMessageRow } from '@callscope/analytics/run/raw.ts';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { isSip } from '../calls/ladder.ts';
import { addressOf } from '../calls/lanes.ts';
import { transportOf } from '../calls/sip.ts';

const messageSchema = z
  .object({
    at: z.string().describe('RFC 3339 in UTC, microseconds'),
    src: z.string(),
    dst: z.string(),
    transport: z.string(),
    method: z.string(),
    code: z.number().int().nullable(),
    cseq: z.number().int(),
    text: z.string(),
  })
  .openapi('SipMessage');

/** ISO time with microseconds: two messages of one call are often less than a millisecond apart */
const isoMicro = (us: number) => `${new Date(Math.floor(us / 1_000)).toISOString().slice(0, -1)}${String(us % 1_000).padStart(3, '0')}Z`;

function messageJson(m: SipMessageRow): z.output<typeof messageSchema> {
  return {
    at: isoMicro(m.at),
    src: addressOf(m.srcIp, m.srcPort),
    dst: addressOf(m.dstIp, m.dstPort),
    transport: transportOf(m.protocol),
    method: m.method,
    code: m.code || null,
    cseq: m.cseq,
    text: m.payload.toString('utf8'),
  };
}

function messagesText(messages: readonly SipMessageRow[]): string {
  return messages
    .map(
      (m) =>
        `${isoMicro(m.at)} ${addressOf(m.srcIp, m.srcPort)} -> ${addressOf(m.dstIp, m.dstPort)} ${transportOf(m.protocol)}\n${m.payload.toString('utf8').replaceAll('\r\n', '\n').trimEnd()}\n`,
    )
    .join('\n');
}

export const messageFormat = z.enum(['json', 'text', 'pcap'], 'json, text or pcap').default('json');
export type MessageFile = 'text' | 'pcap';
export const messageContent = {
  'application/json': { schema: z.object({ data: z.array(messageSchema) }) },
  'text/plain': { schema: z.string() },
  'application/vnd.tcpdump.pcap': { schema: z.string().openapi({ format: 'binary' }) },
};

/** Messages as they were asked for. @param id what the file is called by */
export function messageAnswer(c: Context, messages: readonly SipMessageRow[], format: 'json' | MessageFile, id: string) {
  if (format === 'text') return c.text(messagesText(messages), 200);
  if (format === 'pcap') return c.body(messagesPcap(messages), 200, fileHeaders(id, format));
  return c.json({ data: messages.map(messageJson) }, 200);
}

/** The same as a file of a page. */
export function messageFile(messages: readonly SipMessageRow[], format: MessageFile, id: string): Response {
  const body = format === 'text' ? messagesText(messages) : messagesPcap(messages);
  return new Response(body, { headers: { ...fileHeaders(id, format), 'cache-control': 'no-store' } });
}

const fileHeaders = (id: string, format: MessageFile) => ({
  'content-type': format === 'text' ? 'text/plain; charset=utf-8' : 'application/vnd.tcpdump.pcap',
  'content-disposition': `attachment; filename="${id.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 150)}.${format === 'text' ? 'txt' : 'pcap'}"`,
});

const LINKTYPE_RAW = 101;

/**
 * A capture file (libpcap format 2.4, microseconds) of raw IP packets. Whatever carried a message, it is shown as one UDP
 * datagram: only so do analysers read each message by itself. Lines of a log are none.
 */
function messagesPcap(messages: readonly SipMessageRow[]): Uint8Array<ArrayBuffer> {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(262_144, 16);
  head.writeUInt32LE(LINKTYPE_RAW, 20);
  const parts: Buffer[] = [head];
  for (const m of messages.filter(isSip)) {
    const packet = ipPacket(m);
    const record = Buffer.alloc(16);
    record.writeUInt32LE(Math.floor(m.at / 1_000_000), 0);
    record.writeUInt32LE(m.at % 1_000_000, 4);
    record.writeUInt32LE(packet.length, 8);
    record.writeUInt32LE(packet.length, 12);
    parts.push(record, packet);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function ipPacket(m: SipMessageRow): Buffer {
  const six = isIPv6(m.srcIp) || isIPv6(m.dstIp);
  const ipLength = six ? 40 : 20;
  // an IP packet holds 65,535 bytes
  const payload = m.payload.subarray(0, 65_535 - 8 - ipLength);
  const udpLength = 8 + payload.length;
  const b = Buffer.alloc(ipLength + udpLength);
  if (six) {
    b[0] = 0x60;
    b.writeUInt16BE(udpLength, 4);
    b[6] = 17;
    b[7] = 64;
    b.set(ipv6Bytes(m.srcIp), 8);
    b.set(ipv6Bytes(m.dstIp), 24);
  } else {
    b[0] = 0x45;
    b.writeUInt16BE(b.length, 2);
    b[8] = 64;
    b[9] = 17;
    b.set(m.srcIp.split('.').map(Number), 12);
    b.set(m.dstIp.split('.').map(Number), 16);
    b.writeUInt16BE(checksum(b.subarray(0, 20)), 10);
  }
  b.writeUInt16BE(m.srcPort, ipLength);
  b.writeUInt16BE(m.dstPort, ipLength + 2);
  b.writeUInt16BE(udpLength, ipLength + 4);
  payload.copy(b, ipLength + 8);
  // over IPv6 the checksum is not optional (RFC 8200, 8.1); over IPv4 zero means none
  if (six) b.writeUInt16BE(udp6Checksum(b, udpLength), ipLength + 6);
  return b;
}

/** Internet checksum (RFC 1071). */
function checksum(b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < b.length; i += 2) sum += ((b[i] as number) << 8) | (b[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function udp6Checksum(packet: Buffer, udpLength: number): number {
  const pseudo = Buffer.alloc(40 + udpLength);
  packet.copy(pseudo, 0, 8, 40);
  pseudo.writeUInt32BE(udpLength, 32);
  pseudo[39] = 17;
  packet.copy(pseudo, 40, 40);
  return checksum(pseudo) || 0xffff;
}

function ipv6Bytes(text: string): Uint8Array {
  const out = new Uint8Array(16);
  if (!isIPv6(text)) {
    // ::ffff:a.b.c.d
    out.set([255, 255, ...text.split('.').map(Number)], 10);
    return out;
  }
  const [left = '', right] = text.split('::');
  const groups = (part: string) =>
    part === '' ? [] : part.split(':').flatMap((g) => (g.includes('.') ? ipv4Groups(g) : [Number.parseInt(g, 16)]));
  const front = groups(left);
  const back = right === undefined ? [] : groups(right);
  const all = [...front, ...new Array<number>(Math.max(0, 8 - front.length - back.length)).fill(0), ...back];
  all.slice(0, 8).forEach((g, i) => {
    out[i * 2] = g >> 8;
    out[i * 2 + 1] = g & 255;
  });
  return out;
}

function ipv4Groups(text: string): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
  return [(a << 8) | b, (c << 8) | d];
}
