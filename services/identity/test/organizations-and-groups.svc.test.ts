import {
  accessChanged,
  brandings,
  checkMonitoringToken,
  createToken,
  EmailAddress as EmailAddressSchema,
  emailAddresses,
  Group as GroupSchema,
  getBrandingLogo,
  groupCreated,
  groupDeleted,
  groups,
  groupUpdated,
  lookup,
  Organization as OrganizationSchema,
  organizationCreated,
  organizationDeleted,
  organizations,
  organizationUpdated,
  readBranding,
  renewMonitoringToken,
  roles,
  Signature as SignatureSchema,
  serviceFigures,
  signatures,
  users,
  userUpdated,
} from '@helpmesh/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ids, startIdentity, type TestIdentity } from './identity.ts';

let desk: TestIdentity;
beforeAll(async () => {
  desk = await startIdentity();
});
afterAll(() => desk?.stop());

type Body = Record<string, unknown>;
type Json = Record<string, unknown> & { id: number };
type Crud = typeof organizations | typeof groups | typeof emailAddresses | typeof signatures;

const create = (crud: Crud, body: Body, who: number = ids.admin, query = {}): Promise<Json> =>
  desk.ask(crud.create, { params: {}, query, body }, who);
const update = (crud: Crud, id: number, body: Body, who: number = ids.admin): Promise<Json> =>
  desk.ask(crud.update, { params: { id }, query: {}, body }, who);
const get = (crud: Crud, id: number, who: number = ids.admin, query = {}): Promise<Json> =>
  desk.ask(crud.get, { params: { id }, query }, who);
const remove = (crud: Crud, id: number, who: number = ids.admin) =>
  desk.ask(crud.delete, { params: { id }, query: {} }, who);
const list = (crud: Crud, query: object, who: number = ids.admin): Promise<Json[]> =>
  desk.ask(crud.list, { params: {}, query }, who);
const person = (body: Body) => desk.ask(users.create, { params: {}, query: {}, body }, ids.admin);

const notAuthorized = { kind: 'forbidden', detail: 'Not authorized' };
const referenced = { kind: 'invalid', detail: "Can't delete, object has references." };

describe('pages', () => {
  it('of people and of what they belong to are walked by id, and tell their total', async () => {
    for (const crud of [users, organizations, groups, roles]) {
      const told = (query: object) => desk.page(crud.list, query, ids.admin);
      const all = await told({});
      const walked: number[] = [];
      for (let cursor: string | null | undefined = ''; cursor != null; ) {
        const { list, next } = await told({ cursor, per_page: '1' });
        walked.push(...list.map(({ id }) => id));
        cursor = next;
      }
      expect(walked).toEqual(all.list.map(({ id }) => id));
      const counted = await told({ per_page: '1', with_total_count: 'true' });
      expect(counted).toMatchObject({ page: 1, perPage: 1, total: walked.length });
    }
    const found = await desk.page(users.search, { query: '*', per_page: '1' }, ids.admin);
    expect(found).toMatchObject({ rows: 1, total: expect.any(Number) });
  });
});

describe('the token of programs that watch', () => {
  const valid = async (token: string) => (await desk.ask(checkMonitoringToken, { token })).valid;
  const renew = (who: number) => desk.ask(renewMonitoringToken, { params: {}, query: {} }, who);

  it('is made by administrators of monitoring, the old one stops working, and only its hash is kept', async () => {
    expect(await valid('')).toBe(false);
    await expect(renew(ids.agent)).rejects.toMatchObject(notAuthorized);
    const { token: old } = await renew(ids.admin);
    expect(await valid(old)).toBe(true);
    const { token } = await renew(ids.admin);
    expect([await valid(old), await valid(token)]).toEqual([false, true]);
    expect(await desk.rows('SELECT one FROM monitoring_token')).toHaveLength(1);
  });

  it('opens figures about people as a whole', async () => {
    const { counts, last_created_at } = await desk.ask(serviceFigures.identity, {});
    const [there] = await desk.rows<{ users: number }>('SELECT count(*) AS users FROM users');
    expect(counts).toMatchObject({ users: there?.users, agents: expect.any(Number) });
    expect(last_created_at.users).toMatch(/Z$/);
  });
});

describe('what a request demands', () => {
  it('one organization of many equal requests with one key, and none for another request with it', async () => {
    const post = (name: string) =>
      desk.ask(organizations.create, { params: {}, query: {}, body: { name } }, ids.admin, { key: 'once' });
    const made = (await Promise.all(Array.from({ length: 6 }, () => post('Only Once')))) as Json[];
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await post('Only Once')).toEqual(made[0]);
    await expect(post('Another')).rejects.toMatchObject({ code: 'idempotency.key-reused' });
  });

  it('F27: one of two changes made for the same version is refused, and so is a removal', async () => {
    for (const crud of [organizations, groups]) {
      const row = await create(crud, { name: 'Contended' });
      const ifMatch = [String(row.updated_at)];
      const input = (name: string) => ({ params: { id: row.id }, query: {}, body: { name } });
      const write = (name: string) => desk.ask(crud.update, input(name), ids.admin, { ifMatch });
      const both = await Promise.allSettled([write('One of two'), write('Two of two')]);
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { kind: 'stale' } });
      const stale = desk.ask(crud.delete, { params: { id: row.id }, query: {} }, ids.admin, { ifMatch });
      await expect(stale).rejects.toMatchObject({ code: 'precondition.failed' });
    }
  });

  it('the secret of a token is kept nowhere: asked for twice, it is told once', async () => {
    const post = () =>
      desk.ask(
        createToken,
        { params: {}, query: {}, body: { name: 'Robot', permission: ['user_preferences'] } },
        ids.admin,
        {
          key: 't1',
        },
      );
    const { token } = (await post()) as { token: string };
    await expect(post()).rejects.toMatchObject({ kind: 'conflict', code: 'idempotency.done-before' });
    const kept = await desk.rows('SELECT 1 FROM idempotency WHERE response LIKE $1', [`%${token}%`]);
    expect(kept).toEqual([]);
  });
});

