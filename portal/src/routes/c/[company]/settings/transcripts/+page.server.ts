import { KeysMissing } from '@callscope/core/node/objects/master-keys.ts';
import { operatorScope } from '@callscope/modules/access/callers.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import {
  chooseTranscription,
  nameService,
  transcriptionChoice,
  transcriptionOf,
  transcriptionService,
} from '@callscope/modules/transcripts/settings.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail } from '@sveltejs/kit';
import { requireOperatorRight, requireRight, requireSession } from '#page/company.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'recordings:write');
  const { caller } = requireSession(event);
  return {
    transcription: await transcriptionOf(deps().db, scope),
    // the service is asked from inside: who runs the installation names it
    mayName: operatorScope(caller, 'companies:write') !== null,
  };
};

export const actions: Actions = {
  choose: async (event) => {
    const scope = requireRight(event, 'recordings:write');
    const { caller } = requireSession(event);
    const form = await event.request.formData();
    const choice = transcriptionChoice.safeParse({
      on: form.get('on') === 'on',
      language: String(form.get('language') ?? ''),
      minSeconds: Number(form.get('minSeconds')),
    });
    if (!choice.success) return fail(400, { wrong: String(choice.error.issues[0]?.path[0] ?? 'form') });
    if (!(await chooseTranscription(deps().db, scope, actorOf(caller), choice.data))) return fail(409, { wrong: 'service' });
    return { done: true };
  },
  name: async (event) => {
    requireOperatorRight(event, 'companies:write');
    const scope = requireRight(event, 'recordings:write');
    const { caller } = requireSession(event);
    const form = await event.request.formData();
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const key = text('key');
    const named = transcriptionService.safeParse({ address: text('address'), model: text('model'), ...(key === '' ? {} : { key }) });
    if (!named.success) return fail(400, { wrong: String(named.error.issues[0]?.path[0] ?? 'form') });
    const { db, keysPath, log } = deps();
    try {
      await nameService(db, scope, actorOf(caller), named.data, keysPath);
    } catch (error) {
      if (!(error instanceof KeysMissing)) throw error;
      log.error('the key of a speech service cannot be sealed', { error });
      return fail(503, { wrong: 'keys' });
    }
    return { done: true };
  },
};
