import type { DirectoryBody } from '@callscope/core/domain/directory.ts';
import { normalizePhone, phoneFromPeople } from '@callscope/core/domain/phone.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { readSpend, type SpendFault } from '@callscope/modules/ads/file.ts';
import { MONTH, MOST_AMOUNT } from '@callscope/modules/ads/months.ts';
import { adSettingsOf, adSettingsSchema, putAdSettings } from '@callscope/modules/ads/rule.ts';
import { MOST_CHANGES, setSpend, spendOf } from '@callscope/modules/ads/spend.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { EMPTY } from '@callscope/modules/directory/difference.ts';
import { readCsv } from '@callscope/modules/directory/files/csv.ts';
import { FileRefused } from '@callscope/modules/directory/files/refused.ts';
import { getDirectory, getTenant, type RuledTenant } from '@callscope/modules/directory/store.ts';
import { z } from '@hono/zod-openapi';
import { adLinesIn, type LineFigures, linesOf, mayChangeRule, ownNumbers, paidUntil } from '../ads/lines.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const instant = z.iso.datetime({ offset: true, error: 'RFC 3339, e.g. 2026-11-24T00:00:00Z' });
const month = z.string().regex(MONTH, 'YYYY-MM, e.g. 2026-11');
const money = z.number().int().nullable();
const KOPECKS = "whole numbers of the currency's smallest unit (kopecks)";

// made anew: the schema is older than what gives schemas their place in the description
const ruleForm = z.strictObject(adSettingsSchema.shape).openapi('AdRule');
const spendSchema = z.object({
  number: z.string().describe('own number as calls have it'),
  month,
  amount: z.number().int().describe(KOPECKS),
});
const spendForm = z
  .strictObject({
    spend: z
      .array(
        z.strictObject({
          number: z.string().min(1).max(40).describe("one of the company's own numbers, in any spelling"),
          month,
          amount: z.number().int().min(0).max(MOST_AMOUNT).nullable().describe(`${KOPECKS}; null takes away what was entered`),
        }),
      )
      .max(MOST_CHANGES),
  })
  .openapi('AdSpendForm');
const figure = z.number().nullable();
const lineFigures = {
  calls: figure.describe('incoming calls'),
  unique: figure.describe('different numbers; a number that called two lines is one of each, so rows do not add up'),
  new: figure.describe('numbers that called in for the first time since calls have been kept'),
  answered: figure,
  missed: figure,
  target: figure.describe("by the company's rule"),
  targetShare: figure,
  missedShare: figure,
  averageTalk: figure.describe('seconds'),
  spend: money.describe(`${KOPECKS}; null: nobody has said`),
  costPerCall: money,
  costPerTarget: money,
  waiting: z.number().int().describe('open cases whose first missed call came to the line in the period'),
  atRisk: money.describe('what the calls of those who wait cost: waiting × cost per call'),
};
const linesSchema = z
  .object({
    rule: ruleForm,
    lines: z.array(z.object({ number: z.string(), name: z.string(), ...lineFigures })),
    totals: z.object(lineFigures).describe('costs count only calls of lines with spend'),
  })
  .openapi('AdLines');

