/** A company's own telephony as the edge knows it: who is behind a number of it, and what follows when they do not answer. */
export interface Telephony {
  /** that calls ring: active ones which take inbound calls */
  accounts: ReadonlySet<string>;
  shortNumbers: ReadonlyMap<string, ShortNumber>;
  /** by id */
  groups: ReadonlyMap<string, Group>;
  /** of the accounts that have answered; others never did */
  answered: ReadonlyMap<string, Answered>;
}

/** Type of a short number: SIP with one account, SIP (any) with several that ring together, or a telephone number. */
export interface ShortNumber {
  accounts: readonly string[];
  /** international digits: rings instead of the accounts; null: SIP */
  phone: string | null;
  ringSeconds: number;
  doNotDisturb: boolean;
  forward: Readonly<Record<'always' | Cause, string | null>>;
  /** tried one after the other when the number's own phones did not answer; short numbers and numbers as somebody dials them */
  follow: readonly { number: string; seconds: number }[];
}

export const GROUP_MODES = ['all', 'turn', 'idle', 'weight'] as const;
export interface Group {
  /** that colleagues dial */
  number: string | null;
  /** all at once; else one after the other: as listed, who has not talked for longest first, or by shares of today's answered calls */
  mode: (typeof GROUP_MODES)[number];
  ringSeconds: number;
  members: readonly { number: string; weight: number }[];
  otherwise: string | null;
}

export interface Answered {
  /** ms: when the last talk ended */
  lastAt: number;
  /** answered on the company's day of now */
  today: number;
}

/** Why a call goes on from phones that did not take it. */
export type Cause = 'busy' | 'noAnswer' | 'unreachable';

/** What the edge is told at once (edge.reach, sql/postgres/0050_pbx_routes.sql): who rings now, or the refusal. */
export interface Stage {
  /** accounts, in the order in which they ring */
  targets: readonly string[];
  inTurn: boolean;
  /** of ringing; of each phone where they ring in turn; 0: a number beyond the company rings as long as the network lets it */
  ringSeconds: number;
  /** number beyond the company, as it is dialled; '' = none */
  outside: string;
  /** what is dialled next; '' = nothing */
  next: Readonly<Record<Cause, string>>;
  /** SIP code of the refusal; 0 = none */
  code: number;
  reason: string;
}

/** A short number forwarded to another so many times is forwarded in a circle. */
const MOST_FORWARDS = 6;
const NOTHING_NEXT = { busy: '', noAnswer: '', unreachable: '' };
const NOBODY: Stage = { targets: [], inTurn: false, ringSeconds: 25, outside: '', next: NOTHING_NEXT, code: 0, reason: '' };

/** What the edge is told for a number. @param kind `dialled`: as somebody of the company dials it, or what a stage's `next` says */
export function stageOf(pbx: Telephony, kind: 'dialled' | 'extension' | 'group' | 'outside', value: string): Stage {
  let at = kind === 'dialled' ? dialled(pbx, value) : { kind, value };
  for (let hop = 0; hop < MOST_FORWARDS; hop++) {
    if (at.kind === 'outside') return { ...NOBODY, ringSeconds: 0, outside: at.value };
    if (at.kind === 'step') return followStage(pbx, at.value);
    const group = at.kind === 'group' ? pbx.groups.get(at.value) : undefined;
    if (group) return groupStage(pbx, group);
    const own = at.kind === 'extension' ? pbx.shortNumbers.get(at.value) : undefined;
    if (!own) return { ...NOBODY, code: 404, reason: 'No such number' };
    const forwarded = own.forward.always ?? (own.doNotDisturb ? own.forward.busy : null);
    if (forwarded === null) return ownStage(pbx, at.value, own);
    at = dialled(pbx, forwarded);
  }
  return { ...NOBODY, code: 482, reason: 'Forwarded in a circle' };
}

type Place = { kind: 'extension' | 'group' | 'outside' | 'step' | 'nobody'; value: string };

