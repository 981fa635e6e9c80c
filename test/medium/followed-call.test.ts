import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import { RECORDED, recordingOf } from '../recordings/recorded-company.ts';
import { nameOf, put } from '../recordings/spool.ts';
import { companies, events, hep } from './fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from './stack.ts';

interface Line {
  service: string;
  message: string;
  callId?: string;
  channel?: string;
}

let stack: Stack;
const [recorded] = RECORDED;
const callId = recorded?.call.call_id ?? '';
const of = (what: string | Uint8Array) => Buffer.from(what).includes(callId);

describe.skipIf(FFMPEG === null)('a call in the logs', () => {
  beforeAll(async () => {
    stack = await startStack({ env: { LOG_LEVEL: 'debug' } });
    for (const [id, { tenant, directory }] of Object.entries(companies())) {
      await stack.rest('PUT', `/tenants/${id}`, tenant);
      await stack.rest('PUT', `/tenants/${id}/directory`, directory);
    }
    await sendUdp(stack.ports.hep, hep('udp').filter(of));
    await sendTcp(stack.ports.events, events().filter(of));
    if (recorded) put(stack.dataDir, recorded, nameOf(recorded));
  });
  afterAll(() => stack?.end());

  test('is followed by its Call-ID through all services at level debug, without anything of its packets', async () => {
    await until('it can be heard', async () => recorded !== undefined && (await recordingOf(stack, recorded)).status === 'ready', 60_000);
    const lines = () =>
      stack
        .log()
        .split('\n')
        .filter((line) => line.startsWith('{') && line.includes(callId))
        .map((line) => JSON.parse(line) as Line)
        .filter((line) => line.callId === callId);
    await until('the last line is there', () => lines().some((line) => line.service === 'portal'));
    const seen = new Set(lines().map(({ service, message, channel }) => [service, message, channel].filter(Boolean).join(' ')));
    expect([...seen].toSorted()).toEqual([
      'assembler written',
      'decoder decoded',
      'edge received event-tcp',
      'edge received hep-udp',
      'portal read',
      'recorder recorded',
    ]);
    expect(stack.log()).not.toContain('INVITE sip:');
  });
});
