import { error } from '@sveltejs/kit';
import { companyOf, requireRight } from '#page/company.ts';
import { answered } from '#page/failure.ts';
import { loadHistory } from '#page/phones/load.ts';
import type { RequestHandler } from './$types';

/** When an account had phones registered in the last days, for its row. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const params = event.url.searchParams;
  const asked = loadHistory(scope, await companyOf(scope), params.get('account') ?? '', params.get('domain') ?? '');
  const { answer, failure } = await answered(asked);
  if (failure) error(503, 'no answer');
  if (answer === null) error(404, 'no such account');
  return Response.json(answer);
};
