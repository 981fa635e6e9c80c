import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { pcap, record, recordedCalls, recordsOf, rtp } from '../../test/recordings/pcap.ts';
import { type Capture, readCapture } from './capture.ts';
import { type Datagram, readPcap } from './pcap.ts';

const dir = mkdtempSync(join(tmpdir(), 'callscope-pcap-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const file = join(dir, 'test.pcap');

async function read(bytes: Uint8Array): Promise<{ fault: string | null; records: number; ignored: number; datagrams: Datagram[] }> {
  writeFileSync(file, bytes);
  const datagrams: Datagram[] = [];
  const end = await readPcap(file, (d) => {
    datagrams.push({ ...d, payload: Buffer.from(d.payload) });
    return true;
  });
  return { ...end, datagrams };
}

const AT = 1_795_445_600_000_000;
const one = { at: AT + 123_456, src: '10.1.2.3', srcPort: 4000, dst: '10.9.8.7', dstPort: 30_000 };
const packet = rtp({ type: 8, sequence: 7, timestamp: 160, ssrc: 1 }, Buffer.alloc(160, 0xd5));
const [smallest] = recordedCalls().sort((a, b) => a.call.talk_s - b.call.talk_s);
const real = readFileSync(smallest?.pcap ?? '');

describe('pcap files', () => {
  test.each(recordedCalls().map((r): [string, string, number] => [r.call.kind, r.pcap, r.call.n]))(
    'every record of a real one is read: %s',
    async (_, path) => {
      const bytes = readFileSync(path);
      const { fault, datagrams, ignored } = await read(bytes);
      expect({ fault, ignored, read: datagrams.length }).toEqual({ fault: null, ignored: 0, read: recordsOf(bytes).length });
      for (const d of datagrams) expect(bytes.subarray(d.offset, d.offset + d.payload.length).equals(d.payload)).toBe(true);
    },
  );

  test('addresses, ports, time and payload are those that were written', async () => {
    const { datagrams } = await read(pcap([{ ...one, payload: packet }]));
    expect(datagrams).toEqual([
      { at: one.at, srcIp: '10.1.2.3', srcPort: 4000, dstIp: '10.9.8.7', dstPort: 30_000, offset: 24 + 16 + 42, payload: packet },
    ]);
  });

  test('big endian and nanoseconds say the same', async () => {
    const swapped = pcap([{ ...one, payload: packet }]);
    for (const o of [0, 8, 12, 16, 20, 24, 28, 32, 36]) swapped.subarray(o, o + 4).reverse();
    swapped.writeUInt32BE(0xa1b23c4d, 0);
    swapped.writeUInt32BE(123_456_789, 28);
    const { fault, datagrams } = await read(swapped);
    expect(fault).toBeNull();
    expect(datagrams[0]).toMatchObject({ at: one.at, payload: packet });
  });

  test('bare IP, IPv6 and a VLAN tag are read', async () => {
    const whole = record({ ...one, payload: packet });
    const framed = (link: number, frame: Buffer) => {
      const bytes = Buffer.concat([pcap([]), whole.subarray(0, 16), frame]);
      bytes.writeUInt32LE(link, 20);
      bytes.writeUInt32LE(frame.length, 32);
      return bytes;
    };
    expect((await read(framed(101, whole.subarray(30)))).datagrams[0]).toMatchObject({ srcIp: '10.1.2.3', payload: packet });
    const tagged = Buffer.concat([whole.subarray(16, 28), Buffer.from('81000064', 'hex'), whole.subarray(28)]);
    expect((await read(framed(1, tagged))).datagrams[0]).toMatchObject({ srcIp: '10.1.2.3', payload: packet });
    const six = Buffer.alloc(40);
    six.writeUInt8(0x60, 0);
    six.writeUInt8(17, 6);
    six.writeUInt16BE(0x2001, 8);
    six.writeUInt16BE(1, 22);
    const { datagrams } = await read(framed(229, Buffer.concat([six, whole.subarray(50)])));
    expect(datagrams[0]).toMatchObject({ srcIp: '2001:0:0:0:0:0:0:1', srcPort: 4000, payload: packet });
  });

  test('a file cut anywhere gives the whole records before the cut, and says that it was cut', async () => {
    const bytes = Buffer.concat([real.subarray(0, 24), ...recordsOf(real).slice(0, 3)]);
    const ends = [24, ...recordsOf(bytes).map((r) => r.byteOffset - bytes.byteOffset + r.length)];
    for (let cut = 0; cut <= bytes.length; cut++) {
      const { fault, records } = await read(bytes.subarray(0, cut));
      expect(records, `${cut} bytes`).toBe(Math.max(0, ends.filter((e) => e <= cut).length - 1));
      expect(fault, `${cut} bytes`).toBe(cut === 0 ? 'empty' : cut < 4 ? 'not_pcap' : ends.includes(cut) ? null : 'truncated');
    }
  });

  test('more than a block is read as one', async () => {
    const count = 12_000;
    const { datagrams } = await read(pcap(Array.from({ length: count }, (_, i) => ({ ...one, at: AT + i * 20_000, payload: packet }))));
    expect(datagrams).toHaveLength(count);
    expect(datagrams.every((d, i) => d.at === AT + i * 20_000 && d.payload.equals(packet))).toBe(true);
  });

  test('changed bytes give packets or a reason, never an exception', async () => {
    let state = 20_261_126;
    const next = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const start = real.subarray(0, 4_000);
    for (let i = 0; i < 400; i++) {
      const bytes = Buffer.from(start);
      for (let changes = 1 + next(20); changes > 0; changes--) bytes[next(bytes.length)] = next(256);
      const { fault } = await read(bytes);
      expect([null, 'not_pcap', 'link_type', 'damaged', 'truncated']).toContain(fault);
      expect(['object', 'string']).toContain(typeof (await readCapture(file)));
    }
  });
});

describe('what gives no recording says why', () => {
  const reasons: [string, Buffer, string][] = [
    ['nothing in it', Buffer.alloc(0), 'empty'],
    ['a header and no packet', pcap([]), 'no_rtp'],
    ['no RTP among its packets', pcap([{ ...one, payload: Buffer.from('OPTIONS sip:a SIP/2.0\r\n\r\n') }]), 'no_rtp'],
    ['text', Buffer.from('this is no capture at all, only a line of text'), 'not_pcap'],
    ['frames of Bluetooth', Buffer.concat([pcap([]).subarray(0, 20), Buffer.from('c9000000', 'hex')]), 'link_type'],
    ['a record of a gigabyte', Buffer.concat([pcap([]), Buffer.alloc(8), Buffer.from('0000004000000040', 'hex')]), 'damaged'],
    ['half a record', real.subarray(0, real.length - 5), 'truncated'],
  ];
  test.each(reasons)('%s', async (_, bytes, reason) => {
    writeFileSync(file, bytes);
    expect(await readCapture(file)).toBe(reason);
  });

  test('more packets than one recording may hold', async () => {
    writeFileSync(file, real);
    expect(await readCapture(file, { packets: 100, flows: 9, streamsOfFlow: 9 })).toBe('too_large');
  });
});

test('a flood of streams is bounded, and the call in it is still read', async () => {
  const call = Array.from({ length: 200 }, (_, i) => ({
    ...{ ...one, at: AT + i * 20_000 },
    payload: rtp({ type: 8, sequence: i, timestamp: i * 160, ssrc: 77 }, Buffer.alloc(160)),
  }));
  const noise = Array.from({ length: 3_000 }, (_, i) => ({
    ...{ ...one, at: AT + 1_000_000, srcPort: 10_000 + i },
    payload: rtp({ type: 0, sequence: 0, timestamp: 0, ssrc: i }, Buffer.alloc(160)),
  }));
  writeFileSync(file, pcap([...call.slice(0, 50), ...noise, ...call.slice(50)]));
  const { flows } = (await readCapture(file)) as Capture;
  expect(flows.length).toBe(256);
  expect(flows[0]?.streams[0]?.packets.size).toBe(200);
});
