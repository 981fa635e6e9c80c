import { until } from '../medium/stack.ts';
import type { Edge } from './edge.ts';

/** A call as `GET /calls/{id}` gives it. */
export interface StoredCall {
  id: string;
  callIds: string[];
  direction: string;
  result: string;
  from: string;
  dialled: string;
  number: string | null;
  answeredBy: string | null;
  talkSeconds: number;
  sipCode: number;
  hangupBy: string | null;
  trunk: string | null;
  legs: { target: string; result: string }[];
  recording: { status: string; reason: string | null };
  events: { method: string; params: Record<string, unknown> }[];
}

/** Waits until a call is stored, and as it should be. @param callId any of its Call-IDs */
export async function storedCall(
  { stack }: Edge,
  callId: string,
  tenant = 't1',
  holds: (call: StoredCall) => boolean = () => true,
): Promise<StoredCall> {
  let found: StoredCall | undefined;
  await until(
    `call ${callId} is stored as it should be`,
    async () => {
      const response = await stack.fetch(`/api/v1/tenants/${tenant}/calls/${encodeURIComponent(callId)}`);
      if (response.status !== 200) return false;
      found = (await response.json()) as StoredCall;
      return holds(found);
    },
    60_000,
  ).catch((error) => {
    throw new Error(`${String(error)}\n${JSON.stringify(found)}`);
  });
  return found as StoredCall;
}
