import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { counter, histogram } from '@callscope/core/node/metrics.ts';
import { workWhenNotified } from '@callscope/core/node/notified-work.ts';
import type { Postgres } from '@callscope/core/node/postgres.ts';
import { operatorScope, ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import { getTenant, type RuledTenant } from '@callscope/modules/directory/store.ts';
import {
  forgetOldNotices,
  noticeFailed,
  noticeSent,
  ruleKey,
  secretOf,
  type TakenNotice,
  takeNotice,
} from '@callscope/modules/notices/work.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { Deps } from '../deps.ts';
import { speechOf } from '../files/speech.ts';
import type { Locale } from '../src/words/words.ts';
import { signatureOf, tell } from './webhook.ts';

const NOTICES = ownService('notices');
const EVERY = operatorScope(NOTICES, 'companies:read') as OperatorScope;
/** Rules that are told of at a time; of one rule one notice after the other. */
const MOST_AT_ONCE = 16;

const told = counter('notices_total', 'Missed calls that somebody was told of, or could not be', ['channel', 'outcome']);
const lateness = histogram('notice_seconds', "From a missed call's end until somebody was told", [1, 3, 5, 10, 30, 60, 300, 3_600]);

/** Tells of missed calls as they are put in line. What is told and not yet written down when this process dies is told again. */
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
          const key = ruleKey(notice);
          const sending = send(deps, notice, mayBeInside).finally(() => {
            busy.delete(key);
            // of the same rule more may wait
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
  const { channel } = notice;
  try {
    const company = await getTenant(db, tenantScope(NOTICES, notice.tenant, 'calls:read') as TenantScope);
    if (!company) throw new Error('the company is gone');
    await (channel === 'email' ? byLetter(deps, notice, company) : byWebhook(deps, notice, company, mayBeInside));
    await noticeSent(db, notice);
    told.inc({ channel, outcome: 'sent' });
    if (notice.tries === 1) lateness.observe(Math.max(0, deps.clock.now() - notice.facts.endedAt) / 1_000);
  } catch (error) {
    const fault = errorText(error);
    log.warn('nobody was told of a missed call', { tenant: notice.tenant, rule: notice.rule, error: fault });
    told.inc({ channel, outcome: 'again' });
    await noticeFailed(db, notice, fault).catch((cause: unknown) =>
      log.error('a notice waits for its lease to end', { error: errorText(cause) }),
    );
  }
}

/** Where the case of the call is, with its comment; of a hidden number the call itself. */
function addressOf({ portalUrl }: Deps, { tenant, callId, facts }: TakenNotice): string | null {
  if (portalUrl === null) return null;
  const company = `${portalUrl}/c/${encodeURIComponent(tenant)}`;
  return /^\d+$/.test(facts.from) ? `${company}/missed?show=all&caller=${facts.from}` : `${company}/calls/${encodeURIComponent(callId)}`;
}

async function byLetter(deps: Deps, notice: TakenNotice, company: RuledTenant): Promise<void> {
  if (deps.mail === null) throw new Error('there is no mail server: SMTP_URL');
  const locale: Locale = company.locale === 'en' ? 'en' : 'ru';
  const { words, format } = speechOf(company, locale);
  const { letter } = words.notices;
  const { from, number, startedAt, missedKind } = notice.facts;
  const who = /^\d+$/.test(from) ? format.phone(from) : words.missed.hidden;
  const when = `${format.date(startedAt, true)} ${format.time(startedAt)}`;
  const lines = [
    letter.caller(who),
    ...(number === '' ? [] : [letter.number(format.phone(number))]),
    letter.at(when),
    ...(missedKind === '' ? [] : [letter.why(words.calls.missedKind[missedKind])]),
  ];
  const url = addressOf(deps, notice);
  const text = [lines.join('\n'), ...(url === null ? [] : [letter.open(url)])].join('\n\n');
  // one letter to all: sent again for one of them, it would come twice to the others
  await deps.mail.send({ to: notice.targets.join(', '), subject: letter.subject(who, company.name), text });
}

async function byWebhook(deps: Deps, notice: TakenNotice, company: RuledTenant, mayBeInside: boolean): Promise<void> {
  const { tenant, callId, facts, id } = notice;
  const { from, number, startedAt, endedAt, missedKind } = facts;
  const body = JSON.stringify({
    ...{ id, event: 'missed_call', company: { id: tenant, name: company.name } },
    call: {
      ...{ id: callId, from, number: number || null, missedKind: missedKind || null },
      ...{ startedAt: new Date(startedAt).toISOString(), endedAt: new Date(endedAt).toISOString() },
    },
    url: addressOf(deps, notice),
  });
  const timestamp = Math.floor(deps.clock.now() / 1_000);
  const secret = await secretOf(notice, deps.keysPath);
  const headers = {
    ...{ 'x-callscope-id': id, 'x-callscope-timestamp': String(timestamp) },
    'x-callscope-signature': signatureOf(secret, timestamp, body),
  };
  for (const target of notice.targets) await tell(target, body, headers, mayBeInside);
}
