import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ffmpeg, findFfmpeg } from '@callscope/core/node/ffmpeg.ts';
import { createLog } from '@callscope/core/node/log.ts';
import { makeRecording } from '@callscope/recorder/audio/recording.ts';
import { parseMetadata } from '@callscope/recorder/capture/metadata.ts';
import { callBegins, callEnds, type MadeCall } from '../e2e/events.ts';
import { sendTcp, startStack } from '../medium/stack.ts';
import { type RecordedCall, recordedCalls, recordsOf } from '../recordings/pcap.ts';
import type { BenchResult } from './result.ts';
import { quantile } from './store.ts';

const SECONDS = 180;
const TIMED = 20;
const MANY = 1_000;
/** the first few hundred fill caches and heaps */
const WARM = 300;
const CALLS = 60;
const PCMA = 8;
/** in a frame of Ethernet, IPv4 and UDP behind the record's header of 16 bytes */
const RTP = 16 + 14 + 20 + 8;

/** Recordings: how many of three minutes a core makes in a second, how soon one can be heard, and whether memory grows. */
export async function recorder(): Promise<BenchResult[]> {
  const dir = mkdtempSync(join(tmpdir(), 'callscope-bench-'));
  try {
    const pcap = join(dir, 'three-minutes.pcap');
    writeFileSync(pcap, threeMinutes());
    return [...(await making(dir, pcap)), ...(await untilHeard(pcap))];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The longest recorded call of the fixtures again and again, as one call: times and numbers go on. */
function threeMinutes(): Buffer {
  const longest = recordedCalls()
    .filter((r) => r.call.codec === 'PCMA' || r.call.codec === 'pcma')
    .sort((a, b) => b.call.talk_s - a.call.talk_s)[0] as RecordedCall;
  const bytes = readFileSync(longest.pcap);
  const records = recordsOf(bytes);
  const turn = Math.round(longest.call.talk_s);
  const out = [bytes.subarray(0, 24)];
  for (let k = 0; k * turn < SECONDS; k++)
    for (const record of records) {
      const copy = Buffer.from(record);
      copy.writeUInt32LE(copy.readUInt32LE(0) + k * turn, 0);
      if (((copy[RTP + 1] as number) & 0x7f) === PCMA) {
        copy.writeUInt16BE((copy.readUInt16BE(RTP + 2) + k * turn * 50) & 0xffff, RTP + 2);
        copy.writeUInt32BE((copy.readUInt32BE(RTP + 4) + k * turn * 8_000) >>> 0, RTP + 4);
      }
      out.push(copy);
    }
  return Buffer.concat(out);
}

async function making(dir: string, pcap: string): Promise<BenchResult[]> {
  const bin = findFfmpeg('', process.env.PATH ?? '');
  if (bin === null) throw new Error('there is no ffmpeg: apt-get install ffmpeg');
  const ffmpeg = new Ffmpeg({ bin, most: 1, stuckMs: 30_000, log: createLog('bench', { level: 'warn' }) });
  const make = (file: string) =>
    makeRecording(
      {
        pcap: file,
        callId: 'a@127.0.0.30',
        metadata: parseMetadata(''),
        direction: 'in',
        described: [],
        notBefore: 0,
        notAfter: 0,
      },
      'mp3',
      join(dir, 'made.mp3'),
      dir,
      ffmpeg,
    );
  const { seconds } = await make(pcap);
  const begun = performance.now();
  // one after another: whatever of it runs at once is counted as if it did not
  for (let i = 0; i < TIMED; i++) await make(pcap);
  const each = (performance.now() - begun) / 1_000 / TIMED;
  const [short] = recordedCalls().sort((a, b) => a.call.talk_s - b.call.talk_s) as [RecordedCall];
  let warm = 0;
  for (let i = 0; i < MANY; i++) {
    if (i === WARM) warm = process.memoryUsage().rss;
    await make(short.pcap);
  }
  const grown = (process.memoryUsage().rss - warm) / 2 ** 20;
  return [
    { name: 'recorder', figure: `recordings of ${Math.round(seconds)} s, G.711 to MP3, a second and core`, value: 1 / each, unit: '' },
    {
      ...{ name: 'recorder', figure: `memory from the ${WARM}th to the ${MANY}th recording`, value: grown, unit: 'MB' },
      ...{ target: '< 30 (flat)', met: grown < 30 },
    },
  ];
}

/** One call of three minutes ends every second: from its end to a recording that REST says is ready. */
async function untilHeard(pcap: string): Promise<BenchResult[]> {
  const stack = await startStack();
  try {
    await stack.rest('PUT', '/tenants/t1', { name: 'Alfa', domain: 'alfa.pbx.test' });
    await stack.rest('PUT', '/tenants/t1/directory', { numbers: [{ number: '73910000122' }], employees: [] });
    for (const part of ['pcaps', 'tmp', 'metadata']) mkdirSync(join(stack.dataDir, 'spool', part), { recursive: true });
    const times: number[] = [];
    const waits: Promise<void>[] = [];
    for (let i = 0; i < CALLS; i++) {
      const hungUpAt = performance.now();
      const id = `bench-${i}@127.0.0.30`;
      const call: MadeCall = {
        ...{ id, tenant: 't1', domain: 'alfa.pbx.test', direction: 'in', from: `7913000${1_000 + i}`, to: '73910000122' },
        ...{ startedAt: Date.now() - (SECONDS + 6) * 1_000, wait: 5, talk: SECONDS, legs: [{ target: '101', after: 1, code: 200 }] },
      };
      await sendTcp(stack.ports.events, [...callBegins(call), ...callEnds(call)]);
      spoolOf(stack.dataDir, pcap, id, i);
      waits.push(heard(stack.rest, id).then(() => void times.push(performance.now() - hungUpAt)));
      await new Promise((done) => setTimeout(done, Math.max(0, 1_000 - (performance.now() - hungUpAt))));
    }
    await Promise.all(waits);
    const p95 = quantile(times, 0.95) / 1_000;
    return [
      {
        name: 'recorder',
        figure: `from the end of a call to its recording, p50 at one a second (${CALLS} calls)`,
        value: quantile(times, 0.5) / 1_000,
        unit: 's',
      },
      { name: 'recorder', figure: 'the same, p95', value: p95, unit: 's', target: '< 3', met: p95 < 3 },
    ];
  } finally {
    await stack.end();
  }
}

function spoolOf(dataDir: string, pcap: string, id: string, n: number): void {
  const spool = (...parts: string[]) => join(dataDir, 'spool', ...parts);
  const name = `${encodeURIComponent(id)}-${n.toString(16).padStart(16, '0')}`;
  const text = `rtpengine-meta-${name}.txt`;
  copyFileSync(pcap, spool('pcaps', `${name}.pcap`));
  writeFileSync(spool('tmp', text), `${name}.pcap\n\n\ntenant:t1|callid:${id}\n`);
  renameSync(spool('tmp', text), spool('metadata', text));
}

async function heard(rest: <T>(method: string, path: string) => Promise<T>, id: string): Promise<void> {
  for (;;) {
    const call = await rest<{ recording: { status: string; reason: string | null } }>(
      'GET',
      `/tenants/t1/calls/${encodeURIComponent(id)}`,
    ).catch(() => null);
    if (call?.recording.status === 'ready') return;
    if (call && call.recording.status !== 'pending')
      throw new Error(`the recording of ${id} is ${call.recording.status}: ${call.recording.reason}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
