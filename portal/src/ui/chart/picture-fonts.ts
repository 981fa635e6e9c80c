/**
 * The page's own fonts as far as a picture's words need them, as rules with the bytes in them: a picture is shown where there is no
 * page to ask. '' where a font cannot be had: the words are then in one of the viewer's.
 */
export async function fontsOf(root: SVGElement): Promise<string> {
  const texts = [...root.querySelectorAll('text')];
  const letters = new Set(texts.flatMap((text) => [...(text.textContent ?? '')].map((letter) => letter.codePointAt(0) ?? 0)));
  const families = new Set(texts.map((text) => firstOf(text.getAttribute('font-family') ?? '')));
  const needed = rules().filter(({ style }) => {
    const ranges = style.getPropertyValue('unicode-range');
    return families.has(firstOf(style.getPropertyValue('font-family'))) && isNeeded(ranges, letters);
  });
  const written = await Promise.all(needed.map((rule) => written64(rule).catch(() => '')));
  return written.join('');
}

function rules(): CSSFontFaceRule[] {
  return [...document.styleSheets].flatMap((sheet) => inSheet(sheet.cssRules));
}

function inSheet(of: CSSRuleList): CSSFontFaceRule[] {
  return [...of].flatMap((rule) => {
    if (rule instanceof CSSFontFaceRule) return [rule];
    return rule instanceof CSSGroupingRule ? inSheet(rule.cssRules) : [];
  });
}

const firstOf = (families: string): string => (families.split(',')[0] ?? '').trim().replace(/^["']|["']$/g, '');

/** @param ranges U+0-FF, U+2000-206F */
function isNeeded(ranges: string, letters: ReadonlySet<number>): boolean {
  if (ranges === '') return true;
  return [...ranges.matchAll(/U\+([0-9a-f]+)(?:-([0-9a-f]+))?/gi)].some(([, from = '0', to = from]) => {
    const [first, last] = [Number.parseInt(from, 16), Number.parseInt(to, 16)];
    return [...letters].some((letter) => letter >= first && letter <= last);
  });
}

async function written64({ style, parentStyleSheet }: CSSFontFaceRule): Promise<string> {
  const [, path = ''] = /url\(["']?([^"')]+)/.exec(style.getPropertyValue('src')) ?? [];
  const bytes = new Uint8Array(await (await fetch(new URL(path, parentStyleSheet?.href ?? location.href))).arrayBuffer());
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  const said = ['font-family', 'font-weight', 'unicode-range'].map((name) => `${name}:${style.getPropertyValue(name)};`);
  return `@font-face{${said.join('')}src:url(data:font/woff2;base64,${btoa(text)})}`;
}
