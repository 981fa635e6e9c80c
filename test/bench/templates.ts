import { events, hep, rtcpHep, truth } from '../medium/fixtures.ts';

/** One real call (fixture call 0: INVITE to BYE on both hops of the proxy) to be sent again under other Call-IDs and times. */
const real = truth()[0] as { call_id: string };
/** so many characters of the Call-ID are replaced */
export const ID_LENGTH = 16;

export interface PacketTemplate {
  packet: Buffer;
  idAt: number[];
  /** offset of the seconds in chunk 9; the microseconds of chunk 10 follow 10 bytes later */
  secondsAt: number;
}

export function callIdOf(id: string): string {
  return id + real.call_id.slice(ID_LENGTH);
}

/** SIP of both hops, in order. */
export function packetTemplates(): PacketTemplate[] {
  return hep('udp')
    .filter((p) => p.includes(real.call_id))
    .map(template);
}

/** RTCP of the call's media. @param count at most 8 */
export function rtcpTemplates(count: number): PacketTemplate[] {
  return rtcpHep()
    .filter((p) => p.includes(real.call_id))
    .slice(0, count)
    .map(template);
}

function template(packet: Buffer): PacketTemplate {
  const idAt: number[] = [];
  for (let at = packet.indexOf(real.call_id); at >= 0; at = packet.indexOf(real.call_id, at + 1)) idAt.push(at);
  return { packet, idAt, secondsAt: chunkAt(packet, 9) };
}

/** Where the value of a HEP chunk begins. */
function chunkAt(packet: Buffer, type: number): number {
  let at = 6;
  while (packet.readUInt16BE(at + 2) !== type) at += packet.readUInt16BE(at + 4);
  return at + 6;
}

/** The same packet as another edge would have sent it. */
export function fromEdge({ packet, ...places }: PacketTemplate, captureId: number): PacketTemplate {
  const copy = Buffer.from(packet);
  copy.writeUInt32BE(captureId, chunkAt(copy, 12));
  return { packet: copy, ...places };
}

/** @param id ID_LENGTH characters @param us µs since the epoch */
export function stampPacket({ packet, idAt, secondsAt }: PacketTemplate, id: string, us: number): Buffer {
  const copy = Buffer.from(packet);
  for (const at of idAt) copy.write(id, at, ID_LENGTH, 'latin1');
  copy.writeUInt32BE(Math.floor(us / 1e6), secondsAt);
  copy.writeUInt32BE(us % 1e6, secondsAt + 10);
  return copy;
}

const texts = events().filter((text) => text.includes(real.call_id));
const firstSecond = Math.min(...texts.map((t) => Number(/"(?:ts|created)":(\d+)/.exec(t)?.[1] ?? Number.POSITIVE_INFINITY)));

/** The call's events under another Call-ID, all times moved so that it begins at `second`. */
export function callEventTexts(id: string, second: number): string[] {
  const shift = second - firstSecond;
  return texts.map((text) =>
    text
      .replaceAll(real.call_id, callIdOf(id))
      .replace(
        /("(?:ts|time|created)":|"ts_(?:invite|ring|answer|end)":")(\d{10})/g,
        (_, key: string, s: string) => `${key}${Number(s) + shift}`,
      ),
  );
}

/** The same as one text, as they go over TCP. */
export function callEvents(id: string, second: number): string {
  return callEventTexts(id, second).join('');
}
export const EVENTS_PER_CALL = texts.length;
