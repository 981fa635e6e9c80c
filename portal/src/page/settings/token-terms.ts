/** How many days a token may be issued for on the page; 0: until it is revoked. */
export const TOKEN_DAYS = [30, 90, 365, 0] as const;
export type TokenDays = (typeof TOKEN_DAYS)[number];
