import {
  authenticate,
  brandings,
  communities,
  communityGroups,
  createToken,
  currentUser,
  emailAddresses,
  groups,
  roles,
  sendMail,
  signatures,
  users,
} from '@helpmesh/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ids, startIdentity, type TestIdentity } from './identity.ts';

type Body = Record<string, unknown>;
type Json = Body & { id: number };

let desk: TestIdentity;
/** Groups of the community, one of nobody and one of another community; the role of its agents. */
let own: Json;
let second: Json;
let elsewhere: Json;
let rival: Json;
let role: Json;
let community: Json;
/** Whoever administers it: a customer otherwise. */
let delegate: number;

const crud = (
  what: typeof groups | typeof users | typeof roles | typeof emailAddresses | typeof signatures | typeof brandings,
) => ({
  create: (body: Body, who = ids.admin as number): Promise<Json> =>
    desk.ask(what.create, { params: {}, query: {}, body } as never, who) as never,
  update: (id: number, body: Body, who = ids.admin as number): Promise<Json> =>
    desk.ask(what.update, { params: { id }, query: {}, body } as never, who) as never,
  get: (id: number, who = ids.admin as number): Promise<Json> =>
    desk.ask(what.get, { params: { id }, query: {} } as never, who) as never,
  list: (who = ids.admin as number): Promise<Json[]> =>
    desk.ask(what.list, { params: {}, query: {} } as never, who) as never,
  delete: (id: number, who = ids.admin as number) => desk.ask(what.delete, { params: { id }, query: {} } as never, who),
});
const add = (body: Body, who = ids.admin as number) =>
  desk.ask(communities.create, { params: {}, query: {}, body } as never, who);
const change = (id: number, body: Body, who = ids.admin as number) =>
  desk.ask(communities.update, { params: { id }, query: {}, body } as never, who);
const agents = (who = delegate, id = community.id) => desk.ask(communities.agents, { params: { id }, query: {} }, who);
const setAgent = (body: Body, who = delegate, id = community.id) =>
  desk.ask(communities.setAgent, { params: { id }, query: {}, body } as never, who);
let made = 0;
const person = (over: Body = {}) =>
  crud(users).create({ firstname: 'P', lastname: `${++made}`, email: `p${made}@people.example`, ...over });

const forbidden = { kind: 'forbidden' };
const gone = { kind: 'not-found' };

beforeAll(async () => {
  desk = await startIdentity();
  own = await crud(groups).create({ name: 'Bio' });
  second = await crud(groups).create({ name: 'Bio Lab' });
  elsewhere = await crud(groups).create({ name: 'Desk' });
  rival = await crud(groups).create({ name: 'Physics' });
  role = await crud(roles).create({ name: 'Bio agents', permissions: ['ticket.agent'], group_ids: {} });
  delegate = (await person({ role_ids: [3] })).id;
  community = (await add({
    name: 'Bio',
    group_ids: [own.id, second.id],
    administrator_ids: [delegate],
    agent_role_id: role.id,
    mail_domains: ['Bio.example', '@bio.example'],
  })) as unknown as Json;
  await add({ name: 'Physics', group_ids: [rival.id], administrator_ids: [ids.agent] });
});
afterAll(() => desk?.stop());

