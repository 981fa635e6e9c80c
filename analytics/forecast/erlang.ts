/**
 * How many people a load of calls needs: Erlang's second formula, known as Erlang C (A. K. Erlang, "Solution of some problems in
 * the theory of probabilities of significance in automatic telephone exchanges", 1917). It takes calls to come independently of
 * one another, to wait in one queue for whoever is free first, and nobody to give up: so it asks for rather too many than too few.
 *
 *   A = calls a second × seconds a call                          load in erlangs: people who talk at once, on average
 *   B(0) = 1,  B(n) = A·B(n−1) / (n + A·B(n−1))                  Erlang B by recursion: no factorial, nothing overflows
 *   C(n) = n·B(n) / (n − A·(1 − B(n)))                           the share of callers who wait at all, n > A
 *   in time = 1 − C(n)·e^(−(n − A)·T / seconds a call)           the share who are answered within T seconds
 */
export interface Load {
  /** calls in an hour */
  calls: number;
  /** seconds that a call takes one person */
  seconds: number;
}

/** What a company promises those who call it. */
export interface ServiceTarget {
  /** 0 to 1: this share of callers … */
  share: number;
  /** … is answered within so many seconds */
  seconds: number;
  /** 0 to 1: the share of paid time in which a person does not take calls: breaks, meetings, illness */
  shrinkage: number;
}

/** No number of people is enough for every single caller: a target of all of them is taken to be this share. */
const MOST_SHARE = 0.999;

const HOUR_SECONDS = 3_600;

/** The share of callers who find everybody busy and wait. @returns 1 when there are not people enough for the load */
export function waiting(erlangs: number, people: number): number {
  if (erlangs <= 0) return 0;
  if (people <= erlangs) return 1;
  return delayed(erlangs, people, blocked(erlangs, people));
}

/** The share of callers who are answered within the target's seconds. */
export function answeredInTime({ calls, seconds }: Load, people: number, within: number): number {
  const erlangs = (calls * seconds) / HOUR_SECONDS;
  return inTime(erlangs, people, waiting(erlangs, people), seconds, within);
}

/** The fewest people who reach the target, those who are not at the phone included; 0 where nobody calls. */
export function peopleFor({ calls, seconds }: Load, { share, seconds: within, shrinkage }: ServiceTarget): number {
  const erlangs = (calls * seconds) / HOUR_SECONDS;
  if (!(erlangs > 0)) return 0;
  const wanted = Math.min(share, MOST_SHARE);
  let people = Math.floor(erlangs) + 1;
  let busy = blocked(erlangs, people);
  while (inTime(erlangs, people, delayed(erlangs, people, busy), seconds, within) < wanted) {
    people++;
    busy = (erlangs * busy) / (people + erlangs * busy);
  }
  // 9 people of whom a tenth is away are 10, whatever 1 − 0.1 is in binary
  return Math.ceil(people / (1 - shrinkage) - 1e-9);
}

/** Erlang B: the share of calls lost where nobody may wait. */
function blocked(erlangs: number, people: number): number {
  let busy = 1;
  for (let n = 1; n <= people; n++) busy = (erlangs * busy) / (n + erlangs * busy);
  return busy;
}

function delayed(erlangs: number, people: number, busy: number): number {
  return (people * busy) / (people - erlangs * (1 - busy));
}

function inTime(erlangs: number, people: number, waits: number, seconds: number, within: number): number {
  return people <= erlangs ? 0 : 1 - waits * Math.exp((-(people - erlangs) * within) / seconds);
}