describe('organizations', () => {
  it('are added with defaults, told, read back the same, and named uniquely', async () => {
    const row = await create(organizations, { name: ' Big Institute ' }, ids.agent);
    expect(OrganizationSchema.safeParse(row).error).toBeUndefined();
    expect(row).toMatchObject({
      ...{ name: 'Big Institute', shared: true, domain: '', domain_assignment: false, active: true, vip: false },
      ...{ note: '', member_ids: [], secondary_member_ids: [], created_by_id: ids.agent },
    });
    expect(await get(organizations, row.id)).toEqual(row);
    const { data, aggregateVersion } = await desk.bus.hear(organizationCreated, ({ data }) => data.id === row.id);
    expect({ data, aggregateVersion }).toEqual({
      data: { id: row.id, name: 'Big Institute', shared: true, active: true },
      aggregateVersion: 1,
    });
    await expect(create(organizations, { name: 'big institute' })).rejects.toMatchObject({
      kind: 'invalid',
      detail: 'This object already exists.',
    });
    await expect(create(organizations, { name: ' ' })).rejects.toMatchObject({ detail: "Name can't be blank" });
    await expect(create(organizations, {})).rejects.toMatchObject({ detail: "Name can't be blank" });
  });

  it('take members by login, and tell of them', async () => {
    const one = await person({ email: 'member1@example.org' });
    const two = await person({ email: 'member2@example.org' });
    const made = await create(organizations, { name: 'Members', members: ['Member1@example.org'] });
    expect(made.member_ids).toEqual([one.id]);
    const changed = await update(organizations, made.id, { member_ids: [two.id] });
    expect(changed.member_ids).toEqual([two.id]);
    await desk.bus.hear(userUpdated, ({ data }) => data.id === one.id && data.organizationId === null);
    await desk.bus.hear(userUpdated, ({ data }) => data.id === two.id && data.organizationId === made.id);
    expect(await get(organizations, made.id, ids.admin, { expand: true })).toMatchObject({
      members: ['member2@example.org'],
      secondary_members: [],
    });
    await expect(update(organizations, made.id, { members: ['ghost'] })).rejects.toMatchObject({
      detail: 'No lookup value found for \'members\': "ghost"',
    });
  });

  it('take secondary members beside their own, and tell of them', async () => {
    const person1 = await person({ email: 'second1@example.org', organization: 'Zammad Foundation' });
    const person2 = await person({ email: 'second2@example.org' });
    const secondary_members = ['second1@example.org', 'Second2@example.org'];
    const made = await create(organizations, { name: 'Beside', secondary_members }, ids.admin, { expand: true });
    expect(made).toMatchObject({
      ...{ member_ids: [], secondary_member_ids: [person1.id, person2.id] },
      ...{ members: [], secondary_members: ['second1@example.org', 'second2@example.org'] },
    });
    expect(await desk.actor(person1.id)).toMatchObject({ organizationIds: [1, made.id] });
    await desk.bus.hear(accessChanged, ({ data }) => data.userIds?.includes(person2.id) === true);
    const full = await desk.ask(organizations.get, { params: { id: made.id }, query: { full: true } }, ids.admin);
    expect(full).toMatchObject({ assets: { User: { [person1.id]: { login: 'second1@example.org' } } } });
    const changed = await update(organizations, made.id, { secondary_member_ids: [person2.id] });
    expect(changed).toMatchObject({ member_ids: [], secondary_member_ids: [person2.id] });
    expect((await desk.actor(person1.id)).organizationIds).toEqual([1]);
    expect(await update(organizations, made.id, { secondary_member_ids: [person2.id] })).toEqual(changed);
    await expect(remove(organizations, made.id)).rejects.toMatchObject(referenced);
    await expect(
      update(organizations, made.id, { secondary_member_ids: [ids.admin] }, ids.agent),
    ).rejects.toMatchObject(notAuthorized);
    await expect(update(organizations, made.id, { secondary_member_ids: [9_999] })).rejects.toMatchObject({
      detail: "No value found for 'secondary_members' with id 9999",
    });
  });

  it('move only people whom the caller may change', async () => {
    const { id } = await create(organizations, { name: 'Moving' });
    const customer = await person({ email: 'moving@example.org' });
    expect((await update(organizations, id, { member_ids: [customer.id] }, ids.agent)).member_ids).toEqual([
      customer.id,
    ]);
    const words = { kind: 'forbidden', detail: 'Not authorized' };
    for (const other of [ids.admin, ids.agent]) {
      const member_ids = [customer.id, other];
      await expect(update(organizations, id, { member_ids }, ids.agent)).rejects.toMatchObject(words);
    }
    const grown = create(organizations, { name: 'Moving too', member_ids: [ids.admin] }, ids.agent);
    await expect(grown).rejects.toMatchObject(words);
    // Nor may they take somebody out whom they may not change.
    await update(organizations, id, { member_ids: [customer.id, ids.admin] });
    await expect(update(organizations, id, { member_ids: [] }, ids.agent)).rejects.toMatchObject(words);
    expect((await get(organizations, id)).member_ids).toEqual([ids.admin, customer.id]);
    await update(organizations, id, { member_ids: [] });
  });

  it('end what caches know of their members when sharing changes', async () => {
    const { id } = await create(organizations, { name: 'Sharing' });
    const member = await person({ email: 'shared@example.org', organization_ids: [id] });
    expect((await desk.actor(member.id)).sharedOrganizationIds).toEqual([id]);
    await update(organizations, id, { shared: false });
    expect(await desk.actor(member.id)).toMatchObject({ organizationIds: [id], sharedOrganizationIds: [] });
    const { data } = await desk.bus.hear(organizationUpdated, (event) => event.data.id === id);
    expect(data.shared).toBe(false);
    await desk.bus.hear(accessChanged, (event) => event.data.userIds?.includes(member.id) === true);
  });

  it('show a customer few fields of the own ones, and others not at all', async () => {
    const { id } = await create(organizations, { name: 'Secret Organization' });
    expect(await list(organizations, {}, ids.nicole)).toEqual([{ id: 1, name: 'Zammad Foundation', active: true }]);
    expect(await get(organizations, 1, ids.nicole, { expand: true })).toEqual({
      id: 1,
      name: 'Zammad Foundation',
      active: true,
    });
    await expect(get(organizations, id, ids.nicole)).rejects.toMatchObject({
      kind: 'not-found',
      detail: `Couldn't find Organization with 'id'=${id}`,
    });
    const search = desk.ask(organizations.search, { params: {}, query: { query: 'z' } }, ids.nicole);
    await expect(search).rejects.toMatchObject(notAuthorized);
    await expect(create(organizations, { name: 'Mine' }, ids.nicole)).rejects.toMatchObject(notAuthorized);
    await expect(update(organizations, 1, { name: 'Mine' }, ids.nicole)).rejects.toMatchObject(notAuthorized);
  });

  it('are deleted by an administrator when nobody belongs to them', async () => {
    const { id } = await create(organizations, { name: 'Short-lived' });
    await expect(remove(organizations, id, ids.agent)).rejects.toMatchObject(notAuthorized);
    desk.inTickets.add(`organization ${id}`);
    await expect(remove(organizations, id)).rejects.toMatchObject(referenced);
    desk.inTickets.clear();
    expect(await remove(organizations, id)).toEqual({});
    await desk.bus.hear(organizationDeleted, ({ data, aggregateVersion }) => data.id === id && aggregateVersion === 2);
    await expect(remove(organizations, id)).rejects.toMatchObject({ kind: 'not-found' });
    await expect(remove(organizations, 1)).rejects.toMatchObject(referenced);
  });

  it('are found by their ids as well', async () => {
    const { id } = await create(organizations, { name: 'Found by id' });
    const found = await desk.ask(organizations.search, { params: {}, query: { ids: `1,${id}`, query: 'id' } }, 3);
    expect(found.map((row) => row.id)).toEqual([id]);
  });

  it('are found by words, and come with their members when full', async () => {
    const query = { query: 'foundation', full: true };
    expect(await desk.ask(organizations.search, { params: {}, query }, ids.agent)).toMatchObject({
      record_ids: [1],
      total_count: 1,
      assets: { Organization: { 1: { name: 'Zammad Foundation' } }, User: { 2: { firstname: 'Nicole' } } },
    });
    expect(await desk.ask(organizations.search, { params: {}, query: { term: 'foundation' } }, ids.agent)).toEqual([
      { id: 1, label: 'Zammad Foundation', value: 'Zammad Foundation', inactive: false },
    ]);
  });
});

