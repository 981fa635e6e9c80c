import { z } from 'zod';

/** What settings may be, each with the words of its refusal. */
export const port = (fallback: number) =>
  z.coerce.number('must be a port number, 0 to 65535').int('must be a port number, 0 to 65535').min(0).max(65535).default(fallback);
export const count = (fallback: number, min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number(message).int(message).min(min, message).max(max, message).default(fallback);
};
export const flag = z
  .enum(['0', '1'], 'must be 0 or 1')
  .default('0')
  .transform((v) => v === '1');
export const url = (protocols: string[]) =>
  z.string().refine(
    (text) => {
      try {
        return protocols.includes(new URL(text).protocol);
      } catch {
        return false;
      }
    },
    `must be a URL beginning with ${protocols.map((p) => `${p}//`).join(' or ')}`,
  );

/** A service that says who somebody is: by OpenID Connect (issuer), or OAuth 2.0 where it tells a person's id at an address of its own. */
export const oidcProvider = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,30}$/),
  name: z.string().min(1).max(60),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  scope: z.string().default('openid'),
  issuer: url(['https:', 'http:']),
  oauth: z
    .strictObject({
      authorization: url(['https:', 'http:']),
      token: url(['https:', 'http:']),
      person: url(['https:', 'http:']),
      subject: z.string().default('id'),
    })
    .optional(),
});
export type OidcProvider = z.output<typeof oidcProvider>;

export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
