import type { EndpointDefinition } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import { expect, it } from 'vitest';
import { Configuration } from './configuration.ts';

const categories = Array.from({ length: 60 }, (_, i) => ({
  ...{ id: i + 1, parent_id: null, internal: false, has_permissions: true },
  translations: [{ locale: 'en', title: `Category ${i + 1}` }],
}));

it('a file of a large knowledge base asks for the access to a few categories at once, and for that to each', async () => {
  const asked = new Set<number>();
  let now = 0;
  let most = 0;
  const answer = async ({ path }: EndpointDefinition, id: number) => {
    if (path.endsWith('/init')) {
      return { KnowledgeBaseCategory: Object.fromEntries(categories.map((one) => [one.id, one])) };
    }
    if (!path.endsWith('/categories/:id/permissions')) throw new AppError('forbidden', 'auth.forbidden', 'Not allowed');
    most = Math.max(most, ++now);
    await new Promise(setImmediate);
    now--;
    asked.add(id);
    const access = id % 2 ? 'reader' : 'editor';
    return { permissions: [{ role_id: 2, access }], roles_reader: [{ id: 2 }], roles_editor: [] };
  };
  const call = (endpoint: EndpointDefinition, { params }: { params: { id?: string } }) =>
    answer(endpoint, Number(params.id));
  const rpc = { call } as unknown as Pick<RpcClient, 'call'>;
  const { knowledge_base_category_permissions: rows } = await new Configuration(rpc, {} as never).read();
  expect(asked.size).toBe(60);
  expect(rows).toHaveLength(60);
  expect(rows).toContainEqual({ name: 'Category 59', permissions: { 2: 'reader' } });
  expect(rows).toContainEqual({ name: 'Category 60', permissions: { 2: 'editor' } });
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(8);
});
