import { join } from 'node:path';
import type { EdgeCall, EdgeCommand, EdgeModule, EdgeNodeState, EdgeReason, EdgeResult } from '@callscope/core/bus/edge-commands.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { z } from 'zod';
import { type Mi, MiRefused, MiUnreachable } from './mi.ts';
import { type NgClient, NgRefused, NgUnreachable } from './ng.ts';

/** How each part of OpenSIPS is told to read its tables again. */
const RELOAD: Record<EdgeModule, string> = {
  dialplan: 'dialplan:reload',
  drouting: 'drouting:reload',
  permissions: 'permissions:address_reload',
  domain: 'domain:reload',
  uac_registrant: 'uac_registrant:reload',
  userblacklist: 'userblacklist:reload',
};

const anything = z.unknown();
const dialog = z.object({
  state: z.number(),
  timestart: z.number(),
  callid: z.string(),
  from_uri: z.string(),
  to_uri: z.string(),
  context: z.object({ values: z.array(z.record(z.string(), z.unknown())).optional() }).optional(),
});
const dialogs = z.object({ Dialogs: z.array(dialog) });

export interface Edge {
  mi: Mi;
  ng: NgClient;
  /** when the agent started */
  since: Date;
  /** folder of announcements */
  announcements: string;
}

/** @returns the outcome of a command: every failure that is foreseen is an answer with its reason. */
export async function carryOut(edge: Edge, command: EdgeCommand): Promise<EdgeResult> {
  try {
    return await attempt(edge, command);
  } catch (error) {
    const why = reasonOf(error);
    if (why === null) throw error;
    return { ok: false, why, detail: errorText(error) };
  }
}

async function attempt({ mi, ng, since, announcements }: Edge, command: EdgeCommand): Promise<EdgeResult> {
  const ok: EdgeResult = { ok: true };
  switch (command.do) {
    case 'ping':
      return { ok: true, state: await stateOf(mi, ng, since) };
    case 'find':
      return (await hasCall(mi, ng, command.callId)) ? ok : unknownCall(command.callId);
    case 'calls':
      return { ok: true, calls: await callsOf(mi) };
    case 'reload': {
      for (const what of new Set(command.what)) await mi.ask(RELOAD[what], {}, anything);
      return ok;
    }
    case 'record':
      await ng.ask({ command: 'start recording', 'call-id': command.callId, metadata: command.metadata });
      return ok;
    case 'stop-recording':
      await ng.ask({ command: 'stop recording', 'call-id': command.callId });
      return ok;
    case 'announce': {
      const file = join(announcements, command.tenant, `${command.name}.wav`);
      const { duration } = await ng.ask({ command: 'play media', 'call-id': command.callId, file, flags: ['all'] });
      return { ok: true, milliseconds: Number(duration ?? 0) };
    }
    case 'hangup':
      await mi.ask('dialog:end_dlg', { dialog_id: command.callId }, anything);
      return ok;
    case 'hold':
    case 'unhold':
      await mi.ask(`callops:${command.do}`, { callid: command.callId }, anything);
      return ok;
    case 'transfer':
      await mi.ask('callops:transfer', { callid: command.callId, leg: command.leg, destination: command.to }, anything);
      return ok;
    case 'kick': {
      const account = { table_name: 'location', aor: command.account };
      try {
        await mi.ask('usrloc:show_contact', account, anything);
      } catch (error) {
        if (!(error instanceof MiRefused) || error.code !== 404) throw error;
        return { ok: false, why: 'not_registered', detail: `${command.account} is not registered here` };
      }
      // OpenSIPS says yes to an account that nobody uses, too
      await mi.ask('usrloc:rm', account, anything);
      return ok;
    }
  }
}

/** Media first: it is asked without a lock of the proxy; a call without media here is still a dialog. */
async function hasCall(mi: Mi, ng: NgClient, callId: string): Promise<boolean> {
  const answers = await Promise.allSettled([
    ng.ask({ command: 'query', 'call-id': callId }),
    mi.ask('dialog:list', { callid: callId }, anything),
  ]);
  if (answers.some(({ status }) => status === 'fulfilled')) return true;
  const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
  // one of them says no, which the other's silence does not change
  if (failures.some((error) => reasonOf(error) === 'unknown_call')) return false;
  throw failures[0];
}

async function callsOf(mi: Mi): Promise<EdgeCall[]> {
  const { Dialogs } = await mi.ask('dialog:list_ctx', {}, dialogs);
  return Dialogs.map((d) => {
    const values = Object.assign({}, ...(d.context?.values ?? [])) as Record<string, unknown>;
    // 1 and 2: nobody has answered; 3 and 4: answered; 5: over
    const state = d.state <= 2 ? 'ringing' : d.state <= 4 ? 'talking' : 'other';
    return { callId: d.callid, tenant: String(values.tenant ?? ''), from: d.from_uri, to: d.to_uri, state, answeredAt: d.timestart };
  });
}

async function stateOf(mi: Mi, ng: NgClient, since: Date): Promise<EdgeNodeState> {
  const opensips = async () => {
    const { Server } = await mi.ask('version', {}, z.object({ Server: z.string() }));
    const up = await mi.ask('uptime', {}, z.record(z.string(), z.unknown()));
    return { version: Server, upSince: String(up['Up since'] ?? '') };
  };
  const rtpengine = async () => {
    const { calls } = await ng.ask({ command: 'list', limit: 100_000 });
    return { calls: Array.isArray(calls) ? calls.length : 0 };
  };
  const [proxy, media] = await Promise.all([opensips().catch(() => null), rtpengine().catch(() => null)]);
  return { opensips: proxy, rtpengine: media, agentSince: since.toISOString() };
}

function unknownCall(callId: string): EdgeResult {
  return { ok: false, why: 'unknown_call', detail: `this edge has no call ${callId}` };
}

/** @returns null for what nobody foresaw */
function reasonOf(error: unknown): EdgeReason | null {
  if (error instanceof MiUnreachable || error instanceof NgUnreachable) return 'unreachable';
  if (error instanceof NgRefused) return error.message === 'Unknown call-id' ? 'unknown_call' : 'refused';
  if (error instanceof MiRefused) return error.code === 404 ? 'unknown_call' : 'refused';
  return null;
}
