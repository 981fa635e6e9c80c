/** What people may say of an open case; the server's list (modules/cases/store.ts), without its database. */
export const HANDLINGS = ['open', 'working', 'dismissed'] as const;
export type Handling = (typeof HANDLINGS)[number];
