import {
  groups,
  ObjectHistory as HistorySchema,
  type ObjectHistory,
  organizations,
  roles,
  users,
} from '@helpmesh/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ids, startIdentity, type TestIdentity } from './identity.ts';

let desk: TestIdentity;
beforeAll(async () => {
  desk = await startIdentity();
});
afterAll(() => desk?.stop());

type Crud = typeof users | typeof organizations | typeof groups | typeof roles;
type Json = Record<string, unknown> & { id: number };

const input = (body: object | undefined = undefined, params = {}) => ({ params, query: {}, body }) as never;
const create = (crud: Crud, body: object, who = ids.admin as number): Promise<Json> =>
  desk.ask(crud.create, input(body), who);
const update = (crud: Crud, id: number, body: object, who = ids.admin as number): Promise<Json> =>
  desk.ask(crud.update, input(body, { id }), who);
const remove = (crud: Crud, id: number) => desk.ask(crud.delete, input(undefined, { id }), ids.admin);
const historyOf = (crud: Crud, id: number, who = ids.admin as number): Promise<ObjectHistory> =>
  desk.ask(crud.history, input(undefined, { id }), who);

/** Without what each line repeats. */
const lines = ({ history }: ObjectHistory) =>
  history.map(({ id: _, object: __, o_id: ___, created_at: ____, ...line }) => line);
const by = (created_by_id: number) => ({ created_by_id });

describe('the history of a user', () => {
  it('tells each change, who made it and when, with names beside ids', async () => {
    const { id } = await create(users, { email: 'told@example.org', firstname: 'Ada' }, ids.agent);
    const begun = new Date(desk.clock.now()).toISOString();
    desk.clock.advance(60_000);
    await update(users, id, { firstname: 'Adele', phone: '1', organization: 'Zammad Foundation' }, ids.agent);
    await update(users, id, { roles: ['Agent'], groups: { Users: ['read', 'full'] }, note: '', firstname: 'Adele' });
    await update(users, id, { groups: { Users: 'full' }, organization_id: null, active: false });

    const answer = await historyOf(users, id, ids.agent);
    expect(HistorySchema.safeParse(answer).error).toBeUndefined();
    expect(lines(answer)).toEqual([
      { type: 'created', ...by(ids.agent) },
      { type: 'updated', attribute: 'firstname', value_from: 'Ada', value_to: 'Adele', ...by(ids.agent) },
      { type: 'updated', attribute: 'phone', value_to: '1', ...by(ids.agent) },
      { type: 'updated', attribute: 'organization', value_to: 'Zammad Foundation', id_to: 1, ...by(ids.agent) },
      { type: 'removed', attribute: 'roles', value_from: 'Customer', id_from: 3, ...by(ids.admin) },
      { type: 'added', attribute: 'roles', value_to: 'Agent', id_to: 2, ...by(ids.admin) },
      { type: 'added', attribute: 'groups', value_to: 'Users: read', id_to: 1, ...by(ids.admin) },
      { type: 'added', attribute: 'groups', value_to: 'Users: full', id_to: 1, ...by(ids.admin) },
      { type: 'updated', attribute: 'active', value_from: 'true', value_to: 'false', ...by(ids.admin) },
      { type: 'updated', attribute: 'organization', value_from: 'Zammad Foundation', id_from: 1, ...by(ids.admin) },
      { type: 'removed', attribute: 'groups', value_from: 'Users: read', id_from: 1, ...by(ids.admin) },
    ]);
    expect(answer.history.map(({ object, o_id }) => [object, o_id])).toEqual(answer.history.map(() => ['User', id]));
    expect(new Set(answer.history.map(({ id: entry }) => entry)).size).toBe(answer.history.length);
    expect(answer.history[0]?.created_at).toBe(begun);
    expect(answer.history[1]?.created_at).toBe(new Date(desk.clock.now()).toISOString());
    expect(answer.assets).toMatchObject({ User: { [id]: { firstname: 'Adele' }, [ids.agent]: { id: ids.agent } } });
  });

  it('keeps nothing of passwords and preferences, and nothing when nothing changed', async () => {
    const { id } = await create(users, { email: 'silent@example.org', firstname: 'S' });
    await update(users, id, { password: 'a very long password', preferences: { locale: 'de' } });
    await update(users, id, { firstname: 'S' });
    expect(lines(await historyOf(users, id))).toEqual([{ type: 'created', ...by(ids.admin) }]);
    await expect(update(users, id, { firstname: 'T', roles: ['nobody'] })).rejects.toMatchObject({ kind: 'invalid' });
    expect(lines(await historyOf(users, id))).toHaveLength(1);
  });

  it('tells of the organization that took somebody in', async () => {
    const { id } = await create(users, { email: 'member@example.org' });
    const made = await create(organizations, { name: 'Takers', member_ids: [id] }, ids.agent);
    await update(organizations, made.id, { member_ids: [], secondary_members: ['member@example.org'] });
    expect(lines(await historyOf(users, id)).slice(1)).toEqual([
      { type: 'updated', attribute: 'organization', value_to: 'Takers', id_to: made.id, ...by(ids.agent) },
      { type: 'updated', attribute: 'organization', value_from: 'Takers', id_from: made.id, ...by(ids.admin) },
      { type: 'added', attribute: 'organizations', value_to: 'Takers', id_to: made.id, ...by(ids.admin) },
    ]);
    expect(await desk.rows('SELECT updated_by_id FROM users WHERE id = $1', [id])).toEqual([
      { updated_by_id: ids.admin },
    ]);
  });

  it('goes with the user, of whom nothing stays', async () => {
    const { id } = await create(users, { email: 'gone@example.org', firstname: 'G' });
    await update(users, id, { firstname: 'Secret' });
    await remove(users, id);
    expect(await desk.rows("SELECT 1 FROM history WHERE object = 'User' AND o_id = $1", [id])).toEqual([]);
    await expect(historyOf(users, id)).rejects.toMatchObject({
      kind: 'not-found',
      detail: `Couldn't find User with 'id'=${id}`,
    });
  });

  it('keeps those whom it names', async () => {
    const author = await create(users, { email: 'author@example.org', roles: ['Agent'] });
    const { id } = await create(users, { email: 'written@example.org' });
    await update(users, id, { phone: '1' }, author.id);
    await update(users, id, { phone: '2' });
    await expect(remove(users, author.id)).rejects.toMatchObject({ detail: "Can't delete, object has references." });
    await remove(users, id);
    expect(await remove(users, author.id)).toEqual({});
  });
});