describe('addresses and signatures', () => {
  it('are added, read in every shape, changed and deleted by whoever looks after mail', async () => {
    const address = await create(emailAddresses, { name: ' Desk ', email: 'Desk@Example.org', preferences: { a: 1 } });
    expect(EmailAddressSchema.safeParse(address).error).toBeUndefined();
    expect(address).toMatchObject({
      ...{ name: 'Desk', email: 'desk@example.org', channel_id: null, preferences: { a: 1 }, note: null, active: true },
      ...{ group_ids: [], created_by_id: ids.admin },
    });
    const signature = await create(signatures, { name: 'Plain', body: '<b>{{user.name}}</b>' });
    expect(SignatureSchema.safeParse(signature).error).toBeUndefined();
    expect(signature).toMatchObject({ name: 'Plain', body: '<b>{{user.name}}</b>', note: null, active: true });
    for (const [crud, row] of [
      [emailAddresses, address],
      [signatures, signature],
    ] as const) {
      expect(await get(crud, row.id)).toEqual(row);
      expect((await list(crud, {})).find(({ id }) => id === row.id)).toEqual(row);
      expect(await get(crud, row.id, ids.admin, { expand: true })).toMatchObject({
        groups: [],
        created_by: 'admin@example.com',
      });
      const kind = crud === signatures ? 'Signature' : 'EmailAddress';
      const whole = { assets: { [kind]: { [row.id]: row }, User: { [ids.admin]: { id: ids.admin } } } };
      expect(await get(crud, row.id, ids.admin, { full: true })).toMatchObject({ id: row.id, ...whole });
      expect(await list(crud, { full: true })).toMatchObject({
        record_ids: expect.arrayContaining([row.id]),
        ...whole,
      });
      expect(await update(crud, row.id, { note: 'Seen', id: 77 })).toMatchObject({ id: row.id, note: 'Seen' });
      for (const who of [ids.agent, ids.nicole]) {
        await expect(list(crud, {}, who)).rejects.toMatchObject(notAuthorized);
        await expect(get(crud, row.id, who)).rejects.toMatchObject(notAuthorized);
        await expect(create(crud, { name: 'x', email: 'x@example.org' }, who)).rejects.toMatchObject(notAuthorized);
        await expect(update(crud, row.id, {}, who)).rejects.toMatchObject(notAuthorized);
        await expect(remove(crud, row.id, who)).rejects.toMatchObject(notAuthorized);
      }
      expect(await remove(crud, row.id)).toEqual({});
      await expect(get(crud, row.id)).rejects.toMatchObject({ detail: `Couldn't find ${kind} with 'id'=${row.id}` });
    }
    const audited = await desk.rows<{ action: string }>(
      `SELECT action FROM audit_entry WHERE object_type IN ('EmailAddress', 'Signature') AND object_id IN ($1, $2)
         AND object_label IN ('desk@example.org', 'Plain') ORDER BY seq`,
      [String(address.id), String(signature.id)],
    );
    const each = (kind: string) => ['created', 'changed', 'deleted'].map((what) => `${kind}.${what}`);
    expect(audited.map(({ action }) => action).toSorted()).toEqual(
      [...each('email-address'), ...each('signature')].toSorted(),
    );
  });

  it.each([
    [emailAddresses, {}, "Email can't be blank"],
    [emailAddresses, { email: 'nonsense' }, "Invalid email 'nonsense'"],
    [emailAddresses, { email: 'TAKEN@example.org' }, 'This object already exists.'],
    [emailAddresses, { email: 'new@example.org', channel_id: 3 }, "Invalid value for param 'channel_id': 3"],
    [signatures, { body: 'x' }, "Name can't be blank"],
    [signatures, { name: ' ' }, "Name can't be blank"],
    [signatures, { name: 'TAKEN' }, 'This object already exists.'],
  ])('%# are refused in the words of the others', async (crud, body, detail) => {
    if (detail.includes('exists')) await create(crud, { name: 'Taken', email: 'taken@example.org' });
    await expect(create(crud, body)).rejects.toMatchObject({ kind: 'invalid', detail });
  });

  it('in use reach the groups with every change, are withheld while not active, and cannot be deleted', async () => {
    const address = await create(emailAddresses, { name: 'Old name', email: 'used@example.org' });
    const signature = await create(signatures, { name: 'Used', body: '<p>Yours,<br>{{user.name}}</p>' });
    const { id } = await create(groups, { name: 'Senders', email_address_id: address.id, signature_id: signature.id });
    expect(await get(groups, id, ids.admin, { expand: true })).toMatchObject({
      ...{ email_address_id: address.id, signature_id: signature.id, signature: 'Used' },
      email_address: 'Old name <used@example.org>',
    });
    const { data } = await desk.bus.hear(groupCreated, (event) => event.data.id === id);
    expect(data).toMatchObject({
      ...{ email: { name: 'Old name', address: 'used@example.org' }, signature: 'Yours,\n{{user.name}}' },
      signatureHtml: '<p>Yours,<br>{{user.name}}</p>',
    });
    expect(await update(emailAddresses, address.id, { name: 'New name' })).toMatchObject({ group_ids: [id] });
    const renamed = await desk.bus.hear(groupUpdated, ({ data: { id: of, email } }) => of === id && !!email);
    expect(renamed).toMatchObject({ aggregateVersion: 2, data: { email: { name: 'New name' } } });
    expect(await update(emailAddresses, address.id, { channel_id: 7 })).toMatchObject({ channel_id: 7 });
    const tied = await desk.bus.hear(groupUpdated, ({ data: told }) => told.id === id && told.email?.channelId === 7);
    expect(tied).toMatchObject({ aggregateVersion: 3 });
    await update(signatures, signature.id, { active: false });
    const silent = await desk.bus.hear(groupUpdated, ({ data: told }) => told.id === id && told.signature === null);
    expect(silent).toMatchObject({ aggregateVersion: 4, data: { signatureHtml: null, email: { name: 'New name' } } });
    for (const [crud, row] of [
      [emailAddresses, address],
      [signatures, signature],
    ] as const) {
      await expect(remove(crud, row.id)).rejects.toMatchObject(referenced);
    }
    await update(groups, id, { email_address_id: null, signature: '' });
    expect(await remove(emailAddresses, address.id)).toEqual({});
    expect(await remove(signatures, signature.id)).toEqual({});
  });
});

