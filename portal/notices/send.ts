import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { counter, histogram } from '@callscope/core/node/metrics.ts';
import { workWhenNotified } from '@callscope/core/node/notified-work.ts';
import type { Postgres } from '@callscope/core/node/postgres.ts';
import { operatorScope, ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import {
  forgetOldNotices,
  noticeFailed,
  noticeSent,
  secretOf,
  type TakenNotice,
  takeNotice,
  wayKey,
} from '@callscope/modules/notices/work.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { Deps } from '../deps.ts';
import { alertMessage } from './alert.ts';
import type { NoticeMessage } from './message.ts';
import { missedMessage } from './missed.ts';
import { signatureOf, tell } from './webhook.ts';

const NOTICES = ownService('notices');
const EVERY = operatorScope(NOTICES, 'companies:read') as OperatorScope;
/** Ways that are told by at a time; by one way one notice after the other. */
const MOST_AT_ONCE = 16;

const told = counter('notices_total', 'Missed calls and alerts that somebody was told of, or could not be', [
  'about',
  'channel',
  'outcome',
]);
const lateness = histogram(
  'notice_seconds',
  "From a missed call's end, or the check of a measure, until somebody was told",
  [1, 3, 5, 10, 30, 60, 300, 3_600],
);

/** Tells of missed calls and alerts as they are put in line. What is told and not yet written down when this process dies is told again. */
export async function sendNotices(service: Service, postgres: Postgres<PostgresSchema>, deps: Deps, mayBeInside: boolean): Promise<void> {
  const { log, stopping } = service;
  const busy = new Map<string, Promise<void>>();
  let isTaking = false;
  let isAgain = false;
  const take = async (): Promise<void> => {
    isAgain = true;
    if (isTaking) return;
    isTaking = true;
    try {
      while (isAgain && !stopping.aborted) {
        isAgain = false;
        while (busy.size < MOST_AT_ONCE && !stopping.aborted) {
          const notice = await takeNotice(deps.db, EVERY, [...busy.keys()]);
          if (notice === null) break;
          const key = wayKey(notice);
          const sending = send(deps, notice, mayBeInside).finally(() => {
            busy.delete(key);
            // by the same way more may wait
            take().catch((error: unknown) => log.warn('notices wait', { error: errorText(error) }));
          });
          busy.set(key, sending);
        }
      }
    } finally {
      isTaking = false;
    }
  };
  const working = await workWhenNotified(postgres, log, 'notices', { work: take, clean: () => forgetOldNotices(deps.db, EVERY) });
  service.onStop('notices', async () => {
    await working.stop();
    await Promise.all(busy.values());
  });
}

async function send(deps: Deps, notice: TakenNotice, mayBeInside: boolean): Promise<void> {
  const { db, log } = deps;
  const { about, channel } = notice;
  try {
    const company = await getTenant(db, tenantScope(NOTICES, notice.tenant, 'calls:read') as TenantScope);
    if (!company) throw new Error('the company is gone');
    const message = notice.about === 'missed' ? missedMessage(deps, notice, company) : await alertMessage(deps, notice, company);
    await (channel === 'email' ? byLetter(deps, notice, message) : byWebhook(deps, notice, message, mayBeInside));
    await noticeSent(db, notice);
    told.inc({ about, channel, outcome: 'sent' });
    if (notice.tries === 1) lateness.observe(Math.max(0, deps.clock.now() - message.at) / 1_000);
  } catch (error) {
    const fault = errorText(error);
    log.warn('nobody was told', { about, tenant: notice.tenant, way: notice.way, error: fault });
    told.inc({ about, channel, outcome: 'again' });
    await noticeFailed(db, notice, fault).catch((cause: unknown) =>
      log.error('a notice waits for its lease to end', { error: errorText(cause) }),
    );
  }
}

async function byLetter(deps: Deps, notice: TakenNotice, { letter }: NoticeMessage): Promise<void> {
  if (deps.mail === null) throw new Error('there is no mail server: SMTP_URL');
  // one letter to all: sent again for one of them, it would come twice to the others
  await deps.mail.send({ to: notice.targets.join(', '), ...letter });
}

async function byWebhook(deps: Deps, notice: TakenNotice, { body }: NoticeMessage, mayBeInside: boolean): Promise<void> {
  const text = JSON.stringify({ id: notice.id, ...body });
  const timestamp = Math.floor(deps.clock.now() / 1_000);
  const secret = await secretOf(notice, deps.keysPath);
  const headers = {
    ...{ 'x-callscope-id': notice.id, 'x-callscope-timestamp': String(timestamp) },
    'x-callscope-signature': signatureOf(secret, timestamp, text),
  };
  for (const target of notice.targets) await tell(target, text, headers, mayBeInside);
}
