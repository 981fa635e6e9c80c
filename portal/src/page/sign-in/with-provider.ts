import { errorText } from '@callscope/core/node/log.ts';
import { asOperator } from '@callscope/core/node/postgres.ts';
import { linkAccount, signInLinked } from '@callscope/modules/access/links.ts';
import type { Session } from '@callscope/modules/access/sessions.ts';
import { issueTicket, useTicket } from '@callscope/modules/access/tickets.ts';
import { deps } from '@callscope/portal/deps.ts';
import type { Way } from '@callscope/portal/oidc/providers.ts';
import { error, type RequestEvent, redirect } from '@sveltejs/kit';
import { safeTarget } from '#page/choice.ts';
import { dropSecret, keepSecret, readSecret } from '../../cookies.ts';
import { deviceOf, letIn } from './visitor.ts';

/** Longer than anybody needs to sign in there. */
const WAY_MS = 10 * 60_000;

interface Kept extends Way {
  to: string;
}

/** @param session whose account is to be linked; null: somebody signs in. @returns where the browser goes */
export async function beginWith(event: RequestEvent, provider: string, session: Session | null): Promise<string> {
  const { db, clock, providers, log } = deps();
  const begun = await providers.begin(provider).catch((cause: unknown) => {
    log.warn('a service for signing in does not answer', { provider, error: errorText(cause) });
    return undefined;
  });
  if (begun === null) error(404, 'no such service');
  if (begun === undefined) redirect(303, '/sign-in?says=providerFailed');
  const kept: Kept = { ...begun.way, to: safeTarget(event.url.searchParams.get('to')) };
  const whose = { userId: session?.userId ?? null, tenant: session?.tenant ?? null, data: kept };
  keepSecret(event, 'step', await issueTicket(db, 'linked', whose, clock.now(), WAY_MS));
  return begun.address;
}

/** Back from there: links the account, or signs in whoever it is linked to. */
export async function endWith(event: RequestEvent, provider: string): Promise<never> {
  const { db, clock, providers, log } = deps();
  const now = clock.now();
  const token = readSecret(event, 'step') ?? '';
  dropSecret(event, 'step');
  const ticket = await asOperator(db, (trx) => useTicket(trx, 'linked', token, now));
  const kept = ticket?.data as Kept | undefined;
  if (!ticket || kept?.provider !== provider) redirect(303, '/sign-in?says=over');
  const found = await providers.finish(kept, event.url.search).catch((cause: unknown) => {
    log.warn('a sign-in with another service failed', { provider, error: errorText(cause) });
    return null;
  });
  const { session } = event.locals;
  if (ticket.userId !== null) {
    // who began to link is who goes on: another's session in the same browser links nothing
    if (!found || session?.userId !== ticket.userId) redirect(303, '/account');
    const done = await linkAccount(db, session, { provider, ...found });
    redirect(303, `/account?says=${done ? 'linked' : 'taken'}`);
  }
  if (!found) redirect(303, '/sign-in?says=providerFailed');
  const result = await signInLinked(db, { provider, ...found }, deviceOf(event), readSecret(event, 'mark'), now);
  if (result.kind === 'in') return letIn(event, result, kept.to);
  if (result.kind !== 'code') redirect(303, '/sign-in?says=notLinked');
  keepSecret(event, 'step', result.ticket);
  redirect(303, `/sign-in/code?to=${encodeURIComponent(kept.to)}`);
}
