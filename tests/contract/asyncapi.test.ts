import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import { messages } from '@helpmesh/contracts';
import { expect, it } from 'vitest';

it('the AsyncAPI document is valid and names every event and command', async () => {
  const source = readFileSync(new URL('../../docs/api/asyncapi.json', import.meta.url), 'utf8');
  const { document, diagnostics } = await new Parser().parse(source);
  expect(diagnostics.filter(({ severity }) => severity === 0)).toEqual([]);
  const addresses = document
    ?.channels()
    .all()
    .map((channel) => channel.address());
  expect(addresses?.toSorted()).toEqual(messages.map(({ type }) => type).toSorted());
});
