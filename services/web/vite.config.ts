import { lingui, linguiTransformerBabelPreset } from '@lingui/vite-plugin';
import babel from '@rolldown/plugin-babel';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const backend = process.env['HELPMESH_PUBLIC_URL'] ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [react(), lingui({ failOnMissing: true, failOnCompileError: true }), babel({ presets: [linguiTransformerBabelPreset()] })],
  build: {
    target: 'es2023',
    sourcemap: false,
    // Font files stay files: a data: URL would need `font-src data:` in the content security policy.
    assetsInlineLimit: 0,
    // The polyfill is an inline script in some browsers' eyes; every browser we support preloads modules itself.
    modulePreload: { polyfill: false },
    manifest: true,
    chunkSizeWarningLimit: 900,
  },
  server: { port: 5173, proxy: { '/api': { target: backend, changeOrigin: false } } },
});
