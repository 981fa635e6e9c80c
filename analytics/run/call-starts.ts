/** When these calls began, by which what stands beside calls is found. Parameters: `callStartsParams`. */
export const CALL_STARTS = `SELECT started_at, id FROM call_ids
  WHERE tenant = {tenant: String} AND id IN {ids: Array(String)} AND call_id IN {callIds: Array(String)}`;

/** An id is the first Call-ID, with ~n where it was used again. */
export const callStartsParams = (ids: readonly string[]) => ({
  ...{ ids, callIds: [...new Set(ids.flatMap((id) => [id, id.replace(/~\d+$/, '')]))] },
});

/** µs since the epoch as the store reads a DateTime64: seconds with six decimals. */
export const secondsOf = (us: string): string => `${us.slice(0, -6) || '0'}.${us.slice(-6).padStart(6, '0')}`;
