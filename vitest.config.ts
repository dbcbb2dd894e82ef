import { totalmem } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import LongestFirst from './deploy/src/test-run/longest-first.ts';

const GiB = 1024 ** 3;

// Tests and editors read sources (the `@helpmesh/source` condition); the runtime reads dist.
// Without `module`: it stands for builds made for bundlers, which Node itself cannot always load (@aws-sdk).
const conditions = ['@helpmesh/source', 'node', 'development|production'];

/**
 * `helpmesh test --faults` and `--peers` choose another set than the usual one; faults then run at full size, and with
 * them those that only run so.
 */
const suite = process.env.HELPMESH_TEST_SUITE ?? 'usual';
const wholePlatform = { faults: ['tests/fault/**/*.test.ts'], peers: ['tests/peers/**/*.test.ts'] }[suite] ?? [
  'tests/{e2e,fault,peers,load}/**/!(*.full).test.ts',
  'tests/contract/rest-v1/*.test.ts',
];
const parts = [
  '{libs,services}/*/{src,test}/**/*.test.ts',
  'services/web/scripts/**/*.test.ts',
  'deploy/{src,tools}/**/*.test.ts',
  'tests/contract/*.test.ts',
];
const onServers = ['**/*.{int,svc}.test.ts'];
/**
 * Services whose files can share a process: to load one with all it stands on takes two seconds of CPU, and these have
 * most of the files. The others watch or replace what a process has once.
 */
const sharing = ['services/{identity,ticket}/{src,test}/**/*.{int,svc}.test.ts'];
const replacing = 'services/identity/test/equal-work.svc.test.ts';
const alone = [
  'services/!(identity|ticket)/{src,test}/**/*.{int,svc}.test.ts',
  '{libs/*/{src,test},deploy/{src,tools}}/**/*.{int,svc}.test.ts',
  replacing,
];

export default defineConfig({
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    globalSetup: ['libs/testing/src/global-setup.ts'],
    pool: 'forks',
    // Services under test say what went wrong, not what they do.
    env: { LOG_LEVEL: process.env.LOG_LEVEL ?? 'error' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    sequence: { sequencer: LongestFirst },
    coverage: { provider: 'v8', include: ['services/*/src/**', 'libs/*/src/**'] },
    projects: [
      {
        // Values in, values out: they share a process, for most of their time went into loading the same modules.
        extends: true,
        test: {
          name: 'rules',
          include: suite === 'usual' ? parts : [],
          exclude: [...configDefaults.exclude, ...onServers],
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'services',
          include: suite === 'usual' ? sharing : [],
          exclude: [...configDefaults.exclude, replacing],
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'parts',
          include: suite === 'usual' ? alone : [],
          // Many of them wait: for leases to end, for what was cut to come back.
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
      {
        // A whole platform is a dozen processes: after everything else. A second file beside it fills the pauses that
        // each makes for its browser, where both find room. The long forms of the faults stay alone.
        extends: true,
        test: {
          name: 'whole',
          include: wholePlatform,
          globalSetup: ['tests/e2e/fresh-home.ts'],
          maxWorkers: suite === 'usual' && totalmem() > 6 * GiB ? 2 : 1,
          // Two of them share the machine: what takes 15 s alone takes 30. This only ends what hangs.
          testTimeout: 60_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
