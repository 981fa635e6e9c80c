import { findCall } from '@callscope/analytics/run/calls.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { getTenant, type RuledTenant } from '@callscope/modules/directory/store.ts';
import { chargesOf, chargesOfCall } from '@callscope/modules/finance/charges.ts';
import { contractsOf } from '@callscope/modules/finance/contracts.ts';
import { MOST_CHARGED_DAYS } from '@callscope/modules/finance/kinds.ts';
import { balancesOf, movementsOf } from '@callscope/modules/finance/ledger.ts';
import { keyOf } from '@callscope/modules/finance/rating.ts';
import { SERVICES } from '@callscope/modules/finance/rules-rating.ts';
import { z } from '@hono/zod-openapi';
import { callParam } from './call-routes.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { newestFirst, paged, pageOf } from './newest-first.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const instant = z.iso.datetime({ offset: true, error: 'RFC 3339, e.g. 2026-11-24T00:00:00Z' });
const day = z.string().describe("yyyy-mm-dd, by the company's clock");
const kopecks = z.number().int().describe('kopecks');
const service = z.enum(SERVICES).describe('tollFree: calls in to an 8-800 number');

export const contractSchema = z
  .object({
    number: z.string(),
    beginsOn: day,
    endsOn: day.nullable().describe('its last day'),
    isMain: z.boolean().describe('pays for calls of numbers that no other contract names'),
    numbers: z.array(z.string()).describe('own numbers whose calls it pays for'),
    tariffs: z.array(z.object({ tariff: z.string(), fromOn: day })),
  })
  .openapi('Contract');
const balanceSchema = z.object({ contract: z.string(), balance: kopecks.describe('kopecks; below 0 the company owes') });
const movementSchema = z
  .object({
    id: z.string(),
    contract: z.string(),
    kind: z.enum(['calls', 'payment', 'reversal']),
    service: service.nullable(),
    amount: kopecks.describe('kopecks; below 0 it was charged'),
    bookedAt: z.iso.datetime(),
    note: z.string(),
    reverses: z.string().nullable().describe('id of the movement that it takes back'),
  })
  .openapi('Movement');
const chargeSchema = z
  .object({
    day,
    contract: z.string(),
    service,
    calls: z.number().int(),
    billedSeconds: z.number().int(),
    amount: kopecks.describe('kopecks, with VAT'),
    vat: kopecks.describe('what of the amount is VAT'),
  })
  .openapi('Charge');
const callChargeSchema = z
  .object({
    revision: z.number().int(),
    contract: z.string(),
    service,
    outcome: z.enum(['charged', 'free', 'gone']).describe('gone: it is no call of the company any more'),
    why: z.enum(['onNet', 'notAnswered', 'short']).nullable().describe('why it was free'),
    talkSeconds: z.number().int(),
    billedSeconds: z.number().int(),
    packageSeconds: z.number().int().describe('of the billed ones, paid for by a package'),
    package: z.string().nullable(),
    amount: kopecks.describe('kopecks, with VAT'),
    vat: kopecks,
    moved: kopecks.describe('the amount less what had been charged before'),
    entry: z.string().nullable().describe('movement that has it'),
    ratedAt: z.iso.datetime(),
    line: z
      .object({
        tariff: z.string(),
        version: z.number().int(),
        prefix: z.string(),
        name: z.string(),
        price: z.string().describe('roubles a minute'),
        connection: z.string().describe('roubles a call'),
        minSeconds: z.number().int(),
        stepSeconds: z.number().int(),
        freeSeconds: z.number().int(),
        vatIncluded: z.boolean().describe('the price and the connection have VAT in them'),
      })
      .nullable()
      .describe('line of the tariff that decided'),
  })
  .openapi('CallCharge');

