import { networkOf } from '@callscope/modules/access/attempts.ts';
import { refusalOf } from '@callscope/modules/access/sign-in.ts';
import { deps } from '@callscope/portal/deps.ts';
import type { RequestEvent } from '@sveltejs/kit';
import { wordsOf } from '#words/words.ts';
import { readSecret } from '../../cookies.ts';
import { fieldsOf } from './visitor.ts';

/** Refusals of one address that are told on a page; what comes after is a flood and gets one line: a page costs a hundred times as much. */
export const PAGES = 20;

const HELD_MS = 250;

/** The answer to a sign-in that is refused whatever its password and comes from where many were; null: the page answers. */
export async function refusalAtOnce(event: RequestEvent): Promise<Response | null> {
  if (event.request.method !== 'POST' || event.url.pathname !== '/sign-in') return null;
  if (!/^application\/x-www-form-urlencoded\b/i.test(event.request.headers.get('content-type') ?? '')) return null;
  const { attempts, clock } = deps();
  const address = event.getClientAddress();
  const now = clock.now();
  const flood = `flood ${networkOf(address)}`;
  if (attempts.count(flood, now) < PAGES && attempts.count(`address ${networkOf(address)}`, now) < PAGES) return null;
  const form = await fieldsOf(event.request.clone(), ['domain', 'login', 'password']);
  const refusal = refusalOf(attempts, form, address, readSecret(event, 'mark'), now);
  if (refusal === null) return null;
  // each answer that waits keeps one connection of the flood from asking again
  await new Promise((done) => setTimeout(done, HELD_MS));
  return new Response(wordsOf(event.locals.locale).signIn[refusal], {
    status: 429,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'retry-after': refusal === 'busy' ? '5' : '900' },
  });
}
