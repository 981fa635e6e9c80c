import type { Channel } from '@callscope/core/bus/frames.ts';
import { expect, test } from 'vitest';
import { Copies } from '../decode/copies.ts';
import { encodeHep3, HEP_LOG } from '../decode/hep3.ts';
import { RawBlock } from '../write/raw-rows.ts';
import { DecoderMemory, decodeFramePackets } from './frame.ts';

const AT = Date.UTC(2026, 10, 25) * 1_000;
const line = (correlationId: string, at: number) =>
  encodeHep3({
    ...{ srcIp: '10.0.0.1', srcPort: 5060, dstIp: '10.0.0.2', dstPort: 5060, type: HEP_LOG },
    ...{ at, correlationId, payload: Buffer.from('relay to gw1') },
  });
const frame = (channel: Channel, packets: Buffer[]) => ({
  ...{ edge: 'e', boot: 1, firstN: 1, receivedAt: AT / 1_000, drops: {} },
  ...{ channel, count: packets.length, packets },
});

test('two calls told of in the same words at the same time have a line each, and a copy of one is a duplicate', () => {
  const memory = new DecoderMemory(new Copies());
  const out = { block: new RawBlock(), facts: [] };
  const udp = decodeFramePackets(frame('hep-udp', [line('call-a', AT), line('call-b', AT + 20)]), 1, memory, out);
  expect(udp.fates).toMatchObject({ stored: 2, duplicate: 0 });
  const tcp = decodeFramePackets(frame('hep-tcp', [line('call-a', AT + 40), line('call-b', AT + 40)]), 2, memory, out);
  expect(tcp.fates).toMatchObject({ stored: 0, duplicate: 2 });
  expect(out.block.messages.rows).toBe(2);
});
