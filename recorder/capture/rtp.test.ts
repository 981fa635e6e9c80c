import { expect, test } from 'vitest';
import { rtp } from '../../test/recordings/pcap.ts';
import { parseRtp, type RtpHeader } from './rtp.ts';

const fields = { type: 8, sequence: 65_535, timestamp: 0xffff_fff0, ssrc: 0xdead_beef };
const payload = Buffer.from([1, 2, 3, 4, 5, 6]);

/** @returns the payload, null for what is no RTP */
function payloadOf(b: Buffer): number[] | null {
  const into: RtpHeader = { payloadType: 0, sequence: 0, timestamp: 0, ssrc: 0, from: 0, to: 0 };
  return parseRtp(b, into) ? [...b.subarray(into.from, into.to)] : null;
}

test('the fields of a packet', () => {
  const into: RtpHeader = { payloadType: 0, sequence: 0, timestamp: 0, ssrc: 0, from: 0, to: 0 };
  expect(parseRtp(rtp({ ...fields, marker: true }, payload), into)).toBe(true);
  expect(into).toEqual({ payloadType: 8, sequence: 65_535, timestamp: 0xffff_fff0, ssrc: 0xdead_beef, from: 12, to: 18 });
});

test('contributing sources, extension and padding are no payload', () => {
  const plain = rtp(fields, payload);
  const withCsrc = Buffer.concat([Buffer.from([0x82]), plain.subarray(1, 12), Buffer.alloc(8), payload]);
  expect(payloadOf(withCsrc)).toEqual([...payload]);
  const extension = Buffer.from('bede000211223344aabbccdd', 'hex');
  expect(payloadOf(Buffer.concat([Buffer.from([0x90]), plain.subarray(1, 12), extension, payload]))).toEqual([...payload]);
  expect(payloadOf(Buffer.concat([Buffer.from([0xa0]), plain.subarray(1), Buffer.from([0, 0, 3])]))).toEqual([...payload]);
});

test('RTCP on the same port, other versions and lengths that do not fit are no RTP', () => {
  const plain = rtp(fields, payload);
  for (const type of [200, 201, 202, 203, 204]) expect(payloadOf(Buffer.concat([Buffer.from([0x80, type]), plain.subarray(2)]))).toBeNull();
  expect(payloadOf(Buffer.concat([Buffer.from([0x40]), plain.subarray(1)]))).toBeNull();
  for (let n = 0; n < 12; n++) expect(payloadOf(plain.subarray(0, n))).toBeNull();
  expect(payloadOf(Buffer.concat([Buffer.from([0x8f]), plain.subarray(1)]))).toBeNull();
  expect(payloadOf(Buffer.concat([Buffer.from([0x90]), plain.subarray(1)]))).toBeNull();
  expect(payloadOf(Buffer.concat([Buffer.from([0xa0]), plain.subarray(1, 17), Buffer.from([200])]))).toBeNull();
});
