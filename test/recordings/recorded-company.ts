import { companies, events, hep } from '../medium/fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from '../medium/stack.ts';
import { type RecordedCall, recordedCalls } from './pcap.ts';
import { nameOf, put } from './spool.ts';

/** Calls of the fixtures' first company that the relay recorded. */
export const RECORDED: readonly RecordedCall[] = recordedCalls().filter((r) => r.call.tenant === 't1');

/**
 * The system with the fixtures' companies and calls; every recorded call of the first company can be heard.
 * @param before done when the companies are there, and no recording is
 */
export async function startRecorded(
  before?: (stack: Stack) => Promise<unknown>,
  options?: Parameters<typeof startStack>[0],
): Promise<Stack> {
  const stack = await startStack(options);
  await putCompanies(stack);
  await before?.(stack);
  await sendUdp(stack.ports.hep, hep('udp'));
  await sendTcp(stack.ports.events, events());
  for (const recorded of RECORDED) put(stack.dataDir, recorded, nameOf(recorded));
  for (const recorded of RECORDED)
    await until(`call ${recorded.call.n} is ready`, async () => (await recordingOf(stack, recorded)).status === 'ready', 60_000);
  return stack;
}

/** The system with the fixtures' companies; the calls that the relay recorded are known, and nothing of them is in the spool. */
export async function startWithCalls(options: Parameters<typeof startStack>[0]): Promise<Stack> {
  const stack = await startStack(options);
  await putCompanies(stack);
  await sendUdp(stack.ports.hep, hep('udp'));
  await sendTcp(stack.ports.events, events());
  for (const recorded of recordedCalls())
    await until(`call ${recorded.call.n} is known`, () => recordingOf(stack, recorded).then(() => true));
  return stack;
}

async function putCompanies(stack: Stack): Promise<void> {
  for (const [id, { tenant, directory }] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, directory);
  }
}

export interface RestRecording {
  status: string;
  reason: string | null;
  seconds: number | null;
  segments: { from: number; seconds: number }[];
}

export async function recordingOf(stack: Stack, { call }: RecordedCall): Promise<RestRecording> {
  const path = `/tenants/${call.tenant}/calls/${encodeURIComponent(call.call_id)}`;
  return (await stack.rest<{ recording: RestRecording }>('GET', path)).recording;
}
