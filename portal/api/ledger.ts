import { decodedChannels } from '@callscope/analytics/run/operator.ts';
import { decodeFrame, type FrameHeader } from '@callscope/core/bus/frames.ts';
import { DLQ, KV, RAW } from '@callscope/core/bus/streams.ts';
import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import { z } from '@hono/zod-openapi';
import type { Deps } from './context.ts';

const stageSchema = z.object({
  stage: z.enum(['edge', 'decode', 'assemble', 'calls']),
  unit: z.enum(['packets', 'facts', 'conversations']),
  received: z.number().int(),
  stored: z.number().int(),
  duplicate: z.number().int(),
  dropped: z.record(z.string(), z.number().int()),
  deadLettered: z.number().int(),
  inFlight: z.number().int(),
  unexplained: z.number().int(),
  lagSeconds: z.number(),
});
export const ledgerSchema = z
  .object({
    at: z.string(),
    closed: z.boolean().describe('nothing is unexplained at any stage'),
    deadLetters: z.number().int().describe('waiting in the dead-letter stream: npm run dlq'),
    stages: z.array(stageSchema),
    edges: z.array(
      z.object({
        edge: z.string(),
        boot: z.string(),
        channel: z.string(),
        accepted: z.number().int(),
        decoded: z.number().int(),
        dropped: z.record(z.string(), z.number().int()),
      }),
    ),
  })
  .openapi('Ledger');

type Stage = z.output<typeof stageSchema>;

interface AssemblerLedger {
  facts: AssemblerFates;
  calls: AssemblerFates;
  pendingMessages: number;
  lagSeconds: number;
}
interface AssemblerFates {
  received: number;
  stored: number;
  duplicate: number;
  deadLettered: number;
  dropped: Record<string, number>;
  inFlight: number;
}

const NO_FATES: AssemblerFates = { received: 0, stored: 0, duplicate: 0, deadLettered: 0, dropped: {}, inFlight: 0 };
const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);

function add(into: Record<string, number>, counts: Record<string, number>): void {
  for (const [k, v] of Object.entries(counts)) if (v > 0) into[k] = (into[k] ?? 0) + v;
}

/**
 * The ledger as it stands. Receivers keep no counter that could be lost: what they received is proven by the numbers in
 * frame headers, decoded ones from the store and those still waiting from the bus.
 */
export async function ledger({ store, bus, group, clock }: Deps, scope: OperatorScope): Promise<z.output<typeof ledgerSchema>> {
  // the bus first: a frame that is decoded meanwhile is then seen twice as proven, never as missing
  const waiting = await lastFrames(bus);
  const [decoded, assembler, dlq, raw] = await Promise.all([
    decodedChannels(store, scope),
    bus.kv(KV.ledger).then((kv) => kv.get(`assembler.${group}`)),
    bus.jsm.streams.info(DLQ.name),
    bus.jsm.streams.info(RAW.name),
  ]);
  const channels = new Map(decoded.map((d) => [`${d.edge} ${d.boot} ${d.channel}`, { ...d }]));
  for (const w of waiting) {
    const key = `${w.edge} ${w.boot} ${w.channel}`;
    const known = channels.get(key) ?? {
      edge: w.edge,
      boot: String(w.boot),
      channel: w.channel,
      provenN: 0,
      packets: 0,
      stored: 0,
      duplicate: 0,
      dead: 0,
      facts: 0,
      dropped: {},
      edgeDrops: {},
    };
    known.provenN = Math.max(known.provenN, w.firstN + w.count - 1);
    for (const [reason, total] of Object.entries(w.drops)) known.edgeDrops[reason] = Math.max(known.edgeDrops[reason] ?? 0, total);
    channels.set(key, known);
  }
  const edge = stage('edge', 'packets');
  const decode = stage('decode', 'packets');
  for (const c of channels.values()) {
    edge.received += c.provenN + sum(c.edgeDrops);
    edge.stored += c.provenN;
    add(edge.dropped, c.edgeDrops);
    decode.received += c.provenN;
    decode.stored += c.stored;
    decode.duplicate += c.duplicate;
    decode.deadLettered += c.dead;
    add(decode.dropped, c.dropped);
    // frames that wait in RAW; with an empty RAW a hole in the numbers is unexplained
    if (raw.state.messages > 0) decode.inFlight += Math.max(0, c.provenN - c.packets);
  }
  decode.lagSeconds = raw.state.messages > 0 ? Math.max(0, (clock.now() - Date.parse(raw.state.first_ts)) / 1_000) : 0;
  const said = assembler ? assembler.json<AssemblerLedger>() : { facts: NO_FATES, calls: NO_FATES, pendingMessages: 0, lagSeconds: 0 };
  const assemble = { ...stage('assemble', 'facts'), ...factsOf(said.facts, channels.values()), lagSeconds: said.lagSeconds };
  const calls = { ...stage('calls', 'conversations'), ...said.calls, lagSeconds: said.lagSeconds };
  const stages = [edge, decode, assemble, calls].map((s) => ({
    ...s,
    unexplained: s.received - s.stored - s.duplicate - sum(s.dropped) - s.deadLettered - s.inFlight,
  }));
  return {
    at: new Date(clock.now()).toISOString(),
    closed: stages.every((s) => s.unexplained === 0),
    deadLetters: dlq.state.messages,
    stages,
    edges: [...channels.values()].map((c) => ({
      edge: c.edge,
      boot: c.boot,
      channel: c.channel,
      accepted: c.provenN,
      decoded: c.packets,
      dropped: c.edgeDrops,
    })),
  };
}

/**
 * What assembly received is proven by what decoding made, not by the assembler's own word: facts that it has not taken yet
 * are in flight. It can have taken more, where a frame was decoded again; those are among its duplicates.
 */
function factsOf(said: AssemblerFates, channels: Iterable<{ facts: number }>): AssemblerFates {
  let made = 0;
  for (const c of channels) made += c.facts;
  return { ...said, received: Math.max(made, said.received), inFlight: said.inFlight + Math.max(0, made - said.received) };
}

function stage(name: Stage['stage'], unit: Stage['unit']): Stage {
  return {
    stage: name,
    unit,
    received: 0,
    stored: 0,
    duplicate: 0,
    dropped: {},
    deadLettered: 0,
    inFlight: 0,
    unexplained: 0,
    lagSeconds: 0,
  };
}

/** Header of the last frame of every subject that still has frames in RAW. */
async function lastFrames(bus: Bus): Promise<FrameHeader[]> {
  const info = await bus.jsm.streams.info(RAW.name, { subjects_filter: RAW.subjects[0] ?? '>' });
  const headers: FrameHeader[] = [];
  for (const subject of Object.keys(info.state.subjects ?? {})) {
    const message = await bus.jsm.streams.getMessage(RAW.name, { last_by_subj: subject }).catch(() => null);
    if (!message) continue;
    try {
      headers.push(decodeFrame(message.data));
    } catch {
      // not a frame: the decoder makes it a dead letter
    }
  }
  return headers;
}
