import { defineConfig } from 'vitest/config';

// Tests and editors read sources (the `@helpmesh/source` condition); the runtime reads dist.
// `module` is left out: it stands for builds made for bundlers, which Node itself cannot always load.
const conditions = ['@helpmesh/source', 'node', 'development|production'];

export default defineConfig({
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['{libs,services}/*/{src,test}/**/*.test.ts', 'deploy/src/**/*.test.ts', 'tests/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'tests/fault/full/**', 'tests/peers/**'],
    globalSetup: ['libs/testing/src/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: { provider: 'v8', include: ['services/*/src/**', 'libs/*/src/**'] },
  },
});
