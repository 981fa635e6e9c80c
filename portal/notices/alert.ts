import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import { type AlertFacts, filterOf } from '@callscope/modules/alerts/facts.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import type { TakenNotice } from '@callscope/modules/notices/work.ts';
import type { Deps } from '../deps.ts';
import { questionFacts } from '../files/question-facts.ts';
import { type Speech, speechOf } from '../files/speech.ts';
import { callsBehind, casesBehind, labelOf, valueText } from '../src/page/alerts/measures.ts';
import { loadNames } from '../src/page/directory.ts';
import { journalHref, pageHref } from '../src/page/links.ts';
import { namesOf } from '../src/page/names.ts';
import type { NoticeMessage } from './message.ts';

type AlertNotice = Extract<TakenNotice, { about: 'alert' }>;

/** What is told of a measure: its value and bound, over which minutes and calls, since when, and the calls behind it, in the company's language. */
export async function alertMessage(deps: Pick<Deps, 'portalUrl'>, notice: AlertNotice, company: RuledTenant): Promise<NoticeMessage> {
  const { facts, tenant } = notice;
  const { word, alert, name, measure, side, bound, minutes, value, from, to, since, until, ended, at } = facts;
  const { numbers, groups, employees } = facts;
  const speech = speechOf(company, company.locale);
  const scope = tenantScope(ownService('notices'), tenant, 'calls:read') as TenantScope;
  const names = namesOf(await loadNames(scope, company), speech);
  const url = addressOf(deps, notice, company);
  const { letter } = speech.words.alerts;
  const question = questionFacts({ ...filterOf(facts), from, to }, names, speech).map((fact) => `${fact.label}: ${fact.value}`);
  const instant = (time: number | null) => (time === null ? null : new Date(time).toISOString());
  return {
    letter: {
      subject: letter.subject[word](name, company.name),
      text: [
        [...told(facts, speech), ...question].join('\n'),
        ...(word === 'trial' ? [letter.trial] : []),
        ...(url === null ? [] : [letter.open(url)]),
      ].join('\n\n'),
    },
    body: {
      ...{ event: 'alert', state: word, company: { id: tenant, name: company.name } },
      alert: {
        ...{ id: alert, name, measure, label: labelOf(measure)[company.locale], side, bound, minutes },
        ...{ numbers, groups, employees },
      },
      ...{ value, from: instant(from), to: instant(to), since: instant(since), until: instant(until), ended, url },
    },
    at,
  };
}

/** The measure as it is, and since when; of one that is over, how long it lasted and why it ended. */
function told(
  { word, measure, side, bound, minutes, value, since, until, ended }: AlertFacts,
  { words, format, locale }: Speech,
): string[] {
  const { letter, sides, ends } = words.alerts;
  const is = letter.is(labelOf(measure)[locale], valueText(measure, value, format), format.durationWords(minutes * 60));
  const limit = letter.bound(sides[side](valueText(measure, bound, format)));
  const moment = (at: number) => `${format.date(at, true)} ${format.timeShort(at)}`;
  if (word === 'over' && since !== null && until !== null)
    return [
      ...(ended === null ? [] : [ends[ended]]),
      ...[is, limit, letter.lasted(format.durationWords(Math.round((until - since) / 1_000)), moment(since), moment(until))],
    ];
  return [is, limit, ...(since === null ? [] : [letter.since(moment(since))])];
}

/** Exactly what was looked at, as far as the measure counts it: calls in the journal, cases among the missed. */
function addressOf({ portalUrl }: Pick<Deps, 'portalUrl'>, { tenant, facts }: AlertNotice, { rules }: RuledTenant): string | null {
  if (portalUrl === null) return null;
  const { from, to, measure } = facts;
  const cases = casesBehind(measure, from, to);
  if (cases !== null) return `${portalUrl}${pageHref(tenant, '/missed', cases)}`;
  return `${portalUrl}${journalHref(tenant, callsBehind(measure, { ...filterOf(facts), from, to }, rules), { preset: 'days', from, to })}`;
}
