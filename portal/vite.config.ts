import { createHash } from 'node:crypto';
import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

/** Style attributes that libraries carry in their templates: SvelteKit's announcer, an item of bits-ui's list. Just these may be. */
const FIXED_STYLES = [
  'position: absolute; left: 0; top: 0; clip: rect(0 0 0 0); clip-path: inset(50%); overflow: hidden; white-space: nowrap; width: 1px; height: 1px',
  'display: contents;',
];
const hashOf = (style: string): `sha256-${string}` => `sha256-${createHash('sha256').update(style).digest('base64')}`;

export default defineConfig({
  plugins: [
    tailwindcss(),
    sveltekit({
      adapter: adapter({ out: 'build' }),
      csp: {
        mode: 'auto',
        directives: {
          'default-src': ['self'],
          'img-src': ['self', 'data:'],
          // positions and widths that the server wrote as attributes: src/first-styles.ts
          'style-src': ['self'],
          'style-src-attr': ['unsafe-hashes', ...FIXED_STYLES.map(hashOf)],
          'script-src': ['self'],
          'connect-src': ['self'],
          'object-src': ['none'],
          'worker-src': ['self'],
          'frame-ancestors': ['none'],
          'base-uri': ['self'],
          'form-action': ['self'],
        },
      },
      compilerOptions: { runes: true },
    }),
  ],
  // the portal's own process and its pages share our modules as Node loads them: deps.ts holds what both work with
  environments: { ssr: { build: { rolldownOptions: { external: [/^@callscope\//] } } } },
});
