import { createHash } from 'node:crypto';

/** A call that may be drawn. */
export interface Candidate {
  id: string;
  /** µs since the epoch */
  startedAt: number;
  employee: string;
  group: string;
  direction: string;
  /** of the company's calendar */
  day: string;
}

/**
 * Draws `count` calls of each employee, or of all together, spread over days and directions: a cell (day, direction) gives its next
 * call only when every other cell has given as many. By the seed alone, whatever the order of the candidates: drawn again, the same
 * ones come out, and one more candidate moves few of the others.
 */
export function drawn(candidates: readonly Candidate[], count: number, per: 'employee' | 'all', seed: string): Candidate[] {
  const rank = new Map(candidates.map(({ id }) => [id, lot(seed, id)]));
  const byRank = (a: Candidate, b: Candidate) => ((rank.get(a.id) ?? '') < (rank.get(b.id) ?? '') ? -1 : 1);
  const strata = Map.groupBy([...candidates].sort(byRank), ({ employee }) => (per === 'employee' ? employee : ''));
  return [...strata]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, members]) => {
      const cells = Map.groupBy(members, ({ day, direction }) => `${day} ${direction}`);
      const rounds = [...cells.values()].flatMap((cell) => cell.map((call, round) => ({ call, round })));
      return rounds
        .sort((a, b) => a.round - b.round || byRank(a.call, b.call))
        .slice(0, count)
        .map(({ call }) => call);
    });
}

/** A call's lot: hexadecimal, as good as random, the same for the same seed. */
function lot(seed: string, id: string): string {
  return createHash('sha256').update(`${seed}\0${id}`).digest('hex');
}

/**
 * Who reviews which call: in turn, so that no two have more than one review's difference; nobody reviews themselves.
 * @param reviewers in their order @param first where the turn goes on @param each how many review every call, each apart from the others
 * @returns logins by call; fewer than `each` where there are not so many who may
 */
export function shared<T extends { employee: string }>(
  calls: readonly T[],
  reviewers: readonly { login: string; employee: string | null }[],
  each: number,
  first = 0,
): { call: T; logins: string[] }[] {
  const load = new Map(reviewers.map(({ login }, i) => [login, i >= first % Math.max(1, reviewers.length) ? 0 : 0.5]));
  return calls.map((call) => {
    const may = reviewers.filter(({ employee }) => employee === null || employee !== call.employee);
    const logins = may
      .map(({ login }, i) => ({ login, i, has: load.get(login) ?? 0 }))
      .sort((a, b) => a.has - b.has || a.i - b.i)
      .slice(0, each)
      .map(({ login }) => login);
    for (const login of logins) load.set(login, (load.get(login) ?? 0) + 1);
    return { call, logins };
  });
}
