import { mediaOf, sameAddress } from '@callscope/core/domain/sdp.ts';
import { decodeHep3, type HepPacket } from '@callscope/ingest/decode/hep3.ts';
import { hep } from '../medium/fixtures.ts';
import { mutated } from './mutation.ts';
import type { Target } from './target.ts';

const WORDS = [
  ...[
    'm=audio ',
    'm=audio 0 RTP/AVP 8',
    'm=audio 99999 RTP/AVP',
    'm=video 5 X ',
    '\r\nc=IN IP6 ::',
    'c=IN IP4 ',
    'a=rtpmap:',
    'a=rtpmap:300 x/1',
  ],
  ...['\r\n', '\n', '/', ' ', '::::', '127.0.0.1/127', 'a=rtpmap:0 PCMU/8000/1', 'v=0', '\0', '\xff'],
].map((word) => Buffer.from(word, 'latin1'));

/** Session descriptions of real messages, changed. */
export function sdpTarget(): Target {
  const real = hep('udp')
    .map((packet) => (decodeHep3(packet) as HepPacket).payload)
    .map((message) => message.subarray(message.indexOf('\r\n\r\n') + 4))
    .filter((body) => body.length > 0);
  return {
    input: (random) => mutated(random.pick(real), real, WORDS, random),
    fate: (input) => {
      const media = mediaOf(input.toString('latin1'));
      for (const { ip, port, formats, payloads } of media) {
        const numbers = [...formats, ...payloads.keys(), ...Array.from(payloads.values(), ({ clock }) => clock)];
        if (!(port >= 1 && port <= 65_535) || !numbers.every(Number.isInteger)) throw new Error(`media at ${ip}:${port} with ${numbers}`);
        if (!sameAddress(ip, ip)) throw new Error(`an address that is not its own: ${ip}`);
      }
      return media.length === 0 ? 'no media' : 'media';
    },
  };
}
