import type { OidcProvider } from '@callscope/core/node/setting-kinds.ts';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  Configuration,
  calculatePKCECodeChallenge,
  discovery,
  fetchProtectedResource,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';

/** What must be the same when the person comes back. */
export interface Way {
  provider: string;
  state: string;
  nonce: string;
  verifier: string;
}

/** Services that say who somebody is, by OpenID Connect or plain OAuth 2.0; both with PKCE (RFC 7636). */
export class Providers {
  readonly list: readonly { id: string; name: string }[];
  readonly #given: ReadonlyMap<string, OidcProvider>;
  readonly #known = new Map<string, Promise<Configuration>>();
  readonly #portalUrl: string;

  constructor(given: readonly OidcProvider[], portalUrl: string) {
    this.list = given.map(({ id, name }) => ({ id, name }));
    this.#given = new Map(given.map((p) => [p.id, p]));
    this.#portalUrl = portalUrl.replace(/\/+$/, '');
  }

  /** @returns where to send the browser, and what to keep meanwhile; null: no such service. @throws when it does not answer */
  async begin(id: string): Promise<{ address: string; way: Way } | null> {
    const provider = this.#given.get(id);
    if (!provider) return null;
    const config = await this.#configuration(provider);
    const way = { provider: id, state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
    const address = buildAuthorizationUrl(config, {
      redirect_uri: this.#back(id),
      scope: provider.scope,
      state: way.state,
      code_challenge: await calculatePKCECodeChallenge(way.verifier),
      code_challenge_method: 'S256',
      ...(provider.oauth ? {} : { nonce: way.nonce }),
    });
    return { address: address.href, way };
  }

  /** @param search of the address that the service sent the browser to. @throws when anything about it is wrong */
  async finish(way: Way, search: string): Promise<{ subject: string; name: string }> {
    const provider = this.#given.get(way.provider);
    if (!provider) throw new Error('no such service');
    const config = await this.#configuration(provider);
    const checks = { pkceCodeVerifier: way.verifier, expectedState: way.state };
    const here = new URL(this.#back(way.provider) + search);
    if (!provider.oauth) {
      const tokens = await authorizationCodeGrant(config, here, { ...checks, expectedNonce: way.nonce, idTokenExpected: true });
      const claims = tokens.claims();
      if (!claims) throw new Error('the service sent no ID token');
      return { subject: claims.sub, name: nameOf(claims) };
    }
    const tokens = await authorizationCodeGrant(config, here, checks);
    const response = await fetchProtectedResource(config, tokens.access_token, new URL(provider.oauth.person), 'GET');
    const person = (await response.json()) as Record<string, unknown>;
    const subject = person[provider.oauth.subject];
    if (typeof subject !== 'string' && typeof subject !== 'number')
      throw new Error(`the service names nobody by "${provider.oauth.subject}"`);
    return { subject: String(subject), name: nameOf(person) };
  }

  #back(id: string): string {
    return `${this.#portalUrl}/sign-in/with/${id}/back`;
  }

  /** Asked once; again after a failure. */
  #configuration(provider: OidcProvider): Promise<Configuration> {
    const known = this.#known.get(provider.id);
    if (known) return known;
    const made = configurationOf(provider).catch((error: unknown) => {
      this.#known.delete(provider.id);
      throw error;
    });
    this.#known.set(provider.id, made);
    return made;
  }
}

async function configurationOf({ issuer, clientId, clientSecret, oauth }: OidcProvider): Promise<Configuration> {
  // a service on this machine alone may do without TLS
  const isLocal = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(`${issuer}/`);
  if (!oauth) return discovery(new URL(issuer), clientId, clientSecret, undefined, isLocal ? { execute: [allowInsecureRequests] } : {});
  const config = new Configuration(
    { issuer, authorization_endpoint: oauth.authorization, token_endpoint: oauth.token },
    clientId,
    clientSecret,
  );
  if (isLocal) allowInsecureRequests(config);
  return config;
}

/** The first that a service says of these; for the person's eyes alone. */
function nameOf(claims: Record<string, unknown>): string {
  for (const key of ['preferred_username', 'login', 'email', 'default_email', 'name', 'real_name', 'sub', 'id']) {
    const value = claims[key];
    if ((typeof value === 'string' && value !== '') || typeof value === 'number') return String(value).slice(0, 200);
  }
  return '';
}