describe('a community', () => {
  it('has groups that no other one has, and people who administer it', async () => {
    expect(community).toMatchObject({ mail_domains: ['bio.example'], active: true, administrator_ids: [delegate] });
    await expect(add({ name: 'Chemistry', group_ids: [own.id] })).rejects.toMatchObject({
      code: 'identity.group-of-community',
    });
    await expect(add({ name: 'bio' })).rejects.toMatchObject({ code: 'identity.exists' });
    await expect(add({ name: 'X', administrator_ids: [99_999] })).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('is told to other services with its groups while it is active', async () => {
    const told = async () => (await desk.ask(communityGroups, {}, ids.admin)).communities.map(({ name }) => name);
    expect((await desk.ask(communityGroups, {}, ids.admin)).communities[0]).toEqual({
      ...{ id: community.id, name: 'Bio', groupIds: [own.id, second.id] },
    });
    expect(await told()).toEqual(['Bio', 'Physics']);
    await change(community.id, { active: false });
    expect(await told()).toEqual(['Physics']);
    await change(community.id, { active: true });
  });

  it('is made by administrators of everything, and of nothing less', async () => {
    const half = await crud(roles).create({ name: 'Half', permissions: ['admin.user', 'admin.group'] });
    const { id } = await person({ role_ids: [half.id] });
    await expect(add({ name: 'X' }, id)).rejects.toMatchObject(forbidden);
    await expect(add({ name: 'X' }, delegate)).rejects.toMatchObject(forbidden);
    await expect(change(community.id, { administrator_ids: [delegate, id] }, delegate)).rejects.toMatchObject(
      forbidden,
    );
  });

  it('makes agents by a role that gives no more than that', async () => {
    const wide = await crud(roles).create({ name: 'Wide', permissions: ['ticket.agent', 'admin.tag'] });
    const far = await crud(roles).create({
      ...{ name: 'Far', permissions: ['ticket.agent'], group_ids: { [elsewhere.id]: ['full'] } },
    });
    for (const { id } of [wide, far]) {
      await expect(change(community.id, { agent_role_id: id })).rejects.toMatchObject({
        code: 'identity.community-role',
      });
    }
  });

  it('shows itself to whoever administers it, and no other one', async () => {
    const list = (who: number) => desk.ask(communities.list, { params: {}, query: {} }, who);
    expect((await list(delegate)).map(({ name }) => name)).toEqual(['Bio']);
    expect((await list(ids.admin)).map(({ name }) => name)).toEqual(['Bio', 'Physics']);
    await expect(list(ids.nicole)).rejects.toMatchObject(forbidden);
    const [, physics] = await list(ids.admin);
    const id = physics?.id ?? 0;
    await expect(desk.ask(communities.get, { params: { id }, query: {} }, delegate)).rejects.toMatchObject(gone);
    await expect(agents(delegate, id)).rejects.toMatchObject(gone);
    const take = setAgent({ email: 'p1@people.example', group_ids: { [rival.id]: ['full'] } }, delegate, id);
    await expect(take).rejects.toMatchObject(gone);
  });

  it('is administered at once, and no longer once it is switched off or the person is taken out', async () => {
    const { id } = await person({ role_ids: [3] });
    const administers = async () => (await desk.actor(id)).administers;
    expect(await administers()).toBeUndefined();
    await change(community.id, { administrator_ids: [delegate, id] });
    expect(await administers()).toEqual([own.id, second.id]);
    expect((await desk.actor(id)).permissions).toContain('community');
    await change(community.id, { active: false });
    expect(await administers()).toBeUndefined();
    await expect(agents(id)).rejects.toMatchObject(forbidden);
    await change(community.id, { active: true, administrator_ids: [delegate] });
    expect(await administers()).toBeUndefined();
  });
});

describe('whoever administers a community', () => {
  it('is nobody whose address an agent could make their own', async () => {
    const email = 'mine@evil.example';
    await expect(crud(users).update(delegate, { email }, ids.agent)).rejects.toMatchObject(forbidden);
  });

  it('lets a token do that only when it says so', async () => {
    const asked = async (permission: string[]) => {
      const { token } = await desk.ask(
        createToken,
        { params: {}, query: {}, body: { name: 'T', permission } } as never,
        {
          ...(await desk.actor(ids.agent)),
          via: 'basic',
        },
      );
      const { actor } = await desk.ask(authenticate, { credential: { scheme: 'token', token } } as never);
      return actor.administers;
    };
    expect(await asked(['ticket.agent'])).toBeUndefined();
    expect(await asked(['community'])).toEqual([rival.id]);
  });

  it('sees all of its groups in the list, also those that are switched off, and of others their names', async () => {
    await crud(groups).update(second.id, { active: false });
    await crud(groups).update(rival.id, { note: 'Ours' });
    const list = await crud(groups).list(delegate);
    expect(list.find(({ id }) => id === second.id)).toMatchObject({ active: false, follow_up_possible: 'yes' });
    expect(list.find(({ id }) => id === rival.id)).toEqual({ id: rival.id, name: 'Physics', active: true });
    await crud(groups).update(second.id, { active: true });
    expect(await desk.ask(currentUser, { params: {}, query: {} }, delegate)).toMatchObject({
      administered_group_ids: [own.id, second.id],
    });
  });

  it('changes its groups and adds some below them', async () => {
    expect(await crud(groups).get(own.id, delegate)).toMatchObject({ name: 'Bio' });
    expect(await crud(groups).update(own.id, { note: 'Cells', ask_rating: true }, delegate)).toMatchObject({
      note: 'Cells',
      ask_rating: true,
    });
    const below = await crud(groups).create({ name_last: 'Microscopes', parent_id: own.id }, delegate);
    expect(below).toMatchObject({ name: 'Bio::Microscopes' });
    expect((await desk.actor(delegate)).administers).toContain(below.id);
  });

  it('touches no group of others, and moves none of its own', async () => {
    for (const { id } of [elsewhere, rival]) {
      await expect(crud(groups).get(id, delegate)).rejects.toMatchObject(forbidden);
      await expect(crud(groups).update(id, { note: 'x' }, delegate)).rejects.toMatchObject(forbidden);
      await expect(crud(groups).create({ name_last: 'X', parent_id: id }, delegate)).rejects.toMatchObject(forbidden);
      await expect(crud(groups).update(own.id, { parent_id: id }, delegate)).rejects.toMatchObject(forbidden);
    }
    await expect(crud(groups).update(own.id, { name: 'Physics::Bio' }, delegate)).rejects.toMatchObject(forbidden);
    await expect(crud(groups).create({ name: 'Top' }, delegate)).rejects.toMatchObject(forbidden);
    await expect(crud(groups).delete(second.id, delegate)).rejects.toMatchObject(forbidden);
    expect(await crud(groups).get(elsewhere.id)).toMatchObject({ note: null });
  });

  it('gives its groups addresses of its domains, and none of others', async () => {
    const set = (email: string | null) => crud(groups).update(own.id, { email }, delegate);
    expect(await set('Bio help <help@bio.example>')).toMatchObject({ email_address_id: expect.any(Number) });
    await expect(set('ceo@desk.example')).rejects.toMatchObject(forbidden);
    await expect(set('help@sub.bio.example')).rejects.toMatchObject(forbidden);
    const taken = await crud(emailAddresses).create({ name: 'Physics', email: 'physics@bio.example' });
    await crud(groups).update(rival.id, { email_address_id: taken.id });
    await expect(set('physics@bio.example')).rejects.toMatchObject(forbidden);
    const foreign = crud(groups).update(own.id, { email_address_id: taken.id }, delegate);
    await expect(foreign).rejects.toMatchObject(forbidden);
    expect((await crud(emailAddresses).list(delegate)).map(({ email }) => email)).toEqual(['help@bio.example']);
    await expect(crud(emailAddresses).get(taken.id, delegate)).rejects.toMatchObject(gone);
    await expect(crud(emailAddresses).create({ email: 'new@bio.example' }, delegate)).rejects.toMatchObject(forbidden);
  });

  it('writes signatures and looks that are of its groups only', async () => {
    const mine = await crud(signatures).create({ name: 'Bio', body: 'Bio' });
    const shared = await crud(signatures).create({ name: 'All', body: 'All' });
    await crud(groups).update(second.id, { signature_id: mine.id });
    await crud(groups).update(rival.id, { signature_id: shared.id });
    await crud(groups).update(own.id, { signature_id: shared.id });
    expect(await crud(signatures).update(mine.id, { body: 'Bio lab' }, delegate)).toMatchObject({ body: 'Bio lab' });
    await expect(crud(signatures).update(shared.id, { body: 'x' }, delegate)).rejects.toMatchObject(gone);
    expect((await crud(signatures).list(delegate)).map(({ name }) => name)).toEqual(['Bio']);
    // What the group has already may be said again.
    await crud(groups).update(own.id, { signature_id: shared.id, note: 'Same' }, delegate);

    const look = await crud(brandings).create({ name: 'Bio', slug: 'bio', group_ids: [own.id] });
    const other = await crud(brandings).create({ name: 'Physics', group_ids: [rival.id, second.id] });
    expect((await crud(brandings).list(delegate)).map(({ name }) => name)).toEqual(['Bio']);
    expect(await crud(brandings).update(look.id, { footer: 'Cells', slug: 'bio' }, delegate)).toMatchObject({
      footer: 'Cells',
    });
    for (const body of [{ slug: 'physics' }, { host: 'help.bio.example' }, { group_ids: [own.id, rival.id] }]) {
      await expect(crud(brandings).update(look.id, body, delegate)).rejects.toMatchObject(forbidden);
    }
    for (const id of [other.id, 1]) {
      await expect(crud(brandings).update(id, { footer: 'x' }, delegate)).rejects.toMatchObject(gone);
    }
    await expect(crud(brandings).delete(look.id, delegate)).rejects.toMatchObject(forbidden);
  });
});

describe('the agents of a community', () => {
  const rightsOf = async (id: number) => {
    const { groups: access, permissions } = await desk.actor(id);
    return { access, agent: permissions.includes('ticket.agent') };
  };

  it('are invited by their address, with its role and access to its groups', async () => {
    const added = await setAgent({
      ...{ email: 'New@bio.example', firstname: 'Nele', lastname: 'Neu', group_ids: { [own.id]: ['full'] } },
    });
    expect(added).toMatchObject({ email: 'new@bio.example', group_ids: { [own.id]: ['full'] } });
    expect(await rightsOf(added.user_id)).toEqual({ access: { [own.id]: ['full'] }, agent: true });
    const mail = await desk.bus.hear(sendMail, ({ data }) => data.to.some(({ address }) => address === added.email));
    expect(mail.data.content).toMatchObject({ template: 'invitation' });
    expect((await agents()).map(({ user_id }) => user_id)).toContain(added.user_id);
  });

  it('are customers as long as they work there, and keep what they have elsewhere', async () => {
    const { id, email } = await person({ role_ids: [3] });
    const { user_id } = await setAgent({ email, group_ids: { [own.id]: ['read', 'change'] } });
    expect(user_id).toBe(id);
    expect(await rightsOf(id)).toEqual({ access: { [own.id]: ['read', 'change'] }, agent: true });
    await setAgent({ user_id: id, group_ids: {} });
    expect(await rightsOf(id)).toEqual({ access: {}, agent: false });

    const known = await person({ role_ids: [2], group_ids: { [elsewhere.id]: ['full'] } });
    await setAgent({ email: known.email, group_ids: { [own.id]: ['read'], [second.id]: ['full'] } });
    await setAgent({ user_id: known.id, group_ids: { [own.id]: ['read'] } });
    expect(await rightsOf(known.id)).toEqual({
      access: { [own.id]: ['read'], [elsewhere.id]: ['full'] },
      agent: true,
    });
    await setAgent({ user_id: known.id, group_ids: {} });
    // The role was not the community's to take.
    expect(await rightsOf(known.id)).toEqual({ access: { [elsewhere.id]: ['full'] }, agent: true });
  });

  it('get nothing outside of it, and are nobody whose id was only guessed', async () => {
    const { id, email } = await person({ role_ids: [3] });
    for (const groupId of [elsewhere.id, rival.id]) {
      await expect(setAgent({ email, group_ids: { [groupId]: ['read'] } })).rejects.toMatchObject({
        code: 'identity.community-other-group',
      });
    }
    await expect(setAgent({ user_id: id, group_ids: { [own.id]: ['read'] } })).rejects.toMatchObject(gone);
    await expect(setAgent({ email, group_ids: { [own.id]: ['read'] } }, ids.nicole)).rejects.toMatchObject(forbidden);
    expect((await agents()).every(({ group_ids }) => !(elsewhere.id in group_ids))).toBe(true);
  });

  it('are not invited to nothing, and their role is kept as long as the community gives it', async () => {
    const nothing = setAgent({ email: 'nobody@bio.example', group_ids: {} });
    await expect(nothing).rejects.toMatchObject({ code: 'identity.required' });
    const spare = await crud(roles).create({ name: 'Spare agents', permissions: ['ticket.agent'] });
    await change(community.id, { agent_role_id: spare.id });
    await expect(crud(roles).delete(spare.id)).rejects.toMatchObject({ code: 'identity.referenced' });
    await change(community.id, { agent_role_id: role.id });
    await crud(roles).delete(spare.id);
  });

  it('are made by the role as it is now: one that has become more makes nobody anything', async () => {
    const { email } = await person({ role_ids: [3] });
    await crud(roles).update(role.id, { permissions: ['ticket.agent', 'admin.tag'] });
    const refusal = { code: 'identity.community-role' };
    await expect(setAgent({ email, group_ids: { [own.id]: ['read'] } })).rejects.toMatchObject(refusal);
    await expect(setAgent({ email: 'x@y.example', group_ids: { [own.id]: ['read'] } })).rejects.toMatchObject(refusal);
    await crud(roles).update(role.id, { permissions: ['ticket.agent'] });
  });
});
