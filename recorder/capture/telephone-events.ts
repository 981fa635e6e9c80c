/** A stretch of time, µs since the epoch, half open. */
export interface Span {
  from: number;
  to: number;
}

/** A packet of a telephone event (RFC 4733, 2.3). */
export interface EventPacket {
  /** µs since the epoch, of receipt */
  at: number;
  /** of the event's beginning: the same in all its packets */
  timestamp: number;
  payload: Uint8Array;
}

/**
 * Some phones send the tone beside the event, and begin it before they have told of it; and packets of an event come late as
 * others do. Whoever presses keys does not speak.
 */
const MARGIN_US = 120_000;

/**
 * When keys were pressed, with a margin: the recording is silent there. The event itself is not read: digits are card numbers.
 * @param packets in the order of receipt @param clock ticks a second of timestamps and durations
 */
export function keySpans(packets: Iterable<EventPacket>, clock: number): Span[] {
  const spans: Span[] = [];
  let timestamp = -1;
  let began = 0;
  for (const { at, timestamp: own, payload } of packets) {
    if (payload.length < 4) continue;
    const micros = ((((payload[2] as number) << 8) | (payload[3] as number)) * 1e6) / clock;
    if (own !== timestamp) {
      timestamp = own;
      // the first packet that came tells how long the key had been down
      began = at - micros;
    }
    const last = spans.at(-1);
    const next = { from: began - MARGIN_US, to: Math.max(at, began + micros) + MARGIN_US };
    if (last && next.from <= last.to) {
      last.from = Math.min(last.from, next.from);
      last.to = Math.max(last.to, next.to);
    } else spans.push(next);
  }
  return spans;
}
