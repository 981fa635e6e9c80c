import { describe, expect, test } from 'vitest';
import { rtcpHep } from '../../test/medium/fixtures.ts';
import { decodeHep3, type HepPacket } from './hep3.ts';
import { parseRtcp, type RtcpReport } from './rtcp.ts';

/** A receiver report of one block about source 9. */
function receiverReport(): Buffer {
  const b = Buffer.alloc(32);
  b.writeUInt32BE(0x81c90007, 0);
  b.writeUInt32BE(7, 4);
  b.writeUInt32BE(9, 8);
  b.writeUInt32BE(1_000, 16);
  return b;
}

/** An extended report: a block that nobody reads (receiver reference time), then voice metrics of source 9 (RFC 3611, 4.7). */
function extendedReport(): Buffer {
  const b = Buffer.alloc(8 + 12 + 36);
  b.writeUInt16BE(0x80cf, 0);
  b.writeUInt16BE(b.length / 4 - 1, 2);
  b.writeUInt32BE(7, 4);
  b.writeUInt32BE(0x04000002, 8);
  const v = b.subarray(20);
  v.writeUInt32BE(0x07000008, 0);
  v.writeUInt32BE(9, 4);
  v.set([26, 3, 0, 0], 8);
  v.writeUInt16BE(180, 16);
  v.writeUInt16BE(60, 18);
  v.set([0, 0, 0, 0, 78, 127, 39, 37], 20);
  return b;
}
const METRICS = { sourceSsrc: 9, lossRate: 26, discardRate: 3, roundTrip: 180, endSystemDelay: 60, r: 78, mosLq: 39, mosCq: 37 };

describe('extended reports', () => {
  test('are read behind the report that they come with, and alone', () => {
    expect(parseRtcp(Buffer.concat([receiverReport(), extendedReport()]))).toMatchObject({
      ...{ packetType: 201, senderSsrc: 7, metrics: [METRICS] },
      blocks: [{ sourceSsrc: 9, highestSeq: 1_000 }],
    });
    expect(parseRtcp(extendedReport())).toMatchObject({ packetType: 207, senderSsrc: 7, blocks: [], metrics: [METRICS] });
  });

  test('that are cut off take nothing from the report before them, and read nothing that is not there', () => {
    const whole = Buffer.concat([receiverReport(), extendedReport()]);
    for (let n = 32; n < whole.length; n++) expect(parseRtcp(whole.subarray(0, n))).toMatchObject({ packetType: 201, metrics: [] });
    const lies = Buffer.from(whole);
    lies.writeUInt16BE(0xffff, 32 + 22);
    expect(parseRtcp(lies)).toMatchObject({ packetType: 201, metrics: [] });
  });

  test('of agents that send JSON have no score', () => {
    const json = {
      ...{ type: 200, ssrc: 7, report_blocks: [{ source_ssrc: 9, highest_seq_no: 5 }] },
      report_blocks_xr: { type: 7, id: 9, fraction_lost: 26, fraction_discard: 3, round_trip_delay: 180, end_system_delay: 60 },
    };
    expect(parseRtcp(Buffer.from(JSON.stringify(json)))).toMatchObject({ metrics: [{ ...METRICS, r: 127, mosLq: 127, mosCq: 127 }] });
    const empty = { ...json, report_blocks_xr: { type: 0, id: 0, fraction_lost: 0 } };
    expect(parseRtcp(Buffer.from(JSON.stringify(empty)))).toMatchObject({ metrics: [] });
  });
});

test('when a sender report was sent: the middle of its NTP time, of the relay’s JSON and on the wire', () => {
  const b = Buffer.alloc(28);
  b.writeUInt32BE(0x80c80006, 0);
  b.writeUInt32BE(0xeeb0d1c7, 8);
  b.writeUInt32BE(0x7ff4_1234, 12);
  expect(parseRtcp(b)).toMatchObject({ packetType: 200, ntp: 0xd1c77ff4 });
  const json = { type: 200, ssrc: 7, sender_information: { ntp_timestamp_sec: 0xeeb0d1c7, ntp_timestamp_usec: 0x7ff41234 } };
  expect(parseRtcp(Buffer.from(JSON.stringify(json)))).toMatchObject({ ntp: 0xd1c77ff4 });
  for (const bytes of rtcpHep()) expect((parseRtcp((decodeHep3(bytes) as HepPacket).payload) as RtcpReport).ntp).toBeGreaterThan(0);
});