/** What a company has, owes and is charged. */
export function financeRoutes(api: Api, { db, store }: Deps): void {
  const companyOf = async (scope: TenantScope): Promise<RuledTenant> => {
    const company = await getTenant(db, scope);
    if (!company) throw noCompany(scope.tenant);
    return company;
  };
  const about = { method: 'get' as const, tags: ['Finance'], needs: 'finance:read' as const };

  api.openapi(
    createRoute({
      ...{ ...about, path: '/tenants/{tenant}/contracts', summary: 'Contracts of the company, the main one first' },
      request: { params: tenantParam },
      responses: {
        200: { description: 'Contracts', content: json(z.object({ data: z.array(contractSchema) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      await companyOf(scope);
      return c.json({ data: (await contractsOf(db, scope)).map(({ id: _, ...contract }) => mutable(contract)) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...{ ...about, path: '/tenants/{tenant}/balance', summary: 'Balance of each contract, now or when a moment began' },
      request: { params: tenantParam, query: z.strictObject({ at: instant.optional().describe('none: now') }) },
      responses: {
        200: { description: 'Balances', content: json(z.object({ data: z.array(balanceSchema) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      await companyOf(scope);
      const { at } = c.req.valid('query');
      const balances = await balancesOf(db, scope, at === undefined ? null : Date.parse(at));
      return c.json({ data: balances.map(({ number, balance }) => ({ contract: number, balance: Number(balance) })) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...{ ...about, path: '/tenants/{tenant}/movements', summary: 'What moved the balances, the newest first' },
      description: 'Calls are charged in batches: a movement has those of a service that ended about the same time.',
      request: { params: tenantParam, query: newestFirst },
      responses: { 200: { description: 'Movements', content: json(pageOf(movementSchema)) }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      await companyOf(scope);
      const { limit, cursor } = c.req.valid('query');
      const found = await movementsOf(db, scope, limit + 1, cursor ?? null);
      return c.json(
        paged(found, limit, ({ amount, bookedAt, service: of, ...rest }) => ({
          ...{ ...rest, amount: Number(amount), bookedAt: new Date(bookedAt).toISOString() },
          service: of === '' ? null : of,
        })),
        200,
      );
    },
  );

  api.openapi(
    createRoute({
      ...{ ...about, path: '/tenants/{tenant}/charges', summary: 'What calls of a period cost, by day, contract and service' },
      description: `Calls that began in [from, to), at most ${MOST_CHARGED_DAYS} days, as they stand now: a call that changes is charged the difference.`,
      request: { params: tenantParam, query: z.strictObject({ from: instant, to: instant }) },
      responses: {
        200: { description: 'Charges', content: json(z.object({ data: z.array(chargeSchema) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const company = await companyOf(scope);
      const query = c.req.valid('query');
      const [from, to] = [Date.parse(query.from), Date.parse(query.to)];
      if (from >= to || to - from > MOST_CHARGED_DAYS * 86_400_000)
        throw new Problem(400, 'the request is wrong in these fields', [
          { field: 'to', message: `must be after from, by at most ${MOST_CHARGED_DAYS} days` },
        ]);
      const charges = await chargesOf(db, scope, { from, to, zone: company.timezone });
      return c.json({ data: charges.map(({ amount, vat, ...rest }) => ({ ...rest, amount: Number(amount), vat: Number(vat) })) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...{ ...about, path: '/tenants/{tenant}/calls/{id}/charges', summary: 'What a call was charged and why, the newest revision first' },
      description: 'Empty while it is not charged, or where nothing ever is.',
      request: { params: callParam },
      responses: {
        200: { description: 'Charges', content: json(z.object({ data: z.array(callChargeSchema) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const { id } = c.req.valid('param');
      const call = await findCall(store, scope, id);
      if (!call) throw new Problem(404, `no call "${id}" in this company`);
      const charges = await chargesOfCall(db, scope, keyOf(call.id));
      const data = charges.map(({ amount, vat, moved, ratedAt, ...rest }) => ({
        ...{ ...rest, amount: Number(amount), vat: Number(vat), moved: Number(moved), ratedAt: new Date(ratedAt).toISOString() },
      }));
      return c.json({ data }, 200);
    },
  );
}

/** What is read is not changed; the schema's types do not say so. */
const mutable = <T extends { numbers: readonly string[]; tariffs: readonly { tariff: string; fromOn: string }[] }>(contract: T) => ({
  ...contract,
  ...{ numbers: [...contract.numbers], tariffs: [...contract.tariffs] },
});
