import { normalizePhone } from '@callscope/core/domain/phone.ts';
import { z } from 'zod';
import { destinationForm, listForm, OUTSIDE, type RuleForm, ring, routeFaults, rulesForm } from './route-forms.ts';
import { GROUP_MODES } from './rules-stage.ts';

/** Telephony as people say it; what the edge makes of it is in sql/postgres/0008_edge_views.sql. */
export const accountName = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'an account is 1 to 64 letters, digits, dots, _ or -');
const short = z.string().regex(/^[0-9*#]{1,16}$/, 'a short number is 1 to 16 digits, * or #');
const name = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, 'takes 1 to 40 letters, digits, _ or -');
const dialled = z.string().regex(/^\+?[0-9*#]{1,18}$/, 'a number as somebody of the company dials it');
const ownNumber = z.string().regex(/^\+?[0-9 ()-]{3,30}$/, 'an outside number in digits');
const prefix = z.string().regex(/^[0-9]{1,15}$/, 'the first digits of an international number, without +');
const limit = z.number().int().min(1).max(100_000).nullable().default(null);
const hourly = z.number().int().min(0).max(1_000_000).nullable().default(null);
const policy = z.enum(['none', 'answer', 'offer']);

/** blocked: it is let in no more, and does not ring */
export const ACCOUNT_STATES = ['active', 'blocked'] as const;
export type AccountState = (typeof ACCOUNT_STATES)[number];
export const accountStateForm = z.object({ user: accountName, status: z.enum(ACCOUNT_STATES) });

const accountForm = z
  .strictObject({
    user: accountName,
    password: z.string().min(8).max(200).optional().describe('kept as HA1 only: md5(user:domain:password)'),
    ha1: z
      .string()
      .regex(/^[0-9a-f]{32}$/, '32 hexadecimal digits')
      .optional()
      .describe('instead of the password'),
    status: z.enum(ACCOUNT_STATES).default('active'),
    calls: limit.describe('at a time; null: as limits.callsPerAccount'),
    callerId: ownNumber.nullable().default(null).describe("null: the company's"),
    record: policy.or(z.literal('company')).default('company'),
    blocked: z.array(z.enum(['in', 'out', 'internal', 'abroad'])).default([]),
  })
  .refine((a) => a.password === undefined || a.ha1 === undefined, 'give the password or its HA1, not both');

const trunkForm = z
  .strictObject({
    id: name,
    kind: z.enum(['address', 'registration']).default('address'),
    direction: z.enum(['in', 'out', 'both']).default('both'),
    host: z.string().regex(/^[A-Za-z0-9.-]{1,253}$/, 'a host name or an address'),
    port: z.number().int().min(1).max(65_535).default(5060),
    transport: z.enum(['udp', 'tcp', 'tls']).default('udp'),
    addresses: z.array(z.ipv4().or(z.cidrv4())).max(64).default([]).describe('from where its calls come'),
    username: accountName.nullable().default(null),
    secret: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[\x21-\x7e]+$/, 'takes printable ASCII')
      .nullish()
      .describe('not given: as it was'),
    edgeAddress: z
      .string()
      .regex(/^[A-Za-z0-9.-]+:\d{1,5}$/, 'host:port')
      .nullable()
      .default(null)
      .describe('where the carrier that we register with reaches the edge'),
    strip: z.number().int().min(0).max(15).default(0),
    prefix: z
      .string()
      .regex(/^[+0-9*#]{0,15}$/)
      .default(''),
    cost: z.number().min(0).default(0),
    active: z.boolean().default(true),
  })
  .superRefine((t, ctx) => {
    if (t.direction !== 'out' && t.addresses.length === 0)
      ctx.addIssue({ code: 'custom', path: ['addresses'], message: 'a trunk that brings calls is known by its addresses' });
    if (t.kind === 'registration' && (t.username === null || t.edgeAddress === null))
      ctx.addIssue({ code: 'custom', path: ['username'], message: 'a registration takes username, secret and edgeAddress' });
  });
const trunkGroupForm = z.strictObject({
  id: name,
  choose: z.enum(['order', 'cost']).default('order').describe('cost: the cheapest that works'),
  trunks: z.array(name).min(1).max(16),
});
const routeForm = z.strictObject({
  prefix: z
    .string()
    .regex(/^[0-9]{0,15}$/)
    .default(''),
  priority: z.number().int().min(0).max(1_000).default(0),
  through: z
    .array(z.string().regex(/^#?[A-Za-z0-9_-]{1,40}$/))
    .min(1)
    .max(8)
    .describe('trunks and #groups, tried in this order'),
});
const outgoing = {
  trunks: z.array(trunkForm).max(500).default([]),
  trunkGroups: z.array(trunkGroupForm).max(500).default([]),
  routes: z.array(routeForm).max(5_000).default([]),
  blockedPrefixes: z.array(prefix).max(1_000).default([]),
};

export const pbxForm = z
  .strictObject({
    callerId: ownNumber.nullable().default(null).describe('shown to the called side where an account has none of its own'),
    limits: z
      .strictObject({
        calls: limit.describe('of the company at a time'),
        callsPerAccount: limit,
        abroadCallsPerHour: hourly,
        abroadMinutesPerHour: hourly,
      })
      .prefault({}),
    recording: z
      .strictObject({
        policy: policy.default('none'),
        announcement: z
          .string()
          .regex(/^[A-Za-z0-9_-]{1,60}\.wav$/, 'name of a .wav file at the edge')
          .nullable()
          .default(null)
          .describe('played to both sides right after the answer'),
      })
      .prefault({}),
    accounts: z.array(accountForm).max(10_000).default([]),
    numbers: z
      .array(
        z
          .strictObject({
            number: ownNumber,
            to: destinationForm.optional().describe('instead of rules: one that always holds'),
            rules: rulesForm.optional(),
            whiteList: listForm.optional().describe('not empty: only these are let through; not given: as it was'),
          })
          .refine((n) => (n.to === undefined) !== (n.rules === undefined), 'takes rules, or `to` alone'),
      )
      .max(10_000)
      .default([]),
    blackList: listForm.optional().describe('for all own numbers that have no white list; not given: as it was'),
    shortNumbers: z
      .array(
        z.strictObject({
          number: short,
          accounts: z.array(accountName).max(10).default([]).describe('ring together'),
          phone: ownNumber.nullable().default(null).describe('a telephone number that rings instead of accounts'),
          displayName: z
            .string()
            .regex(/^[A-Za-z0-9 .,'&()-]{0,40}$/, 'up to 40 Latin letters, digits and spaces: many phones show nothing else')
            .default('')
            .describe('shown by the phones of colleagues'),
          ringSeconds: ring,
          doNotDisturb: z.boolean().default(false),
          forward: z
            .strictObject({
              always: dialled.nullable().default(null),
              busy: dialled.nullable().default(null),
              noAnswer: dialled.nullable().default(null),
              unreachable: dialled.nullable().default(null).describe('no phone is registered'),
            })
            .prefault({}),
          follow: z
            .array(z.strictObject({ number: dialled, seconds: ring }))
            .max(5)
            .default([])
            .describe('follow me: short and outside numbers, one after the other, when its own phones did not answer; before the forwards'),
        }),
      )
      .max(10_000)
      .default([]),
    groups: z
      .array(
        z.strictObject({
          id: name,
          number: short.nullable().default(null),
          mode: z.enum(GROUP_MODES).default('all').describe('all at once, in turn, longest idle first, by weight'),
          ringSeconds: ring,
          members: z.array(short).max(100).default([]),
          weights: z
            .array(z.number().int().min(1).max(1_000))
            .max(100)
            .default([])
            .describe("of the members, in their order: shares of today's calls; left out: 1"),
          otherwise: dialled.nullable().default(null).describe('where the call goes when nobody took it'),
        }),
      )
      .max(1_000)
      .default([]),
    ...outgoing,
  })
  .superRefine((p, ctx) => {
    const say = (path: (string | number)[], message: string) => ctx.addIssue({ code: 'custom', path, message });
    const accounts = new Set(p.accounts.map((a) => a.user));
    const shorts = new Set(p.shortNumbers.map((s) => s.number));
    const groups = new Set(p.groups.map((g) => g.id));
    unique(
      p.accounts,
      (a) => a.user,
      (i, v) => say(['accounts', i, 'user'], `account "${v}" is there twice`),
    );
    unique(
      p.shortNumbers,
      (s) => s.number,
      (i, v) => say(['shortNumbers', i, 'number'], `short number "${v}" is there twice`),
    );
    unique(
      p.groups,
      (g) => g.id,
      (i, v) => say(['groups', i, 'id'], `group "${v}" is there twice`),
    );
    unique(
      [...p.shortNumbers, ...p.groups.filter((g) => g.number !== null)],
      (n) => String(n.number),
      (i, v) => (i >= p.shortNumbers.length ? say(['groups'], `number "${v}" is already somebody's`) : undefined),
    );
    p.shortNumbers.forEach((s, i) => {
      for (const a of s.accounts) if (!accounts.has(a)) say(['shortNumbers', i, 'accounts'], `there is no account "${a}"`);
      if (s.phone !== null && s.accounts.length > 0) say(['shortNumbers', i, 'phone'], 'either accounts ring or a telephone number');
      s.follow.forEach(({ number }, step) => {
        if (!shorts.has(number) && !OUTSIDE.test(number))
          say(
            ['shortNumbers', i, 'follow', step, 'number'],
            `there is no short number "${number}", and an outside one has 7 digits or more`,
          );
      });
    });
    const phones = new Set(p.shortNumbers.filter((s) => s.phone !== null).map((s) => s.number));
    p.groups.forEach((g, i) => {
      if (g.weights.length > g.members.length) say(['groups', i, 'weights'], 'there are more weights than members');
      for (const m of g.members)
        if (phones.has(m)) say(['groups', i, 'members'], `"${m}" is a telephone number: members of a group have SIP accounts`);
      for (const m of g.members) if (!shorts.has(m)) say(['groups', i, 'members'], `there is no short number "${m}"`);
    });
    p.numbers.forEach((n, i) => {
      for (const { path, message } of routeFaults(rulesOf(n), shorts, groups))
        say(['numbers', i, ...(n.rules === undefined ? path.slice(1) : ['rules', ...path])], message);
    });
  });
export type PbxForm = z.output<typeof pbxForm>;

export const operatorTrunksForm = z.strictObject({
  ...outgoing,
  emergency: z
    .array(z.string().regex(/^[0-9]{2,6}$/, '2 to 6 digits'))
    .max(50)
    .default(['112'])
    .describe('reached whatever limits say, and before any short number of the same digits'),
});
export type OperatorTrunksForm = z.output<typeof operatorTrunksForm>;
export type Outgoing = Pick<PbxForm, 'trunks' | 'trunkGroups' | 'routes' | 'blockedPrefixes'>;

/** A number's rules; `to` alone is one that always holds. */
export function rulesOf({ to, rules }: { to?: RuleForm['to'] | undefined; rules?: RuleForm[] | undefined }): RuleForm[] {
  return rules ?? (to === undefined ? [] : [{ name: '', when: [], callers: [], to }]);
}

/** An own number as the edge compares it: international digits. */
export function plainNumber(number: string, country: string): string {
  return normalizePhone(number, country).replace(/\D/g, '');
}

function unique<T>(list: readonly T[], key: (item: T) => string, twice: (index: number, value: string) => void): void {
  const seen = new Set<string>();
  list.forEach((item, i) => {
    const value = key(item);
    if (seen.has(value)) twice(i, value);
    seen.add(value);
  });
}
