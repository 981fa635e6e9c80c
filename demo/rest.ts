import { COMPANIES } from './companies/all.ts';
import { type DemoCompany, directoryBody, tenantBody } from './companies/company.ts';

const ANSWER_LIMIT_MS = 30_000;

/** REST of the running system as its operator. */
export class Rest {
  readonly #base: string;
  readonly #token: string;

  /** @param portal http://host:port */
  constructor(portal: string, token: string) {
    this.#base = `${portal}/api/v1`;
    this.#token = token;
  }

  /** @throws Error with the answer's text when it is not 2xx */
  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.#base}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** Whether a call is to be seen. @throws Error when the portal says anything but yes or no */
  async hasCall(tenant: string, callId: string): Promise<boolean> {
    const response = await fetch(`${this.#base}/tenants/${tenant}/calls/${encodeURIComponent(callId)}`, {
      headers: { authorization: `Bearer ${this.#token}` },
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
    await response.arrayBuffer();
    if (response.ok) return true;
    if (response.status === 404) return false;
    throw new Error(`GET /tenants/${tenant}/calls/…: ${response.status}`);
  }

  ledger(): Promise<Ledger> {
    return this.ask('GET', '/ops/ledger');
  }

  /** Call-IDs of a company's calls that began in [from, to), ms since the epoch. */
  async *callIds(tenant: string, from: number, to: number): AsyncGenerator<string> {
    const period = `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}&limit=1000`;
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { data: { callIds: string[] }[]; next: string | null } = await this.ask(
        'GET',
        `/tenants/${tenant}/calls?${period}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      for (const call of page.data) yield* call.callIds;
      cursor = page.next ?? null;
    }
  }
}

export interface LedgerStage {
  stage: string;
  received: number;
  stored: number;
  duplicate: number;
  inFlight: number;
  unexplained: number;
  lagSeconds: number;
}

export interface Ledger {
  closed: boolean;
  deadLetters: number;
  stages: LedgerStage[];
}

export interface SignIn {
  company: DemoCompany;
  login: string;
  role: 'admin' | 'supervisor' | 'employee';
}

export function signIns(): SignIn[] {
  return COMPANIES.flatMap((company) => [
    { company, login: 'admin', role: 'admin' as const },
    { company, login: 'supervisor', role: 'supervisor' as const },
    { company, login: `${company.employees.find((e) => e.id === company.signIn)?.extension ?? ''}`, role: 'employee' as const },
  ]);
}

/** Companies, directories, and people who sign in. Everything is replaced: once a DATA_DIR, not at every start. */
export async function makeCompanies(rest: Rest, password: string): Promise<void> {
  for (const company of COMPANIES) {
    await rest.ask('PUT', `/tenants/${company.id}`, tenantBody(company));
    await rest.ask('PUT', `/tenants/${company.id}/directory`, directoryBody(company));
  }
  for (const { company, login, role } of signIns()) {
    await rest.ask('PUT', `/tenants/${company.id}/users/${login}`, {
      password,
      role,
      ...(role === 'employee' ? { employee: company.signIn } : {}),
    });
  }
}
