import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@callscope/core/node/log.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CallPlan } from './call.ts';
import { ALAW_SILENCE, encodeAlaw, resample } from './g711.ts';
import { Spool } from './spool.ts';

const log = createLog('test', { level: 'error' });
const phrase = Buffer.from(Array.from({ length: 4_000 }, (_, i) => (i % 120) + 1));
const speech = { ru: { client: [phrase], staff: [phrase] }, en: { client: [phrase], staff: [phrase] } };
const AT = 1_795_000_000_000_000;

function call(n: number, talkSeconds: number): CallPlan {
  return {
    callId: `${String(n).padStart(24, '0')}@198.51.100.30`,
    tenant: 'sever',
    domain: 'sever.demo',
    net: '10.21.1',
    direction: 'in',
    from: '79020001515',
    dialled: '73910000121',
    ownNumber: '73910000121',
    startedAt: AT - 6_000_000,
    ringingAt: AT - 5_000_000,
    answeredAt: AT,
    endedAt: AT + talkSeconds * 1_000_000,
    code: 200,
    endedBy: 'caller',
    recorded: true,
    legs: [{ target: '101', outside: false, offeredAt: AT - 5_900_000, ringingAt: AT - 5_000_090, code: 200, endedAt: AT - 700 }],
  };
}

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'callscope-spool-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Records of a pcap as RTP or RTCP. */
function records(file: string): { at: number; src: string; srcPort: number; dstPort: number; payload: Buffer }[] {
  const b = readFileSync(file);
  expect(b.subarray(0, 24).toString('hex')).toBe('d4c3b2a1020004000000000000000000ffff000001000000');
  const out = [];
  for (let o = 24; o < b.length; ) {
    const length = b.readUInt32LE(o + 8);
    const ip = o + 16 + 14;
    expect(b.readUInt16BE(ip - 2)).toBe(0x0800);
    expect(b.readUInt16BE(ip + 2)).toBe(length - 14);
    expect(b.readUInt16BE(ip + 24)).toBe(length - 34);
    out.push({
      at: b.readUInt32LE(o) * 1e6 + b.readUInt32LE(o + 4),
      src: [...b.subarray(ip + 12, ip + 16)].join('.'),
      srcPort: b.readUInt16BE(ip + 20),
      dstPort: b.readUInt16BE(ip + 22),
      payload: b.subarray(ip + 28, o + 16 + length),
    });
    o += 16 + length;
  }
  return out;
}

test('a recording is one flow of 20 ms frames from each party, with reports, complete when its text appears', () => {
  const spool = new Spool(dir, 10_000_000, speech, log);
  const plan = call(1, 12);
  const recording = spool.begin(plan, 'ru');
  recording.advance(AT + 5_000_000);
  expect(readdirSync(join(dir, 'metadata'))).toEqual([]);
  expect(readdirSync(join(dir, 'tmp'))).toHaveLength(1);
  recording.finish(plan.endedAt);
  expect(readdirSync(join(dir, 'tmp'))).toEqual([]);
  const [file = ''] = readdirSync(join(dir, 'metadata'));
  expect(file).toMatch(/^rtpengine-meta-0{23}1%40198\.51\.100\.30-[0-9a-f]{16}\.txt$/);
  const lines = readFileSync(join(dir, 'metadata', file), 'utf8').split('\n');
  expect(lines[3]).toBe(`Timestamp terminated ms(first monologue): ${(plan.endedAt / 1_000).toFixed(3)}`);
  expect(lines[9]).toBe(
    `tenant:sever|callid:${plan.callId}|direction:in|src:79020001515|dst:73910000121|answered_by:101@sever.demo|rec:all|ts:${AT / 1e6}`,
  );
  const all = records(lines[0] ?? '');
  for (const src of ['198.51.100.30', '10.21.1.101']) {
    const rtp = all.filter((r) => r.src === src && r.payload[1] !== 200);
    expect(rtp).toHaveLength(600);
    rtp.forEach((r, i) => {
      expect(r.payload).toHaveLength(172);
      expect(r.payload.readUInt16BE(2)).toBe(((rtp[0]?.payload.readUInt16BE(2) ?? 0) + i) & 0xffff);
      expect(r.payload.readUInt32BE(4)).toBe(((rtp[0]?.payload.readUInt32BE(4) ?? 0) + i * 160) >>> 0);
      expect(Math.abs(r.at - AT - i * 20_000)).toBeLessThan(10_000);
    });
    const rtcp = all.filter((r) => r.src === src && r.payload[1] === 200);
    expect(rtcp.length).toBeGreaterThanOrEqual(2);
    expect(rtcp[0]?.srcPort).toBe((rtp[0]?.srcPort ?? 0) + 1);
    expect(rtp.some((r) => r.payload[20] !== ALAW_SILENCE)).toBe(true);
  }
});

test('the oldest of its own recordings leave beyond the limit, what is not its own stays', () => {
  const limit = 500_000;
  const spool = new Spool(dir, limit, speech, log);
  for (let n = 1; n <= 6; n++) {
    const plan = call(n, 10);
    spool.begin(plan, 'en').finish(plan.endedAt);
  }
  const left = readdirSync(join(dir, 'pcaps'));
  expect(left.length).toBeLessThan(4);
  expect(left.some((f) => f.includes('0000006%40'))).toBe(true);
  expect(readdirSync(join(dir, 'metadata'))).toHaveLength(left.length);
});

test('what a killed demo left unfinished is taken away at the next start', () => {
  new Spool(dir, 1e9, speech, log).begin(call(9, 10), 'ru').advance(AT + 4_000_000);
  new Spool(dir, 1e9, speech, log);
  expect(readdirSync(join(dir, 'tmp'))).toEqual([]);
  expect(existsSync(join(dir, 'pcaps')) && readdirSync(join(dir, 'pcaps'))).toEqual([]);
});

test('G.711 A-law: values of the recommendation', () => {
  const bytes = encodeAlaw(Int16Array.of(0, 8, -8, 32_767, -32_768, 1_000, -1_000));
  expect([...bytes]).toEqual([0xd5, 0xd5, 0x55, 0xaa, 0x2a, 0xfa, 0x7a]);
  expect(resample(new Int16Array(22_050).fill(500), 22_050, 8_000)).toEqual(new Int16Array(8_000).fill(500));
});
