import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migratePlatform } from '@helpmesh/deploy/local';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Home of a platform as it is before anything happened: migrated, seeded and stopped. */
    freshHome: string | undefined;
  }
}

/** Vitest's global setup of the whole-system tests: making a database with its schema takes longer than copying it. */
export async function setup(project: TestProject): Promise<() => void> {
  // A killed run leaves it behind; the next one knows it by this name and removes it.
  const home = mkdtempSync(path.join(tmpdir(), `helpmesh-test-${process.pid}-home-`));
  chmodSync(home, 0o755); // PostgreSQL runs as another user when we are root
  await migratePlatform({ home, ports: 'private' });
  const there = existsSync(path.join(home, 'postgres')); // else its user could not reach this folder
  project.provide('freshHome', there ? home : undefined);
  return () => rmSync(home, { recursive: true, force: true });
}
