import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { connectPostgres } from '@callscope/core/node/postgres.ts';
import { ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import { noteCommand, noteOutcome } from '@callscope/modules/edge/audit.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decoded, FFMPEG, log, loudness } from '../recordings/ffmpeg.ts';
import { type RecordedCall, recordedCalls, recordsOf } from '../recordings/pcap.ts';
import { inSpool, nameOf, put } from '../recordings/spool.ts';
import { companies, events, hep } from './fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from './stack.ts';

interface Recording {
  status: string;
  reason: string | null;
  seconds: number | null;
  segments: { from: number; seconds: number }[];
}

const calls = recordedCalls().filter((r) => r.call.tenant === 't1' && r.call.recording_mode !== 'demand');
const [masked, silent] = calls as [RecordedCall, RecordedCall];
let stack: Stack;
const pathOf = ({ call }: RecordedCall) => `/tenants/${call.tenant}/calls/${encodeURIComponent(call.call_id)}`;
const recordingOf = async (of: RecordedCall) => (await stack.rest<{ recording: Recording }>('GET', pathOf(of))).recording;
const secondsOf = (record: Buffer) => record.readUInt32LE(0) + record.readUInt32LE(4) / 1e6;

beforeAll(async () => {
  if (FFMPEG === null) return;
  stack = await startStack();
  for (const [id, { tenant, directory }] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, directory);
  }
  await sendUdp(stack.ports.hep, hep('udp'));
  await sendTcp(stack.ports.events, events());
});
afterAll(() => stack?.end());

describe.skipIf(FFMPEG === null)('a recording that was masked', () => {
  test('has silence as long as the mask was, and is as long as the call', async () => {
    const bytes = readFileSync(masked.pcap);
    const records = recordsOf(bytes);
    const [begun, ended] = [secondsOf(records[0] as Buffer), secondsOf(records.at(-1) as Buffer)];
    const [from, to] = [begun + 2.5, begun + 5.25];
    const part = (first: number, last: number) =>
      Buffer.concat([bytes.subarray(0, 24), ...records.filter((r) => secondsOf(r) >= first && secondsOf(r) < last)]);
    const terminated = (at: number) => (text: string) => text.replace(/(first monologue\): )[\d.]+/, `$1${(at * 1_000).toFixed(3)}`);
    // what the edge does: the mask stops the recording, its end begins another part and says why
    put(stack.dataDir, masked, nameOf(masked, 'aaaa000000000001'), { pcap: part(begun, from), text: terminated(from) });
    put(stack.dataDir, masked, nameOf(masked, 'aaaa000000000002'), {
      pcap: part(to, ended + 1),
      text: (text) => text.replace('tenant:', 'reason:unmask|tenant:'),
    });
    await until('both parts are ready', async () => (await recordingOf(masked)).segments.length === 2, 60_000);
    const audio = join(stack.dataDir, 'heard.wav');
    const heard = async (query: string) => {
      writeFileSync(audio, Buffer.from(await (await stack.fetch(`/api/v1${pathOf(masked)}/recording${query}`)).arrayBuffer()));
      return decoded(audio, 8_000, 2) as [Int16Array, Int16Array];
    };
    for (const format of ['wav', 'mp3', 'opus']) {
      const sides = await heard(`?format=${format}`);
      for (const side of sides) {
        expect(Math.abs(side.length / 8_000 - masked.call.talk_s), format).toBeLessThan(0.3);
        expect(loudness(side, 8_000, 2.7, 5.1), format).toBeLessThan(10);
      }
      const spoken = (first: number, last: number) => Math.max(...sides.map((side) => loudness(side, 8_000, first, last)));
      expect(spoken(0, 2.4), format).toBeGreaterThan(100);
      expect(spoken(5.6, 7.4), format).toBeGreaterThan(100);
    }
    expect(Math.abs((await heard('?segment=2&format=wav'))[0].length / 8_000 - (masked.call.talk_s - 5.25))).toBeLessThan(0.3);
    const { segments } = await stack.rest<{ segments: { from: number; seconds: number; masked: boolean; left: string }[] }>(
      'GET',
      `${pathOf(masked)}/recording/waveform`,
    );
    expect(segments.map((s) => [s.masked, s.left === ''])).toEqual([
      [false, false],
      [true, true],
      [false, false],
    ]);
    for (const [i, seconds] of [2.5, 2.75, masked.call.talk_s - 5.25].entries())
      expect(Math.abs((segments[i]?.seconds ?? 0) - seconds), `line ${i}`).toBeLessThan(0.1);
  });

  test('and of which nothing is left says paused, and nothing is put aside', async () => {
    const { db, close } = connectPostgres<PostgresSchema>(stack.databaseUrl(), 'test', log);
    const scope = tenantScope(ownService('test'), 't1', 'calls:read') as TenantScope;
    const told = {
      id: randomUUID(),
      author: { kind: 'person', name: 'Orlova' } as const,
      command: 'mask',
      callId: silent.call.call_id,
      target: '',
    };
    await noteCommand(db, scope, { ...told, at: new Date() });
    await noteOutcome(db, scope, told.id, { node: 'edge-1', outcome: 'ok', said: '' }, new Date());
    await close();
    put(stack.dataDir, silent, nameOf(silent), { pcap: readFileSync(silent.pcap).subarray(0, 24) });
    await until('it is taken', () => !inSpool(stack.dataDir, nameOf(silent)), 60_000);
    expect(await recordingOf(silent)).toMatchObject({ status: 'none', reason: 'paused' });
  });
});
