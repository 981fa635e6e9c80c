import { hash, verify } from '@node-rs/argon2';

/** More sign-ins than this wait at once: the next is told to try later instead of making all wait. */
const MOST_WAITING = 32;
/** 2 = argon2id. OWASP's smallest advised cost for argon2id: 19 MiB, two passes, one lane; about 15 ms. */
const COST = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Too many sign-ins at once. */
export class SignInBusy extends Error {}

let waiting = 0;
let last: Promise<unknown> = Promise.resolve();

/** One hash at a time: a flood of sign-ins may take one thread, not the machine. @throws SignInBusy */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (waiting >= MOST_WAITING) throw new SignInBusy('many people sign in at this moment: try again in a few seconds');
  waiting++;
  const result = last.then(work).finally(() => {
    waiting--;
  });
  last = result.catch(() => undefined);
  return result;
}

/** @returns a PHC string. @throws SignInBusy */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, COST));
}

let nobody: Promise<string> | undefined;

/** @param phc null when there is no such user: the time taken says nothing about that. @throws SignInBusy */
export async function isPassword(phc: string | null, password: string): Promise<boolean> {
  nobody ??= hash('nobody has this password', COST);
  const known = phc ?? (await nobody);
  const matches = await inTurn(() => verify(known, password));
  return matches && phc !== null;
}
