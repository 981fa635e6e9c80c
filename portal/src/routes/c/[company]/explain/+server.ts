import { rulesBehind } from '@callscope/analytics/catalog/company-rules.ts';
import { MEASURES, type MeasureId } from '@callscope/analytics/catalog/measures.ts';
import { FilterError, filterFromQuery } from '@callscope/analytics/query/filter.ts';
import { explainFigure } from '@callscope/analytics/run/explain.ts';
import { askedOf } from '@callscope/portal/calls/company.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { companyOf, requireRight } from '#page/company.ts';
import type { RuledExplanation } from '#page/explained.ts';
import { answered } from '#page/failure.ts';
import type { RequestHandler } from './$types';

/** What a figure counts and what it leaves out under a filter, for the “?” beside it. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const params = event.url.searchParams;
  const measure = params.get('measure') ?? '';
  if (!Object.hasOwn(MEASURES, measure)) error(400, 'no such figure');
  const filter = filterOf(params);
  const tenant = await companyOf(scope);
  const company = await askedOf(deps(), scope, tenant, filter);
  const { answer } = await answered(explainFigure(deps().store, scope, measure as MeasureId, filter, company));
  if (answer === null) error(503, 'no answer');
  return Response.json({ ...answer, rules: rulesBehind(measure as MeasureId, tenant) } satisfies RuledExplanation);
};

function filterOf(params: URLSearchParams) {
  try {
    return filterFromQuery(params);
  } catch (cause) {
    if (cause instanceof FilterError) error(400, cause.message);
    throw cause;
  }
}
