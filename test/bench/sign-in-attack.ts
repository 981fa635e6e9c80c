import { isMainThread, parentPort, workerData } from 'node:worker_threads';

export const DOMAIN = 'alfa.pbx.test';
const AT_ONCE = 50;

export interface Attack {
  portal: string;
  address: string;
  wrong: number;
  /** each a name of its own; else all for this one */
  login: string | null;
}

/** One sign-in as a browser sends it through a proxy. */
export async function attempt(portal: string, login: string, password: string, address: string): Promise<{ status: number; ms: number }> {
  const started = performance.now();
  const response = await fetch(`${portal}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      origin: portal,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'text/html',
      'x-forwarded-proto': 'http',
      'x-forwarded-for': address,
    },
    body: new URLSearchParams({ domain: DOMAIN, login, password }).toString(),
  });
  await response.arrayBuffer();
  return { status: response.status, ms: performance.now() - started };
}

/** As a thread: wrong passwords by fifty connections, then ends. */
async function attack({ portal, address, wrong, login }: Attack): Promise<void> {
  let sent = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (sent < wrong) {
        const i = sent++;
        await attempt(portal, login ?? `name-${i}`, `wrong-${i}`, address);
      }
    }),
  );
}

if (!isMainThread) {
  await attack(workerData as Attack);
  parentPort?.postMessage('over');
}
