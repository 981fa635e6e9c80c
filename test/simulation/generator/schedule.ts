import { COMPANIES, TEAMS, teamOf } from './companies.ts';
import { converse, KINDS } from './conversation.ts';
import type { Stage } from './parts.ts';
import type { Conversation } from './plan.ts';
import { mixed, Random } from './random.ts';

/** How often both companies have the same conversation at the same time, extension by extension. */
const TWINS = 0.25;
/** How often the outside number of the last conversation of a team calls again. */
const SAME_CUSTOMER = 0.3;
const FIRST_AT = Date.UTC(2026, 10, 23, 9) * 1_000;

/**
 * `count` conversations of both companies, hundreds at a time. A team has one at a time, and the next begins within seconds
 * of its end: the same people, often the same customer, so that whatever is tied by people and time alone shows.
 */
export function schedule(seed: number, count: number, kinds: readonly string[] = Object.keys(KINDS)): Conversation[] {
  const r = new Random(seed);
  const ids = new Random(mixed(seed, 1));
  const freeAt = Array.from({ length: TEAMS }, () => FIRST_AT + r.seconds(0, 20));
  const customers = Array.from({ length: TEAMS }, () => numberOf(r));
  const out: Conversation[] = [];
  for (let n = 0; out.length < count; n++) {
    const team = freeAt.indexOf(Math.min(...freeAt));
    const startAt = (freeAt[team] as number) + r.seconds(0.4, 6);
    if (!r.chance(SAME_CUSTOMER)) customers[team] = numberOf(r);
    // every kind comes up
    const kind = n < kinds.length ? (kinds[n] as string) : r.pick(kinds);
    const own = mixed(seed, 100 + n);
    const [a, b] = r.chance(0.5) ? COMPANIES : [COMPANIES[1], COMPANIES[0]];
    const people = teamOf(team);
    const stage: Stage = {
      ...{ startAt, company: a, team: people, other: b, otherTeam: people, customer: customers[team] as string },
      ...{ outside: numberOf(r), ids },
    };
    const played = [converse(kind, own, stage)];
    // a call between the two needs the team in both
    if (!kind.startsWith('between') && r.chance(TWINS) && out.length + 1 < count)
      played.push(
        converse(kind, own, {
          ...stage,
          company: b,
          other: a,
          startAt: startAt + r.int(0, 400_000),
          customer: r.chance(0.5) ? stage.customer : numberOf(r),
        }),
      );
    freeAt[team] = Math.max(...played.map((c) => c.boundUntil));
    out.push(...played);
  }
  return out;
}

const numberOf = (r: Random) => `79${r.pick(['03', '16', '26', '61'])}${r.int(1_000_000, 9_999_999)}`;
