import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { type PageRight, tenantScope } from '@callscope/modules/access/callers.ts';
import { callerStill } from '@callscope/modules/access/sessions.ts';
import { deps } from '@callscope/portal/deps.ts';
import { requireSession } from '../company.ts';

/** A right that was taken away is used no longer than this. */
const LOOK_MS = 10_000;

/**
 * A stream's signal: aborted when the reader leaves, and when the right that it was opened with is not the same any more, whether
 * taken away or of another reach. The browser opens it again with what it may then.
 * @param part what of the right the stream tells of, where it is not all
 */
export function whileStanding(
  event: { locals: App.Locals; url: URL; request: Request },
  scope: TenantScope,
  needs: PageRight,
  part: (whole: TenantScope) => Promise<TenantScope> | TenantScope = (whole) => whole,
): AbortSignal {
  const session = requireSession(event);
  const { db, clock } = deps();
  return whileSame(event.request.signal, scope, LOOK_MS, async () => {
    const caller = await callerStill(db, session, clock.now());
    const whole = caller && tenantScope(caller, scope.tenant, needs);
    return whole && part(whole);
  });
}

/**
 * The same for whatever a stream stands on.
 * @param everyMs how often it is looked at @param look what it is now; a look that fails changes nothing
 */
export function whileSame<T>(reader: AbortSignal, opened: T, everyMs: number, look: () => Promise<T | null>): AbortSignal {
  const ended = new AbortController();
  const timer = setInterval(async () => {
    const now = await look().catch((error: unknown) => {
      // PostgreSQL away takes nobody's right
      deps().log.warn('a stream cannot look whether its right stands', { error: String(error) });
      return opened;
    });
    if (JSON.stringify(now) !== JSON.stringify(opened)) ended.abort();
  }, everyMs);
  const signal = AbortSignal.any([reader, ended.signal]);
  if (signal.aborted) clearInterval(timer);
  else signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return signal;
}