describe('brandings', () => {
  const write = (id: number | null, body: Body, who: number = ids.admin): Promise<Json> =>
    id === null
      ? desk.ask(brandings.create, { params: {}, query: {}, body }, who)
      : desk.ask(brandings.update, { params: { id }, query: {}, body }, who);
  const all = (who: number = ids.admin) => desk.ask(brandings.list, { params: {}, query: {} }, who) as Promise<Json[]>;
  const read = async (asked: { host?: string; slug?: string; groupId?: number }) =>
    (await desk.ask(readBranding, asked)).branding;
  // One pixel.
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

  it('of a community reach its groups, its host, its path and its picture, and are gone with it', async () => {
    const { id: group } = await create(groups, { name: 'Branded' });
    const row = await write(null, {
      ...{ name: ' Bio Hub ', accent: '#FFD400', support: 'Mondays', mail_sender: 'Bio help', locales: ['de', 'en'] },
      ...{ host: 'Help.Bio.example', slug: 'bio', group_ids: [group], logo: `data:image/png;base64,${png}` },
    });
    expect(row).toMatchObject({
      ...{ name: 'Bio Hub', standard: false, accent: '#ffd400', host: 'help.bio.example', group_ids: [group] },
      colours: { light_adjusted: true, dark: '#ffd400', dark_adjusted: false },
    });
    const { data } = await desk.bus.hear(groupUpdated, (event) => event.data.id === group && !!event.data.brand);
    expect(data.brand).toMatchObject({ name: 'Bio Hub', sender: 'Bio help', support: 'Mondays', logo: row.logo_url });
    expect(data.brand).toMatchObject({ id: row.id, host: 'help.bio.example' });
    for (const asked of [{ host: 'HELP.bio.example' }, { slug: 'bio' }, { groupId: group }]) {
      expect(await read(asked)).toMatchObject({ name: 'Bio Hub', locales: ['de', 'en'], logo: row.logo_url });
    }
    expect(await read({ slug: 'other' })).toBeNull();
    const hash = String(row.logo_url).split('/').at(-1) as string;
    expect(await desk.ask(getBrandingLogo, { hash })).toEqual({ contentType: 'image/png', base64: png });
    expect(await write(row.id, { host: null, logo: null, slug: '' })).toMatchObject({
      ...{ host: null, slug: null, logo_url: null, support: 'Mondays' },
    });
    await expect(desk.ask(getBrandingLogo, { hash })).rejects.toMatchObject({ kind: 'not-found' });
    const other = await write(null, { name: 'Second', group_ids: [group] });
    expect((await all()).find(({ id }) => id === row.id)).toMatchObject({ group_ids: [] });
    await desk.ask(brandings.delete, { params: { id: other.id }, query: {} }, ids.admin);
    expect(await read({ groupId: group })).toMatchObject({ name: '' });
    await desk.ask(brandings.delete, { params: { id: row.id }, query: {} }, ids.admin);
    const told = await desk.rows<{ action: string }>(
      "SELECT action FROM audit_entry WHERE object_type = 'Branding' AND object_id = $1 ORDER BY seq",
      [String(row.id)],
    );
    expect(told.map(({ action }) => action)).toEqual(['branding.created', 'branding.changed', 'branding.deleted']);
  });

  it('of the desk is there from the first, is everybody else’s, and stays', async () => {
    const [standard] = await all();
    expect(standard).toMatchObject({ standard: true, name: '' });
    const { id } = standard as Json;
    const { id: group } = await create(groups, { name: 'Unbranded' });
    await write(id, { name: 'The Desk', footer: 'Imprint' });
    const { data } = await desk.bus.hear(groupUpdated, (event) => event.data.id === group);
    expect(data.brand).toMatchObject({ standard: true, name: 'The Desk', footer: 'Imprint' });
    expect(await read({})).toMatchObject({ name: 'The Desk' });
    await expect(desk.ask(brandings.delete, { params: { id }, query: {} }, ids.admin)).rejects.toMatchObject({
      code: 'identity.branding-invalid',
    });
    for (const wrong of [{ slug: 'x' }, { host: 'a.example' }, { group_ids: [group] }]) {
      await expect(write(id, wrong)).rejects.toMatchObject({ code: 'identity.branding-invalid' });
    }
    await write(id, { name: '', footer: '' });
  });

  it.each([
    [{ name: ' ' }, 'identity.blank'],
    [{ name: 'x', host: 'https://a.example' }, 'identity.branding-invalid'],
    [{ name: 'x', host: 'a.example/path' }, 'identity.branding-invalid'],
    [{ name: 'x', host: 'localhost' }, 'identity.branding-invalid'],
    [{ name: 'x', slug: '../x' }, 'identity.branding-invalid'],
    [{ name: 'x', slug: '-x' }, 'identity.branding-invalid'],
    [{ name: 'x', accent: 'red' }, 'input.invalid'],
    [{ name: 'x', accent: '#fff;background:url(//evil)' }, 'input.invalid'],
    [{ name: 'x', locales: ['xx'] }, 'input.invalid'],
    [{ name: 'x', group_ids: [999_999] }, 'identity.id-unknown'],
    [{ name: 'x', logo: 'https://evil.example/x.png' }, 'identity.picture-invalid'],
    [
      { name: 'x', logo: `data:image/svg+xml;base64,${Buffer.from('<svg onload="x()"/>').toString('base64')}` },
      'identity.picture-invalid',
    ],
    [
      { name: 'x', logo: `data:image/png;base64,${Buffer.from('<html>').toString('base64')}` },
      'identity.picture-invalid',
    ],
    [
      { name: 'x', logo: `data:image/png;base64,${Buffer.alloc(262_145).toString('base64')}` },
      'identity.picture-invalid',
    ],
  ])('%# are refused where they would be no address, no colour or no picture', async (body, code) => {
    await expect(write(null, body)).rejects.toMatchObject({ code });
    expect((await all()).map(({ name }) => name)).not.toContain('x');
  });

  it('are for those who look after them', async () => {
    for (const who of [ids.agent, ids.nicole]) {
      await expect(all(who)).rejects.toMatchObject(notAuthorized);
      await expect(write(null, { name: 'Mine' }, who)).rejects.toMatchObject(notAuthorized);
      await expect(
        desk.ask(brandings.colours, { params: {}, query: { accent: '#000000' } }, who),
      ).rejects.toMatchObject(notAuthorized);
    }
  });
});

