/**
 * What is asked of a server that may stand still with its connections open: a halted PostgreSQL answers neither yes nor no. The work itself
 * goes on, and what it holds it holds.
 * @throws Error when it is not done in so many ms
 */
export async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, failed) => {
    timer = setTimeout(() => failed(new Error(`no answer in ${ms / 1_000} s`)), ms);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
