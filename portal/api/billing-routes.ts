import { actorOf } from '@callscope/modules/audit/acts.ts';
import { ContractRefused, putContract } from '@callscope/modules/finance/contracts.ts';
import { contractForm, MOST_LINES, paymentForm, TARIFF_ID, tariffForm } from '@callscope/modules/finance/forms.ts';
import { INVARIANTS } from '@callscope/modules/finance/kinds.ts';
import { KeyTaken, NotBookable } from '@callscope/modules/finance/ledger.ts';
import { pay, reversePayment } from '@callscope/modules/finance/payments.ts';
import { listTariffs, putTariff, tariffOf } from '@callscope/modules/finance/tariffs.ts';
import { financeState, unratedCalls } from '@callscope/modules/finance/work.ts';
import { z } from '@hono/zod-openapi';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, operatorOf } from './context.ts';
import { contractSchema } from './finance-routes.ts';
import { numberIn } from './newest-first.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const tariffParam = z.object({
  tariff: z
    .string()
    .regex(TARIFF_ID, 'small letters, digits, _ and -, at most 63')
    .openapi({ param: { name: 'tariff', in: 'path' }, example: 'base' }),
});
const contractParam = tenantParam.extend({
  contract: z
    .string()
    .min(1)
    .max(100)
    .openapi({ param: { name: 'contract', in: 'path' }, description: 'its number', example: '25402-CBT' }),
});
const entryParam = tenantParam.extend({ entry: numberIn('entry') });
// made anew: the schemas are older than what gives schemas their place in the description
const tariffBody = tariffForm.clone().openapi('TariffForm');
const contractBody = contractForm.clone().openapi('ContractForm');
const paymentBody = z.strictObject(paymentForm.shape).openapi('PaymentForm');
const bookedSchema = z.object({ entry: z.string(), isNew: z.boolean().describe('false: it had been booked before') });
const unratedSchema = z.object({
  tenant: z.string(),
  call: z.string(),
  startedAt: z.iso.datetime(),
  why: z.enum(['noTariff', 'noLine']),
  number: z.string().describe('that no line of the tariff has'),
});
const MOST_UNRATED = 1_000;

