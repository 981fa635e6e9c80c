import { expect, test } from 'vitest';
import { events, rtcpHep } from '../../test/medium/fixtures.ts';
import { microseconds, parseEvent } from './event.ts';
import { decodeHep3, type HepPacket } from './hep3.ts';
import { parseRtcp } from './rtcp.ts';

const parse = (value: unknown) => parseEvent(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

test('every event of a real edge is read; those of calls have a time and a Call-ID', () => {
  for (const text of events()) {
    const event = parse(text);
    if (typeof event === 'string') throw new Error(`${event}: ${text}`);
    if (event.isFact) expect(event.at, text).toBeGreaterThan(1.7e15);
  }
});

test('script events carry microseconds, accounting events their end', () => {
  expect(parse({ jsonrpc: '2.0', method: 'E_PBX_CALL', params: { callid: 'a', ts: 1_795_445_573, ts_us: 57_812 } })).toMatchObject({
    at: 1_795_445_573_057_812,
    isFact: true,
  });
  expect(parse({ method: 'E_ACC_CDR', params: { callid: 'a', time: 1_795_445_577, ts_end: '1795445583.053786' } })).toMatchObject({
    at: 1_795_445_583_053_786,
  });
  expect(microseconds('1795445583.05')).toBe(1_795_445_583_050_000);
  expect(microseconds(null)).toBe(0);
});

test('what is not an event has a reason', () => {
  expect(parse('{"method":')).toBe('not_json');
  expect(parse('[1]')).toBe('not_json');
  expect(parse('"x"')).toBe('not_json');
  expect(parse({ params: {} })).toBe('not_event');
  expect(parse({ method: 7 })).toBe('not_event');
});

test('unknown methods are kept, without being facts', () => {
  expect(parse({ method: 'E_NEW_THING', params: { callid: 'a', nested: { x: 1 } } })).toMatchObject({
    isFact: false,
    callId: 'a',
    params: { nested: '{"x":1}' },
  });
});

test('RTCP of the media relay: every report is read', () => {
  for (const bytes of rtcpHep()) {
    const report = parseRtcp((decodeHep3(bytes) as HepPacket).payload);
    expect(report).toMatchObject({ packetType: expect.toSatisfy((t: number) => t === 200 || t === 201) });
  }
});

test('binary RTCP: a sender report with one block (RFC 3550, 6.4.1), negative loss included', () => {
  const b = Buffer.alloc(52);
  b[0] = 0x81;
  b[1] = 200;
  b.writeUInt16BE(12, 2);
  b.writeUInt32BE(0xaabbccdd, 4);
  b.writeUInt32BE(56, 20);
  b.writeUInt32BE(8960, 24);
  b.writeUInt32BE(0x11223344, 28);
  b[32] = 64;
  b.writeIntBE(-3, 33, 3);
  b.writeUInt32BE(10, 40);
  expect(parseRtcp(b)).toEqual({
    packetType: 200,
    senderSsrc: 0xaabbccdd,
    senderPackets: 56,
    senderOctets: 8960,
    ntp: 0,
    metrics: [],
    blocks: [{ sourceSsrc: 0x11223344, fractionLost: 64, packetsLost: -3, highestSeq: 0, jitter: 10, lsr: 0, dlsr: 0 }],
  });
  for (let n = 0; n < b.length; n++) expect(parseRtcp(b.subarray(0, n))).toBe('rtcp');
});
