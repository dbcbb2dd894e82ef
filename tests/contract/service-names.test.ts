import { serviceNames } from '@helpmesh/contracts';
import { serviceNames as startOrder } from '@helpmesh/deploy/local';
import { expect, it } from 'vitest';

it('the launcher starts exactly the services that the contracts know', () => {
  expect(startOrder.toSorted()).toEqual(serviceNames.toSorted());
});
