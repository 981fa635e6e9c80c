import type { AlertForm } from '@callscope/modules/alerts/forms.ts';
import { ALERT_MEASURES, alertForm, inputOf } from './measures.ts';

/** Fields of the page's form that can be said to be wrong; `email` and `webhook` are its ways. */
const FIELDS = ['name', 'minutes', 'bound', 'least', 'quietMinutes', 'measure', 'email', 'webhook', 'ways'] as const;
export type AlertField = (typeof FIELDS)[number];

/** What the page's form says: shares in per cent, addresses as text. @returns wrong: the first field that is */
export function formIn(given: FormData): { form: AlertForm; wrong?: undefined } | { form?: undefined; wrong: AlertField | 'form' } {
  const number = (name: string) => (given.get(name) ? Number(given.get(name)) : undefined);
  const chosen = (name: string) => (given.getAll(name).length === 0 ? null : given.getAll(name).map(String));
  const text = (name: string) => String(given.get(name) ?? '').trim();
  const measure = text('measure');
  const bound = number('bound');
  const isShare = ALERT_MEASURES.includes(measure) && inputOf(measure) === 'share';
  const ways = [
    { channel: 'email', targets: text('email').split(/[\s,;]+/) },
    { channel: 'webhook', targets: [text('webhook')] },
  ].filter(({ targets }) => targets.some((target) => target !== ''));
  const form = alertForm.safeParse({
    ...{ name: given.get('name'), measure, side: given.get('side'), minutes: number('minutes'), least: number('least') },
    bound: bound === undefined || !isShare ? bound : bound / 100,
    ...{ numbers: chosen('numbers'), groups: chosen('groups'), employees: chosen('employees') },
    ...{ inHours: given.get('inHours') === 'on', quietMinutes: number('quietMinutes'), reminds: given.get('reminds') === 'on' },
    ...{ ways, on: given.get('on') === 'on' },
  });
  if (form.success) return { form: form.data };
  const wrong = form.error.issues.map(({ path: [field, at] }) => (field === 'ways' && typeof at === 'number' ? ways[at]?.channel : field));
  return { wrong: FIELDS.find((field) => wrong.includes(field)) ?? 'form' };
}
