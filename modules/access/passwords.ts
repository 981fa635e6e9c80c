import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** More sign-ins than this wait at once: the next is told to try later instead of making all wait. */
const MOST_WAITING = 32;
/** Of one source; and of one that has given many wrong passwords. */
const MOST_OF_SOURCE = 16;
const MOST_OF_SUSPECT = 2;
/** 2 = argon2id. OWASP's smallest advised cost for argon2id: 19 MiB, two passes, one lane; about 15 ms. */
const COST = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Too many sign-ins at once. */
export class SignInBusy extends Error {}

export interface Turn {
  /** network that it came from; '' = ourselves */
  source: string;
  suspect: boolean;
}
const OURS: Turn = { source: '', suspect: false };

interface Waiting extends Turn {
  begin: () => void;
}
const waiting: Waiting[] = [];
let running = false;

/** Whether another may wait. */
export function hasRoom(turn: Turn): boolean {
  const same = waiting.filter((w) => w.source === turn.source).length;
  const most = turn.suspect ? MOST_OF_SUSPECT : turn.source === '' ? MOST_WAITING : MOST_OF_SOURCE;
  return waiting.length < MOST_WAITING && same < most;
}

/**
 * One hash at a time: a flood of sign-ins may take one thread, not the machine. Who is not suspect goes first, and a source
 * holds only its part of the queue. @throws SignInBusy
 */
async function inTurn<T>(work: () => Promise<T>, turn: Turn): Promise<T> {
  if (!hasRoom(turn)) throw new SignInBusy('many people sign in at this moment: try again in a few seconds');
  if (running) await new Promise<void>((begin) => waiting.push({ ...turn, begin }));
  running = true;
  try {
    return await work();
  } finally {
    const first = waiting.findIndex((w) => !w.suspect);
    const [next] = waiting.splice(Math.max(0, first), 1);
    // `running` stays while it is handed on: nobody slips in between
    if (next) next.begin();
    else running = false;
  }
}

/** @returns a PHC string. @throws SignInBusy */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, COST), OURS);
}

let nobody: Promise<string> | undefined;

/** @param phc null when there is no such user: the time taken says nothing about that. @throws SignInBusy */
export async function isPassword(phc: string | null, password: string, turn: Turn = OURS): Promise<boolean> {
  nobody ??= hash('nobody has this password', COST);
  const known = phc ?? (await nobody);
  const matches = await inTurn(() => verify(known, password), turn);
  return matches && phc !== null;
}

/** A password that is made for somebody and shown once: 96 random bits. */
export const madePassword = (): string => randomBytes(12).toString('base64url');
