import { blocks } from '@callscope/core/node/config.ts';

export interface Setting {
  name: string;
  fallback: string;
  meaning: string;
}

/** Every setting with a meaning for people, in the order of the configuration's blocks. */
export function settings(): Setting[] {
  return Object.values(blocks).flatMap((block) => {
    const defaults = block.safeParse({});
    const values: Record<string, unknown> = defaults.success ? defaults.data : {};
    return Object.entries(block.shape).flatMap(([name, type]) => {
      const meaning = type.description;
      return meaning === undefined ? [] : [{ name, fallback: shown(name, values[name]), meaning }];
    });
  });
}

/** Defaults that depend on the machine are shown by what they mean. */
function shown(name: string, value: unknown): string {
  if (name === 'DATA_DIR') return './.data';
  if (name === 'EDGE_ID') return 'the host name';
  if (value === undefined) return '';
  if (value === false) return '0';
  if (value === true) return '1';
  return Array.isArray(value) ? value.join(',') : String(value);
}

export function help(): string {
  const list = settings();
  const width = Math.max(...list.map((s) => s.name.length));
  return [
    'npm start: the whole system on this machine. All settings are optional and come from the environment:',
    '',
    ...list.map((s) => `  ${s.name.padEnd(width)}  ${s.meaning}${s.fallback === '' ? '' : ` (${s.fallback})`}`),
    '',
    'What NATS_URL, CLICKHOUSE_URL and DATABASE_URL do not name is started embedded.',
  ].join('\n');
}

/** Text of .env.example. */
export function envExample(): string {
  return `${['# Every setting, with its default. Made by: npm run settings', ...settings().map((s) => `\n# ${s.meaning}\n#${s.name}=${s.fallback.includes(' ') ? '' : s.fallback}`)].join('\n')}\n`;
}

if (import.meta.main) console.log(envExample().trimEnd());
