import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import type { RecordedCall } from '../recordings/pcap.ts';
import { RECORDED, recordingOf as recordingIn, startRecorded } from '../recordings/recorded-company.ts';
import { inSpool, nameOf, put } from '../recordings/spool.ts';
import { type Stack, until } from './stack.ts';

interface Erasure {
  id: string;
  number: string;
  finishedAt: string | null;
  calls: number;
  erased: number;
  held: number;
  recordings: { call: string; outcome: string; hold: string | null; sha256: string | null }[];
}
interface Leaving {
  goes: number;
  held: number;
  seconds: number;
  bytes: number;
  days: { day: string; goes: number; held: number }[];
}

const calls = RECORDED;
let stack: Stack;
const idOf = ({ call }: RecordedCall) => encodeURIComponent(call.call_id);
const recordingOf = (recorded: RecordedCall) => recordingIn(stack, recorded);
const objects = () =>
  readdirSync(join(stack.dataDir, 'objects/t1'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.mp3'));
const leaving = (query = '') => stack.rest<Leaving>('GET', `/tenants/t1/recordings/leaving${query}`);
const report = (id: string) => stack.rest<Erasure>('GET', `/tenants/t1/recordings/erasures/${id}`);
const refused = async (method: string, path: string, body?: unknown) => {
  const response = await stack.fetch(`/api/v1/tenants/t1/recordings/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return [response.status, await response.text()] as const;
};
/** The outside number of a call. */
const numberOf = ({ call }: RecordedCall) => (call.direction === 'out' ? call.dialled : call.from) ?? '';

beforeAll(async () => {
  if (FFMPEG === null) return;
  stack = await startRecorded();
});
afterAll(() => stack?.end());

describe.skipIf(FFMPEG === null)('how long recordings stay', () => {
  test('half a year, until somebody says otherwise; what would go is told beforehand and nothing is done (T-35)', async () => {
    expect(await stack.rest('GET', '/tenants/t1/recordings/keeping')).toEqual({ keepDays: 180 });
    expect(await leaving()).toMatchObject({ goes: 0, held: 0, days: [] });
    const soon = await leaving('?keepDays=1');
    expect(soon).toMatchObject({ goes: calls.length, held: 0 });
    expect(soon.days).toEqual([expect.objectContaining({ day: calls[0]?.call.start.slice(0, 10), goes: calls.length })]);
    expect(soon.bytes).toBeGreaterThan(10_000);
    expect((await recordingOf(calls[0] as RecordedCall)).status).toBe('ready');
    expect((await refused('PUT', 'keeping', { keepDays: 0 }))[0]).toBe(400);
  });

  test('a number is erased: its recordings go with file and waveform, what is held stays, the report names each', async () => {
    const outside = new Map<string, RecordedCall[]>();
    for (const recorded of calls) outside.set(numberOf(recorded), [...(outside.get(numberOf(recorded)) ?? []), recorded]);
    const [number = '', of = []] = [...outside].find(([n, list]) => /^\d{11}$/.test(n) && list.length > 0) ?? [];
    const spelled = `+${number[0]} (${number.slice(1, 4)}) ${number.slice(4, 7)}-${number.slice(7)}`;
    const kept = await stack.rest<{ id: string }>('POST', '/tenants/t1/recordings/holds', {
      ...{ kind: 'call', value: of[0]?.call.call_id, reason: 'a claim at court' },
    });
    const before = objects().length;
    const first = await stack.rest<Erasure>('POST', '/tenants/t1/recordings/erasures', { number: spelled, reason: 'asked by the person' });
    await until('the erasure is finished', async () => (await report(first.id)).finishedAt !== null);
    const heldBack = await report(first.id);
    expect(heldBack).toMatchObject({ number, held: 1, erased: of.length - 1 });
    expect(heldBack.calls).toBeGreaterThanOrEqual(of.length);
    expect(heldBack.recordings.find((r) => r.call === of[0]?.call.call_id)).toMatchObject({ outcome: 'held', hold: kept.id });
    expect((await recordingOf(of[0] as RecordedCall)).status).toBe('ready');

    expect((await refused('DELETE', `holds/${kept.id}`))[0]).toBe(204);
    expect((await refused('DELETE', `holds/${kept.id}`))[0]).toBe(404);
    const second = await stack.rest<Erasure>('POST', '/tenants/t1/recordings/erasures', { number, reason: 'asked by the person' });
    await until('the second is finished', async () => (await report(second.id)).finishedAt !== null);
    expect((await report(second.id)).recordings).toEqual([
      expect.objectContaining({ outcome: 'erased', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }),
    ]);
    for (const recorded of of) {
      expect(await recordingOf(recorded)).toMatchObject({ status: 'erased', reason: 'erased' });
      const audio = await stack.fetch(`/api/v1/tenants/t1/calls/${idOf(recorded)}/recording`);
      expect([audio.status, await audio.text()]).toEqual([404, expect.stringContaining('erased')]);
    }
    await until('their files are gone', () => objects().length === before - of.length);
    const [status, why] = await refused('POST', 'erasures', { number: '101', reason: 'by mistake' });
    expect([status, why]).toEqual([409, expect.stringContaining("the company's own")]);
    expect((await refused('POST', 'erasures', { number: 'nobody', reason: 'by mistake' }))[0]).toBe(400);

    // the relay comes with another part of one of these calls
    const late = nameOf(of[0] as RecordedCall, 'eeee000000000001');
    put(stack.dataDir, of[0] as RecordedCall, late);
    await until('it is taken', () => !inSpool(stack.dataDir, late));
    expect((await recordingOf(of[0] as RecordedCall)).status).toBe('erased');
    await until('its file is gone', () => objects().length === before - of.length);
  });

  test('what a hold kept is erased when the call comes up again after its release, and the report says so', async () => {
    const of = calls.filter((recorded) => /^\d{11}$/.test(numberOf(recorded))).at(-1) as RecordedCall;
    const hold = await stack.rest<{ id: string }>('POST', '/tenants/t1/recordings/holds', {
      ...{ kind: 'call', value: of.call.call_id, reason: 'a claim at court' },
    });
    const { id } = await stack.rest<Erasure>('POST', '/tenants/t1/recordings/erasures', { number: numberOf(of), reason: 'asked' });
    await until('it is finished', async () => (await report(id)).finishedAt !== null);
    const outcome = async () => (await report(id)).recordings.filter((r) => r.call === of.call.call_id).map((r) => r.outcome);
    expect(await outcome()).toEqual(['held']);
    await stack.rest('DELETE', `/tenants/t1/recordings/holds/${hold.id}`);
    const late = nameOf(of, 'eeee000000000002');
    put(stack.dataDir, of, late);
    await until('another part is taken', () => !inSpool(stack.dataDir, late));
    expect((await recordingOf(of)).status).toBe('erased');
    expect(await outcome()).toEqual(['erased', 'erased']);
  });

  test('what is older goes within the hour of being told so, what is held stays, and goes when it is released', async () => {
    const left = [];
    for (const recorded of calls) if ((await recordingOf(recorded)).status === 'ready') left.push(recorded);
    const [held] = left as [RecordedCall];
    const hold = await stack.rest<{ id: string }>('POST', '/tenants/t1/recordings/holds', {
      ...{ kind: 'number', value: `+${numberOf(held)}`, reason: 'a claim at court' },
    });
    const kept = left.filter((r) => [r.call.from, r.call.dialled].includes(numberOf(held)));
    expect(await leaving('?keepDays=1')).toMatchObject({ goes: left.length - kept.length, held: kept.length });
    await stack.rest('PUT', '/tenants/t1/recordings/keeping', { keepDays: 1 });
    await until('files are gone', () => objects().length === kept.length);
    for (const recorded of left)
      expect(await recordingOf(recorded)).toMatchObject(
        kept.includes(recorded) ? { status: 'ready' } : { status: 'expired', reason: 'expired' },
      );
    await stack.rest('DELETE', `/tenants/t1/recordings/holds/${hold.id}`);
    await until('the last file is gone', () => objects().length === 0);
    expect(await recordingOf(held)).toMatchObject({ status: 'expired' });
    expect(existsSync(join(stack.dataDir, 'objects/t1'))).toBe(true);
  });

  test('another company has nothing to say about it', async () => {
    const { token } = await stack.rest<{ token: string }>('POST', '/tenants/t2/tokens', { name: 'other', scopes: ['write'] });
    for (const path of ['keeping', 'leaving', 'holds', 'erasures', 'erasures/1']) {
      const response = await fetch(`${stack.portal}/api/v1/tenants/t1/recordings/${path}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(response.status).toBe(404);
    }
    expect((await stack.fetch('/api/v1/tenants/t2/recordings/erasures/1')).status).toBe(404);
  });
});
