import { z } from 'zod';

/** Pages whose address is a question that can be kept under a name. */
export const VIEW_PAGES = ['journal', 'statistics', 'missed', 'details', 'ad-lines'] as const;
export type ViewPage = (typeof VIEW_PAGES)[number];

/** A person's own in one company, and a company's shared ones. */
export const MOST_OWN = 100;
export const MOST_SHARED = 200;
/** Addresses of browsers and proxies hold no more. */
export const LONGEST_QUERY = 6_000;

export const viewForm = z.strictObject({
  page: z.enum(VIEW_PAGES),
  name: z.string().trim().min(1).max(80),
  query: z
    .string()
    .max(LONGEST_QUERY)
    .describe('of the page’s address, without ?: period, direction, employee …; `period=yesterday` stays relative'),
});
export type ViewForm = z.output<typeof viewForm>;

/** What is not named stays. */
export const viewChange = viewForm.pick({ name: true, query: true }).partial();
export type ViewChange = z.output<typeof viewChange>;

/** As a person of the pages saves one, and changes it: their own, or the company's. */
export const personViewForm = viewForm.extend({ shared: z.boolean() });
export const viewId = z.string().regex(/^\d{1,18}$/);
export const personViewChange = viewChange.extend({ id: viewId, shared: z.boolean().optional() });
