import { globSync, readFileSync } from 'node:fs';
import { consumed, messages, serviceNames } from '@helpmesh/contracts';
import { expect, it } from 'vitest';

const contracts: Record<string, unknown> = await import('@helpmesh/contracts');

/** Types of the messages that a service's code has handlers for. */
function handled(service: string): string[] {
  const types = globSync(`services/${service}/src/**/*.ts`).flatMap((file) => {
    const decorators = readFileSync(file, 'utf8').matchAll(/@Consumes(?:Batch|Prepared)?\(([^)]*)\)/g);
    return [...decorators].flatMap(([, names = '']) => names.split(',').map((name) => name.trim()));
  });
  return types
    .filter((name) => name !== '')
    .map((name) => messages.find((one) => one === contracts[name])?.type ?? name);
}

it.each(serviceNames)('%s has a handler for exactly what the catalogue says it consumes', (service) => {
  // The broker lets a service read what the catalogue names: more would be a right it does not need, less a refusal.
  expect(new Set(handled(service))).toEqual(new Set(consumed[service].map(({ type }) => type)));
});
