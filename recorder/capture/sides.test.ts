import { sidesOf } from '@callscope/core/domain/media-sides.ts';
import { mediaOf, sameAddress } from '@callscope/core/domain/sdp.ts';
import { describe, expect, test } from 'vitest';
import { describedInHep, recordedCalls } from '../../test/recordings/pcap.ts';
import { type Capture, type Flow, readCapture } from './capture.ts';

/** Who has the address in the fixtures: phones are 127.0.1.x and 127.0.2.x, the carrier calls from .30 and is called at .31. */
function partyAt(ip: string, direction: string): string {
  const isPhone = /^127\.0\.[12]\./.test(ip);
  if (ip === '127.0.0.30') return 'caller';
  if (ip === '127.0.0.31') return 'callee';
  return isPhone === (direction === 'out') ? 'caller' : 'callee';
}

const flow = (src: string, dst: string): Flow => {
  const [srcIp = '', srcPort] = src.split(' ');
  const [dstIp = '', dstPort] = dst.split(' ');
  return { srcIp, srcPort: Number(srcPort), dstIp, dstPort: Number(dstPort), streams: [] };
};
const sdp = (ip: string, port: number, kind = 'audio') => `v=0\r\nc=IN IP4 ${ip}\r\nm=${kind} ${port} RTP/AVP 8\r\n`;

describe.each(recordedCalls().map((r): [string, (typeof r)[]] => [r.call.kind, [r]]))('%s', (_, [recorded]) => {
  const { call, pcap, metadata } = recorded as ReturnType<typeof recordedCalls>[number];

  test('sides by the SDP of its packets, by the Call-ID, and by the relay ports in its metadata', async () => {
    const { flows } = (await readCapture(pcap)) as Capture;
    const right = flows.map((f) => partyAt(f.srcIp, call.direction));
    expect(new Set(right).size).toBe(2);
    const described = describedInHep(call.call_id);
    expect(described.length).toBeGreaterThan(3);
    const sides = [
      sidesOf(flows, '', described),
      sidesOf(
        flows,
        '',
        described.filter((d) => d.from === 'callee'),
      ),
      sidesOf(flows, call.call_id, []),
    ];
    if (metadata.sdps.length > 0)
      sides.push(
        sidesOf(
          flows,
          '',
          metadata.sdps.map((s) => ({ from: s.mode === 'offer' ? ('caller' as const) : ('callee' as const), sdp: s.sdp })),
        ),
      );
    for (const { of } of sides) expect(flows.map((f) => of.get(f))).toEqual(right);
    expect(sides.map((s) => s.by).slice(0, 3)).toEqual(['description', 'description', 'call_id']);
  });
});

describe('flows that are not so plain', () => {
  const caller = flow('10.0.0.5 4000', '192.0.2.1 30002');
  const callee = flow('10.0.0.9 5000', '192.0.2.1 30000');

  test('behind a router the address differs: the port of the relay says it', () => {
    const { of } = sidesOf([flow('203.0.113.7 61000', '192.0.2.1 30002'), callee], '', [
      { from: 'callee', sdp: sdp('198.51.100.4', 30_002) },
    ]);
    expect([...of.values()]).toEqual(['caller', 'callee']);
  });

  test('another source that sends to the same port of the relay is the same party', () => {
    const moved = flow('10.0.0.77 4444', '192.0.2.1 30002');
    const { of } = sidesOf([caller, moved, callee], '', [{ from: 'caller', sdp: sdp('10.0.0.5', 4000) }]);
    expect([of.get(caller), of.get(moved), of.get(callee)]).toEqual(['caller', 'caller', 'callee']);
  });

  test('every branch that was called is the callee', () => {
    const other = flow('10.0.0.10 5000', '192.0.2.1 30004');
    const { of } = sidesOf([callee, other, caller], 'x@10.0.0.5', []);
    expect([of.get(callee), of.get(other), of.get(caller)]).toEqual(['callee', 'callee', 'caller']);
  });

  test('pictures are no audio', () => {
    const video = flow('10.0.0.5 4002', '192.0.2.1 30012');
    const both = `${sdp('10.0.0.5', 4000)}m=video 4002 RTP/AVP 96\r\n`;
    const { noAudio, of } = sidesOf([caller, video, callee], '', [{ from: 'caller', sdp: both }]);
    expect([...noAudio]).toEqual([video]);
    expect(of.get(callee)).toBe('callee');
  });

  test('who alone sent anything is the caller by the address in the Call-ID; of two with one address it says nothing', () => {
    expect(sidesOf([caller], 'x@10.0.0.5', [])).toMatchObject({ by: 'call_id', of: new Map([[caller, 'caller']]) });
    expect(sidesOf([caller, flow('10.0.0.5 5000', '192.0.2.1 30000')], 'x@10.0.0.5', []).by).toBe('guess');
  });

  test('when nothing says it, both are kept apart and it is called a guess', () => {
    const sides = sidesOf([caller, callee], 'x@elsewhere', []);
    expect(sides.by).toBe('guess');
    expect(new Set(sides.of.values()).size).toBe(2);
  });
});

test('descriptions: of the session or of the stream, IPv6, refused streams', () => {
  const text =
    'v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 0 RTP/AVP 0\r\nm=audio 4000/1 RTP/AVP 111\r\nc=IN IP6 2001:db8::1\r\na=rtpmap:111 OPUS/48000/2\r\n';
  expect(mediaOf(text)).toEqual([
    { kind: 'audio', ip: '2001:db8::1', port: 4000, formats: [111], payloads: new Map([[111, { encoding: 'opus', clock: 48_000 }]]) },
  ]);
  expect(mediaOf('m=audio x RTP\nrubbish\n\n=\na=rtpmap:1')).toEqual([]);
  expect(sameAddress('2001:db8::1', '2001:DB8:0:0:0:0:0:1')).toBe(true);
  expect(sameAddress('2001:db8::1', '2001:db8::2')).toBe(false);
  expect(sameAddress('10.0.0.1', '10.0.0.10')).toBe(false);
});
