import { expect, test } from 'vitest';
import { firstStyles } from './first-styles.ts';

const page = (body: string) => `<style nonce="n">%callscope.styles%</style>${body}`;

test('a style attribute becomes a rule, the same one once', () => {
  expect(firstStyles(page('<i class="a" style="width: 4px;"></i><b style="width: 4px;" title="x>y"/><u style="left:0"></u>'))).toBe(
    '<style nonce="n">[data-s="0"]{width: 4px;}[data-s="1"]{left:0}</style><i class="a" data-s="0"></i><b data-s="0" title="x>y"/><u data-s="1"></u>',
  );
});

test('what people wrote stays what they wrote: text, titles, and no rule of theirs gets in', () => {
  const texts = ['<p>see style="color:red" here</p>', '<p title="a style=&quot;color:red&quot;">x</p>'];
  for (const text of texts) expect(firstStyles(page(text))).toBe(`<style nonce="n"></style>${text}`);
  expect(firstStyles(page('<p style="color:red} body{display:none"></p>'))).toBe('<style nonce="n"></style><p></p>');
  expect(firstStyles(page('<p style="background:url(//evil.test)"></p>'))).not.toContain('evil');
});
