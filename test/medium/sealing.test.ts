import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { masterKey } from '@callscope/launch/secrets.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import type { RecordedCall } from '../recordings/pcap.ts';
import { RECORDED, startRecorded } from '../recordings/recorded-company.ts';
import { nameOf, put } from '../recordings/spool.ts';
import { type Stack, startStack, until } from './stack.ts';

interface Sealing {
  on: boolean;
  version: number;
  since: string | null;
}

let stack: Stack;
const [call] = RECORDED as readonly [RecordedCall];
const audioOf = (of: RecordedCall, query = '') => `/api/v1/tenants/t1/calls/${encodeURIComponent(of.call.call_id)}/recording${query}`;
const heard = async (path: string, headers: Record<string, string> = {}) => {
  const response = await stack.fetch(path, { headers });
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
};
const archived = () => readdirSync(join(stack.dataDir, 'objects/t1'), { recursive: true, encoding: 'utf8' }).filter((f) => /\.mp3/.test(f));
const seal = (on: boolean, at = stack) => at.rest<Sealing>('PUT', '/tenants/t1/recordings/sealing', { on });
const keysFile = () => join(stack.dataDir, 'secrets/recording-keys');
const again = async () => {
  const { dataDir } = stack;
  await stack.stop();
  stack = await startStack({ dataDir });
};
/** The launcher starts the portal anew; what it knew of keys is forgotten. */
const portalAgain = async () => {
  const pid = stack.pidOf('portal');
  process.kill(pid, 'SIGKILL');
  await until('there is another portal', () => stack.pidOf('portal') !== pid);
  await until('it answers', () =>
    stack.fetch('/healthz').then(
      () => true,
      () => false,
    ),
  );
};
/** Another part of a call comes into the spool, and is archived. */
const another = async (segment: string) => {
  const before = archived().length;
  put(stack.dataDir, call, nameOf(call, segment));
  await until('another part is archived', () => archived().length > before, 60_000);
  return archived().filter((file) => file.includes(segment));
};

beforeAll(async () => {
  if (FFMPEG === null) return;
  stack = await startRecorded((started) => seal(true, started));
});
afterAll(() => stack?.end());

describe.skipIf(FFMPEG === null)('sealed recordings', () => {
  test('lie sealed in the archive and are heard as any other: whole, in parts, in another format', async () => {
    expect(archived()).toHaveLength(RECORDED.length);
    for (const file of archived()) {
      expect(file).toMatch(/\.mp3\.sealed$/);
      const bytes = readFileSync(join(stack.dataDir, 'objects/t1', file));
      expect(bytes.toString('latin1', 0, 4)).toBe('CSE1');
      expect(bytes.includes('LAME')).toBe(false);
    }
    const whole = await heard(audioOf(call));
    expect([whole.status, whole.bytes.includes('LAME')]).toEqual([200, true]);
    const part = await heard(audioOf(call), { range: 'bytes=100-299' });
    expect([part.status, part.bytes.equals(whole.bytes.subarray(100, 300))]).toEqual([206, true]);
    expect((await heard(audioOf(call, '?format=wav'))).bytes.toString('latin1', 0, 4)).toBe('RIFF');
  });

  test('a changed key seals what is new, what is older opens with its own; without a key new ones are kept as they are', async () => {
    expect(await seal(true)).toMatchObject({ on: true, version: 2 });
    const [file = ''] = await another('aaaa000000000002');
    expect(readFileSync(join(stack.dataDir, 'objects/t1', file)).readUInt32BE(4)).toBe(2);
    expect(await seal(false)).toMatchObject({ on: false, version: 2 });
    expect((await another('aaaa000000000003'))[0]).toMatch(/\.mp3$/);
    // all three joined: two keys and none
    const joined = await heard(audioOf(call));
    const single = await heard(audioOf(call, '?segment=1'));
    expect([joined.status, single.status]).toEqual([200, 200]);
    expect(joined.bytes.length).toBeGreaterThan(2.5 * single.bytes.length);
  });

  test('without the master key nothing is lost: it says what is missing, the spool waits; with it back all is heard', async () => {
    await seal(true);
    const own = readFileSync(keysFile(), 'utf8');
    writeFileSync(keysFile(), masterKey());
    await portalAgain();
    const health = (await (await stack.fetch('/healthz')).json()) as { failing: string; parts: { name: string; detail: string }[] };
    expect(health.parts.find((part) => part.name === 'recordings')?.detail).toContain('RECORDING_KEYS_FILE');
    const refused = await stack.fetch(audioOf(RECORDED[1] as RecordedCall));
    expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining('sealed')]);
    const before = archived().length;
    put(stack.dataDir, call, nameOf(call, 'aaaa000000000004'));
    await until('the recorder says why', () => stack.log().includes('put its line back'), 60_000);
    expect(archived()).toHaveLength(before);
    writeFileSync(keysFile(), own);
    await until('what waited is archived', () => archived().length === before + 1, 60_000);
    await portalAgain();
    expect((await heard(audioOf(RECORDED[1] as RecordedCall))).status).toBe(200);
  });

  test('a new master key in the first line wraps all anew, and the old line is not needed any more', async () => {
    const own = readFileSync(keysFile(), 'utf8').trim();
    const next = masterKey();
    writeFileSync(keysFile(), `${next}\n${own}\n`);
    await again();
    writeFileSync(keysFile(), `${next}\n`);
    await again();
    for (const recorded of RECORDED) expect((await heard(audioOf(recorded))).status, recorded.call.call_id).toBe(200);
  });

  test('the report of an erasure names the audio by its own digest', async () => {
    const whole = await heard(audioOf(call, '?segment=1'));
    const number = [call.call.from, call.call.dialled].find((n) => /^\d{11}$/.test(n ?? ''));
    const { recordings } = await erased(number as string);
    const sha256 = createHash('sha256').update(whole.bytes).digest('hex');
    expect(recordings.find((r) => r.call === call.call.call_id)).toMatchObject({ sha256, outcome: 'held' });
  });

  test('another company has nothing to say about it, and what is no answer is refused', async () => {
    const { token } = await stack.rest<{ token: string }>('POST', '/tenants/t2/tokens', { name: 'other', scopes: ['write'] });
    const response = await fetch(`${stack.portal}/api/v1/tenants/t1/recordings/sealing`, { headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(404);
    expect(await stack.rest('GET', '/tenants/t2/recordings/sealing')).toEqual({ on: false, version: 0, since: null });
    const wrong = await stack.fetch('/api/v1/tenants/t1/recordings/sealing', {
      ...{ method: 'PUT', body: '{"on":"yes"}', headers: { 'content-type': 'application/json' } },
    });
    expect(wrong.status).toBe(400);
  });
});

/** The report of an erasure that a hold keeps from erasing anything: it names what is there. */
async function erased(number: string): Promise<{ recordings: { call: string; sha256: string; outcome: string }[] }> {
  const hold = await stack.rest<{ id: string }>('POST', '/tenants/t1/recordings/holds', { kind: 'all', reason: 'a test' });
  const { id } = await stack.rest<{ id: string }>('POST', '/tenants/t1/recordings/erasures', { number, reason: 'a test' });
  const report = () => stack.rest<{ finishedAt: string | null; recordings: [] }>('GET', `/tenants/t1/recordings/erasures/${id}`);
  await until('it is finished', async () => (await report()).finishedAt !== null);
  await stack.rest('DELETE', `/tenants/t1/recordings/holds/${hold.id}`);
  return report();
}
