import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { companies, events, hep } from './fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from './stack.ts';

interface Dashboard {
  panels: { title: string; targets?: { expr: string }[] }[];
}
const dashboard = JSON.parse(readFileSync(new URL('../../docs/grafana-dashboard.json', import.meta.url), 'utf8')) as Dashboard;
/** Our metrics of an expression with the labels by which it groups; a histogram's own endings are left out. */
const METRIC = /\b((?:callscope|process)_[a-z0-9_]+?)(?:_bucket)?\b(?![a-z0-9_])/g;

let stack: Stack;
/** name → its labels, over all services */
const exported = new Map<string, Set<string>>();
const helps = new Map<string, string>();

beforeAll(async () => {
  stack = await startStack();
  for (const [id, { tenant, directory }] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, directory);
  }
  await sendUdp(stack.ports.hep, hep('udp'));
  await sendTcp(stack.ports.events, events());
  await until(
    'calls are written',
    async () => (await stack.rest<{ data: unknown[] }>('GET', '/tenants/t1/calls?limit=5')).data.length === 5,
  );
  await until('every service has been asked', scrape);
});
afterAll(() => stack?.end());

/** Every service's /metrics, as its log names the port. @returns whether all of the kinds have answered with figures of their own */
async function scrape(): Promise<boolean> {
  const ports = new Map(
    [...stack.log().matchAll(/^\{.*"service":"([a-z-]+)".*"message":"started".*"metrics":(\d+)/gm)].map(([, service, port]) => [
      service,
      port,
    ]),
  );
  for (const port of ports.values()) {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    for (const [, name = '', help = ''] of text.matchAll(/^# HELP (\S+) (.*)$/gm)) {
      helps.set(name, help);
      if (!exported.has(name)) exported.set(name, new Set());
    }
    for (const [, name = '', labels = ''] of text.matchAll(/^([a-z_0-9]+?)(?:_bucket)?\{([^}]*)\}/gm)) {
      const known = exported.get(name) ?? new Set();
      for (const [, label = ''] of labels.matchAll(/([a-z_]+)="/g)) known.add(label);
      exported.set(name, known);
    }
  }
  return (
    ['edge', 'decoder', 'assembler', 'recorder', 'jobs', 'portal'].every((service) => ports.has(service)) &&
    exported.has('callscope_portal_stage_lag_seconds') &&
    (exported.get('callscope_portal_stage_lag_seconds')?.size ?? 0) > 0
  );
}

test('every figure of the dashboard is one that a running system exports', () => {
  const asked = dashboard.panels.flatMap((p) =>
    (p.targets ?? []).flatMap(({ expr }) => [...expr.matchAll(METRIC)].map(([, name = '']) => name)),
  );
  expect(asked.length).toBeGreaterThan(30);
  expect([...new Set(asked)].filter((name) => !exported.has(name))).toEqual([]);
});

test('what the dashboard groups by is a label of the figure, where the system has one to show', () => {
  const wrong = dashboard.panels.flatMap((p) =>
    (p.targets ?? []).flatMap(({ expr }) => {
      const by = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(',').map((l) => l.trim()));
      const names = [...expr.matchAll(METRIC)].map(([, name = '']) => name);
      return names.flatMap((name) => {
        const labels = exported.get(name) ?? new Set();
        return labels.size === 0 ? [] : by.filter((label) => !labels.has(label)).map((label) => `${name} by ${label}`);
      });
    }),
  );
  expect(wrong).toEqual([]);
});

test('names of our figures say their unit, and each has a sentence of help', () => {
  const own = [...helps].filter(([name]) => name.startsWith('callscope_'));
  expect(own.length).toBeGreaterThan(30);
  expect(own.filter(([name, help]) => help.length < 10 || !/^callscope_[a-z][a-z0-9_]*$/.test(name))).toEqual([]);
});
