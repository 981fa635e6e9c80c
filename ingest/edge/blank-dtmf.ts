import type { Channel } from '@callscope/core/bus/frames.ts';

/**
 * DTMF digits (card numbers, PINs) never reach the bus: in SIP INFO and NOTIFY with a body of digits each is overwritten
 * with `x`, lengths stay; a DTMF notification keeps what is known to be none. Digits inside RTP (RFC 4733) are not in HEP.
 * @returns the packets that may go on; one whose digits cannot be found is left out, and its sender's channel counts it
 */
export function blankDtmf(channel: Channel, packets: readonly Uint8Array[]): Uint8Array[] {
  const blank = channel === 'hep-udp' || channel === 'hep-tcp' ? blankHep : blankNotification;
  const passed: Uint8Array[] = [];
  for (const packet of packets) {
    const blanked = blank(packet);
    if (blanked !== null) passed.push(blanked);
  }
  return passed;
}

const HEP_HEADER = 6;
const CHUNK_HEADER = 6;
const PAYLOAD_CHUNK = 15;

/** Walks the chunks: a few byte compares for nearly every packet. null: not a whole packet, and it speaks of DTMF. */
function blankHep(packet: Uint8Array): Uint8Array | null {
  let out = packet;
  let at = isHep3(packet) ? HEP_HEADER : 0;
  while (at > 0 && at + CHUNK_HEADER <= packet.length) {
    const end = at + u16(packet, at + 4);
    if (end < at + CHUNK_HEADER || end > packet.length) break;
    if (u16(packet, at + 2) === PAYLOAD_CHUNK && mayCarryDigits(packet, at + CHUNK_HEADER, end)) {
      const blanked = blankSip(out, at + CHUNK_HEADER, end);
      if (blanked === null) return null;
      out = blanked;
    }
    at = end;
  }
  if (at === packet.length) return out;
  // the decoder will drop it, but its bytes would be on the bus until then
  return contentTypes(latin1(packet, 0, packet.length)).some(isOfDigits) ? null : packet;
}

const u16 = (b: Uint8Array, at: number) => ((b[at] as number) << 8) | (b[at + 1] as number);
const isHep3 = (b: Uint8Array) => b[0] === 0x48 && b[1] === 0x45 && b[2] === 0x50 && b[3] === 0x33;
const latin1 = (b: Uint8Array, at: number, end: number) => Buffer.from(b.buffer, b.byteOffset + at, end - at).toString('latin1');

/** INF… (digits go by INFO) or NOT… (NOTIFY: telephone-event, KPML), in any case, after empty lines. */
function mayCarryDigits(b: Uint8Array, at: number, end: number): boolean {
  let i = at;
  while (i < end && (b[i] as number) <= 0x20) i++;
  const word = ((b[i] as number) << 16) | ((b[i + 1] as number) << 8) | (b[i + 2] as number) | 0x202020;
  return i + 3 <= end && (word === 0x696e66 || word === 0x6e6f74);
}

const DTMF_TYPE = /dtmf|telephone-event|vnd\.[a-z0-9.+-]*digits|kpml/i;
const CONTENT_TYPE = /^(?:content-type|c)[ \t]*:(.*)$/gim;
/** RFC 3261, 7.3.1 */
const FOLD = /\r?\n[ \t]+/g;
const BODY = /\r\n\r\n|\n\n/;

/** Of a message and of the parts of its body. */
const contentTypes = (text: string) => Array.from(text.replace(FOLD, ' ').matchAll(CONTENT_TYPE), (header) => header[1] ?? '');
const isOfDigits = (type: string) => DTMF_TYPE.test(type);

/** The SIP message at these bytes, as a copy with its digits blanked. null: the body cannot be found. */
function blankSip(packet: Uint8Array, at: number, end: number): Uint8Array | null {
  const text = latin1(packet, at, end);
  const body = BODY.exec(text);
  const bodyAt = body ? body.index + body[0].length : text.length;
  const types = contentTypes(text);
  // an INFO with a body that it does not name may be anything
  const isNameless = types.length === 0 && bodyAt < text.length && /^\s*info/i.test(text);
  if (!isNameless && !types.some(isOfDigits)) return packet;
  if (!body) return null;
  const out = Buffer.from(packet);
  out.write(blankBody(text.slice(bodyAt)), at + bodyAt, 'latin1');
  return out;
}

const DURATION = /^[ \t]*duration[ \t]*[:=][ \t]*\d{1,6}[ \t]*$/i;
const KEY = /^[ \t]*(?:signal|digits?|d|event|duration|volume)[ \t]*[:=]/i;

/** application/dtmf-relay: "Signal=5\r\nDuration=160"; application/dtmf: the digits; vnd.nortelnetworks.digits: "d=5". */
function blankBody(body: string): string {
  // RFC 4733 events as bytes, or compressed: nothing in it can be told from a digit
  if (/[^\t\r\n -~]/.test(body)) return 'x'.repeat(body.length);
  return body.replace(/[^\r\n]+/g, (line) => {
    if (DURATION.test(line)) return line;
    const key = KEY.exec(line)?.[0] ?? '';
    return key + line.slice(key.length).replace(/[0-9A-D*#]/gi, 'x');
  });
}

const NOTIFICATION = 'E_RTPENGINE_NOTIFICATION';
/** what OpenSIPS' rtpengine module says of a digit, without the digit (`event`) */
const KEPT = ['callid', 'source_tag', 'tags', 'type', 'timestamp', 'source_ip', 'duration', 'volume'];

function blankNotification(packet: Uint8Array): Uint8Array | null {
  const b = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength);
  // the method's name can be written with escapes
  if (b.indexOf(NOTIFICATION) < 0 && b.indexOf('\\u') < 0) return packet;
  try {
    const event = JSON.parse(b.toString('utf8')) as { method?: unknown; params?: Record<string, unknown> };
    if (event.method !== NOTIFICATION) return packet;
    const params: Record<string, unknown> = { event: null };
    for (const name of KEPT) {
      const value = event.params?.[name];
      if (typeof value === 'string' || typeof value === 'number') params[name] = value;
    }
    return Buffer.from(JSON.stringify({ jsonrpc: '2.0', method: NOTIFICATION, params }));
  } catch {
    return null;
  }
}
