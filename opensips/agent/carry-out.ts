import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
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

/** until the first INVITE of a call that is asked for has come to the proxy */
const BEGINS_MS = 2_000;

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
const oneDialog = z.object({
  Dialog: z.object({ ID: z.string(), context: z.object({ values: z.array(z.record(z.string(), z.unknown())).optional() }).optional() }),
});
const contacts = z.object({ Contacts: z.array(z.object({ Expires: z.union([z.number(), z.string()]) })).optional() });
/** SIP's answer to a request that OpenSIPS sent in a dialog */
const sipReply = z.object({ Code: z.number(), Reason: z.string() });

/** Only `Active` takes calls; `Probing` is one that failed and is asked by OPTIONS whether it is back. */
const gateways = z.object({ Gateways: z.array(z.object({ ID: z.string(), State: z.string() })) });
const registrations = z.object({ Records: z.array(z.object({ AOR: z.string(), state: z.string() })) });

export interface Edge {
  mi: Mi;
  /** of the instance that makes calls */
  clickMi: Mi;
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

async function attempt({ mi, clickMi, ng, since, announcements }: Edge, command: EdgeCommand): Promise<EdgeResult> {
  const ok: EdgeResult = { ok: true };
  switch (command.do) {
    case 'ping':
      return { ok: true, state: await stateOf(mi, ng, since) };
    case 'find':
      return (await hasCall(mi, ng, command.callId)) ? ok : unknownCall(command.callId);
    case 'calls':
      return { ok: true, calls: await callsOf(mi) };
    case 'trunks':
      return { ok: true, ...(await trunksOf(mi)) };
    case 'reload': {
      for (const what of new Set(command.what)) await mi.ask(RELOAD[what], {}, anything);
      return ok;
    }
    case 'record':
      await record(mi, ng, command);
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
      return transfer(mi, command);
    case 'registered':
      for (const account of command.accounts) if (await isRegistered(mi, account)) return ok;
      return { ok: false, why: 'not_registered', detail: `${command.accounts.join(', ')}: not registered here` };
    case 'call':
      return call(mi, clickMi, command);
    case 'kick': {
      const account = { table_name: 'location', aor: command.account };
      if (!(await isRegistered(mi, command.account)))
        return { ok: false, why: 'not_registered', detail: `${command.account} is not registered here` };
      // OpenSIPS says yes to an account that nobody uses, too
      await mi.ask('usrloc:rm', account, anything);
      return ok;
    }
  }
}

/** OpenSIPS numbers the parts that its policy records; without it the number of the command stands. */
async function record(mi: Mi, ng: NgClient, command: Extract<EdgeCommand, { do: 'record' }>): Promise<void> {
  const { callId, tenant, conversation, reason } = command;
  let segment = command.segment;
  try {
    const { Dialog } = await mi.ask('dialog:list_ctx', { callid: callId }, oneDialog);
    segment = Math.max(segment, Number(valuesOf(Dialog).segment ?? 0) + 1);
    await mi.ask('dialog:push_var', { dlg_val_name: 'segment', dlg_val_value: String(segment), DID: [callId] }, anything);
  } catch (error) {
    if (reasonOf(error) === null) throw error;
  }
  const metadata = Buffer.from(JSON.stringify({ tenant, conversation, segment, reason })).toString('hex');
  await ng.ask({ command: 'start recording', 'call-id': callId, metadata });
}

/**
 * REFER to the phone of one leg. OpenSIPS knows the call that comes of it by `osid` in its address, and ends this one when
 * the other is answered. Not callops:transfer: that says yes before the phone has, and after a failure refuses to try again.
 */
async function transfer(mi: Mi, { callId, leg, to }: Extract<EdgeCommand, { do: 'transfer' }>): Promise<EdgeResult> {
  const { Dialog } = await mi.ask('dialog:list_ctx', { callid: callId }, oneDialog);
  const headers = `Refer-To: <${to};osid=${Dialog.ID}>\r\n`;
  const { Code, Reason } = await mi.ask(
    'dialog:send_sequential',
    { callid: callId, method: 'REFER', body: 'none', mode: leg, headers },
    sipReply,
  );
  return Code < 300 ? { ok: true } : { ok: false, why: 'refused', detail: `the phone answered ${Code} ${Reason}` };
}

/**
 * The proxy is told whose call it will be, then the instance beside it calls the employee through it, and the number once
 * the employee has answered. @returns the Call-ID of the first of both calls
 */
async function call(mi: Mi, clickMi: Mi, { id, tenant, domain, from, to }: Extract<EdgeCommand, { do: 'call' }>): Promise<EdgeResult> {
  await mi.ask('cache:store', { system: 'local', attr: `click_${id}`, value: `tenant=${tenant};domain=${domain}`, expire: 300 }, anything);
  // the address is not used: everything goes to the proxy, which knows the company
  const entities = { entity1: `employee,sip:${from}@127.0.0.1`, entity2: `number,sip:${to}@127.0.0.1` };
  await clickMi.ask('b2b_logic:trigger_scenario', { scenario_id: 'click', ...entities, context: [`click=${id}`] }, anything);
  const limit = performance.now() + BEGINS_MS;
  while (performance.now() < limit) {
    try {
      const { value } = await mi.ask('cache:fetch', { system: 'local', attr: `click_call_${id}` }, z.object({ value: z.string() }));
      return { ok: true, callId: value };
    } catch (error) {
      if (!(error instanceof MiRefused)) throw error;
      await sleep(20);
    }
  }
  return { ok: false, why: 'refused', detail: 'the edge did not begin the call' };
}

async function isRegistered(mi: Mi, account: string): Promise<boolean> {
  try {
    const { Contacts = [] } = await mi.ask('usrloc:show_contact', { table_name: 'location', aor: account }, contacts);
    // those that are gone stay until they have been written away
    return Contacts.some(({ Expires }) => Expires !== 'deleted' && Expires !== 'expired');
  } catch (error) {
    if (error instanceof MiRefused && error.code === 404) return false;
    throw error;
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
    const values = valuesOf(d);
    // 1 and 2: nobody has answered; 3 and 4: answered; 5: over
    const state = d.state <= 2 ? 'ringing' : d.state <= 4 ? 'talking' : 'other';
    return { callId: d.callid, tenant: String(values.tenant ?? ''), from: d.from_uri, to: d.to_uri, state, answeredAt: d.timestart };
  });
}

