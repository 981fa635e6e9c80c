import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import type { RecordedCall } from '../recordings/pcap.ts';
import { RECORDED, startRecorded } from '../recordings/recorded-company.ts';
import { truth } from './fixtures.ts';
import type { Stack } from './stack.ts';

interface Figures {
  expected: number;
  ready: number;
  pending: number;
  missing: number;
  reasons: Record<string, number>;
}

const calls = RECORDED;
const first = calls[0] as RecordedCall;
const day = first.call.start.slice(0, 10);
const path = `/tenants/t1/calls/${encodeURIComponent(first.call.call_id)}/recording`;

let stack: Stack;
const link = (body: object, token?: string) =>
  stack.fetch(`/api/v1${path}/links`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
  });
const made = async (body: object, token?: string) => (await (await link(body, token)).json()) as { id: string; url: string };
const tokenFor = async (scopes: string[]) =>
  stack.rest<{ id: string; token: string }>('POST', '/tenants/t1/tokens', { name: `tests ${scopes.join(' ')}`, scopes });

beforeAll(async () => {
  if (FFMPEG === null) return;
  stack = await startRecorded();
});
afterAll(() => stack?.end());

describe.skipIf(FFMPEG === null)('links to a recording', () => {
  test('whoever has it hears the recording without signing in, whole or in part, until it is revoked', async () => {
    const { id, url } = await made({});
    const whole = await fetch(url);
    expect([whole.status, whole.headers.get('content-type')]).toEqual([200, 'audio/mpeg']);
    expect(whole.headers.get('content-security-policy')).toContain('sandbox');
    expect((await whole.arrayBuffer()).byteLength).toBe(Number(whole.headers.get('content-length')));
    const part = await fetch(url, { headers: { range: 'bytes=10-19' } });
    expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 10]);
    const { data } = await stack.rest<{ data: { id: string; who: string }[] }>('GET', `${path}/links`);
    expect(data).toEqual([expect.objectContaining({ id, who: 'BOOTSTRAP_TOKEN' })]);
    expect(JSON.stringify(data)).not.toContain(url.split('/').at(-1));
    await stack.rest('DELETE', `/tenants/t1/recordings/links/${id}`);
    expect((await fetch(url)).status).toBe(410);
    expect((await stack.rest<{ data: unknown[] }>('GET', `${path}/links`)).data).toEqual([]);
  });

  test('it ends with its time, with the right of who made it, and with the recording', async () => {
    const maker = await tokenFor(['recordings:listen']);
    const { url } = await made({ download: true }, maker.token);
    const kept = await fetch(url);
    expect([kept.status, kept.headers.get('content-disposition')]).toEqual([200, expect.stringMatching(/^attachment; filename=/)]);
    await kept.arrayBuffer();
    await stack.rest('DELETE', `/tenants/t1/tokens/${maker.id}`);
    expect((await fetch(url)).status).toBe(410);
    expect((await fetch(`${stack.portal}/r/${'A'.repeat(43)}`)).status).toBe(410);
    expect((await fetch(`${stack.portal}/r/%00`)).status).toBe(410);
    expect((await link({ minutes: 0 })).status).toBe(400);
    expect((await link({ minutes: 100_000 })).status).toBe(400);
    expect((await link({ segment: 7 })).status).toBe(404);
    const reader = await tokenFor(['calls:read']);
    expect((await link({}, reader.token)).status).toBe(403);
  });

  test('what should have been recorded and was not is counted by day', async () => {
    const query = `?from=${day}T00:00:00Z&to=${day}T23:59:59Z`;
    const count = await stack.rest<Figures & { days: Figures[] }>('GET', `/tenants/t1/recordings/count${query}`);
    const byRule = calls.filter((r) => r.call.recording_mode !== 'demand');
    const answered = truth().filter((c) => c.in_company_list && c.tenant === 't1' && c.answer !== null);
    expect(count).toMatchObject({ ready: byRule.length, pending: 0 });
    expect(count.missing).toBe(count.expected - byRule.length);
    expect(count.expected).toBeLessThanOrEqual(answered.length);
    expect(count.reasons).toEqual(count.missing === 0 ? {} : { fault: count.missing });
    expect(count.days.map((d) => d.expected).reduce((a, b) => a + b, 0)).toBe(count.expected);
    const all = await stack.rest<Figures & { tenants: (Figures & { tenant: string })[] }>('GET', `/ops/recordings${query}`);
    expect(all.tenants.find((t) => t.tenant === 't1')).toMatchObject({ expected: count.expected, missing: count.missing });
    expect((await stack.fetch('/api/v1/tenants/t1/recordings/count?from=2026-01-01T00:00:00Z&to=2026-11-01T00:00:00Z')).status).toBe(400);
  });
});