it('the history of an organization', async () => {
  const { id } = await create(organizations, { name: 'History' }, ids.agent);
  await update(organizations, id, { name: 'Past', domain: 'past.example', domain_assignment: true, shared: false });
  expect(lines(await historyOf(organizations, id, ids.agent))).toEqual([
    { type: 'created', ...by(ids.agent) },
    { type: 'updated', attribute: 'name', value_from: 'History', value_to: 'Past', ...by(ids.admin) },
    { type: 'updated', attribute: 'shared', value_from: 'true', value_to: 'false', ...by(ids.admin) },
    { type: 'updated', attribute: 'domain', value_to: 'past.example', ...by(ids.admin) },
    { type: 'updated', attribute: 'domain_assignment', value_from: 'false', value_to: 'true', ...by(ids.admin) },
  ]);
  await remove(organizations, id);
  expect(await desk.rows("SELECT 1 FROM history WHERE object = 'Organization'")).toEqual([]);
});

it('the history of a group, and of those that it takes along', async () => {
  const { id } = await create(groups, { name: 'Old' });
  const below = await create(groups, { name: 'Old::Below' });
  await update(groups, id, { name: 'some group1::New', follow_up_possible: 'new_ticket' });
  expect(lines(await historyOf(groups, id)).slice(1)).toEqual([
    { type: 'updated', attribute: 'name', value_from: 'Old', value_to: 'some group1::New', ...by(ids.admin) },
    { type: 'updated', attribute: 'follow_up_possible', value_from: 'yes', value_to: 'new_ticket', ...by(ids.admin) },
    { type: 'updated', attribute: 'parent', value_to: 'some group1', id_to: 2, ...by(ids.admin) },
  ]);
  expect(lines(await historyOf(groups, below.id)).slice(1)).toEqual([
    {
      ...{ type: 'updated', attribute: 'name', value_from: 'Old::Below', value_to: 'some group1::New::Below' },
      ...by(ids.admin),
    },
  ]);
});

it('the history of a role', async () => {
  const { id } = await create(roles, { name: 'Told', permissions: ['report'] });
  await update(roles, id, { permissions: ['ticket.agent'], groups: { Users: 'read' }, note: 'n' });
  expect(lines(await historyOf(roles, id)).slice(1)).toEqual([
    { type: 'updated', attribute: 'note', value_to: 'n', ...by(ids.admin) },
    { type: 'removed', attribute: 'permissions', value_from: 'report', ...by(ids.admin) },
    { type: 'added', attribute: 'permissions', value_to: 'ticket.agent', ...by(ids.admin) },
    { type: 'added', attribute: 'groups', value_to: 'Users: read', id_to: 1, ...by(ids.admin) },
  ]);
});

it.each([
  ['users', users, [ids.agent, ids.admin]],
  ['organizations', organizations, [ids.agent, ids.admin]],
  ['groups', groups, [ids.admin]],
  ['roles', roles, [ids.admin]],
] as const)(
  'the history of %s is for those who look after them, and others learn nothing',
  async (_what, crud, readers) => {
    for (const who of [ids.nicole, ids.agent, ids.admin]) {
      for (const id of [1, 999_999]) {
        const answer = historyOf(crud, id, who);
        if (!(readers as readonly number[]).includes(who)) {
          await expect(answer).rejects.toMatchObject({ kind: 'forbidden', detail: 'Not authorized' });
        } else if (id === 1) await expect(answer).resolves.toMatchObject({ history: [{ type: 'created' }] });
        else await expect(answer).rejects.toMatchObject({ kind: 'not-found' });
      }
    }
  },
);
