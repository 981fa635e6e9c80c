import type { Device } from '@callscope/modules/access/sessions.ts';
import type { SignInResult } from '@callscope/modules/access/sign-in.ts';
import { type RequestEvent, redirect } from '@sveltejs/kit';
import { safeTarget } from '#page/choice.ts';
import { dropSecret, keepSecret } from '../../cookies.ts';

/** The browser that asks. */
export function deviceOf({ request, getClientAddress }: Pick<RequestEvent, 'request' | 'getClientAddress'>): Device {
  return { userAgent: request.headers.get('user-agent') ?? '', address: getClientAddress() };
}

/** Text fields of a form, each at most 300 characters. */
export async function fieldsOf<N extends string>(request: Request, names: readonly N[]): Promise<Record<N, string>> {
  const form = await request.formData();
  const text = (name: string) => String(form.get(name) ?? '').slice(0, 300);
  return Object.fromEntries(names.map((name) => [name, text(name)])) as Record<N, string>;
}

/** Cookies for who was let in, and the way to where they were going. */
export function letIn(event: RequestEvent, result: SignInResult & { kind: 'in' }, to = event.url.searchParams.get('to')): never {
  keepSecret(event, 'session', result.token);
  keepSecret(event, 'mark', result.mark);
  dropSecret(event, 'step');
  redirect(303, safeTarget(to));
}

/** An address as people write it; the mail server says the rest. */
export const EMAIL = /^[^\s@<>"(),:;\\[\]]{1,64}@[^\s@<>"(),:;\\[\]]{1,190}\.[^\s@<>"(),:;\\[\]]{2,63}$/;