/** Advertising: what lines cost and bring. */
export function adRoutes(api: Api, { db, store, clock }: Deps): void {
  const companyOf = async (scope: TenantScope): Promise<RuledTenant> => {
    const company = await getTenant(db, scope);
    if (!company) throw noCompany(scope.tenant);
    return company;
  };
  const directoryOf = async (scope: TenantScope): Promise<Pick<DirectoryBody, 'numbers'>> =>
    (await getDirectory(db, scope, new Date(clock.now())))?.body ?? EMPTY;

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/ads/rule',
      tags: ['Ads'],
      summary: 'What a target call is, and the currency of spend',
      needs: 'ads:read',
      request: { params: tenantParam },
      responses: { 200: { description: 'As it stands', content: json(ruleForm) }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      await companyOf(scope);
      return c.json(await adSettingsOf(db, scope), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'put',
      path: '/tenants/{tenant}/ads/rule',
      tags: ['Ads'],
      summary: 'Say what a target call is, and the currency of spend',
      description: 'In force at once, for figures of the past too. Amounts stay as they are: nothing is converted.',
      needs: 'ads:write',
      request: { params: tenantParam, body: { required: true, content: json(ruleForm) } },
      responses: { 200: { description: 'In force', content: json(ruleForm) }, ...problems(400, 401, 403, 404, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      await companyOf(scope);
      if (!mayChangeRule(scope)) throw new Problem(403, 'whoever has projects instead of the whole company does not change its rule');
      await putAdSettings(db, scope, actorOf(c.get('caller')), c.req.valid('json'));
      return c.json(await adSettingsOf(db, scope), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/ads/spend',
      tags: ['Ads'],
      summary: 'What was spent, by line and month',
      needs: 'ads:read',
      request: { params: tenantParam, query: z.strictObject({ from: month.optional(), to: month.optional().describe('included') }) },
      responses: {
        200: { description: 'Spend', content: json(z.object({ data: z.array(spendSchema) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      await companyOf(scope);
      const { from = '2000-01', to = '2099-12' } = c.req.valid('query');
      const spend = await spendOf(db, scope, { from, to });
      return c.json({ data: spend.filter(({ number }) => scope.within === undefined || scope.within.numbers.includes(number)) }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'put',
      path: '/tenants/{tenant}/ads/spend',
      tags: ['Ads'],
      summary: 'Enter what was spent on lines in months; others stay as they are',
      needs: 'ads:write',
      request: { params: tenantParam, body: { required: true, content: json(spendForm) } },
      responses: {
        200: { description: 'Entered', content: json(z.object({ changed: z.number().int() })) },
        ...problems(400, 401, 403, 404, 413, 415, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const company = await companyOf(scope);
      const own = ownNumbers(await directoryOf(scope), company, scope);
      const seen = new Set<string>();
      const changes = c.req.valid('json').spend.map((one) => ({
        ...one,
        number: normalizePhone(phoneFromPeople(one.number, company.country), company.country),
      }));
      const wrong = changes.flatMap(({ number, month }, i) => {
        const isTwice = seen.has(`${number} ${month}`);
        seen.add(`${number} ${month}`);
        if (!own.has(number)) return [{ field: `spend.${i}.number`, message: 'no own number of the company' }];
        return isTwice ? [{ field: `spend.${i}`, message: 'this line and month are listed twice' }] : [];
      });
      if (wrong.length > 0) throw new Problem(400, 'the request is wrong in these fields', wrong.slice(0, 20));
      return c.json({ changed: (await setSpend(db, scope, actorOf(c.get('caller')), changes)).length }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/tenants/{tenant}/ads/spend/import',
      tags: ['Ads'],
      summary: 'Enter spend from a table as text: number; month; amount, a line each',
      description:
        'Separated by semicolons or tabs; months as 2026-11 or 11.2026, amounts in whole units with at most two decimals. All lines or none: what is wrong is named line by line.',
      needs: 'ads:write',
      request: { params: tenantParam, body: { required: true, content: json(z.strictObject({ csv: z.string().max(1 << 20) })) } },
      responses: {
        200: { description: 'Entered', content: json(z.object({ lines: z.number().int(), changed: z.number().int() })) },
        ...problems(400, 401, 403, 404, 413, 415, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const company = await companyOf(scope);
      const own = ownNumbers(await directoryOf(scope), company, scope);
      const { spend, problems: found } = readSpend(sheetOf(c.req.valid('json').csv), company.country, own);
      if (found.length > 0)
        throw new Problem(
          400,
          'nothing was entered: the table is wrong in these lines',
          found.map(({ row, fault }) => ({ field: row === 0 ? 'csv' : `line ${row}`, message: inEnglish(fault) })),
        );
      const changed = await setSpend(db, scope, actorOf(c.get('caller')), spend);
      return c.json({ lines: spend.length, changed: changed.length }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/ads/lines',
      tags: ['Ads'],
      summary: 'What lines brought and what it cost',
      description:
        'Lines are own numbers with a channel in the directory, or with spend. A period that cuts a month has its spend by days; days to come cost nothing yet. Report `ad-lines` has the figures without money.',
      needs: 'ads:read',
      request: { params: tenantParam, query: z.strictObject({ from: instant.describe('calls that began in [from, to)'), to: instant }) },
      responses: { 200: { description: 'Lines', content: json(linesSchema) }, ...problems(400, 401, 403, 404, 422, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const company = await companyOf(scope);
      const query = c.req.valid('query');
      const [from, to] = [Date.parse(query.from), Date.parse(query.to)];
      if (from >= to) throw new Problem(400, 'the request is wrong in these fields', [{ field: 'to', message: 'must be after from' }]);
      const now = clock.now();
      const of = await linesOf({ db }, scope, company, await directoryOf(scope));
      const [rule, { lines, totals }] = await Promise.all([
        adSettingsOf(db, scope),
        adLinesIn({ db, store }, scope, company, of, { from, to, paidTo: paidUntil(company.timezone, to, now) }, now),
      ]);
      const told = lines.map(({ number, name, ...figures }) => ({ number, name, ...figuresJson(figures) }));
      return c.json({ rule, lines: told, totals: figuresJson(totals) }, 200);
    },
  );
}

function figuresJson({ figures, spend, costPerCall, costPerTarget, waiting, atRisk }: LineFigures) {
  const { in: calls = null, inAnswered: answered = null, inMissed: missed = null, target = null } = figures;
  const { uniqueCallers: unique = null, newCallers: fresh = null } = figures;
  const { targetShare = null, missedShare = null, averageTalk = null } = figures;
  return {
    ...{ calls, unique, new: fresh, answered, missed, target, targetShare, missedShare, averageTalk },
    ...{ spend, costPerCall, costPerTarget, waiting, atRisk },
  };
}

/** @throws Problem 400 */
function sheetOf(csv: string) {
  try {
    return readCsv(new TextEncoder().encode(csv));
  } catch (error) {
    if (error instanceof FileRefused)
      throw new Problem(400, 'the request is wrong in these fields', [{ field: 'csv', message: error.message }]);
    throw error;
  }
}

function inEnglish(fault: SpendFault): string {
  switch (fault.code) {
    case 'columns':
      return 'needs three columns: number; month; amount';
    case 'number':
      return `"${fault.given}" is no phone number`;
    case 'notOwn':
      return `"${fault.given}" is no own number of the company`;
    case 'month':
      return `"${fault.given}" is no month: write 2026-11 or 11.2026`;
    case 'amount':
      return `"${fault.given}" is no amount: write 186000 or 186000,50`;
    case 'twice':
      return `its line and month stand in line ${fault.row} already`;
    case 'tooMany':
      return `more than ${fault.most} lines`;
    case 'none':
      return 'there is nothing in it';
  }
}
