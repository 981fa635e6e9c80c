import type { SystemHealth } from './health.ts';

const html = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** What stands at `/`: the state of the system and where its interface is described. Works without script. */
export function statusPage(health: SystemHealth): string {
  const rows = health.parts
    .map(
      (p) =>
        `<tr><td>${html(p.name)}</td><td class="${p.failing ? 'bad' : 'good'}">${p.failing ? 'не готов' : 'готов'}</td><td>${html(p.detail)}</td></tr>`,
    )
    .join('');
  return `<!doctype html><html lang="ru"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Callscope</title>
<style>:root{color-scheme:light dark;--ink:#14181f;--soft:#5b6472;--line:#d9dee5;--good:#1b7f4b;--bad:#b3261e;--ground:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e8ebf0;--soft:#9aa4b2;--line:#2b323c;--good:#56c98d;--bad:#ff8a80;--ground:#12151a}}
body{font:15px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem;color:var(--ink);background:var(--ground)}h1{font-size:1.4rem;margin:0}p{color:var(--soft)}
table{border-collapse:collapse;width:100%;margin:1.5rem 0}td{padding:.4rem .75rem .4rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}.good{color:var(--good)}.bad{color:var(--bad)}a{color:inherit}</style></head>
<body><h1>Callscope</h1><p>${health.status === 'ready' ? 'Система готова.' : `Система не готова: ${html(health.failing ?? '')}.`}</p>
<table><tbody>${rows}</tbody></table>
<p><a href="/api/v1/openapi.json">REST API (OpenAPI)</a> · <a href="/healthz">healthz</a> · <a href="/metrics">metrics</a></p></body></html>`;
}
