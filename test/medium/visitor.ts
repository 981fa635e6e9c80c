export const PASSWORD = 'secret-secret';
export const DOMAIN = 'alfa.pbx.test';

/** A browser at the portal's doors: keeps cookies, comes by http through a proxy from an address of its own. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly portal: string;
  readonly address: string;
  constructor(portal: string, address = '192.0.2.1') {
    this.portal = portal;
    this.address = address;
  }

  async ask(path: string, form?: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    const response = await fetch(`${this.portal}${path}`, {
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        origin: this.portal,
        'x-forwarded-proto': 'http',
        'x-forwarded-for': this.address,
        cookie: [...this.cookies].map(([n, v]) => `${n}=${v}`).join('; '),
        ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
        ...headers,
      },
      ...(form ? { method: 'POST', body: new URLSearchParams(form).toString() } : {}),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  signIn(login: string, password = PASSWORD, domain = DOMAIN): Promise<Response> {
    return this.ask('/sign-in', { domain, login, password });
  }

  async isIn(): Promise<boolean> {
    return (await this.ask('/account')).status === 200;
  }
}
