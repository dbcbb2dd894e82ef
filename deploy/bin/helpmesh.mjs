#!/usr/bin/env node
// Plain JavaScript that old runtimes can parse: the rest is TypeScript, which Node runs by itself since 24.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `helpmesh needs Node 24 and this is ${process.versions.node}; run it through npm (npm run up, npx helpmesh), which uses the Node of the workspace, or install Node 24.\n`,
  );
  process.exit(1);
}
await import('../src/cli.ts');
