import { exportId } from '@callscope/modules/exports/forms.ts';
import { dropExport, letterAddress, listExports, wantLetter } from '@callscope/modules/exports/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import { EXPORTS, lineOf, REFUSALS } from '#page/exports/line.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'calls:read');
  event.depends(EXPORTS);
  const { db, mail, exports: files } = deps();
  const { caller } = requireSession(event);
  const [exports, address] = await Promise.all([listExports(db, scope, caller), letterAddress(db, caller)]);
  const refused = event.url.searchParams.get('refused');
  return {
    exports: exports.map(lineOf),
    keepHours: Math.round(files.keepMs / 3_600_000),
    /** letters can come: there is a mail server, and the person has an address */
    hasLetters: mail !== null && address !== null,
    /** before the browser says how wide it is */
    isPhone: /\bMobi/.test(event.request.headers.get('user-agent') ?? ''),
    refused: REFUSALS.find((one) => one === refused) ?? null,
  };
};

export const actions: Actions = {
  drop: async (event) => {
    const scope = requireRight(event, 'calls:read');
    const id = exportId.safeParse((await event.request.formData()).get('id'));
    const { db, exports: files } = deps();
    const became = id.success ? await dropExport(db, scope, requireSession(event).caller, id.data, files.keepMs) : null;
    return became === null ? fail(404, { wrong: 'gone' }) : { became };
  },
  letter: async (event) => {
    const scope = requireRight(event, 'calls:read');
    const form = await event.request.formData();
    const id = exportId.safeParse(form.get('id'));
    const isDone = id.success && (await wantLetter(deps().db, scope, requireSession(event).caller, id.data, form.get('wanted') === 'on'));
    return isDone ? { became: 'letter' } : fail(404, { wrong: 'gone' });
  },
};
