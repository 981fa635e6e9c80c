/**
 * Commands to an edge's agent: request and answer over core NATS, JSON, not stored. A command that is asked again with the
 * same id within a minute gets the first answer and is not carried out twice. Silence means that no agent is there.
 */
import { z } from 'zod';
import { TENANT_ID } from '../domain/tenant.ts';

export const EDGE_COMMANDS_VERSION = 1;

/** Parts of OpenSIPS that keep in memory what they read from PostgreSQL, and read it again when told to. */
export const EDGE_MODULES = ['dialplan', 'drouting', 'permissions', 'domain', 'uac_registrant', 'userblacklist'] as const;
export type EdgeModule = (typeof EDGE_MODULES)[number];

/** A file <tenant>/<name>.wav of the edge's folder of announcements: no name leads out of it. */
export const ANNOUNCEMENT_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/i;

const callId = z.string().min(1).max(255);
/** user@domain */
const account = z.string().regex(/^[^\s@]{1,64}@[^\s@]{1,190}$/);
export const DIALLED = /^[0-9*#+]{1,32}$/;
const dialled = z.string().regex(DIALLED);
const target = z.string().regex(/^sips?:[^\s<>"]{1,250}$/);

const commands = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('ping') }),
  /** does this edge have the call? */
  z.strictObject({ do: z.literal('find'), callId }),
  z.strictObject({ do: z.literal('calls') }),
  /** which lines to carriers work, as OpenSIPS has it */
  z.strictObject({ do: z.literal('trunks') }),
  z.strictObject({ do: z.literal('reload'), what: z.array(z.enum(EDGE_MODULES)).min(1) }),
  /** segment: number of the part as far as commands say; the edge may have recorded more of the call by its policy */
  z.strictObject({
    do: z.literal('record'),
    callId,
    tenant: z.string().regex(TENANT_ID),
    conversation: z.string().min(1).max(260),
    segment: z.int().min(1),
    reason: z.enum(['demand', 'unmask']),
  }),
  z.strictObject({ do: z.literal('stop-recording'), callId }),
  z.strictObject({ do: z.literal('hangup'), callId }),
  z.strictObject({ do: z.literal('hold'), callId }),
  z.strictObject({ do: z.literal('unhold'), callId }),
  /** leg: whose phone is asked to call `to`. Refused when the phone refuses to try */
  z.strictObject({ do: z.literal('transfer'), callId, leg: z.enum(['caller', 'callee']), to: target }),
  /** an announcement of the company, by its name */
  z.strictObject({ do: z.literal('announce'), callId, tenant: z.string().regex(TENANT_ID), name: z.string().regex(ANNOUNCEMENT_NAME) }),
  /** accounts: user@domain; is a phone of one of them registered at this edge? */
  z.strictObject({ do: z.literal('registered'), accounts: z.array(account).min(1).max(20) }),
  /** from: short number whose phone rings first; to: as somebody of the company would dial it */
  z.strictObject({
    do: z.literal('call'),
    id: z.string().regex(/^[0-9A-Za-z-]{1,64}$/),
    tenant: z.string().regex(TENANT_ID),
    domain: z.string().regex(/^[^\s@;=,]{1,190}$/),
    from: dialled,
    to: dialled,
  }),
  z.strictObject({ do: z.literal('kick'), account }),
]);
export type EdgeCommand = z.output<typeof commands>;

const request = z.object({ v: z.literal(EDGE_COMMANDS_VERSION), id: z.string().min(1).max(100), command: commands });
export type EdgeRequest = z.output<typeof request>;

/**
 * unknown_call: this edge does not have it · not_registered: nobody to kick · refused: OpenSIPS or rtpengine said no ·
 * unreachable: they said nothing · bad_command: not of this version
 */
export const EDGE_REASONS = ['unknown_call', 'not_registered', 'refused', 'unreachable', 'bad_command'] as const;
export type EdgeReason = (typeof EDGE_REASONS)[number];

const liveCall = z.object({
  callId: z.string(),
  /** company as the edge has it, '' when the edge does not say */
  tenant: z.string(),
  from: z.string(),
  to: z.string(),
  state: z.enum(['ringing', 'talking', 'other']),
  /** seconds since the epoch; 0: not answered */
  answeredAt: z.number(),
});
export type EdgeCall = z.output<typeof liveCall>;

const nodeState = z.object({
  /** null: OpenSIPS does not answer */
  opensips: z.object({ version: z.string(), upSince: z.string() }).nullable(),
  rtpengine: z.object({ calls: z.number() }).nullable(),
  agentSince: z.string(),
});
export type EdgeNodeState = z.output<typeof nodeState>;

const answer = z.object({
  v: z.literal(EDGE_COMMANDS_VERSION),
  node: z.string(),
  result: z.discriminatedUnion('ok', [
    z.object({
      ok: z.literal(true),
      calls: z.array(liveCall).optional(),
      state: nodeState.optional(),
      /** gateways by the trunk's id, registrations at carriers by account (sip:user@host); false: it does not work now; null: it is being asked */
      gateways: z.record(z.string(), z.boolean()).optional(),
      registrations: z.record(z.string(), z.boolean().nullable()).optional(),
      /** length of the announcement */
      milliseconds: z.number().optional(),
      /** Call-ID of the call that has begun */
      callId: z.string().optional(),
    }),
    z.object({ ok: z.literal(false), why: z.enum(EDGE_REASONS), detail: z.string() }),
  ]),
});
export type EdgeAnswer = z.output<typeof answer>;
export type EdgeResult = EdgeAnswer['result'];

export function writeEdgeRequest(id: string, command: EdgeCommand): string {
  return JSON.stringify({ v: EDGE_COMMANDS_VERSION, id, command } satisfies EdgeRequest);
}

export function writeEdgeAnswer(node: string, result: EdgeResult): string {
  return JSON.stringify({ v: EDGE_COMMANDS_VERSION, node, result } satisfies EdgeAnswer);
}

/** @returns null for what is no command of this version */
export function readEdgeRequest(text: string): EdgeRequest | null {
  return read(request, text);
}

/** @returns null for what is no answer of this version */
export function readEdgeAnswer(text: string): EdgeAnswer | null {
  return read(answer, text);
}

function read<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
