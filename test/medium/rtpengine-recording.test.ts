import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mediaOf } from '@callscope/core/domain/sdp.ts';
import { onPath } from '@callscope/launch/supervise.ts';
import { makeRecording } from '@callscope/recorder/audio/recording.ts';
import { callIdOf, parseMetadata, recordingName } from '@callscope/recorder/capture/metadata.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decoded, encoded, FFMPEG, ffmpeg, loudness } from '../recordings/ffmpeg.ts';
import { rtp } from '../recordings/pcap.ts';
import { freePort, until } from './stack.ts';

const HAS_RELAY = onPath('rtpengine');
if (!HAS_RELAY) console.warn('SKIPPED, what a real relay records is not tested: rtpengine is not on PATH (apt-get install rtpengine)');

type Value = string | string[] | { [key: string]: Value };
/** Bencoding, as the NG protocol of rtpengine has it. */
function bencode(value: Value): string {
  if (typeof value === 'string') return `${Buffer.byteLength(value)}:${value}`;
  if (Array.isArray(value)) return `l${value.map(bencode).join('')}e`;
  return `d${Object.keys(value)
    .sort()
    .map((key) => bencode(key) + bencode(value[key] as Value))
    .join('')}e`;
}

const dir = mkdtempSync(join(tmpdir(), 'callscope-relay-'));
let relay: ChildProcess | undefined;
let control: Socket;
let ngPort = 0;
let cookie = 0;

/** One command and its answer, as text. */
async function ng(dictionary: { [key: string]: Value }): Promise<string> {
  const own = `c${++cookie}`;
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error('the relay does not answer')), 5_000);
    const hear = (message: Buffer) => {
      const text = message.toString('utf8');
      if (!text.startsWith(`${own} `)) return;
      control.off('message', hear);
      clearTimeout(timer);
      done(text);
    };
    control.on('message', hear);
    control.send(`${own} ${bencode(dictionary)}`, ngPort, '127.0.0.1');
  });
}

interface Phone {
  socket: Socket;
  port: number;
  sdp: string;
}

