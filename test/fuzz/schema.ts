import type { Random } from '../simulation/generator/random.ts';

/** JSON Schema as OpenAPI 3.1 has it, as far as the portal's own document uses it. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  required?: string[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  example?: unknown;
  default?: unknown;
}

/** Values that fit no or any schema: what a program in error, or a person in a hurry, sends. */
const ODD = [
  ...[null, true, false, 0, -1, 1.5, 1e308, -(2 ** 63), 2 ** 53, '', ' ', 'x', '0', '-1', 'null', 'NaN', 'Infinity', '1e999', '٣'],
  ...[
    '2026-02-30',
    '0000-00-00T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '2026-11-28T10:00:00+25:00',
    'a\u0000b',
    '\ud800',
    '\u202e',
    '🐈',
    '%',
    '%00',
    '..',
    '../..',
  ],
  ...[
    "'",
    '"',
    "' OR 1=1 --",
    '{}',
    '[]',
    '<b>',
    '*',
    '(',
    '\\',
    'x'.repeat(300),
    'x'.repeat(5_000),
    [],
    {},
    [[]],
    [null],
    { a: 1 },
    '__proto__',
  ],
];
const DEEPEST = 6;

/** A value for a schema: mostly one that it allows, so that what is behind the form is reached, else an odd one at any depth. */
export function valueFor(schema: Schema, components: Record<string, Schema>, random: Random, depth = 0): unknown {
  if (random.chance(0.07)) return random.pick(ODD);
  if (depth > DEEPEST) return null;
  const inner = (part: Schema) => valueFor(part, components, random, depth + 1);
  if (schema.$ref) return inner(components[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)] ?? {});
  if ('const' in schema) return schema.const;
  if (schema.enum) return random.pick(schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return inner(random.pick(choices));
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(inner));
  if (schema.example !== undefined && random.chance(0.3)) return schema.example;
  const type = Array.isArray(schema.type) ? random.pick(schema.type) : schema.type;
  switch (type) {
    case 'object':
      return objectFor(schema, inner, random);
    case 'array':
      return Array.from({ length: random.int(schema.minItems ?? 0, (schema.minItems ?? 0) + 3) }, () => inner(schema.items ?? {}));
    case 'integer':
    case 'number':
      return numberFor(schema, random);
    case 'boolean':
      return random.chance(0.5);
    case 'string':
      return textFor(schema, random);
    default:
      return random.pick(ODD);
  }
}

function objectFor(schema: Schema, inner: (part: Schema) => unknown, random: Random): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(schema.properties ?? {}))
    if (random.chance(schema.required?.includes(name) ? 0.97 : 0.5)) out[name] = inner(part);
  if (typeof schema.additionalProperties === 'object') out[random.hex(3)] = inner(schema.additionalProperties);
  if (random.chance(0.03)) out[random.hex(4)] = random.pick(ODD);
  return out;
}

function numberFor({ minimum, maximum, type }: Schema, random: Random): number {
  const [low, high] = [Math.max(minimum ?? 0, -1e9), Math.min(maximum ?? 1_000, 1e9)];
  if (random.chance(0.2)) return random.pick([low, high, low - 1, high + 1]);
  const value = low + random.next() * (high - low);
  return type === 'number' ? value : Math.round(value);
}

const DAYS = ['2026-11-01', '2026-11-23', '2026-11-28', '2026-12-01', '2025-03-30', '2024-02-29'];

function textFor({ format, pattern, minLength = 0, maxLength = 40 }: Schema, random: Random): string {
  const day = random.pick(DAYS);
  if (format === 'date-time') return `${day}T${random.pick(['00:00:00Z', '12:30:00+03:00', '23:59:59.999Z'])}`;
  if (format === 'date') return day;
  if (format === 'email') return 'anna@alfa.test';
  if (format === 'uri' || format === 'url') return 'http://127.0.0.1:9/';
  if (format === 'uuid') return `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-8${random.hex(3)}-${random.hex(12)}`;
  if (pattern && random.chance(0.7)) return random.pick(['1', '101', '74951000101', '+79130007703', '12:30', '2026-11', day, 'a1', 'e1']);
  const length = random.chance(0.1)
    ? random.pick([minLength, maxLength, maxLength + 1])
    : random.int(minLength, Math.max(minLength, Math.min(maxLength, 12)));
  return random.chance(0.3)
    ? random.pick(['101', 'e1', '74951000101', 'Europe/Moscow', 'alfa.pbx.test', 'Анна'])
    : random.hex(Math.min(length, 10_000));
}
