import { authenticate, groupCreated, organizationCreated, userCreated, users } from '@helpmesh/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { adminPassword, ids, startIdentity, type TestIdentity } from './identity.ts';

let desk: TestIdentity | undefined;
afterEach(() => desk?.stop());

const people = (on: TestIdentity) => on.rows('SELECT id, login, active, organization_id FROM users ORDER BY id');
const signIn = (on: TestIdentity, password: string, login = 'admin@example.com') =>
  on.ask(authenticate, { credential: { scheme: 'basic', login, password } });

describe('the seed', () => {
  it('has the rows whose ids API clients know, tells of them, and goes on counting behind them', async () => {
    desk = await startIdentity();
    expect(await people(desk)).toEqual([
      { id: 1, login: '-', active: false, organization_id: null },
      { id: 2, login: 'nicole.braun@zammad.org', active: true, organization_id: 1 },
      { id: 3, login: 'admin@example.com', active: true, organization_id: null },
      { id: 4, login: 'agent1@example.com', active: true, organization_id: null },
    ]);
    expect(await desk.rows('SELECT id, name FROM groups ORDER BY id')).toEqual([
      { id: 1, name: 'Users' },
      { id: 2, name: 'some group1' },
    ]);
    const told = await Promise.all([
      ...[1, 2, 3, 4].map((id) => desk?.bus.hear(userCreated, ({ data }) => data.id === id)),
      ...[1, 2].map((id) => desk?.bus.hear(groupCreated, ({ data }) => data.id === id)),
      desk.bus.hear(organizationCreated, ({ data }) => data.name === 'Zammad Foundation'),
    ]);
    expect(told).toHaveLength(7);
    const body = { email: 'fifth@example.org' };
    expect(await desk.ask(users.create, { params: {}, query: {}, body }, ids.admin)).toMatchObject({ id: 5 });
  });

  it('happens once: neither a second migration nor a changed password touches what is there', async () => {
    desk = await startIdentity();
    const body = { firstname: 'Renamed' };
    await desk.ask(users.update, { params: { id: ids.admin }, query: {}, body }, ids.admin);
    expect(await desk.service.migrate()).toEqual([]);
    const { seed } = await import('../src/application/seed.ts');
    const { DataSource } = await import('typeorm');
    const config = { HELPMESH_SEED: 'zammad', HELPMESH_ADMIN_EMAIL: 'new@example.com' } as const;
    await seed(desk.service.get(DataSource), { ...config, HELPMESH_ADMIN_PASSWORD: 'a different password' });
    await expect(signIn(desk, 'a different password')).rejects.toMatchObject({ kind: 'unauthenticated' });
    await expect(signIn(desk, adminPassword)).resolves.toBeDefined();
    expect(await desk.rows('SELECT firstname FROM users WHERE id = 3')).toEqual([{ firstname: 'Renamed' }]);
  });

  it('can be neutral, with an administrator of one’s own', async () => {
    desk = await startIdentity({ HELPMESH_SEED: 'blank', HELPMESH_ADMIN_EMAIL: 'Root@Desk.example' });
    expect(await people(desk)).toEqual([
      { id: 1, login: '-', active: false, organization_id: null },
      { id: 3, login: 'root@desk.example', active: true, organization_id: null },
    ]);
    expect(await desk.rows('SELECT name FROM groups')).toEqual([{ name: 'Support' }]);
    expect(await desk.rows('SELECT 1 FROM organizations')).toEqual([]);
    const { actor } = await signIn(desk, adminPassword, 'root@desk.example');
    expect(actor.groups).toEqual({ 1: ['full'] });
  });

  it('gives no password when none is set', async () => {
    desk = await startIdentity({ HELPMESH_ADMIN_PASSWORD: '' });
    await expect(signIn(desk, '')).rejects.toMatchObject({ kind: 'unauthenticated' });
    expect(await desk.rows('SELECT password_hash FROM users WHERE id = 3')).toEqual([{ password_hash: null }]);
  });
});
