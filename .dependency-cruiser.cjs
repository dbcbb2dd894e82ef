/** The rings of docs/architecture.md as rules: what may know what. `npm run check` runs them. */
const outsideDomain = ['^services/[^/]+/src/domain/', '^libs/kernel/', '^libs/contracts/', 'temporal-polyfill'];

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Two modules that need each other are one module, or hide a third.',
      from: { pathNot: '^services/web/' },
      to: { circular: true },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      comment: 'Rules must run without a framework, a clock or a wire.',
      from: { path: '^services/[^/]+/src/domain/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: outsideDomain },
    },
    {
      name: 'application-sees-inward',
      severity: 'error',
      comment: 'A use case names ports and rules; the wires come to it.',
      from: { path: '^services/[^/]+/src/application/', pathNot: '\\.test\\.ts$' },
      to: { path: '^services/[^/]+/src/(bus|http|mail|peer)/' },
    },
    {
      name: 'outer-rings-are-strangers',
      severity: 'error',
      comment: 'persistence, bus, http, mail and peer meet in the application ring only.',
      from: { path: '^services/([^/]+)/src/(persistence|bus|http|mail|peer)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^services/$1/src/(persistence|bus|http|mail|peer)/', pathNot: '^services/$1/src/$2/' },
    },
    {
      name: 'services-are-strangers',
      severity: 'error',
      comment: 'Talk over the bus or HTTP, by contract.',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/([^/]+)/', pathNot: '^services/$1/' },
    },
    {
      name: 'libs-know-no-service',
      severity: 'error',
      comment: 'A library that knows its user is part of it.',
      from: { path: '^libs/' },
      to: { path: '^services/' },
    },
    {
      name: 'kernel-imports-nothing',
      severity: 'error',
      comment: 'Everything stands on the kernel.',
      from: { path: '^libs/kernel/src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^libs/', pathNot: '^libs/kernel/' },
    },
    {
      name: 'contracts-stand-on-the-kernel',
      severity: 'error',
      comment: 'A promise must not depend on how it is kept.',
      from: { path: '^libs/contracts/src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^libs/', pathNot: '^libs/(contracts|kernel)/' },
    },
    {
      name: 'bus-and-tables-know-no-service-kit',
      severity: 'error',
      comment: 'The kit wires the libraries, not the reverse.',
      from: { path: '^libs/(messaging|persistence|telemetry|blob)/src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^libs/(service-kit|testing)/' },
    },
    {
      name: 'testing-stays-in-tests',
      severity: 'error',
      comment: 'What only tests need must not reach a running system.',
      from: { path: '^(services|libs)/', pathNot: '(\\.test\\.ts$|/test/|^libs/testing/|/testing\\.ts$)' },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'only-the-bus-publishes',
      severity: 'error',
      comment: 'Events leave through the outbox; only the library and the live view of the gateway talk to the broker.',
      from: { path: '^services/', pathNot: '(^services/gateway/|\\.test\\.ts$|/test/)' },
      to: { path: '@nats-io/' },
    },
    {
      name: 'only-the-queue-sends-mail',
      severity: 'error',
      comment: 'A mail that is not in the queue can be lost.',
      from: { path: '^(services|libs)/', pathNot: '(^services/notification/|^libs/testing/|\\.test\\.ts$|/test/)' },
      to: { path: 'node_modules/nodemailer' },
    },
    {
      name: 'through-the-door',
      severity: 'error',
      comment: 'A library is used through the names its door lists.',
      from: { path: '^(services|tests|deploy)/' },
      to: { path: '^libs/[^/]+/(src|dist)/(?!index\\.|start\\.|testing\\.)', pathNot: '\\.gen\\.' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(/dist/|\\.gen\\.ts$)' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@helpmesh/source', 'import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
};