/** The operator's side of finance: contracts, tariffs, payments, and what could not be charged. */
export function billingRoutes(api: Api, { db }: Deps): void {
  const about = { tags: ['Finance'], needs: 'finance:write' as const };
  const refusing = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ContractRefused || error instanceof KeyTaken) throw new Problem(409, error.message);
      if (error instanceof NotBookable) throw new Problem(404, error.message);
      throw error;
    }
  };

  api.openapi(
    createRoute({
      ...{ ...about, method: 'get', path: '/ops/tariffs', summary: 'Tariffs' },
      responses: {
        200: {
          description: 'Tariffs by name',
          content: json(
            z.object({
              data: z.array(
                z.object({
                  ...{ id: z.string(), name: z.string(), version: z.number().int(), lines: z.number().int(), updatedAt: z.iso.datetime() },
                }),
              ),
            }),
          ),
        },
        ...problems(400, 401, 403, 503),
      },
    }),
    async (c) => {
      const tariffs = await listTariffs(db, operatorOf(c));
      return c.json({ data: tariffs.map(({ updatedAt, ...rest }) => ({ ...rest, updatedAt: new Date(updatedAt).toISOString() })) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...{ ...about, method: 'get', path: '/ops/tariffs/{tariff}', summary: 'A tariff as calls are charged by it now' },
      request: { params: tariffParam },
      responses: {
        200: { description: 'Tariff', content: json(z.object({ version: z.number().int(), ...tariffForm.shape }).openapi('Tariff')) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const { tariff: id } = c.req.valid('param');
      const tariff = await tariffOf(db, operatorOf(c), id);
      if (tariff === null) throw new Problem(404, `no tariff "${id}"`);
      return c.json(tariff, 200);
    },
  );

  api.openapi(
    createRoute({
      ...{ ...about, method: 'put', path: '/ops/tariffs/{tariff}', summary: 'Make a tariff, or a new version of it' },
      description: `Calls that are charged from now on go by it; what was charged stays, and says which version it went by. At most ${MOST_LINES} lines. Of the lines whose hours and validity fit, the longest prefix decides; of the same prefix one with hours or weekdays before one without, then the one valid from a later day.`,
      request: { params: tariffParam, body: { required: true, content: json(tariffBody) } },
      responses: {
        200: { description: 'In force', content: json(z.object({ version: z.number().int() })) },
        ...problems(400, 401, 403, 413, 415, 503),
      },
    }),
    async (c) => {
      const version = await putTariff(db, operatorOf(c), actorOf(c.get('caller')), c.req.valid('param').tariff, c.req.valid('json'));
      return c.json({ version }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...{
        ...about,
        method: 'put',
        path: '/tenants/{tenant}/contracts/{contract}',
        summary: 'Make or change a contract, and by which tariffs it goes',
      },
      description:
        'Calls of the last 92 days that it pays for and that were not charged are looked for; what was charged stays. A call is of the contract that names its own number, else of the main one.',
      request: { params: contractParam, body: { required: true, content: json(contractBody) } },
      responses: { 200: { description: 'In force', content: json(contractSchema) }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const { tenant, contract } = c.req.valid('param');
      const operator = operatorOf(c);
      const form = c.req.valid('json');
      const put = await refusing(() => putContract(db, operator, actorOf(c.get('caller')), tenant, contract, form));
      if (put === null) throw noCompany(tenant);
      const { id: _, ...made } = put;
      return c.json({ ...made, numbers: [...made.numbers], tariffs: [...made.tariffs] }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...{ ...about, method: 'post', path: '/tenants/{tenant}/contracts/{contract}/payments', summary: 'Book a payment' },
      description: 'The same `key` again books nothing: 200 with what was booked then, 409 when the rest is not the same.',
      request: { params: contractParam, body: { required: true, content: json(paymentBody) } },
      responses: {
        200: { description: 'Booked', content: json(bookedSchema) },
        ...problems(400, 401, 403, 404, 409, 413, 415, 503),
      },
    }),
    async (c) => {
      const { tenant, contract } = c.req.valid('param');
      const { id, isNew } = await refusing(() =>
        pay(db, operatorOf(c), actorOf(c.get('caller')), { tenant, contract, ...c.req.valid('json') }),
      );
      return c.json({ entry: id, isNew }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...{
        ...about,
        method: 'post',
        path: '/tenants/{tenant}/payments/{entry}/reversal',
        summary: 'Take a payment back, by an entry the other way',
      },
      request: { params: entryParam, body: { required: true, content: json(z.strictObject({ note: z.string().min(1).max(500) })) } },
      responses: { 200: { description: 'Booked', content: json(bookedSchema) }, ...problems(400, 401, 403, 404, 413, 415, 503) },
    }),
    async (c) => {
      const { tenant, entry } = c.req.valid('param');
      const { note } = c.req.valid('json');
      const { id, isNew } = await refusing(() => reversePayment(db, operatorOf(c), actorOf(c.get('caller')), { tenant, entry, note }));
      return c.json({ entry: id, isNew }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...{
        ...about,
        method: 'get',
        path: '/ops/unrated-calls',
        summary: 'Calls that a contract pays for and that nothing says the price of',
      },
      description: `The newest ${MOST_UNRATED}. They are charged as soon as a tariff has a line for them.`,
      responses: {
        200: { description: 'Calls', content: json(z.object({ data: z.array(unratedSchema) })) },
        ...problems(400, 401, 403, 503),
      },
    }),
    async (c) => {
      const calls = await unratedCalls(db, operatorOf(c), MOST_UNRATED);
      return c.json({ data: calls.map(({ startedAt, ...rest }) => ({ ...rest, startedAt: new Date(startedAt).toISOString() })) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...{ ...about, method: 'get', path: '/ops/books', summary: 'Whether the books hold, as the last night found' },
      responses: {
        200: {
          description: 'Books',
          content: json(
            z.object({
              checkedAt: z.iso.datetime().nullable(),
              faults: z.array(z.object({ invariant: z.enum(INVARIANTS), what: z.string() })),
              unrated: z.array(z.object({ tenant: z.string(), why: z.string(), calls: z.number().int() })),
            }),
          ),
        },
        ...problems(400, 401, 403, 503),
      },
    }),
    async (c) => {
      const { checkedAt, ...rest } = await financeState(db, operatorOf(c));
      return c.json({ ...rest, checkedAt: checkedAt === null ? null : new Date(checkedAt).toISOString() }, 200);
    },
  );
}
