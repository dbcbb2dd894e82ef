import type { TestProject } from 'vitest/node';
import { startInfra } from './infra-start.ts';

/** Vitest's global setup: real servers once per run, their addresses provided to every worker. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = Date.now();
  const { addresses, stop } = await startInfra();
  const redis = addresses.redisUrl ? 'Redis' : `no Redis (${addresses.redisMissing})`;
  process.stdout.write(`[infra] ${addresses.mode}: PostgreSQL, NATS, ${redis}; ready in ${Date.now() - started} ms\n`);
  project.provide('infra', addresses);
  return stop;
}
