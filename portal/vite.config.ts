import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

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
          // positions of floating parts and widths of bars are inline styles
          'style-src': ['self', 'unsafe-inline'],
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
