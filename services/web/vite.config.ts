import { fileURLToPath } from 'node:url';
import { lingui, linguiTransformerBabelPreset } from '@lingui/vite-plugin';
import babel from '@rolldown/plugin-babel';
import react from '@vitejs/plugin-react';
import mantine from 'postcss-preset-mantine';
import { defineConfig, type Plugin } from 'vite';
import { catalogParts } from './scripts/catalog-parts.ts';

const backend = process.env.HELPMESH_PUBLIC_URL ?? 'http://localhost:8080';

/**
 * What is always loaded is one file: as a hundred small ones each was a request, and compressed without the others. The
 * entry stays beside it, for the manifest names the page by it.
 */
const shell = {
  name: 'shell',
  priority: 1,
  tags: ['$initial' as const],
  test: (id: string) => !/\/(?:index\.html|main\.tsx)$/.test(id),
};

const aheadEntry = fileURLToPath(new URL('src/app/ahead-entry.ts', import.meta.url));
/** What runs ahead is a file of its own: it would wait for all of the shell. */
const aheadOfShell = {
  name: 'ahead',
  priority: 2,
  test: /\/(?:app\/ahead(?:-entry)?|features\/tickets\/list-state)\.ts$/,
};

/** It runs while the shell is still fetched and read, and asks what the page asks first. */
const ahead: Plugin = {
  name: 'ahead',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler(_page, { bundle = {} }) {
      const chunks = Object.values(bundle).filter((one) => one.type === 'chunk');
      const file = chunks.find(({ moduleIds }) => moduleIds.includes(aheadEntry))?.fileName;
      if (!file) throw new Error('the build has no script that runs ahead');
      const attrs = { type: 'module', async: true, crossorigin: true, src: `/${file}` };
      return [{ tag: 'script', attrs, injectTo: 'head-prepend' }];
    },
  },
};

export default defineConfig({
  plugins: [
    react(),
    // A build with an untranslated text stops here; `check:catalogs` says the same without a build.
    catalogParts(),
    ahead,
    lingui(),
    babel({ presets: [linguiTransformerBabelPreset()] }),
  ],
  // Mantine's preset gives `light-dark()` and the breakpoint mixins used in *.module.css.
  css: { postcss: { plugins: [mantine()] } },
  build: {
    target: 'es2023',
    sourcemap: false,
    // Fonts stay files: a data: URL would need `font-src data:` in the content security policy.
    assetsInlineLimit: 0,
    // The polyfill would be one more script; every browser that runs es2023 preloads modules itself.
    modulePreload: { polyfill: false },
    manifest: true,
    chunkSizeWarningLimit: 900,
    rolldownOptions: { output: { codeSplitting: { groups: [aheadOfShell, shell] } } },
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: Object.fromEntries(
      // `/oauth/authorize` is a page of this app, what programs ask below `/oauth` is not.
      ['/api', '/auth', '/oauth/token', '/oauth/revoke', '/oauth/introspect', '/.well-known'].map((path) => [
        path,
        { target: backend, changeOrigin: false },
      ]),
    ),
  },
});
