import type { Channel } from '@callscope/core/bus/frames.ts';

/**
 * DTMF digits (card numbers, PINs) never reach the bus: the digit of a SIP INFO body is overwritten with `x`, the
 * `event` of a DTMF notification with null. Digits inside RTP (RFC 4733) are not in HEP.
 */
export function blankDtmf(channel: Channel, packets: Uint8Array[]): Uint8Array[] {
  for (let i = 0; i < packets.length; i++) {
    const packet = packets[i] as Uint8Array;
    const blanked = channel === 'hep-udp' || channel === 'hep-tcp' ? blankSipInfo(packet) : blankNotification(packet);
    if (blanked !== packet) packets[i] = blanked;
  }
  return packets;
}

const INFO = Buffer.from('INFO ');
const DTMF = /^(?:content-type|c)[ \t]*:[ \t]*(?:application|audio|text)\/[a-z0-9.+-]*(?:dtmf|telephone-event)/im;

function blankSipInfo(packet: Uint8Array): Uint8Array {
  const b = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength);
  // one native search decides for nearly every packet
  if (b.indexOf(INFO) < 0) return packet;
  const text = b.toString('latin1');
  const type = DTMF.exec(text);
  if (!type) return packet;
  const bodyAt = text.indexOf('\r\n\r\n', type.index);
  if (bodyAt < 0) return packet;
  const out = Buffer.from(b);
  const body = text.slice(bodyAt + 4);
  // application/dtmf-relay: "Signal=5\r\nDuration=160"; application/dtmf: the bare digit; also "Signal: 5", "d=5"
  const keyed = /(^|[\r\n])([ \t]*(?:signal|d|digit|event)[ \t]*[=:][ \t]*)([0-9A-D*#,]+)/gi;
  let found = false;
  for (let m = keyed.exec(body); m; m = keyed.exec(body)) {
    found = true;
    const at = bodyAt + 4 + m.index + (m[1] ?? '').length + (m[2] ?? '').length;
    out.fill('x', at, at + (m[3] ?? '').length);
  }
  if (!found) {
    const bare = /^[ \t\r\n]*([0-9A-D*#,]{1,64})/i.exec(body);
    if (bare) {
      const at = bodyAt + 4 + bare[0].length - (bare[1] ?? '').length;
      out.fill('x', at, at + (bare[1] ?? '').length);
    }
  }
  return out;
}

const NOTIFICATION = Buffer.from('E_RTPENGINE_NOTIFICATION');

function blankNotification(packet: Uint8Array): Uint8Array {
  const b = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength);
  if (b.indexOf(NOTIFICATION) < 0) return packet;
  try {
    const event = JSON.parse(b.toString('utf8')) as { params?: Record<string, unknown> };
    if (!event.params || !('event' in event.params)) return packet;
    event.params.event = null;
    return Buffer.from(JSON.stringify(event));
  } catch {
    // not JSON: the receiver of events lets nothing else through
    return packet;
  }
}