describe('groups', () => {
  it('are added with defaults and told', async () => {
    const row = await create(groups, {
      name: 'Operations',
      email: 'Ops Desk <Ops@Example.org>',
    });
    expect(GroupSchema.safeParse(row).error).toBeUndefined();
    expect(row).toMatchObject({
      ...{ name: 'Operations', name_last: 'Operations', parent_id: null, follow_up_possible: 'yes', active: true },
      ...{ follow_up_assignment: true, assignment_timeout: null, reopen_time_in_days: null, note: null },
      ...{
        email_address_id: expect.any(Number),
        signature_id: null,
        user_ids: [],
        email: 'Ops Desk <ops@example.org>',
      },
    });
    const { data } = await desk.bus.hear(groupCreated, (event) => event.data.id === row.id);
    expect(data).toEqual({
      ...{ id: row.id, name: 'Operations', active: true, followUpPossible: 'yes', followUpAssignment: true },
      ...{ reopenTimeInDays: null, email: { name: 'Ops Desk', address: 'ops@example.org', channelId: null } },
      ...{ signature: null, signatureHtml: null, brand: null },
      ...{ sharedDrafts: true, assignmentTimeout: null, priorityMatrix: null, askRating: false },
    });
    // Groups may send from one address; its name stays what it was.
    const other = await create(groups, { name: 'Other', email: 'Else <ops@example.org>' });
    expect(other).toMatchObject({ email_address_id: row.email_address_id, email: 'Ops Desk <ops@example.org>' });
    await expect(create(groups, { name: 'Other', email: 'nonsense' })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(create(groups, { name: 'operations' })).rejects.toMatchObject({
      detail: 'This object already exists.',
    });
    await expect(create(groups, {})).rejects.toMatchObject({ detail: "Name can't be blank" });
  });

  it('take and tell their sending address by the name that clients know, and how long an owner may be idle', async () => {
    const body = { name: 'Named', email_address: 'Named Desk <named@example.org>', assignment_timeout: '120' };
    const row = await create(groups, body, ids.admin, { expand: true });
    expect(row).toMatchObject({ ...body, assignment_timeout: 120, email: 'Named Desk <named@example.org>' });
    expect(await update(groups, row.id, { email_address: row.email_address })).toMatchObject({
      ...{ email: 'Named Desk <named@example.org>', email_address_id: row.email_address_id },
    });
    expect(await update(groups, row.id, { email_address: 'named desk' })).toMatchObject({
      email_address_id: row.email_address_id,
    });
    for (const body of [
      { email_address_id: 0 },
      { email_address_id: 999 },
      { signature_id: 999 },
      { signature: 'No' },
    ]) {
      await expect(update(groups, row.id, body)).rejects.toMatchObject({ kind: 'invalid' });
    }
    expect(await update(groups, row.id, { email_address: null, assignment_timeout: null })).toMatchObject({
      ...{ email: null, assignment_timeout: null, shared_drafts: true, summary_generation: 'global_default' },
    });
    expect(await get(groups, row.id, ids.admin, { expand: true })).not.toHaveProperty('email_address');
    expect(await update(groups, row.id, { ask_rating: true })).toMatchObject({ ask_rating: true });
    expect(await update(groups, row.id, { shared_drafts: false, summary_generation: 'disabled' })).toMatchObject({
      ...{ shared_drafts: false, summary_generation: 'disabled' },
    });
  });

  it('say which priority follows from impact and urgency, in all nine cases and with priorities there are', async () => {
    const line = { low: 1, medium: 2, high: 3 };
    const priority_matrix = { low: line, medium: line, high: line };
    const row = await create(groups, { name: 'Reckoning', priority_matrix });
    expect(row).toMatchObject({ priority_matrix });
    expect(await create(groups, { name: 'Choosing' })).toMatchObject({ priority_matrix: null });
    const told = async () => desk.ask(lookup, { groupIds: [row.id] });
    expect((await told()).groups).toMatchObject([{ priorityMatrix: priority_matrix }]);
    const halves = [
      { low: line },
      { ...priority_matrix, high: { low: 1 } },
      { ...priority_matrix, low: { ...line, low: '1' } },
    ];
    for (const half of [...halves, 'none', [1]]) {
      await expect(update(groups, row.id, { priority_matrix: half })).rejects.toMatchObject({ kind: 'invalid' });
    }
    const unknown = { ...priority_matrix, high: { ...line, high: 99 } };
    await expect(update(groups, row.id, { priority_matrix: unknown })).rejects.toMatchObject({ kind: 'invalid' });
    expect(await get(groups, row.id)).toMatchObject({ priority_matrix });
    expect(await update(groups, row.id, { priority_matrix: null })).toMatchObject({ priority_matrix: null });
  });

  it('form a tree by their names, which a rename takes along', async () => {
    const europe = await create(groups, { name: 'Europe' });
    const france = await create(groups, { name: 'Europe::France' });
    const paris = await create(groups, { name_last: 'Paris', parent_id: france.id });
    const lyon = await create(groups, { name: 'Lyon', parent: 'Europe::France' });
    expect(france).toMatchObject({ name: 'Europe::France', name_last: 'France', parent_id: europe.id });
    expect(paris).toMatchObject({ name: 'Europe::France::Paris', parent_id: france.id });
    expect(await update(groups, europe.id, { name: 'EU' })).toMatchObject({ name: 'EU' });
    expect(await get(groups, paris.id, ids.agent, { expand: true })).toMatchObject({
      name: 'EU::France::Paris',
      name_last: 'Paris',
      parent: 'EU::France',
    });
    await desk.bus.hear(groupUpdated, ({ data }) => data.id === lyon.id && data.name === 'EU::France::Lyon');
    expect(await update(groups, france.id, { parent_id: null })).toMatchObject({ name: 'France', parent_id: null });
    expect(await get(groups, lyon.id)).toMatchObject({ name: 'France::Lyon', parent_id: france.id });
    expect(await update(groups, lyon.id, { note: 'x' })).toMatchObject({ name: 'France::Lyon', parent_id: france.id });
  });

  it.each<[string, Body, string]>([
    ['an unknown parent', { name: 'Nowhere::Child' }, 'No lookup value found for \'parent\': "Nowhere"'],
    ['an unknown parent id', { name: 'Child', parent_id: 999 }, "Invalid value for param 'parent_id': 999"],
    ['an empty part', { name: 'A::' }, "Invalid value for param 'name': A::"],
    [
      'too many levels',
      { name: Array(11).fill('A').join('::') },
      `Invalid value for param 'name': ${Array(11).fill('A').join('::')}`,
    ],
  ])('refuse %s', async (_what, body, detail) => {
    await expect(create(groups, body)).rejects.toMatchObject({ kind: 'invalid', detail });
  });

  it('cannot become their own ancestors', async () => {
    const top = await create(groups, { name: 'Top' });
    const below = await create(groups, { name: 'Top::Below' });
    for (const parent_id of [top.id, below.id]) {
      await expect(update(groups, top.id, { parent_id })).rejects.toMatchObject({ kind: 'invalid' });
    }
  });

  it('take no descendant deeper than groups may lie', async () => {
    const deep = ['D', ...Array(6).fill('x')];
    const { id } = await create(groups, { name: 'D' });
    for (let n = 2; n <= deep.length; n++) await create(groups, { name: deep.slice(0, n).join('::') });
    for (let n = 1; n <= 4; n++) await create(groups, { name: Array(n).fill('E').join('::') });
    const moved = (parent: string) => update(groups, id, { parent });
    await expect(moved('E::E::E::E')).rejects.toMatchObject({
      kind: 'invalid',
      detail: `Invalid value for param 'name': E::E::E::E::${deep.join('::')}`,
    });
    expect(await moved('E::E::E')).toMatchObject({ name: 'E::E::E::D' });
  });

  it('stay one tree, whatever is renamed and moved', async () => {
    const model = new Map<number, { last: string; parent: number | null }>();
    for (const last of ['Ta', 'Tb', 'Tc', 'Td', 'Te']) {
      model.set((await create(groups, { name: last })).id, { last, parent: null });
    }
    const all = [...model.keys()];
    /** Full name; undefined when it would never end. */
    const path = (id: number, seen: number[] = []): string | undefined => {
      const { last, parent } = model.get(id) as { last: string; parent: number | null };
      if (parent === null) return last;
      const above = seen.includes(parent) ? undefined : path(parent, [...seen, id]);
      return above && `${above}::${last}`;
    };
    const allowed = () => {
      const paths = all.map((id) => path(id)?.toLowerCase());
      return !paths.includes(undefined) && new Set(paths).size === all.length;
    };
    const anyGroup = fc.constantFrom(...all);
    const step = fc.record({
      id: anyGroup,
      last: fc.option(fc.constantFrom('Ta', 'tb', 'Tc', 'Tx')),
      parent: fc.option(fc.option(anyGroup), { nil: undefined }),
    });
    const outcomes = new Set<string>();
    for (const { id, last, parent } of fc.sample(step, { numRuns: 80, seed: 11 })) {
      const before = structuredClone(model.get(id)) as { last: string; parent: number | null };
      const to = parent === undefined && last === null ? before.parent : (parent ?? null);
      model.set(id, { last: last ?? before.last, parent: to });
      const outcome = await update(groups, id, {
        ...(last !== null && { name_last: last }),
        ...(parent !== undefined && { parent_id: parent }),
      }).then(
        () => 'done',
        ({ kind }) => kind,
      );
      expect(outcome, JSON.stringify({ id, last, parent })).toBe(allowed() ? 'done' : 'invalid');
      outcomes.add(outcome);
      if (outcome !== 'done') model.set(id, before);
      const rows = await desk.rows<{ id: number; name: string }>('SELECT id, name FROM groups WHERE id = ANY ($1)', [
        all,
      ]);
      for (const row of rows) expect(row.name).toBe(path(row.id));
    }
    expect(outcomes.size).toBe(2);
  });

  it('are for agents to see, for administrators to change, and for customers to choose from', async () => {
    expect((await list(groups, {}, ids.agent)).slice(0, 2).map(({ name }) => name)).toEqual(['Users', 'some group1']);
    const closed = await create(groups, { name: 'Closed', active: false, note: 'secret' });
    const chosen = await list(groups, { full: true, expand: true }, ids.nicole);
    expect(chosen.slice(0, 2)).toEqual([
      { id: 1, name: 'Users', active: true },
      { id: 2, name: 'some group1', active: true },
    ]);
    for (const row of chosen) expect(Object.keys(row)).toEqual(['id', 'name', 'active']);
    expect(chosen.map(({ id }) => id)).not.toContain(closed.id);
    const search = desk.ask(groups.search, { params: {}, query: { query: 'Users' } }, ids.nicole);
    await expect(search).rejects.toMatchObject(notAuthorized);
    await expect(get(groups, 1, ids.nicole)).rejects.toMatchObject(notAuthorized);
    await expect(create(groups, { name: 'Mine' }, ids.agent)).rejects.toMatchObject(notAuthorized);
    await expect(update(groups, 1, { name: 'Mine' }, ids.agent)).rejects.toMatchObject(notAuthorized);
    await expect(remove(groups, 2, ids.agent)).rejects.toMatchObject(notAuthorized);
  });

  it('end everybody’s cached access when switched off, and count no more', async () => {
    const { id } = await create(groups, { name: 'Seasonal' });
    const agent = await person({ email: 'season@example.org', roles: ['Agent'], group_ids: { [id]: ['full'] } });
    expect((await desk.actor(agent.id)).groups).toEqual({ [id]: ['full'] });
    await update(groups, id, { active: false });
    expect((await desk.actor(agent.id)).groups).toEqual({});
    await desk.bus.hear(accessChanged, ({ data }) => data.userIds === null);
  });

  it('are deleted when nothing refers to them', async () => {
    const { id } = await create(groups, { name: 'Brief' });
    desk.inTickets.add(`group ${id}`);
    await expect(remove(groups, id)).rejects.toMatchObject(referenced);
    desk.inTickets.clear();
    expect(await remove(groups, id)).toEqual({});
    await desk.bus.hear(groupDeleted, ({ data, aggregateVersion }) => data.id === id && aggregateVersion === 2);
    await expect(remove(groups, 1)).rejects.toMatchObject(referenced);
    await expect(remove(groups, 9_999)).rejects.toMatchObject({ detail: "Couldn't find Group with 'id'=9999" });
  });

  it('walk page by page and come with their people when full', async () => {
    const first = await list(groups, { per_page: 1, page: 1 });
    expect(first.map(({ id }) => id)).toEqual([1]);
    const full = await desk.ask(groups.get, { params: { id: 1 }, query: { full: true } }, ids.agent);
    expect(full).toMatchObject({ id: 1, assets: { Group: { 1: { name: 'Users' } }, User: { 1: { login: '-' } } } });
    expect(await get(groups, 1, ids.agent, { expand: true })).toMatchObject({
      users: ['admin@example.com', 'agent1@example.com'],
    });
  });
});

describe.each([
  ['organizations', organizations],
  ['groups', groups],
] as const)('the shapes of %s', (what, crud) => {
  it.each([
    [{}, 'bare'],
    [{ expand: '1' }, 'expanded'],
    [{ full: 'true' }, 'full'],
    [{ expand: 'false', full: false }, 'bare, for what is said to be off is off'],
  ])('%j: %s, and the same when added, changed, read, listed and found', async (query, kind) => {
    const name = `Shape of ${what} ${kind}`;
    const made = await create(crud, { name }, ids.admin, query);
    expect(await get(crud, made.id, ids.admin, query)).toEqual(made);
    expect(await desk.ask(crud.update, { params: { id: made.id }, query, body: { note: null } }, 3)).toEqual(made);
    const listed: unknown = await desk.ask(crud.list, { params: {}, query: { ...query, per_page: 1000 } }, ids.admin);
    const found: unknown = await desk.ask(crud.search, { params: {}, query: { ...query, ids: made.id } }, ids.admin);
    if (kind === 'full') {
      const type = what === 'groups' ? 'Group' : 'Organization';
      expect(Object.keys(made)).toEqual(['id', 'assets']);
      expect(made).toMatchObject({ assets: { [type]: { [made.id]: { name } }, User: { 3: { id: 3 } } } });
      expect(found).toEqual({ record_ids: [made.id], assets: made.assets, total_count: 1 });
      expect(listed).toMatchObject({ record_ids: expect.arrayContaining([made.id]), total_count: expect.any(Number) });
    } else {
      expect(found).toEqual([made]);
      expect(listed).toContainEqual(made);
      expect('created_by' in made).toBe(kind === 'expanded');
    }
  });
});
