import { targetRuleSchema } from '@callscope/core/domain/target-call.ts';
import { rightsOf } from '@callscope/modules/access/callers.ts';
import { readSpend } from '@callscope/modules/ads/file.ts';
import { adSettingsSchema, putAdSettings } from '@callscope/modules/ads/rule.ts';
import { setSpend } from '@callscope/modules/ads/spend.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { readTables } from '@callscope/modules/directory/files/read.ts';
import { FileRefused, type Sheet } from '@callscope/modules/directory/files/refused.ts';
import { mayChangeRule } from '@callscope/portal/ads/lines.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail, type RequestEvent } from '@sveltejs/kit';
import { changesIn, loadSpend, payable } from '#page/ads/spend.ts';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import type { Actions, PageServerLoad } from './$types';

/** ?to=2026-11: the newest month of the table. */
export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'ads:read');
  const company = await companyOf(scope);
  const canEdit = rightsOf(requireSession(event).caller, scope.tenant).includes('ads:write');
  return { spend: await loadSpend(scope, company, event.url.searchParams.get('to')), canEdit, canRule: canEdit && mayChangeRule(scope) };
};

async function allowed(event: RequestEvent & { params: { company: string } }) {
  const scope = requireRight(event, 'ads:write');
  const actor = actorOf(requireSession(event).caller);
  return { scope, actor, company: await companyOf(scope), form: await event.request.formData() };
}

export const actions: Actions = {
  save: async (event) => {
    const { scope, actor, company, form } = await allowed(event);
    const { changes, typed, wrong } = changesIn(form, await payable(scope, company));
    if (wrong.length > 0) return fail(400, { wrong, amounts: typed });
    const changed = await setSpend(deps().db, scope, actor, changes);
    return { saved: changed.length };
  },
  import: async (event) => {
    const { scope, actor, company, form } = await allowed(event);
    const sheet = await tableIn(form);
    if (sheet === null) return fail(400, { unreadable: true });
    const { spend, problems } = readSpend(sheet, company.country, await payable(scope, company));
    if (problems.length > 0) return fail(400, { problems, typed: String(form.get('table') ?? '').slice(0, 20_000) });
    const changed = await setSpend(deps().db, scope, actor, spend);
    return { loaded: { lines: spend.length, changed: changed.length } };
  },
  rule: async (event) => {
    const { scope, actor, form } = await allowed(event);
    const isOn = (name: string) => form.get(name) === 'on';
    const seconds = String(form.get('talkSeconds') ?? '');
    const given = {
      talkSeconds: /^\d{1,4}$/.test(seconds) ? Number(seconds) : Number.NaN,
      ...{ firstOnly: isOn('firstOnly'), inWorkingHours: isOn('inWorkingHours'), currency: String(form.get('currency') ?? '') },
    };
    const { currency: _currency, ...rule } = given;
    if (!targetRuleSchema.safeParse(rule).success) return fail(400, { wrongSeconds: true });
    const settings = adSettingsSchema.safeParse(given);
    if (!settings.success || !mayChangeRule(scope)) return fail(400, { unreadable: true });
    await putAdSettings(deps().db, scope, actor, settings.data);
    return { ruled: true };
  },
};

/** The first table of a file, or of what was pasted; null: neither can be read. */
async function tableIn(form: FormData): Promise<Sheet | null> {
  const file = form.get('file');
  const isFile = file instanceof File && file.size > 0;
  try {
    const bytes = isFile ? new Uint8Array(await file.arrayBuffer()) : new TextEncoder().encode(String(form.get('table') ?? ''));
    const [sheet = null] = await readTables(bytes);
    return sheet;
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    return error.fault.code === 'empty' ? { name: '', rows: [] } : null;
  }
}