async function phone(): Promise<Phone> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await new Promise((done) => socket.once('listening', done));
  const { port } = socket.address() as AddressInfo;
  const sdp = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n`;
  return { socket, port, sdp };
}

/** A tone in the seconds that are given. */
function tone(seconds: number, from: number, to: number): Buffer {
  const samples = Int16Array.from({ length: 8_000 * seconds }, (_, i) => {
    const isOn = i >= from * 8_000 && i < to * 8_000;
    return isOn ? Math.round(8_000 * Math.sin((2 * Math.PI * 440 * i) / 8_000)) : 0;
  });
  return encoded(samples, 8_000, ['-f', 'alaw']);
}

const files = (part: string) => (existsSync(join(dir, part)) ? readdirSync(join(dir, part)) : []);

beforeAll(async () => {
  if (!HAS_RELAY || FFMPEG === null) return;
  mkdirSync(dir, { recursive: true });
  ngPort = await freePort();
  const least = 20_000 + 2 * Math.floor(Math.random() * 5_000);
  const args = [
    '--config-file=none',
    '--foreground',
    '--log-stderr',
    '--log-level=3',
    '--table=-1',
    '--interface=127.0.0.1',
    '--delete-delay=0',
  ];
  const media = [`--listen-ng=127.0.0.1:${ngPort}`, `--port-min=${least}`, `--port-max=${least + 200}`];
  const recording = [`--recording-dir=${dir}`, '--recording-method=pcap', '--recording-format=eth', `--pidfile=${join(dir, 'pid')}`];
  relay = spawn('rtpengine', [...args, ...media, ...recording], { stdio: 'ignore' });
  control = createSocket('udp4').bind(0, '127.0.0.1');
  await until('the relay answers', async () => (await ng({ command: 'ping' })).includes('pong'), 30_000);
});
afterAll(async () => {
  if (relay !== undefined) {
    const ended = new Promise((done) => relay?.once('exit', done));
    relay.kill('SIGKILL');
    await ended;
    control.close();
  }
  rmSync(dir, { recursive: true, force: true });
});

describe.skipIf(!HAS_RELAY || FFMPEG === null)('what a real relay records', () => {
  test('a call that was stopped and begun again gives two recordings, each side on its own, without any packet of SIP', async () => {
    const [caller, callee] = [await phone(), await phone()];
    const call = { 'call-id': 'real/call@nowhere.example', 'from-tag': 'a' };
    const metadata = 'tenant:t1|direction:in';
    const offered = await ng({ ...call, command: 'offer', sdp: caller.sdp, 'record call': 'yes', metadata });
    const answered = await ng({ ...call, command: 'answer', 'to-tag': 'b', sdp: callee.sdp });
    const portIn = (answer: string) => mediaOf(answer.slice(answer.indexOf('v=0')))[0]?.port ?? 0;
    const [toCallee, toCaller] = [portIn(offered), portIn(answered)];
    expect(toCallee * toCaller).toBeGreaterThan(0);
    // the caller is heard from 0.5 to 1.5 s, the callee from 2 to 3; the relay is told to stop at 4 s and to go on at 5
    const sound = { caller: tone(8, 0.5, 1.5), callee: tone(8, 2, 3) };
    sound.caller.set(tone(8, 6, 7).subarray(6 * 8_000, 7 * 8_000), 6 * 8_000);
    const begun = performance.now();
    for (let i = 0; i < 400; i++) {
      if (i === 200) expect(await ng({ ...call, command: 'stop recording' })).toContain('2:ok');
      if (i === 250) expect(await ng({ ...call, command: 'start recording', metadata })).toContain('2:ok');
      const due = begun + i * 20 - performance.now();
      if (due > 0) await new Promise((done) => setTimeout(done, due));
      const header = { type: 8, sequence: 65_300 + i, timestamp: 2 ** 32 - 1_000 + i * 160 };
      caller.socket.send(rtp({ ...header, ssrc: 11 }, sound.caller.subarray(i * 160, i * 160 + 160)), toCaller, '127.0.0.1');
      callee.socket.send(rtp({ ...header, ssrc: 22 }, sound.callee.subarray(i * 160, i * 160 + 160)), toCallee, '127.0.0.1');
    }
    await ng({ ...call, command: 'delete' });
    await until('both are complete', () => files('metadata').length === 2);
    for (const { socket } of [caller, callee]) socket.close();

    const made = [];
    for (const file of files('metadata')) {
      const name = recordingName(file) ?? '';
      expect(callIdOf(name)).toBe(call['call-id']);
      const text = parseMetadata(readFileSync(join(dir, 'metadata', file), 'utf8'));
      expect(text.values.get('tenant')).toBe('t1');
      const source = {
        ...{ pcap: join(dir, 'pcaps', text.pcap), callId: callIdOf(name), metadata: text, direction: 'in' as const },
        ...{ described: [], notBefore: 0, notAfter: 0 },
      };
      const path = join(dir, `${made.length}.wav`);
      const recording = await makeRecording(source, 'wav', path, dir, ffmpeg());
      const [left, right] = decoded(path, 8_000, 2) as [Int16Array, Int16Array];
      made.push({ ...recording, left, right, described: text.sdps.length });
    }
    made.sort((a, b) => a.startedAt - b.startedAt);
    const [first, second] = made;
    expect(first).toMatchObject({ sidesBy: 'description' });
    const heard = (pcm: Int16Array | undefined, from: number, to: number) => loudness(pcm ?? new Int16Array(0), 8_000, from, to);
    expect(Math.abs((first?.seconds ?? 0) - 4)).toBeLessThan(0.3);
    expect(heard(first?.left, 0.7, 1.3)).toBeGreaterThan(3_000);
    expect(heard(first?.right, 0.7, 1.3)).toBeLessThan(50);
    expect(heard(first?.right, 2.2, 2.8)).toBeGreaterThan(3_000);
    expect(heard(first?.left, 2.2, 2.8)).toBeLessThan(50);
    expect(Math.abs((second?.seconds ?? 0) - 3)).toBeLessThan(0.3);
    const begins = ((second?.startedAt ?? 0) - (first?.startedAt ?? 0)) / 1e6;
    expect(Math.abs(begins - 5)).toBeLessThan(0.3);
    expect(Math.max(heard(second?.left, 6.2 - begins, 6.8 - begins), heard(second?.right, 6.2 - begins, 6.8 - begins))).toBeGreaterThan(
      3_000,
    );
  });
});
