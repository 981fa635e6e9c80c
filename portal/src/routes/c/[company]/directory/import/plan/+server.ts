import { importRequestSchema } from '@callscope/modules/directory/import/request.ts';
import { json } from '@sveltejs/kit';
import { companyOf, requireRight } from '#page/company.ts';
import type { ImportAnswer } from '#page/directory/answer.ts';
import { importFile } from '#page/directory/import.ts';
import { validityOf } from '#page/directory/validity.ts';
import type { RequestHandler } from './$types';

/** Reads a file and says what it would change, or, with the version of the preview, changes it. */
export const POST: RequestHandler = async (event) => {
  const scope = requireRight(event, 'directory:write');
  const company = await companyOf(scope);
  const sent = await event.request.formData().catch(() => null);
  const file = sent?.get('file');
  const parsed = importRequestSchema.safeParse(optionsOf(sent));
  const validity = parsed.success ? validityOf(parsed.data.validity) : null;
  if (!(file instanceof File) || !parsed.success || validity === null) {
    const answer: ImportAnswer = { done: false, fault: { code: 'form', message: 'file, options' } };
    return json(answer, { status: 400 });
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  return json(await importFile(event.locals, scope, company, bytes, { ...parsed.data, validity }));
};

function optionsOf(sent: FormData | null): unknown {
  try {
    return JSON.parse(String(sent?.get('options')));
  } catch {
    return null;
  }
}
