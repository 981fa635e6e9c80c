/**
 * Service worker: the portal opens as an app of its own, and says in its own words that there is no connection. It keeps the page that
 * says so and files of the program that never change. Nothing of a company: no page, no call, no recording, no answer of REST or of a
 * board is ever kept or answered from here; those requests it does not even touch.
 */
import { version } from '$app/env';
import { isOfProgram, OFFLINE, OFFLINE_FILES } from './offline-rules.ts';

/** The part of ServiceWorkerGlobalScope that is used; the DOM library that pages are checked with does not have it. */
interface WorkerScope {
  addEventListener(type: 'install' | 'activate', listener: (event: { waitUntil(done: Promise<unknown>): void }) => void): void;
  addEventListener(type: 'fetch', listener: (event: { request: Request; respondWith(answer: Promise<Response>): void }) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
}

const scope = globalThis as unknown as WorkerScope;
/** One for each program: files of an older one are of no use to anybody. */
const KEPT = `callscope-${version}`;

scope.addEventListener('install', (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll([...OFFLINE_FILES])));
  void scope.skipWaiting();
});

scope.addEventListener('activate', (event) => {
  const forget = async () => {
    for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
    await scope.clients.claim();
  };
  event.waitUntil(forget());
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (isOfProgram(url.pathname)) event.respondWith(ofProgram(request));
  else if (request.mode === 'navigate') event.respondWith(fetch(request).catch(() => kept(OFFLINE)));
  else if (OFFLINE_FILES.includes(url.pathname)) event.respondWith(fetch(request).catch(() => kept(url.pathname)));
});

async function kept(path: string): Promise<Response> {
  return (await caches.match(path)) ?? Response.error();
}

/** A file with a hash in its name: what was read once is good for good. */
async function ofProgram(request: Request): Promise<Response> {
  const known = await caches.match(request.url);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok && answer.type === 'basic') {
    const copy = answer.clone();
    void caches.open(KEPT).then((cache) => cache.put(request.url, copy));
  }
  return answer;
}