/** Lines to carriers: gateways that drouting probes, and registrations that we keep up. An edge without either module has none. */
async function trunksOf(mi: Mi): Promise<{ gateways: Record<string, boolean>; registrations: Record<string, boolean | null> }> {
  const without = (error: unknown) => {
    if (error instanceof MiRefused) return null;
    throw error;
  };
  const [routed, registered] = await Promise.all([
    mi.ask('drouting:gw_status', {}, gateways).catch(without),
    mi.ask('uac_registrant:list', {}, registrations).catch(without),
  ]);
  // what is being asked of the carrier just now is neither: it was what it was, and soon says
  const asked = ['REGISTERING_STATE', 'AUTHENTICATING_STATE', 'UNREGISTERING_STATE', 'AUTHENTICATING_UNREGISTER_STATE'];
  const stands = (state: string) => (asked.includes(state) ? null : state === 'REGISTERED_STATE');
  return {
    gateways: Object.fromEntries((routed?.Gateways ?? []).map(({ ID, State }) => [ID, State === 'Active'])),
    registrations: Object.fromEntries((registered?.Records ?? []).map(({ AOR, state }) => [AOR, stands(state)])),
  };
}

/** What the script keeps with a dialog ($dlg_val). */
function valuesOf(d: { context?: { values?: Record<string, unknown>[] | undefined } | undefined }): Record<string, unknown> {
  return Object.assign({}, ...(d.context?.values ?? [])) as Record<string, unknown>;
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
