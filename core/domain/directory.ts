import { z } from 'zod';
import { normalizePhone } from './phone.ts';
import { DEFAULT_SETTINGS, type SettingsVersion, settingsAt, settingsForm, settingsVersionSchema } from './settings.ts';
import { OPERATOR_DOMAIN, TENANT_ID } from './tenant.ts';

const id = z.string().min(1).max(64);
const extension = z
  .string()
  .regex(/^[0-9*#]{1,16}$/, 'an extension is 1 to 16 digits, * or #')
  .describe('Short number inside the company, e.g. "101"');

/** The company itself; what it decides about its figures is in settings.ts. */
const profileSchema = z.strictObject({
  name: z.string().min(1).max(200),
  domain: z
    .string()
    .min(1)
    .max(253)
    .regex(/^[a-z0-9.-]+$/i, 'a SIP domain: letters, digits, dots and hyphens')
    .transform((d) => d.toLowerCase())
    .refine((d) => d !== OPERATOR_DOMAIN, `"${OPERATOR_DOMAIN}" is kept for the operator's own people: choose another domain`),
  timezone: z.string().default('Europe/Moscow').refine(isZone, 'an IANA time zone such as Europe/Moscow'),
  locale: z.enum(['ru', 'en']).default('ru'),
  notifyEmail: z
    .email()
    .nullish()
    .transform((v) => v ?? null),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'an ISO 3166 country code such as RU')
    .default('RU'),
});
export type Tenant = z.output<typeof profileSchema> & { id: string };

export const tenantSchema = profileSchema.extend(settingsForm.shape);
/** What a company's own admins may change of it. */
export const companySettingsSchema = profileSchema.pick({ timezone: true, country: true }).extend(settingsForm.shape);

export const directorySchema = z
  .object({
    numbers: z
      .array(
        z
          .object({
            number: z.string().min(1).max(32),
            label: z.string().max(200).default(''),
            channel: z
              .string()
              .max(100)
              .nullish()
              .transform((v) => v ?? null),
          })
          .strict(),
      )
      .default([]),
    groups: z.array(z.object({ id, name: z.string().min(1).max(200) }).strict()).default([]),
    employees: z
      .array(
        z
          .object({
            id,
            name: z.string().min(1).max(200),
            group: id.nullish().transform((v) => v ?? null),
            extensions: z.array(extension).default([]),
            record: z.boolean().default(true),
          })
          .strict(),
      )
      .default([]),
    accounts: z
      .array(
        z
          .object({ user: z.string().min(1).max(64), comment: z.string().max(200).default(''), extensions: z.array(extension).default([]) })
          .strict(),
      )
      .default([]),
  })
  .strict()
  .superRefine((d, ctx) => {
    const groups = new Set(d.groups.map((g) => g.id));
    const seen = { employee: new Set<string>(), extension: new Map<string, string>(), number: new Set<string>() };
    d.employees.forEach((e, i) => {
      if (seen.employee.has(e.id))
        ctx.addIssue({ code: 'custom', path: ['employees', i, 'id'], message: `employee id "${e.id}" is used twice` });
      seen.employee.add(e.id);
      if (e.group !== null && !groups.has(e.group))
        ctx.addIssue({ code: 'custom', path: ['employees', i, 'group'], message: `group "${e.group}" is not among groups` });
      for (const x of e.extensions) {
        const other = seen.extension.get(x);
        if (other !== undefined)
          ctx.addIssue({
            code: 'custom',
            path: ['employees', i, 'extensions'],
            message: `extension ${x} already belongs to employee "${other}"`,
          });
        seen.extension.set(x, e.id);
      }
    });
    d.numbers.forEach((n, i) => {
      if (seen.number.has(n.number))
        ctx.addIssue({ code: 'custom', path: ['numbers', i, 'number'], message: `number ${n.number} is listed twice` });
      seen.number.add(n.number);
    });
  });
export type DirectoryBody = z.output<typeof directorySchema>;

/** One version of a company's directory; valid from `validFrom` (ms since the epoch, 0 = always) until the next one. */
export interface DirectoryVersion {
  validFrom: number;
  body: DirectoryBody;
}

/**
 * What travels on the bus for a company: the company and which versions of its directory stand, oldest first. Each of
 * them is a message of its own, named by the change of the company that made it.
 */
export const directoryHeadSchema = z.object({
  version: z.number().int(),
  tenant: z.object({
    id: z.string().regex(TENANT_ID),
    name: z.string(),
    domain: z.string(),
    timezone: z.string(),
    locale: z.string(),
    notifyEmail: z.string().nullable(),
    country: z.string(),
  }),
  versions: z.array(z.object({ validFrom: z.number(), version: z.number().int() })),
  // messages of before settings have none
  settings: z.array(settingsVersionSchema).default([]),
  recompute: z.array(z.object({ version: z.number().int(), from: z.number() })).default([]),
});
export interface DirectoryHead {
  /** as in DirectorySnapshot */
  version: number;
  tenant: Tenant;
  versions: { validFrom: number; version: number }[];
  settings: SettingsVersion[];
  recompute: RecomputeWish[];
}

/** Somebody asked, with this version of the company, that calls from a moment on (ms) are resolved again. */
export interface RecomputeWish {
  version: number;
  from: number;
}

/** A company and all versions of its directory, oldest first. A version that stays is the same object in the next one. */
export interface DirectorySnapshot {
  /** grows by one at every change of the company or its directory */
  version: number;
  tenant: Tenant;
  versions: DirectoryVersion[];
  /** oldest first; none: the defaults */
  settings?: readonly SettingsVersion[];
  /** wishes of the last days, oldest first */
  recompute?: readonly RecomputeWish[];
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

interface IndexedVersion {
  body: DirectoryBody;
  validFrom: number;
  numbers: Set<string>;
  byExtension: Map<string, { employee: string; group: string }>;
  extensions: Set<string>;
}

interface IndexedTenant {
  snapshot: DirectorySnapshot;
  versions: IndexedVersion[];
}

/**
 * All directories, indexed for the assembler: who owns a number, a domain, an extension at a moment.
 * Pure: no clock, no I/O. Replace a company with `put`.
 */
export class Directories {
  #tenants = new Map<string, IndexedTenant>();
  #domains = new Map<string, string>();
  /** own number -> tenants that ever list it; almost always one */
  #numbers = new Map<string, string[]>();

  /** @returns false when this or a newer version is already in use */
  put(snapshot: DirectorySnapshot): boolean {
    const known = this.#tenants.get(snapshot.tenant.id);
    if (known && known.snapshot.version >= snapshot.version) return false;
    if (known) this.#drop(known);
    const { country } = snapshot.tenant;
    // most versions stay when one is added
    const indexed = new Map(known?.snapshot.tenant.country === country ? known.versions.map((v) => [v.body, v]) : []);
    const versions = snapshot.versions.map((v) => {
      const same = indexed.get(v.body);
      return same ? { ...same, validFrom: v.validFrom } : indexVersion(v, country);
    });
    this.#tenants.set(snapshot.tenant.id, { snapshot, versions });
    this.#domains.set(snapshot.tenant.domain, snapshot.tenant.id);
    for (const number of new Set(versions.flatMap((v) => [...v.numbers]))) {
      this.#numbers.set(number, [...(this.#numbers.get(number) ?? []), snapshot.tenant.id]);
    }
    return true;
  }

  #drop(known: IndexedTenant): void {
    const tenant = known.snapshot.tenant.id;
    if (this.#domains.get(known.snapshot.tenant.domain) === tenant) this.#domains.delete(known.snapshot.tenant.domain);
    for (const number of new Set(known.versions.flatMap((v) => [...v.numbers]))) {
      const left = (this.#numbers.get(number) ?? []).filter((t) => t !== tenant);
      if (left.length) this.#numbers.set(number, left);
      else this.#numbers.delete(number);
    }
  }

  tenant(id: string): Tenant | undefined {
    return this.#tenants.get(id)?.snapshot.tenant;
  }

  snapshot(tenant: string): DirectorySnapshot | undefined {
    return this.#tenants.get(tenant)?.snapshot;
  }

  tenants(): Tenant[] {
    return [...this.#tenants.values()].map((t) => t.snapshot.tenant);
  }

  country(tenant: string): string {
    return this.#tenants.get(tenant)?.snapshot.tenant.country ?? 'RU';
  }

  /** The company's settings for a call that begins at a moment. */
  settingsOf(tenant: string, atMs: number): Omit<SettingsVersion, 'validFrom'> {
    const snapshot = this.#tenants.get(tenant)?.snapshot;
    return settingsAt(snapshot?.settings ?? [], atMs) ?? { ...DEFAULT_SETTINGS, timezone: snapshot?.tenant.timezone ?? 'UTC' };
  }

  tenantOfDomain(host: string): string | undefined {
    return this.#domains.get(host.toLowerCase());
  }

  /** @param number as sent; tried as each owner's country would write it. @param atMs time of the call */
  tenantOfNumber(number: string, atMs: number): string | undefined {
    const plain = number.replace(/[^\d]/g, '');
    for (const spelling of new Set([plain, normalizePhone(number, 'RU')])) {
      for (const tenant of this.#numbers.get(spelling) ?? []) {
        if (this.#version(tenant, atMs)?.numbers.has(spelling)) return tenant;
      }
    }
    return undefined;
  }

  ownsNumber(tenant: string, number: string, atMs: number): boolean {
    return this.#version(tenant, atMs)?.numbers.has(number) ?? false;
  }

  /** Employee and group of an extension or SIP account at a moment; undefined when the directory does not know it. */
  employeeOf(tenant: string, target: string, atMs: number): { employee: string; group: string } | undefined {
    return this.#version(tenant, atMs)?.byExtension.get(target);
  }

  isExtension(tenant: string, target: string, atMs: number): boolean {
    return this.#version(tenant, atMs)?.extensions.has(target) ?? false;
  }

  #version(tenant: string, atMs: number): IndexedVersion | undefined {
    const versions = this.#tenants.get(tenant)?.versions;
    if (!versions) return undefined;
    for (let i = versions.length - 1; i >= 0; i--) {
      const v = versions[i];
      if (v && v.validFrom <= atMs) return v;
    }
    return undefined;
  }
}

function indexVersion(v: DirectoryVersion, country: string): IndexedVersion {
  const byExtension = new Map<string, { employee: string; group: string }>();
  const extensions = new Set<string>();
  for (const e of v.body.employees) {
    for (const x of e.extensions) {
      byExtension.set(x, { employee: e.id, group: e.group ?? '' });
      extensions.add(x);
    }
  }
  for (const a of v.body.accounts) {
    extensions.add(a.user);
    for (const x of a.extensions) extensions.add(x);
    const owner = a.extensions.map((x) => byExtension.get(x)).find((e) => e !== undefined);
    if (owner && !byExtension.has(a.user)) byExtension.set(a.user, owner);
  }
  return {
    body: v.body,
    validFrom: v.validFrom,
    numbers: new Set(v.body.numbers.map((n) => normalizePhone(n.number, country))),
    byExtension,
    extensions,
  };
}
