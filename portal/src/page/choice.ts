import { error, type RequestEvent, redirect } from '@sveltejs/kit';
import { CHOICE_SECONDS } from '../cookies.ts';

/** Only a path of this site: a link must not lead people elsewhere. */
export function safeTarget(to: string | null): string {
  return to !== null && /^\/(?![/\\])/.test(to) ? to : '/';
}

/**
 * Keeps what a person chose in a cookie: form fields `value` and `to`, the page to go back to. A page's own request
 * (Accept: application/json) is answered without a redirect.
 */
export async function keepChoice(event: RequestEvent, cookie: string, allowed: readonly string[]): Promise<Response> {
  const form = await event.request.formData();
  const value = String(form.get('value') ?? '');
  if (!allowed.includes(value)) error(400, `value must be one of ${allowed.join(', ')}`);
  // no secret: the page without a connection has nobody but the browser to ask for the look (static/offline.js)
  const rules = { maxAge: CHOICE_SECONDS, sameSite: 'lax', httpOnly: false, secure: event.url.protocol === 'https:' } as const;
  event.cookies.set(cookie, value, rules);
  if (event.request.headers.get('accept') === 'application/json') return new Response(null, { status: 204 });
  redirect(303, safeTarget(String(form.get('to') ?? '/')));
}
