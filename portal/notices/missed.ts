import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import type { TakenNotice } from '@callscope/modules/notices/work.ts';
import type { Deps } from '../deps.ts';
import { speechOf } from '../files/speech.ts';
import type { NoticeMessage } from './message.ts';

type MissedNotice = Extract<TakenNotice, { about: 'missed' }>;

/** What is told of a missed call: who called, where, when and why nobody answered, in the company's language. */
export function missedMessage(deps: Pick<Deps, 'portalUrl'>, notice: MissedNotice, company: RuledTenant): NoticeMessage {
  const { subject: callId, facts, tenant } = notice;
  const { from, number, startedAt, endedAt, missedKind } = facts;
  const { words, format } = speechOf(company, company.locale);
  const { letter } = words.notices;
  const who = /^\d+$/.test(from) ? format.phone(from) : words.missed.hidden;
  const url = addressOf(deps, notice);
  const lines = [
    letter.caller(who),
    ...(number === '' ? [] : [letter.number(format.phone(number))]),
    letter.at(`${format.date(startedAt, true)} ${format.time(startedAt)}`),
    ...(missedKind === '' ? [] : [letter.why(words.calls.missedKind[missedKind])]),
  ];
  return {
    letter: {
      subject: letter.subject(who, company.name),
      text: [lines.join('\n'), ...(url === null ? [] : [letter.open(url)])].join('\n\n'),
    },
    body: {
      ...{ event: 'missed_call', company: { id: tenant, name: company.name } },
      call: {
        ...{ id: callId, from, number: number || null, missedKind: missedKind || null },
        ...{ startedAt: new Date(startedAt).toISOString(), endedAt: new Date(endedAt).toISOString() },
      },
      url,
    },
    at: endedAt,
  };
}

/** Where the case of the call is, with its comment; of a hidden number the call itself. */
function addressOf({ portalUrl }: Pick<Deps, 'portalUrl'>, { tenant, subject, facts }: MissedNotice): string | null {
  if (portalUrl === null) return null;
  const company = `${portalUrl}/c/${encodeURIComponent(tenant)}`;
  return /^\d+$/.test(facts.from) ? `${company}/missed?show=all&caller=${facts.from}` : `${company}/calls/${encodeURIComponent(subject)}`;
}