function dialled(pbx: Telephony, value: string): Place {
  // nobody can dial a slash: such a number is a step of "follow me"
  if (value.includes('/')) return { kind: 'step', value };
  if (pbx.shortNumbers.has(value)) return { kind: 'extension', value };
  for (const [id, { number }] of pbx.groups) if (number === value) return { kind: 'group', value: id };
  return { kind: /^\+?[0-9]{7,18}$/.test(value) ? 'outside' : 'nobody', value };
}

function ownStage(pbx: Telephony, number: string, own: ShortNumber): Stage {
  const last = forwards(own);
  const first = own.follow.length > 0 ? `${number}/1` : '';
  const next = { busy: last.busy || first, noAnswer: first || last.noAnswer, unreachable: first || last.unreachable };
  if (own.doNotDisturb) return { ...NOBODY, ringSeconds: own.ringSeconds, next, code: 480, reason: 'Do not disturb' };
  return { ...NOBODY, ...phonesOf(pbx, own), ringSeconds: own.ringSeconds, next };
}

/** @param value short number and which of its steps, from 1 on: `105/2` */
function followStage(pbx: Telephony, value: string): Stage {
  const [number = '', step = ''] = value.split('/');
  const own = pbx.shortNumbers.get(number);
  const at = own?.follow[Number(step) - 1];
  if (!own || !at) return { ...NOBODY, code: 404, reason: 'No such number' };
  const further = own.follow.length > Number(step) ? `${number}/${Number(step) + 1}` : '';
  const next = further === '' ? forwards(own) : { busy: further, noAnswer: further, unreachable: further };
  const target = pbx.shortNumbers.get(at.number);
  const outside = target === undefined && /^\+?[0-9]{7,18}$/.test(at.number) ? at.number : '';
  const phones = target && !target.doNotDisturb ? phonesOf(pbx, target) : { targets: [], outside };
  return { ...NOBODY, ...phones, ringSeconds: at.seconds, next };
}

function groupStage(pbx: Telephony, group: Group): Stage {
  const order = orderOf(group.mode);
  const targets = group.members
    .flatMap((member) => {
      const own = pbx.shortNumbers.get(member.number);
      return own && !own.doNotDisturb ? [{ ...standing(pbx, own), weight: member.weight, targets: phonesOf(pbx, own).targets }] : [];
    })
    // equal ones stay as they are listed
    .sort((a, b) => order(a) - order(b))
    .flatMap((member) => member.targets);
  const otherwise = group.otherwise ?? '';
  return {
    ...NOBODY,
    targets,
    inTurn: group.mode !== 'all',
    ringSeconds: group.ringSeconds,
    next: { busy: otherwise, noAnswer: otherwise, unreachable: otherwise },
  };
}

/** Lower rings earlier. By weight: seats by D'Hondt, so that after n calls each has had its share, rounded. */
function orderOf(mode: Group['mode']): (member: Answered & { weight: number }) => number {
  if (mode === 'idle') return ({ lastAt }) => lastAt;
  if (mode === 'weight') return ({ today, weight }) => (today + 1) / weight;
  return () => 0;
}

function standing(pbx: Telephony, { accounts }: ShortNumber): Answered {
  const each = accounts.flatMap((account) => pbx.answered.get(account) ?? []);
  return { lastAt: Math.max(0, ...each.map((a) => a.lastAt)), today: each.reduce((sum, a) => sum + a.today, 0) };
}

function phonesOf(pbx: Telephony, { accounts, phone }: ShortNumber): Pick<Stage, 'targets' | 'outside'> {
  if (phone !== null) return { targets: [], outside: phone };
  return { targets: accounts.filter((account) => pbx.accounts.has(account)), outside: '' };
}

function forwards({ forward }: ShortNumber): Record<Cause, string> {
  return { busy: forward.busy ?? '', noAnswer: forward.noAnswer ?? '', unreachable: forward.unreachable ?? '' };
}
