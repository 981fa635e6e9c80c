/** A tag as Svelte writes it: attributes in double quotes, `"` and `<` in them escaped. */
const TAG = /<[a-z][\w-]*(?:\s+[^\s"'=<>/]+(?:="[^"]*")?)*\s*\/?>/g;
const STYLE = /\sstyle="([^"]*)"/;
const ENTITIES: Record<string, string> = { '&quot;': '"', '&amp;': '&', '&lt;': '<' };

/**
 * Style attributes of the first HTML, as rules of the page's one style element, since our policy lets no attribute style
 * anything. Until scripts run the page looks by them; then Svelte sets each style by script, which the policy allows, and
 * the element goes (routes/+layout.svelte).
 * @param html with `%callscope.styles%` once
 */
export function firstStyles(html: string): string {
  const rules = new Map<string, number>();
  const moved = html.replace(TAG, (tag) =>
    tag.replace(STYLE, (_, escaped: string) => {
      const style = escaped.replace(/&(quot|amp|lt);/g, (entity) => ENTITIES[entity] ?? '');
      // a declaration needs none of these; one that has them would be more than a declaration
      if (style.trim() === '' || /[{}<>@\\]|\/\*|url\(/i.test(style)) return '';
      const n = rules.get(style) ?? rules.size;
      rules.set(style, n);
      return ` data-s="${n}"`;
    }),
  );
  return moved.replace('%callscope.styles%', () => [...rules].map(([style, n]) => `[data-s="${n}"]{${style}}`).join(''));
}
