/** What can be hidden of SIP before anything is kept of it; ingest/edge/mask-secrets.ts says what each is. */
export const MASK_KINDS = ['digest', 'sdes', 'ice'] as const;
export type MaskKind = (typeof MASK_KINDS)[number];
