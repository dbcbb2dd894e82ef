import { afterAll, beforeAll } from 'vitest';
import { articles } from './articles.ts';
import { authentication } from './authentication.ts';
import { compatibility } from './compatibility.ts';
import { errors } from './errors.ts';
import { machines } from './machines.ts';
import { people } from './people.ts';
import { reading } from './reading.ts';
import { smallObjects } from './small-objects.ts';
import { tickets } from './tickets.ts';
import { World } from './world.ts';

/**
 * The REST API as the clients that there are know it. Each test bears the number of the row that it stands for: section,
 * and place in the table of that section of the contract.
 */
let world: World;
beforeAll(async () => {
  world = await World.make();
}, 120_000);
afterAll(() => world?.test.platform.stop());

for (const section of [
  authentication,
  errors,
  reading,
  tickets,
  articles,
  people,
  smallObjects,
  machines,
  compatibility,
]) {
  section(() => world);
}
