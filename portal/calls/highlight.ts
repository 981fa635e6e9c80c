/** A piece of a line of SIP: what it is decides how it looks. */
export interface Token {
  kind: 'strong' | 'name' | 'uri' | 'number' | 'hidden' | 'plain';
  text: string;
}

/** A line of a message as it is shown; its tokens put together are the line. */
export interface Line {
  kind: 'start' | 'header' | 'body' | 'blank';
  tokens: Token[];
}

/** Longer lines are shown plain: nobody reads them, and patterns over them cost. */
const LONGEST = 2_000;
const URI = /(?:sips?|tel):[^\s<>;,"]+/g;
const PARTS = /(?<uri>(?:sips?|tel):[^\s<>;,"?]+)|(?<hidden>•••|x{8,})|(?<number>\b\d+(?:\.\d+)*\b)/g;
/** Lines of SDP that say where sound goes and how (RFC 8866, 5.7 and 5.14). */
const SOUND = /^[cm]=/;

/** A message by lines: start line, headers, body (RFC 3261, 7). What it cannot read is plain; the text stays as it is. */
export function highlight(text: string): Line[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const end = lines.indexOf('');
  return lines.map((line, i): Line => {
    if (line === '') return { kind: 'blank', tokens: [] };
    if (line.length > LONGEST) return { kind: i < end || end < 0 ? 'header' : 'body', tokens: [{ kind: 'plain', text: line }] };
    if (i === 0) return { kind: 'start', tokens: startTokens(line) };
    if (end >= 0 && i > end) return { kind: 'body', tokens: bodyTokens(line) };
    const colon = line.indexOf(':');
    if (colon < 1 || /^\s/.test(line)) return { kind: 'header', tokens: valueTokens(line) };
    return { kind: 'header', tokens: [{ kind: 'name', text: line.slice(0, colon + 1) }, ...valueTokens(line.slice(colon + 1))] };
  });
}

function startTokens(line: string): Token[] {
  const answer = /^(SIP\/2\.0 )(.*)$/.exec(line);
  if (answer)
    return [
      { kind: 'plain', text: answer[1] ?? '' },
      { kind: 'strong', text: answer[2] ?? '' },
    ];
  const space = line.indexOf(' ');
  if (space < 0) return [{ kind: 'plain', text: line }];
  return [{ kind: 'strong', text: line.slice(0, space) }, ...pieces(line.slice(space), URI, () => 'uri')];
}

function bodyTokens(line: string): Token[] {
  const [head] = /^[a-z]=/.exec(line) ?? [];
  if (head === undefined) return valueTokens(line);
  return [
    { kind: 'name', text: head },
    ...(SOUND.test(line) ? [{ kind: 'strong' as const, text: line.slice(2) }] : valueTokens(line.slice(2))),
  ];
}

const valueTokens = (value: string): Token[] =>
  pieces(value, PARTS, ({ groups }) => (groups?.uri !== undefined ? 'uri' : groups?.hidden !== undefined ? 'hidden' : 'number'));

function pieces(text: string, pattern: RegExp, kindOf: (found: RegExpMatchArray) => Token['kind']): Token[] {
  const out: Token[] = [];
  let at = 0;
  for (const found of text.matchAll(pattern)) {
    if (found.index > at) out.push({ kind: 'plain', text: text.slice(at, found.index) });
    out.push({ kind: kindOf(found), text: found[0] });
    at = found.index + found[0].length;
  }
  if (at < text.length) out.push({ kind: 'plain', text: text.slice(at) });
  return out;
}
