import { randomUUID } from 'node:crypto';
import { anIdentity } from '@helpmesh/mail-security/testing';
import { waitFor } from '@helpmesh/testing';
import type { Json } from '../desk.ts';
import { isPerson, PASSWORD, type Place, type Who, type World } from './world.ts';

/** How a route is called: what stands in its path, its query and its body. */
export interface Ask {
  path?: Record<string, string | number>;
  query?: Record<string, string | number>;
  body?: Json;
  /** Somebody else's word than that of the cast: a further session of the same person. */
  as?: World['boss'];
}

/** The same for everybody who asks. */
type Asking = (world: World, place: Place) => Ask | Promise<Ask>;

/** Another one for each who asks. */
interface ByAsker {
  byAsker: AskingAs;
}

type AskingAs = (world: World, place: Place, who: Who) => ReturnType<Asking>;

/** The smallest picture. */
const PICTURE = 'data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=';

/** An id that nothing has. */
const NOTHING = 999_999;

const ticket: Asking = ({ topics }, place) => ({ path: { id: topics[place].id } });
const article: Asking = ({ topics }, place) => ({ path: { id: topics[place].article.id } });
const file: Asking = ({ topics }, place) => {
  const { id, article } = topics[place];
  return { path: { ticket: id, article: article.id, id: article.fileId } };
};

/** Users: a customer; another one of the organization; a colleague who is an agent. */
const user: Asking = (world, place) => ({
  path: { id: world.id({ own: 'owner', same: 'mate', foreign: 'full' }[place]) },
});
const organization: Asking = (world, place) => ({
  path: { id: world.id({ own: 'Shared', same: 'Elsewhere', foreign: 'Nowhere' }[place]) },
});
const group: Asking = (world, place) => ({ path: { id: world.id(place === 'foreign' ? 'South' : 'North') } });

const nothing: Asking = () => ({ path: { id: NOTHING } });
const words: Asking = () => ({ query: { query: 'people.example' } });
const wordsByPost: Asking = () => ({ body: { query: 'people.example' } });

/** What `asking` asks, with a body. */
const put =
  (asking: Asking, body: Json): Asking =>
  async (...at) => ({ ...(await asking(...at)), body });

/** Something made for this one call, so that a wrong answer harms nobody. */
const spare =
  (make: (world: World, place: Place) => Promise<Json>, body?: Json): Asking =>
  async (world, place) => ({ path: { id: (await make(world, place)).id }, ...(body && { body }) });

const made =
  (path: string, body: (name: string, world: World) => Json) =>
  (world: World): Promise<Json> =>
    world.boss.post(path, body(world.fresh('spare').replace('-', ''), world));

const newState = made('/api/v1/ticket_states', (name) => ({ name, state_type: 'open' }));
const newPriority = made('/api/v1/ticket_priorities', (name) => ({ name }));
const tagged = ({ topics }: World, place: Place) => ({ object: 'Ticket', o_id: topics[place].id, item: 'spare' });
const linking = async (world: World, place: Place) => ({
  link_type: 'normal',
  link_object_source: 'Ticket',
  link_object_source_value: (await world.ticketLike(place)).id,
  link_object_target: 'Ticket',
  link_object_target_value: world.topics[place].id,
});
const mentionable = ({ id }: { id: number }) => ({ mentionable_type: 'Ticket', mentionable_id: id });
/** Its answer names no id. */
const newTag = async (world: World): Promise<Json> => {
  const name = world.fresh('spare');
  await world.boss.post('/api/v1/tag_list', { name });
  return (await world.boss.get('/api/v1/tag_list')).find((tag: Json) => tag.name === name);
};
const someHours = { timezone: 'UTC', business_hours: { mon: { active: true, timeframes: [['09:00', '17:00']] } } };
const newCalendar = made('/api/v1/calendars', (name) => ({ name, ...someHours }));
// Of tickets that are a century old.
const retention = { active: true, older_than_days: 36_500, action: 'delete' };
const newRetentionRule = made('/api/v1/retention_rules', (name) => ({ name, ...retention }));
const newOverview = made('/api/v1/overviews', (name) => ({ name, role_ids: [2] }));
const newSorting = async (world: World): Promise<Json> =>
  world.boss.post('/api/v1/user_overview_sortings', { overview_id: (await newOverview(world)).id, prio: 5 });
const newProfile = made('/api/v1/report_profiles', (name) => ({ name }));
const kb = '/api/v1/knowledge_bases/1';
const newHelpCategory = made(`${kb}/categories`, (title) => ({ translations: [{ locale: 'en', title }] }));
const newHelpAnswer = async (world: World): Promise<Json> => {
  const translations = [{ locale: 'en', title: world.fresh('spare'), body: '<p>Words.</p>' }];
  return world.boss.post(`${kb}/answers`, { category_id: (await newHelpCategory(world)).id, translations });
};
const publicAnswer = async (world: World): Promise<Json> =>
  world.boss.post(`${kb}/answers/${(await newHelpAnswer(world)).id}/publish`, {});
const archivedAnswer = async (world: World): Promise<Json> =>
  world.boss.post(`${kb}/answers/${(await newHelpAnswer(world)).id}/archive`, {});
/** Of what is in the knowledge base that there is. */
const helping =
  (make: (world: World) => Promise<Json>, body?: Json): Asking =>
  async (world) => ({ path: { knowledge_base_id: 1, id: (await make(world)).id }, ...(body && { body }) });
function aFile(): FormData {
  const form = new FormData();
  form.set('file', new Blob(['x']), 'x.txt');
  return form;
}
const helpFile: Asking = async (world) => {
  const { id } = await publicAnswer(world);
  const at = `${world.url}${kb}/answers/${id}/attachments`;
  const sent = await fetch(at, { method: 'POST', headers: world.boss.authorization, body: aFile() });
  return { path: { knowledge_base_id: 1, id, attachment_id: ((await sent.json()) as Json).id } };
};
const someHolidays = { country: 'PL', years: [2026] };
const someReport = { metric: 'count', year: 2026, profiles: { 1: true }, backends: { created: true } };
const someLink = { link: 'https://imprint.example', title: 'spare' };
const newBranding = made('/api/v1/brandings', (name) => ({ name }));
const newCommunity = made('/api/v1/communities', (name) => ({ name }));
const newLink = made('/api/v1/public_links', (title) => ({ ...someLink, title }));
const newSla = made('/api/v1/slas', (name) => ({ name }));
const newTrigger = made('/api/v1/triggers', (name) => ({ name, perform: {}, active: false }));
const newSchedule = made('/api/v1/jobs', (name) => ({ name, perform: {} }));
const newChecklist = async (world: World, place: Place): Promise<Json> =>
  world.boss.post('/api/v1/checklists', { ticket_id: (await world.ticketLike(place)).id });
const newChecklistItem = async (world: World, place: Place): Promise<Json> =>
  world.boss.post('/api/v1/checklist_items', { checklist_id: (await newChecklist(world, place)).id, text: 'spare' });
const newTemplate = made('/api/v1/checklist_templates', (name) => ({ name, items: ['spare'] }));
const newTime = async ({ boss, topics }: World, place: Place): Promise<Json> =>
  boss.post('/api/v1/time_accountings', { ticket_id: topics[place].id, time_unit: '1' });
const timeOfTicket =
  (body?: Json): Asking =>
  async (world, place) => {
    const { id, ticket_id } = await newTime(world, place);
    return { path: { id: ticket_id, accounting: id }, ...(body && { body }) };
  };
const time =
  (body?: Json): Asking =>
  async (world, place) => ({ path: { accounting: (await newTime(world, place)).id }, ...(body && { body }) });
const draft =
  (body?: Json): Asking =>
  ({ topics }, place) => ({ path: { id: topics[place].id, kind: 'reply' }, ...(body && { body }) });
const toSendLater = {
  article: { type: 'note', body: 'spare' },
  send_at: new Date(Date.now() + 86_400_000).toISOString(),
};
const newHeld = ({ boss, topics }: World, place: Place) =>
  boss.post(`/api/v1/tickets/${topics[place].id}/held_articles`, toSendLater);
const toOpenLater = (world: World, place: Place) => ({
  ...{ title: world.fresh('spare'), group: place === 'foreign' ? 'South' : 'North', ...toSendLater },
  customer_id: world.id('owner'),
});
const newHeldTicket = (world: World, place: Place) =>
  world.boss.post('/api/v1/held_tickets', toOpenLater(world, place));
const parking = (world: World, place: Place) => ({
  name: 'spare',
  group_id: world.id(world.topics[place].group),
  content: { title: 'spare' },
});
const newStart = async (world: World, place: Place) => ({
  id: (await world.boss.post('/api/v1/tickets/shared_drafts', parking(world, place))).shared_draft_id,
});
const weekly = { rrule: 'FREQ=WEEKLY', starts_at: '2026-01-01T08:00', timezone: 'UTC' };
const recurring = (world: World) => ({
  ...{ name: world.fresh('spare'), ...weekly, active: false },
  ticket: { title: 'spare', group_id: world.id('North'), customer_id: world.id('owner') },
});
const newRecurring = (world: World) => world.boss.post('/api/v1/recurring_tickets', recurring(world));
const newActivityType = made('/api/v1/time_accounting/types', (name) => ({ name }));
const aMonth: Asking = () => ({ path: { year: 2026, month: 6 } });
const closing = { 'ticket.state_id': { value: 4 } };
const newMacro = made('/api/v1/macros', (name) => ({ name, perform: closing }));
const newModule = made('/api/v1/text_modules', (name) => ({ name, content: 'spare', user_id: null }));
const newTicketTemplate = made('/api/v1/templates', (name) => ({ name, options: {} }));
const newJob = async (world: World, place: Place): Promise<Json> => {
  const ticket_ids = [(await world.ticketLike(place)).id];
  // Changes nothing, so that there is never anything to undo.
  return world.boss.post('/api/v1/ticket_jobs', { ticket_ids, perform: { 'ticket.priority_id': { value: 2 } } });
};
const someField = (name: string) => ({
  ...{ object: 'Ticket', name: name.toLowerCase().replaceAll(/\W/g, '_'), display: name },
  data_type: 'input',
});
const newField = made('/api/v1/object_manager_attributes', someField);
const newGroup = made('/api/v1/groups', (name) => ({ name }));
const address = (name: string) => ({ email: `${name}@desk.example` });
const newAddress = made('/api/v1/email_addresses', address);
const newSignature = made('/api/v1/signatures', (name) => ({ name }));
const mailFilter = (name: string) => ({
  ...{ name, active: false },
  match: { subject: { operator: 'is', value: name } },
  perform: { 'x-zammad-ignore': { value: true } },
});
const newMailFilter = made('/api/v1/postmaster_filters', mailFilter);
/** Nobody answers there: port 1 of this machine. */
const unreached = { adapter: 'imap', options: { host: '127.0.0.1', port: 1, ssl: 'off', user: 'x', password: 'x' } };
const mailChannel = (name: string) => ({ name, active: false, options: { inbound: unreached } });
const newMailChannel = made('/api/v1/channels_email', mailChannel);
const unsent = { adapter: 'smtp', options: { host: '127.0.0.1', port: 1, ssl: 'off' } };
const mailAccount = (name: string) => ({ name, active: false, options: { outbound: unsent } });
const newMailAccount = made('/api/v1/channels_email_outbound', mailAccount);
let texts = 0;
/** There is one of each kind and language: the next that nobody has written. */
const mailText = async (world: World): Promise<Json> => {
  const kinds = (await world.boss.get('/api/v1/mail_templates/kinds')) as unknown as Json[];
  const { kind, defaults } = kinds[texts % kinds.length] as Json;
  const locale = ['en', 'de', 'fr', 'pl'][Math.floor(texts / kinds.length)] as string;
  texts += 1;
  return { kind, locale, ...defaults[locale], active: false };
};
const newMailText = async (world: World): Promise<Json> =>
  world.boss.post('/api/v1/mail_templates', await mailText(world));
const certificate = async (name: string) => ({ key: (await anIdentity({ address: `${name}@x.example` })).pem });
const newMailKey = async (world: World): Promise<Json> => {
  const key = await certificate(world.fresh('spare'));
  const [made] = (await world.boss.post('/api/v1/mail_keys', key)) as unknown as Json[];
  return made as Json;
};
const newRole = made('/api/v1/roles', (name) => ({ name, permissions: ['ticket.customer'] }));
const newOrganization = made('/api/v1/organizations', (name) => ({ name }));
const newAgreement = async (world: World): Promise<Json> => {
  const { id } = await newGroup(world);
  return world.boss.post('/api/v1/agreements', { name: 'spare', group_id: id, list_address: 'list@spare.example' });
};
const newService = async (world: World): Promise<Json> =>
  world.boss.post('/api/v1/services', { name: world.fresh('spare'), agreement_id: (await newAgreement(world)).id });
const peer = (name: string) => ({ name, node: `https://${name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')}.example` });
const newPeer = made('/api/v1/federation/peers', peer);
const pastOf = (name: string) => ({ kind: 'zammad', address: peer(name).node, group_id: 1, secret: 'x' });
const newImport = made('/api/v1/imports', pastOf);
const foreignDesk = { kind: 'rt', queue: 'General', account: 'desk' };
const newForeignPeer = async (world: World): Promise<Json> => {
  const made = await newPeer(world);
  await world.boss.put(`/api/v1/federation/peers/${made.id}/adapter`, foreignDesk);
  return made;
};
const sharedTicket: Asking = () => ({ path: { id: randomUUID() } });
const provider = (name: string) => ({ name, title: name, issuer: `https://${name}.example`, client_id: 'desk' });
const newProvider = made('/api/v1/openid_providers', provider);
const mapping = (providerId: number) => ({
  provider_id: providerId,
  pattern: 'urn:example:org:group:people#example.org',
  role: 'Agent',
});
const newMapping = async (world: World): Promise<Json> => {
  const { id } = await newProvider(world);
  return world.boss.post('/api/v1/entitlement_mappings', mapping(id));
};
const newIdentity = async (world: World): Promise<Json> => {
  const { id } = await newProvider(world);
  const body = { user_id: (await world.customer()).id, provider_id: id, subject: 'spare' };
  return world.boss.post('/api/v1/openid_identities', body);
};

/** Nobody answers there: the domain exists nowhere (RFC 2606). */
const webhook = (name: string) => ({ name, endpoint: 'https://receiver.invalid/' });
const newWebhook = made('/api/v1/webhooks', webhook);

const application = { redirect_uris: ['https://app.example/done'], scopes: ['ticket.agent'] };
const newApplication = made('/api/v1/applications', (name) => ({ name, ...application }));
/** What a program posts, with a name that nobody registered. */
const ofProgram: Asking = () => ({ body: new URLSearchParams({ client_id: 'nobody', token: 'x' }) });

const erasing = (id: number) => ({ deletable_type: 'User', deletable_id: id, preferences: { sure: 'DELETE' } });
const newErasure = async (world: World): Promise<Json> =>
  world.boss.post('/api/v1/data_privacy_tasks', erasing((await world.customer()).id));
const holding = async (world: World): Promise<Json> => ({
  ...{ object: 'User', object_id: (await world.customer()).id, reason: 'spare' },
});
const newHold = async (world: World): Promise<Json> => world.boss.post('/api/v1/legal_holds', await holding(world));

const archives = new Map<string, Promise<number>>();

/** An archive of one's own data, or that of the boss. Who is no person can have none. */
const archive: AskingAs = async (world, place, who) => {
  if (place === 'own' && !isPerson(who)) return { path: { id: NOTHING } };
  const [name, desk] = place === 'own' ? [who, world.as(who)] : ['boss', world.boss];
  const ready = async (): Promise<number> => {
    const [known] = await desk.get('/api/v1/data_exports');
    const { id } = known ?? (await desk.post('/api/v1/data_exports', {}));
    const path = `/api/v1/data_exports/${id}`;
    // They are made one after the other, and everybody orders one.
    await waitFor(async () => (await desk.get(path)).state === 'ready', { what: 'the archive', timeoutMs: 50_000 });
    return id;
  };
  const made = archives.get(name) ?? ready();
  archives.set(name, made);
  return { path: { id: await made } };
};

const directory = (name: string) => ({ name, domains: [`${name}.example`] });
const newDirectory = made('/api/v1/directories', directory);
const scimUser: Asking = (world) => ({ path: { id: world.id('owner') } });

/** A session to end: an own one, or that of a stranger. Who is no person has none. */
const session: AskingAs = async (world, place, who) => {
  if (place === 'own' && !isPerson(who)) return { path: { id: NOTHING } };
  return { path: { id: (await world.session(place === 'own' && isPerson(who) ? who : 'stranger')).id } };
};

const furtherSession = async (world: World, who: Who): Promise<Ask> =>
  isPerson(who) ? { as: (await world.session(who)).desk } : {};

/** A token to revoke: an own one of those who may have any, or that of the boss. */
const token: AskingAs = async (world, place, who) => {
  const may = ['without', 'read', 'change', 'full', 'admin'].includes(who);
  const owner = place === 'own' && may ? world.as(who) : world.boss;
  const name = world.fresh('spare');
  await owner.post('/api/v1/user_access_token', { name, permission: ['user_preferences.language'] });
  const { tokens } = await owner.get('/api/v1/user_access_token');
  return { path: { id: tokens.find((one: Json) => one.name === name).id } };
};

/** How each route is asked. */
/** One for all who ask: somebody keeps a few pictures only, and one more would be the end of the first. */
const pictures = new WeakMap<World, Promise<string>>();
function pictureOf(world: World): Promise<string> {
  const known = pictures.get(world);
  if (known) return known;
  const made = world.boss
    .post('/api/v1/users/avatar', { avatar_resize: PICTURE })
    .then(({ avatar }: Json) => avatar.store_hash as string);
  pictures.set(world, made);
  return made;
}

export const requests: Record<string, Asking | ByAsker> = {
  'POST /api/v1/tickets': (world, place) => ({
    body: {
      title: world.fresh('spare'),
      group: place === 'foreign' ? 'South' : 'North',
      customer_id: world.id('owner'),
      article: { body: 'x' },
    },
  }),
  'GET /api/v1/tickets/search': () => ({ query: { query: 'canary*' } }),
  'POST /api/v1/tickets/search': () => ({ body: { query: 'canary*' } }),
  'GET /api/v1/tickets/search/highlights': () => ({ query: { query: 'canary*', ids: '1' } }),
  'GET /api/v1/tickets/{id}': ticket,
  'PUT /api/v1/tickets/{id}': put(ticket, { state: 'open' }),
  'DELETE /api/v1/tickets/{id}': spare((world, place) => world.ticketLike(place)),
  'GET /api/v1/ticket_list': (_, place) => ({ query: { view: 'all', query: place } }),
  'GET /api/v1/ticket_history/{id}': ticket,
  'GET /api/v1/tickets/{id}/sla': ticket,
  'GET /api/v1/tickets/{id}/why': ticket,
  'GET /api/v1/tickets/{id}/rating': ticket,
  'PUT /api/v1/tickets/{id}/rating': put(ticket, { score: 4 }),
  'GET /api/v1/ticket_articles/by_ticket/{id}': ticket,
  'GET /api/v1/ticket_articles/{id}': article,
  'POST /api/v1/ticket_articles': ({ topics }, place) => ({ body: { ticket_id: topics[place].id, body: 'More.' } }),
  'PUT /api/v1/ticket_articles/{id}': put(article, { internal: false }),
  'POST /api/v1/ticket_articles/{id}/retry_security_process': article,
  'DELETE /api/v1/ticket_articles/{id}': spare((world, place) => world.noteOn(place)),
  'GET /api/v1/ticket_attachment/{ticket}/{article}/{id}': file,
  'GET /api/v1/ticket_article_plain/{id}': article,
  'POST /api/v1/upload_caches/{form}': () => {
    const body = new FormData();
    body.set('File', new Blob(['x']), 'x.txt');
    return { path: { form: randomUUID() }, body };
  },
  'DELETE /api/v1/upload_caches/{form}': () => ({ path: { form: randomUUID() } }),
  'DELETE /api/v1/upload_caches/{form}/items/{id}': () => ({ path: { form: randomUUID(), id: NOTHING } }),
  'GET /api/v1/ticket_states/{id}': () => ({ path: { id: 1 } }),
  'POST /api/v1/ticket_states': (world) => ({ body: { name: world.fresh('spare'), state_type: 'open' } }),
  'PUT /api/v1/ticket_states/{id}': spare(newState, { note: 'x' }),
  'DELETE /api/v1/ticket_states/{id}': spare(newState),
  'GET /api/v1/ticket_priorities/{id}': () => ({ path: { id: 1 } }),
  'POST /api/v1/ticket_priorities': (world) => ({ body: { name: world.fresh('spare') } }),
  'PUT /api/v1/ticket_priorities/{id}': spare(newPriority, { note: 'x' }),
  'DELETE /api/v1/ticket_priorities/{id}': spare(newPriority),
  'GET /api/v1/object_manager_attributes/{id}': spare(newField),
  'POST /api/v1/object_manager_attributes': (world) => ({ body: someField(world.fresh('spare')) }),
  'PUT /api/v1/object_manager_attributes/{id}': spare(newField, { display: 'Other' }),
  'DELETE /api/v1/object_manager_attributes/{id}': spare(newField),
  'GET /api/v1/calendars/{id}': () => ({ path: { id: 1 } }),
  'POST /api/v1/calendars': (world) => ({ body: { name: world.fresh('spare'), ...someHours } }),
  'POST /api/v1/calendars/preview': () => ({ body: someHours }),
  'PUT /api/v1/calendars/{id}': spare(newCalendar, { timezone: 'Europe/Berlin' }),
  'DELETE /api/v1/calendars/{id}': spare(newCalendar),
  'GET /api/v1/overviews/{id}': spare(newOverview),
  'POST /api/v1/overviews': (world) => ({ body: { name: world.fresh('spare'), role_ids: [2] } }),
  'PUT /api/v1/overviews/{id}': spare(newOverview, { prio: 5 }),
  'DELETE /api/v1/overviews/{id}': spare(newOverview),
  'POST /api/v1/overviews_prio': async (world) => ({ body: { prios: [[(await newOverview(world)).id, 5]] } }),
  'GET /api/v1/user_overview_sortings/{id}': spare(newSorting),
  'POST /api/v1/user_overview_sortings': async (world) => ({
    body: { overview_id: (await newOverview(world)).id, prio: 5 },
  }),
  'PUT /api/v1/user_overview_sortings/{id}': spare(newSorting, { prio: 6 }),
  'DELETE /api/v1/user_overview_sortings/{id}': spare(newSorting),
  'POST /api/v1/user_overview_sortings_prio': async (world) => ({
    body: { prios: [[(await newOverview(world)).id, 5]] },
  }),
  'GET /api/v1/report_profiles/{id}': spare(newProfile),
  'POST /api/v1/report_profiles': (world) => ({ body: { name: world.fresh('spare') } }),
  'PUT /api/v1/report_profiles/{id}': spare(newProfile, { active: false }),
  'DELETE /api/v1/report_profiles/{id}': spare(newProfile),
  'GET /api/v1/slas/{id}': spare(newSla),
  'GET /api/v1/macros/{id}': spare(newMacro),
  'POST /api/v1/macros': (world) => ({ body: { name: world.fresh('spare'), perform: closing } }),
  'PUT /api/v1/macros/{id}': spare(newMacro, { active: false }),
  'DELETE /api/v1/macros/{id}': spare(newMacro),
  'GET /api/v1/text_modules/{id}': spare(newModule),
  'POST /api/v1/text_modules': (world) => ({ body: { name: world.fresh('spare'), content: 'spare' } }),
  'PUT /api/v1/text_modules/{id}': spare(newModule, { active: false }),
  'DELETE /api/v1/text_modules/{id}': spare(newModule),
  'POST /api/v1/text_modules/preview': () => ({ body: { content: 'spare' } }),
  'POST /api/v1/text_modules/import': () => ({ body: { data: 'name,content', try: true } }),
  'GET /api/v1/templates/{id}': spare(newTicketTemplate),
  'POST /api/v1/templates': (world) => ({ body: { name: world.fresh('spare') } }),
  'PUT /api/v1/templates/{id}': spare(newTicketTemplate, { active: false }),
  'DELETE /api/v1/templates/{id}': spare(newTicketTemplate),
  'POST /api/v1/tickets/{id}/macro': async (world, place) => ({
    path: { id: (await world.ticketLike(place)).id },
    body: { macro_id: (await newMacro(world)).id },
  }),
  'POST /api/v1/tickets/{id}/macro/preview': async (world, place) => ({
    path: { id: (await world.ticketLike(place)).id },
    body: { macro_id: (await newMacro(world)).id },
  }),
  'POST /api/v1/tickets/mass_update': async (world, place) => ({
    body: { ticket_ids: [(await world.ticketLike(place)).id], attributes: { priority_id: 3 } },
  }),
  'POST /api/v1/tickets/mass_macro': async (world, place) => ({
    body: { ticket_ids: [(await world.ticketLike(place)).id], macro_id: (await newMacro(world)).id },
  }),
  'POST /api/v1/ticket_jobs': async (world, place) => ({
    body: { ticket_ids: [(await world.ticketLike(place)).id], perform: closing },
  }),
  'GET /api/v1/ticket_jobs/{id}': spare(newJob),
  'GET /api/v1/ticket_jobs/{id}/results': spare(newJob),
  'POST /api/v1/ticket_jobs/{id}/cancel': spare(newJob),
  'POST /api/v1/ticket_jobs/{id}/undo': spare(newJob),
  'POST /api/v1/slas': (world) => ({ body: { name: world.fresh('spare') } }),
  'PUT /api/v1/slas/{id}': spare(newSla, { solution_time: 60 }),
  'DELETE /api/v1/slas/{id}': spare(newSla),
  'GET /api/v1/triggers/{id}': spare(newTrigger),
  'POST /api/v1/triggers': (world) => ({ body: { name: world.fresh('spare'), perform: {}, active: false } }),
  'PUT /api/v1/triggers/{id}': spare(newTrigger, { note: 'spare' }),
  'DELETE /api/v1/triggers/{id}': spare(newTrigger),
  'GET /api/v1/triggers/{id}/runs': spare(newTrigger),
  'POST /api/v1/triggers/preview': () => ({ body: { trigger: { perform: {} }, days: 1 } }),
  'GET /api/v1/jobs/{id}': spare(newSchedule),
  'POST /api/v1/jobs': (world) => ({ body: { name: world.fresh('spare'), perform: {} } }),
  'PUT /api/v1/jobs/{id}': spare(newSchedule, { note: 'spare' }),
  'DELETE /api/v1/jobs/{id}': spare(newSchedule),
  'GET /api/v1/jobs/{id}/runs': spare(newSchedule),
  'POST /api/v1/jobs/{id}/run': spare(newSchedule),
  'POST /api/v1/jobs/preview': () => ({ body: { perform: {} } }),
  'GET /api/v1/tags': ({ topics }, place) => ({ query: { object: 'Ticket', o_id: topics[place].id } }),
  'POST /api/v1/tags/add': (world, place) => ({ body: tagged(world, place) }),
  'DELETE /api/v1/tags/remove': (world, place) => ({ query: tagged(world, place) }),
  'GET /api/v1/tag_search': () => ({ query: { term: 'spare' } }),
  'POST /api/v1/tag_list': (world) => ({ body: { name: world.fresh('spare') } }),
  'PUT /api/v1/tag_list/{id}': async (world) => ({
    ...(await spare(newTag)(world, 'own')),
    body: { name: world.fresh('spare') },
  }),
  'DELETE /api/v1/tag_list/{id}': spare(newTag),
  'GET /api/v1/links': ({ topics }, place) => ({
    query: { link_object: 'Ticket', link_object_value: topics[place].id },
  }),
  'POST /api/v1/links/add': async (world, place) => ({ body: await linking(world, place) }),
  'DELETE /api/v1/links/remove': async (world, place) => {
    const body = await linking(world, place);
    await world.boss.post('/api/v1/links/add', body);
    return { body };
  },
  'GET /api/v1/mentions': (world, place) => ({ query: mentionable(world.topics[place]) }),
  'GET /api/v1/mentions/agents': (world, place) => ({ query: mentionable(world.topics[place]) }),
  'POST /api/v1/mentions': (world, place) => ({ body: mentionable(world.topics[place]) }),
  'DELETE /api/v1/mentions/{id}': spare(async (world, place) => {
    const on = mentionable(await world.ticketLike(place));
    await world.boss.post('/api/v1/mentions', on);
    const query = new URLSearchParams({ ...on, mentionable_id: String(on.mentionable_id) });
    return (await world.boss.get(`/api/v1/mentions?${query}`)).mentions[0];
  }),
  'POST /api/v1/ticket_articles/{id}/move': async (world, place) => ({
    path: { id: (await world.noteOn(place)).id },
    body: { ticket_id: (await world.ticketLike(place)).id },
  }),
  'POST /api/v1/ticket_articles/{id}/move/undo': async (world, place) => {
    const { id } = await world.noteOn(place);
    await world.boss.post(`/api/v1/ticket_articles/${id}/move`, { ticket_id: (await world.ticketLike(place)).id });
    return { path: { id } };
  },
  'GET /api/v1/knowledge_bases/{id}': () => ({ path: { id: 1 } }),
  'PUT /api/v1/knowledge_bases/manage/{id}': () => ({ path: { id: 1 }, body: {} }),
  'GET /api/v1/knowledge_bases/{id}/permissions': () => ({ path: { id: 1 } }),
  'PUT /api/v1/knowledge_bases/{id}/permissions': () => ({ path: { id: 1 }, body: { permissions: {} } }),
  'GET /api/v1/knowledge_bases/{knowledge_base_id}/categories/{id}/permissions': helping(newHelpCategory),
  'PUT /api/v1/knowledge_bases/{knowledge_base_id}/categories/{id}/permissions': helping(newHelpCategory, {
    permissions: {},
  }),
  'POST /api/v1/knowledge_bases/search': () => ({ body: { query: 'spare' } }),
  'PATCH /api/v1/knowledge_bases/{knowledge_base_id}/categories/reorder_root_categories': () => ({
    ...{ path: { knowledge_base_id: 1 }, body: { ordered_ids: [] } },
  }),
  'GET /api/v1/knowledge_bases/{knowledge_base_id}/figures': () => ({ path: { knowledge_base_id: 1 } }),
  'GET /api/v1/knowledge_bases/{knowledge_base_id}/categories/{id}': helping(newHelpCategory),
  'POST /api/v1/knowledge_bases/{knowledge_base_id}/categories': (world) => ({
    path: { knowledge_base_id: 1 },
    body: { translations: [{ locale: 'en', title: world.fresh('spare') }] },
  }),
  'PUT /api/v1/knowledge_bases/{knowledge_base_id}/categories/{id}': helping(newHelpCategory, { internal: true }),
  'DELETE /api/v1/knowledge_bases/{knowledge_base_id}/categories/{id}': helping(newHelpCategory),
  'PATCH /api/v1/knowledge_bases/{knowledge_base_id}/categories/{id}/reorder_categories': helping(newHelpCategory, {
    ordered_ids: [],
  }),
  'PATCH /api/v1/knowledge_bases/{knowledge_base_id}/categories/{id}/reorder_answers': helping(newHelpCategory, {
    ordered_ids: [],
  }),
  'GET /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}': helping(publicAnswer),
  'POST /api/v1/knowledge_bases/{knowledge_base_id}/answers': async (world) => ({
    path: { knowledge_base_id: 1 },
    body: {
      category_id: (await newHelpCategory(world)).id,
      translations: [{ locale: 'en', title: 'spare', body: 'Words.' }],
    },
  }),
  'PUT /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}': helping(newHelpAnswer, { internal_note: 'other' }),
  'DELETE /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}': helping(newHelpAnswer),
  'POST /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/publish': helping(newHelpAnswer),
  'POST /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/internal': helping(newHelpAnswer),
  'POST /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/archive': helping(newHelpAnswer),
  'POST /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/unarchive': helping(archivedAnswer),
  'POST /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/restore': async (world) => {
    const { id } = await newHelpAnswer(world);
    const [version] = await world.boss.get(`${kb}/answers/${id}/versions`);
    return { path: { knowledge_base_id: 1, id }, body: { version_id: version.id } };
  },
  'POST /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/deflected': helping(publicAnswer),
  'GET /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/versions': helping(newHelpAnswer),
  'GET /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/figures': helping(newHelpAnswer),
  'POST /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/attachments': async (world) => ({
    path: { knowledge_base_id: 1, id: (await newHelpAnswer(world)).id },
    body: aFile(),
  }),
  'GET /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/attachments/{attachment_id}': helpFile,
  'DELETE /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/attachments/{attachment_id}': helpFile,
  'POST /api/v1/monitoring/dead_letters/{service}/{id}/replay': () => ({ path: { service: 'ticket', id: NOTHING } }),
  'GET /api/v1/monitoring/amount_check': () => ({ query: { periode: '1h' } }),
  'GET /api/v1/ticket_customer': (world) => ({ query: { customer_id: world.id('owner') } }),
  'GET /api/v1/ticket_stats': (world) => ({ query: { user_id: world.id('owner') } }),
  'GET /api/v1/ticket_related/{id}': ticket,
  'POST /api/v1/recent_view': ({ topics }, place) => ({ body: { object: 'Ticket', o_id: topics[place].id } }),
  'GET /api/v1/search': words,
  'POST /api/v1/search': () => ({ body: { query: 'people.example' } }),
  'GET /api/v1/search/{objects}': () => ({
    path: { objects: 'Ticket-User-Group' },
    query: { query: 'people.example' },
  }),
  'POST /api/v1/search/{objects}': () => ({ path: { objects: 'Organization' }, body: { query: 'people.example' } }),
  'GET /api/v1/ticket_split': ({ topics }, place) => ({
    query: { ticket_id: topics[place].id, article_id: topics[place].article.id, form_id: 'spare' },
  }),
  'GET /api/v1/checklists/{id}': spare(newChecklist),
  'POST /api/v1/checklists': async (world, place) => ({ body: { ticket_id: (await world.ticketLike(place)).id } }),
  'PATCH /api/v1/checklists/{id}': spare(newChecklist, { name: 'other' }),
  'PUT /api/v1/checklists/{id}': spare(newChecklist, { name: 'other' }),
  'DELETE /api/v1/checklists/{id}': spare(newChecklist),
  'POST /api/v1/checklist_items': async (world, place) => ({
    body: { checklist_id: (await newChecklist(world, place)).id, text: 'spare' },
  }),
  'PATCH /api/v1/checklist_items/{id}': spare(newChecklistItem, { checked: true }),
  'PUT /api/v1/checklist_items/{id}': spare(newChecklistItem, { checked: true }),
  'DELETE /api/v1/checklist_items/{id}': spare(newChecklistItem),
  'GET /api/v1/checklist_templates/{id}': spare(newTemplate),
  'POST /api/v1/checklist_templates': (world) => ({ body: { name: world.fresh('spare') } }),
  'PUT /api/v1/checklist_templates/{id}': spare(newTemplate, { active: false }),
  'DELETE /api/v1/checklist_templates/{id}': spare(newTemplate),
  'GET /api/v1/tickets/{id}/time_accountings': ticket,
  'POST /api/v1/tickets/{id}/time_accountings': put(ticket, { time_unit: '1' }),
  'GET /api/v1/tickets/{id}/time_accountings/{accounting}': timeOfTicket(),
  'PUT /api/v1/tickets/{id}/time_accountings/{accounting}': timeOfTicket({ time_unit: '2' }),
  'DELETE /api/v1/tickets/{id}/time_accountings/{accounting}': timeOfTicket(),
  'POST /api/v1/time_accountings': ({ topics }, place) => ({ body: { ticket_id: topics[place].id, time_unit: '1' } }),
  'GET /api/v1/time_accountings/{accounting}': time(),
  'PUT /api/v1/time_accountings/{accounting}': time({ time_unit: '2' }),
  'DELETE /api/v1/time_accountings/{accounting}': time(),
  'GET /api/v1/time_accounting/types/{id}': spare(newActivityType),
  'POST /api/v1/time_accounting/types': (world) => ({ body: { name: world.fresh('spare') } }),
  'PUT /api/v1/time_accounting/types/{id}': spare(newActivityType, { note: 'other' }),
  'DELETE /api/v1/time_accounting/types/{id}': spare(newActivityType),
  'GET /api/v1/time_accounting/log/by_activity/{year}/{month}': aMonth,
  'GET /api/v1/time_accounting/log/by_ticket/{year}/{month}': aMonth,
  'GET /api/v1/time_accounting/log/by_customer/{year}/{month}': aMonth,
  'GET /api/v1/time_accounting/log/by_organization/{year}/{month}': aMonth,
  'GET /api/v1/tickets/{id}/drafts': ticket,
  'PUT /api/v1/tickets/{id}/drafts/{kind}': draft({ html: 'x', to: '', cc: '', subject: '', form_id: 'x', files: [] }),
  'DELETE /api/v1/tickets/{id}/drafts/{kind}': draft(),
  'GET /api/v1/tickets/{id}/held_articles': ticket,
  'POST /api/v1/tickets/{id}/auto_assign': ticket,
  'PUT /api/v1/tickets/{id}/presence': put(ticket, { page: 'a-page-of-mine', doing: 'viewing' }),
  'DELETE /api/v1/tickets/{id}/presence': ({ topics }, place) => ({
    path: { id: topics[place].id },
    query: { page: 'a-page-of-mine' },
  }),
  'POST /api/v1/tickets/{id}/held_articles': put(ticket, toSendLater),
  'PUT /api/v1/held_articles/{id}': spare(newHeld, toSendLater),
  'POST /api/v1/held_articles/{id}/send': spare(newHeld),
  'DELETE /api/v1/held_articles/{id}': spare(newHeld),
  'GET /api/v1/held_tickets': () => ({}),
  'POST /api/v1/held_tickets': (world, place) => ({ body: toOpenLater(world, place) }),
  'POST /api/v1/held_tickets/{id}/send': spare(newHeldTicket),
  'DELETE /api/v1/held_tickets/{id}': spare(newHeldTicket),
  'GET /api/v1/tickets/{id}/shared_draft': ticket,
  'PUT /api/v1/tickets/{id}/shared_draft': put(ticket, { new_article: { body: 'spare' } }),
  'PATCH /api/v1/tickets/{id}/shared_draft': put(ticket, { new_article: { body: 'spare' } }),
  'DELETE /api/v1/tickets/{id}/shared_draft': ticket,
  'POST /api/v1/tickets/{id}/shared_draft/import_attachments': put(ticket, { form_id: 'spare' }),
  'POST /api/v1/tickets/shared_drafts': (world, place) => ({ body: parking(world, place) }),
  'GET /api/v1/tickets/shared_drafts/{id}': spare(newStart),
  'PUT /api/v1/tickets/shared_drafts/{id}': spare(newStart, { name: 'other' }),
  'PATCH /api/v1/tickets/shared_drafts/{id}': spare(newStart, { name: 'other' }),
  'DELETE /api/v1/tickets/shared_drafts/{id}': spare(newStart),
  'GET /api/v1/recurring_tickets/{id}': spare(newRecurring),
  'POST /api/v1/recurring_tickets': (world) => ({ body: recurring(world) }),
  'POST /api/v1/recurring_tickets/preview': () => ({ body: weekly }),
  'PUT /api/v1/recurring_tickets/{id}': spare(newRecurring, { note: 'other' }),
  'DELETE /api/v1/recurring_tickets/{id}': spare(newRecurring),
  'PUT /api/v1/desk_settings/own': () => ({ body: { undo_send_seconds: null } }),
  'PUT /api/v1/integration_settings': () => ({ body: { check_mk_auto_close: true } }),
  'POST /api/v1/integration_settings/token': () => ({ body: { for: 'check_mk' } }),
  'POST /api/v1/alerts': () => ({ body: { dedupKey: 'access', status: 'OK' } }),
  'POST /api/v1/alerts/alertmanager': () => ({ body: { alerts: [] } }),
  'POST /api/v1/integration/check_mk/{token}': () => ({ path: { token: 'x' }, body: { event_id: '1' } }),
  'POST /api/v1/cti/{token}': () => ({ path: { token: 'x' }, body: { event: 'newCall' } }),
  'POST /api/v1/sipgate/{token}/in': () => ({ path: { token: 'x' }, body: { event: 'newCall' } }),
  'POST /api/v1/sipgate/{token}/out': () => ({ path: { token: 'x' }, body: { event: 'newCall' } }),
  'POST /api/v1/placetel/{token}': () => ({ path: { token: 'x' }, body: { event: 'IncomingCall' } }),
  'PUT /api/v1/chat_settings': () => ({ body: { chat_waiting_max: 5 } }),
  'PUT /api/v1/chat_sessions/availability': () => ({ body: { active: false } }),
  ...Object.fromEntries(
    ['GET', 'POST take', 'POST messages', 'POST close', 'POST typing'].map((one): [string, Asking] => {
      const [method, what] = one.split(' ');
      const body = what === 'messages' ? { body: 'spare', client_id: 'spare-words' } : {};
      const path = { id: 1_000_000 };
      return [
        `${method} /api/v1/chat_sessions/{id}${what ? `/${what}` : ''}`,
        () => ({ path, ...(method !== 'GET' && { body }) }),
      ];
    }),
  ),
  'POST /api/v1/chat/start': () => ({ body: { session: 'too short' } }),
  ...Object.fromEntries(
    ['messages', 'typing', 'close', 'events'].map((what): [string, Asking] => {
      // Each their own: of one secret there are few streams.
      const body = () => ({ session: randomUUID().padEnd(40, 'x'), client_id: 'spare-words', text: 'spare' });
      return [`POST /api/v1/chat/${what}`, () => ({ body: body() })];
    }),
  ),
  'POST /api/v1/cti/done/bulk': () => ({ body: { ids: [] } }),
  'POST /api/v1/cti/done/{id}': () => ({ path: { id: 1_000_000 }, body: { done: true } }),
  'PUT /api/v1/desk_settings': () => ({ body: { time_accounting: false } }),
  'PUT /api/v1/ticket_merge/{id}/{number}': async (world, place) => ({
    path: { id: (await world.ticketLike(place)).id, number: (await world.ticketLike(place)).number },
  }),
  'POST /api/v1/ticket_merge/{id}/undo': async (world, place) => {
    const { id } = await world.ticketLike(place);
    await world.boss.put(`/api/v1/ticket_merge/${id}/${(await world.ticketLike(place)).number}`, {});
    return { path: { id } };
  },

  'GET /api/v1/users/search': words,
  'POST /api/v1/users/search': wordsByPost,
  'GET /api/v1/users/{id}': user,
  'GET /api/v1/users/history/{id}': user,
  'PUT /api/v1/users/unlock/{id}': user,
  'POST /api/v1/users': (world) => ({ body: { email: `${world.fresh('spare')}@spare.example` } }),
  'PUT /api/v1/users/{id}': put(user, { note: 'seen' }),
  'DELETE /api/v1/users/{id}': spare((world) => world.customer()),
  'GET /api/v1/organizations/search': words,
  'POST /api/v1/organizations/search': wordsByPost,
  'GET /api/v1/organizations/{id}': organization,
  'GET /api/v1/organizations/history/{id}': organization,
  'POST /api/v1/organizations': (world) => ({ body: { name: world.fresh('spare') } }),
  'PUT /api/v1/organizations/{id}': put(organization, { note: 'seen' }),
  'DELETE /api/v1/organizations/{id}': spare(newOrganization),
  'GET /api/v1/groups/search': words,
  'POST /api/v1/groups/search': wordsByPost,
  'GET /api/v1/groups/{id}': group,
  'GET /api/v1/groups/history/{id}': group,
  'POST /api/v1/groups': (world) => ({ body: { name: world.fresh('spare') } }),
  'PUT /api/v1/groups/{id}': put(group, { note: 'seen' }),
  'DELETE /api/v1/groups/{id}': spare(newGroup),
  'GET /api/v1/email_addresses/{id}': spare(newAddress),
  'POST /api/v1/email_addresses': (world) => ({ body: address(world.fresh('spare')) }),
  'PUT /api/v1/email_addresses/{id}': spare(newAddress, { note: 'x' }),
  'DELETE /api/v1/email_addresses/{id}': spare(newAddress),
  'GET /api/v1/signatures/{id}': spare(newSignature),
  'POST /api/v1/signatures': (world) => ({ body: { name: world.fresh('spare') } }),
  'PUT /api/v1/signatures/{id}': spare(newSignature, { note: 'x' }),
  'DELETE /api/v1/signatures/{id}': spare(newSignature),
  'GET /api/v1/postmaster_filters/{id}': spare(newMailFilter),
  'POST /api/v1/postmaster_filters': (world) => ({ body: mailFilter(world.fresh('spare')) }),
  'PUT /api/v1/postmaster_filters/{id}': spare(newMailFilter, { note: 'x' }),
  'DELETE /api/v1/postmaster_filters/{id}': spare(newMailFilter),
  'POST /api/v1/postmaster_filters/test': () => ({ body: { header: 'Subject: x' } }),

  'GET /api/v1/roles/search': words,
  'POST /api/v1/roles/search': wordsByPost,
  'GET /api/v1/roles/{id}': () => ({ path: { id: 1 } }),
  'GET /api/v1/roles/history/{id}': () => ({ path: { id: 1 } }),
  'POST /api/v1/roles': (world) => ({ body: { name: world.fresh('spare') } }),
  'PUT /api/v1/roles/{id}': spare(newRole, { note: 'seen' }),
  'DELETE /api/v1/roles/{id}': spare(newRole),

  // Signing in ends the session that came along: not one that the other rows need.
  'POST /api/v1/signin': {
    byAsker: async (world, _, who) => ({
      body: { username: isPerson(who) || who === 'suspended' ? world.addressOf(who) : 'nobody', password: PASSWORD },
      ...(await furtherSession(world, who)),
    }),
  },
  'POST /api/v1/signin/second_factor': () => ({ body: { token: 'x', method: 'authenticator_app', payload: '123456' } }),
  'POST /api/v1/signin/passkey': () => ({
    body: {
      credential: {
        id: 'AAAA',
        rawId: 'AAAA',
        type: 'public-key',
        response: { clientDataJSON: 'AAAA', authenticatorData: 'AAAA', signature: 'AAAA' },
        clientExtensionResults: {},
      },
    },
  }),
  'POST /api/v1/signin/link': () => ({ body: { token: 'made-up' } }),
  'POST /api/v1/users/sign_in_link': () => ({ body: { username: 'nobody@people.example' } }),
  'DELETE /api/v1/signout': { byAsker: (world, _, who) => furtherSession(world, who) },
  'POST /api/v1/users/password_reset': () => ({ body: { username: 'nobody@people.example' } }),
  'POST /api/v1/users/password_reset_verify': () => ({ body: { token: 'made-up' } }),
  'POST /api/v1/users/password_change': () => ({ body: { password_old: PASSWORD, password_new: 'weak' } }),
  'POST /api/v1/users/password_check': () => ({ body: { password: PASSWORD } }),
  // Everybody's are their own: no number names one that the caller may see.
  'GET /api/v1/online_notifications/{id}': () => ({ path: { id: 2_000_000_000 } }),
  'PUT /api/v1/online_notifications/{id}': () => ({ path: { id: 2_000_000_000 }, body: { seen: true } }),
  'DELETE /api/v1/online_notifications/{id}': () => ({ path: { id: 2_000_000_000 } }),
  'PUT /api/v1/users/preferences': () => ({ body: { locale: 'en' } }),
  'PUT /api/v1/users/out_of_office': () => ({ body: { out_of_office: false } }),
  'POST /api/v1/users/avatar': () => ({ body: { avatar_resize: PICTURE } }),
  'POST /api/v1/users/avatar/set': () => ({ body: { id: 0 } }),
  'DELETE /api/v1/users/avatar': () => ({ query: { id: NOTHING } }),
  'GET /api/v1/users/image/{hash}': async (world) => ({ path: { hash: await pictureOf(world) } }),
  'DELETE /api/v1/users/account': {
    byAsker: async (world, _, who) =>
      who === 'owner' || who === 'mate' || who === 'other' ? { as: await world.spareCustomer() } : {},
  },
  'POST /api/v1/calendars/holidays': () => ({ body: someHolidays }),
  'POST /api/v1/calendars/{id}/import_holidays': spare(newCalendar, someHolidays),
  'POST /api/v1/reports/generate': () => ({ body: someReport }),
  'POST /api/v1/reports/groups': () => ({ body: { year: 2026, profiles: { 1: true } } }),
  'POST /api/v1/reports/providers': () => ({ body: { year: 2026, profiles: { 1: true } } }),
  'POST /api/v1/reports/sets': () => ({ body: { ...someReport, downloadBackendSelected: 'created' } }),
  'POST /api/v1/tickets/import': () => ({ body: { data: 'title,group\nspare,North', try: true } }),
  'POST /api/v1/users/import': (world) => ({
    body: { data: `email\n${world.fresh('spare')}@spare.example`, try: true },
  }),
  'POST /api/v1/organizations/import': (world) => ({ body: { data: `name\n${world.fresh('spare')}`, try: true } }),
  'POST /api/v1/users/signup': (world) => ({ body: { email: `${world.fresh('spare')}@spare.example` } }),
  'POST /api/v1/getting_started/admin': (world) => ({
    body: { token: 'x', email: `${world.fresh('spare')}@spare.example`, password: PASSWORD },
  }),
  'POST /api/v1/user_access_token': {
    byAsker: (world, _, who) => ({
      body: {
        name: world.fresh('spare'),
        permission: [who === 'admin' ? 'admin.tag' : who === 'desk' ? 'ticket.agent' : 'user_preferences.language'],
      },
    }),
  },
  'DELETE /api/v1/user_access_token/{id}': { byAsker: token },
  'GET /api/v1/sessions': (world, place) => (place === 'own' ? {} : { query: { user_id: world.id('stranger') } }),
  'DELETE /api/v1/sessions/{id}': { byAsker: session },
  'DELETE /api/v1/sessions': (world, place) => (place === 'own' ? {} : { query: { user_id: world.id('stranger') } }),
  'POST /api/v1/users/two_factor/verify_configuration': () => ({
    body: { method: 'authenticator_app', payload: '000000' },
  }),
  'DELETE /api/v1/users/two_factor/remove_authentication_method': () => ({ query: { method: 'security_keys' } }),
  'POST /api/v1/users/two_factor/passkeys': () => ({
    body: {
      name: 'x',
      credential: { id: 'AAAA', rawId: 'AAAA', type: 'public-key', response: {}, clientExtensionResults: {} },
    },
  }),
  'PUT /api/v1/users/two_factor/passkeys/{id}': put(nothing, { name: 'x' }),
  'DELETE /api/v1/users/two_factor/passkeys/{id}': nothing,
  'GET /api/v1/users/{id}/admin_two_factor/enabled_authentication_methods': user,
  'DELETE /api/v1/users/{id}/admin_two_factor/remove_all_authentication_methods': user,
  'POST /api/v1/configuration/diff': () => ({ body: { document: { helpmesh_configuration: 1 } } }),
  'POST /api/v1/configuration/import': () => ({ body: { document: { helpmesh_configuration: 1 } } }),
  // Of a session that looks as somebody else the other rows would ask in vain.
  'POST /api/v1/view_as': {
    byAsker: async (world, _place, who) => ({ ...(await furtherSession(world, who)), body: { user_id: 2 } }),
  },
  'GET /api/v1/tickets/{id}/access': ({ topics }, place) => ({ path: { id: topics[place].id }, query: { user_id: 2 } }),
  'GET /api/v1/users/{id}/access': () => ({ path: { id: 2 } }),
  'GET /api/v1/brandings/colours': () => ({ query: { accent: '#336699' } }),
  'POST /api/v1/brandings': (world) => ({ body: { name: world.fresh('community') } }),
  'GET /api/v1/brandings/{id}': spare(newBranding),
  'PUT /api/v1/brandings/{id}': spare(newBranding, { footer: 'x' }),
  'DELETE /api/v1/brandings/{id}': spare(newBranding),
  'POST /api/v1/communities': (world) => ({ body: { name: world.fresh('community') } }),
  'GET /api/v1/communities/{id}': spare(newCommunity),
  'PUT /api/v1/communities/{id}': spare(newCommunity, { note: 'x' }),
  'DELETE /api/v1/communities/{id}': spare(newCommunity),
  'GET /api/v1/communities/{id}/agents': spare(newCommunity),
  'PUT /api/v1/communities/{id}/agents': async (world) => ({
    path: { id: (await newCommunity(world)).id },
    body: { email: 'full@people.example', group_ids: {} },
  }),
  'POST /api/v1/public_links': () => ({ body: someLink }),
  'GET /api/v1/public_links/{id}': spare(newLink),
  'PUT /api/v1/public_links/{id}': spare(newLink, { title: 'other' }),
  'DELETE /api/v1/public_links/{id}': spare(newLink),
  'GET /api/v1/settings/{id}': async ({ boss }) => ({ path: { id: (await boss.get('/api/v1/settings'))[0].id } }),
  'PUT /api/v1/settings/{id}': async ({ boss }) => {
    const [{ id, state_current }] = await boss.get('/api/v1/settings');
    return { path: { id }, body: { state_current } };
  },

  'GET /auth/openid/{provider}': () => ({ path: { provider: 'nobody' } }),
  'GET /auth/openid/{provider}/callback': () => ({ path: { provider: 'nobody' } }),
  'POST /auth/openid/{provider}/backchannel-logout': () => ({
    path: { provider: 'nobody' },
    body: { logout_token: 'x' },
  }),
  'GET /api/v1/users/{id}/access_tokens': user,
  'DELETE /api/v1/users/{id}/access_tokens/{token_id}': async (world) => {
    const { path } = await token(world, 'foreign', 'admin');
    return { path: { id: (await world.boss.get('/api/v1/users/me')).id, token_id: path?.id ?? NOTHING } };
  },
  'GET /api/v1/users/{id}/authorizations': user,
  'DELETE /api/v1/users/{id}/authorizations/{application_id}': (world) => ({
    path: { id: world.id('owner'), application_id: NOTHING },
  }),
  'POST /api/v1/users/linked_accounts': () => ({ body: { provider: 'nobody' } }),
  'DELETE /api/v1/users/linked_accounts/{id}': nothing,
  'POST /api/v1/openid_providers/check': () => ({ body: { issuer: 'http://10.0.0.1/' } }),
  'GET /api/v1/openid_providers/{id}': spare(newProvider),
  'POST /api/v1/openid_providers': (world) => ({ body: provider(world.fresh('spare')) }),
  'PUT /api/v1/openid_providers/{id}': spare(newProvider, { title: 'x' }),
  'DELETE /api/v1/openid_providers/{id}': spare(newProvider),
  'GET /api/v1/entitlement_mappings/{id}': spare(newMapping),
  'POST /api/v1/entitlement_mappings': async (world) => ({ body: mapping((await newProvider(world)).id) }),
  'PUT /api/v1/entitlement_mappings/{id}': spare(newMapping, { note: 'x' }),
  'DELETE /api/v1/entitlement_mappings/{id}': spare(newMapping),
  'POST /api/v1/entitlement_mappings/preview': async (world) => ({
    body: { provider_id: (await newProvider(world)).id, entitlements: [] },
  }),
  'GET /api/v1/openid_identities': (world) => ({ query: { user_id: world.id('owner') } }),
  'POST /api/v1/openid_identities': async (world) => ({
    body: { user_id: (await world.customer()).id, provider_id: (await newProvider(world)).id, subject: 'x' },
  }),
  'DELETE /api/v1/openid_identities/{id}': spare(newIdentity),

  'GET /api/v1/data_privacy_tasks/preview': (world) => ({ query: { deletable_id: world.id('owner') } }),
  'GET /api/v1/data_privacy_tasks/{id}': spare(newErasure),
  'POST /api/v1/data_privacy_tasks': async (world) => ({ body: erasing((await world.customer()).id) }),
  'POST /api/v1/data_exports': async (world, place) => ({
    body: place === 'own' ? {} : { user_id: (await world.customer()).id },
  }),
  'GET /api/v1/data_exports/{id}': { byAsker: archive },
  'GET /api/v1/data_exports/{id}/download': { byAsker: archive },
  'POST /api/v1/legal_holds': async (world) => ({ body: await holding(world) }),
  'DELETE /api/v1/legal_holds/{id}': spare(newHold),
  'POST /api/v1/retention_rules': (world) => ({ body: { name: world.fresh('spare'), ...retention } }),
  'POST /api/v1/retention_rules/preview': () => ({ body: retention }),
  'GET /api/v1/retention_rules/{id}': spare(newRetentionRule),
  'PUT /api/v1/retention_rules/{id}': spare(newRetentionRule, { active: false }),
  'DELETE /api/v1/retention_rules/{id}': spare(newRetentionRule),
  'GET /api/v1/retention_rules/{id}/preview': spare(newRetentionRule),
  'GET /api/v1/retention_rules/{id}/runs': spare(newRetentionRule),
  'POST /api/v1/retention_rules/{id}/runs': spare(newRetentionRule),
  'GET /api/v1/directories/{id}': spare(newDirectory),
  'POST /api/v1/directories': (world) => ({ body: directory(world.fresh('spare')) }),
  'PUT /api/v1/directories/{id}': spare(newDirectory, { claims_accounts: true }),
  'DELETE /api/v1/directories/{id}': spare(newDirectory),
  'GET /api/v1/directories/{id}/tokens': spare(newDirectory),
  'POST /api/v1/directories/{id}/tokens': spare(newDirectory, { name: 'x' }),
  'DELETE /api/v1/directories/{id}/tokens/{token}': async (world) => {
    const { id } = await newDirectory(world);
    const { id: token } = await world.boss.post(`/api/v1/directories/${id}/tokens`, { name: 'x' });
    return { path: { id, token } };
  },
  'GET /scim/v2/ResourceTypes/{id}': () => ({ path: { id: 'User' } }),
  'GET /scim/v2/Schemas/{id}': () => ({ path: { id: 'urn:ietf:params:scim:schemas:core:2.0:User' } }),
  'POST /scim/v2/Users': () => ({ body: { userName: 'x' } }),
  'GET /scim/v2/Users/{id}': scimUser,
  'PUT /scim/v2/Users/{id}': put(scimUser, { userName: 'x' }),
  'PATCH /scim/v2/Users/{id}': put(scimUser, {}),
  'DELETE /scim/v2/Users/{id}': scimUser,
  'POST /scim/v2/Groups': () => ({ body: { displayName: 'x' } }),
  'GET /scim/v2/Groups/{id}': nothing,
  'PUT /scim/v2/Groups/{id}': put(nothing, { displayName: 'x' }),
  'PATCH /scim/v2/Groups/{id}': put(nothing, {}),
  'DELETE /scim/v2/Groups/{id}': nothing,

  'GET /api/v1/services/{id}': spare(newService),
  'POST /api/v1/services': async (world) => ({
    body: { name: world.fresh('spare'), agreement_id: (await newAgreement(world)).id },
  }),
  'PUT /api/v1/services/{id}': spare(newService, { summary: 'x' }),
  'DELETE /api/v1/services/{id}': spare(newService),
  'POST /api/v1/imports': (world) => ({ body: pastOf(world.fresh('past')) }),
  'GET /api/v1/imports/{id}': spare(newImport),
  'PUT /api/v1/imports/{id}': spare(newImport, { group_id: 1 }),
  'DELETE /api/v1/imports/{id}': spare(newImport),
  'POST /api/v1/imports/{id}/verify': spare(newImport),
  // One that is there would run, and keep all others from running.
  'POST /api/v1/imports/{id}/start': () => ({ path: { id: NOTHING }, body: { doing: 'dry-run' } }),
  'POST /api/v1/imports/{id}/stop': spare(newImport),
  'GET /api/v1/imports/{id}/problems': spare(newImport),
  'POST /api/v1/agreements': async (world) => ({
    body: { name: 'x', group_id: (await newGroup(world)).id, list_address: 'list@spare.example' },
  }),
  'PUT /api/v1/agreements/{id}': spare(newAgreement, { active: false }),
  'POST /api/v1/federation/peers': (world) => ({ body: peer(world.fresh('peer')) }),
  'PUT /api/v1/federation/peers/{id}': spare(newPeer, { paused: true }),
  'DELETE /api/v1/federation/peers/{id}': spare(newPeer),
  'PUT /api/v1/federation/peers/{id}/token': spare(newPeer, { token: 'x' }),
  'POST /api/v1/federation/peers/{id}/tokens': spare(newPeer),
  'DELETE /api/v1/federation/peers/{id}/tokens/{token_id}': async (world) => ({
    path: { id: ((await newPeer(world)) as { id: number }).id, token_id: NOTHING },
  }),
  'PUT /api/v1/federation/peers/{id}/keys': spare(newPeer, { from: 'none' }),
  'POST /api/v1/federation/keys': () => ({ body: {} }),
  'GET /api/v1/federation/peers/{id}/webhooks': spare(newPeer),
  'DELETE /api/v1/federation/peers/{id}/webhooks/{webhook_id}': () => ({
    path: { id: NOTHING, webhook_id: randomUUID() },
  }),
  'POST /api/v1/federation/peers/{id}/replay': spare(newPeer, {}),
  'GET /api/v1/federation/peers/{id}/tickets': spare(newPeer),
  'GET /api/v1/federation/peers/{id}/adapter': spare(newForeignPeer),
  'PUT /api/v1/federation/peers/{id}/adapter': spare(newPeer, foreignDesk),
  'POST /api/v1/federation/peers/{id}/adapter/verify': spare(newForeignPeer),
  'GET /api/v1/federation/peers/{id}': spare(newPeer),
  'GET /api/v1/federation/peers/{id}/wishes': spare(newPeer),
  'GET /api/v1/federation/peers/{id}/offers': spare(newPeer),
  // One that is there would be called.
  'POST /api/v1/federation/peers/{id}/test': () => ({ path: { id: NOTHING } }),
  'GET /api/v1/tickets/{id}/federation': ticket,
  'POST /api/v1/tickets/{id}/federation/sync': ticket,
  'POST /api/v1/tickets/{id}/federation/hand_over': put(ticket, { peer_id: NOTHING }),
  'PUT /api/v1/tickets/{id}/federation/hand_over': put(ticket, { status: 'withdrawn' }),
  'DELETE /api/v1/tickets/{id}/federation/wishes/{wish_id}': ({ topics }, place) => ({
    path: { id: topics[place].id, wish_id: NOTHING },
  }),
  'GET /api/v1/agreements/{id}': spare(newAgreement),
  'POST /api/v1/agreement_proposals/{id}/accept': async (world) => ({
    ...{ path: { id: NOTHING }, body: { group_id: ((await newGroup(world)) as { id: number }).id } },
  }),
  'POST /api/v1/agreement_proposals/{id}/decline': () => ({ path: { id: NOTHING }, body: {} }),
  'POST /federation/v1/agreements': () => ({ body: {} }),
  'GET /federation/v1/agreements/{id}': nothing,
  'PATCH /federation/v1/agreements/{id}': () => ({ path: { id: NOTHING }, body: {} }),
  'POST /api/v1/agreements/{id}/preview': async (world) => ({
    path: { id: ((await newAgreement(world)) as { id: number }).id },
    body: { ticket_id: world.topics.own.id },
  }),
  'PUT /api/v1/federation/switch': () => ({ body: { stopped: false } }),
  'POST /federation/v1/events': () => ({ body: {} }),
  'GET /federation/v1/tickets/{id}': sharedTicket,
  'PUT /federation/v1/tickets/{id}': put(sharedTicket, {}),
  'PATCH /federation/v1/tickets/{id}': put(sharedTicket, {}),
  'GET /federation/v1/tickets/{id}/comments': sharedTicket,
  'PUT /federation/v1/tickets/{id}/comments/{comment}': () => ({
    path: { id: randomUUID(), comment: randomUUID() },
    body: {},
  }),
  'GET /federation/v1/attachments/{id}/content': sharedTicket,
  'PUT /federation/v1/attachments/{id}/content': put(sharedTicket, {}),
  'PUT /federation/v1/tickets/{id}/requester-erased': put(sharedTicket, {}),
  'DELETE /federation/v1/tickets/{id}/share': sharedTicket,
  'POST /federation/v1/webhooks': () => ({ body: {} }),
  'GET /federation/v1/webhooks/{id}': sharedTicket,
  'PATCH /federation/v1/webhooks/{id}': put(sharedTicket, {}),
  'DELETE /federation/v1/webhooks/{id}': sharedTicket,
  'POST /federation/v1/webhooks/{id}/rotate': put(sharedTicket, {}),
  'POST /federation/v1/webhooks/{id}/ping': put(sharedTicket, {}),
  'POST /federation/v1/webhooks/{id}/replay': put(sharedTicket, {}),
  'GET /federation/v1/webhooks/{id}/deliveries': sharedTicket,
  'GET /api/v1/applications/{id}': spare(newApplication),
  'POST /api/v1/applications': (world) => ({ body: { name: world.fresh('spare'), ...application } }),
  'PUT /api/v1/applications/{id}': spare(newApplication, { name: 'x' }),
  'POST /api/v1/applications/{id}/secret': spare(newApplication),
  'DELETE /api/v1/applications/{id}': spare(newApplication),
  'POST /api/v1/oauth/authorizations/preview': () => ({ body: { request: 'client_id=nobody' } }),
  'POST /api/v1/oauth/authorizations': () => ({ body: { request: 'client_id=nobody', allow: true, scopes: [] } }),
  'DELETE /api/v1/oauth/grants/{id}': nothing,
  'POST /oauth/token': ofProgram,
  'POST /oauth/revoke': ofProgram,
  'POST /oauth/introspect': ofProgram,

  'DELETE /api/v1/agreements/{id}': spare(newAgreement),
  'PUT /api/v1/cmdb_settings': () => ({ body: { tenant: '' } }),
  'GET /api/v1/cmdb_objects/{id}': nothing,
  'PUT /api/v1/pbas_settings': () => ({ body: { count_unchanged: false } }),
  'GET /api/v1/reports/tickets': (world, place) =>
    place === 'own' ? {} : { query: { group_id: world.id(place === 'same' ? 'North' : 'South') } },
  'GET /api/v1/channels_email/{id}': spare(newMailChannel),
  'POST /api/v1/channels_email': (world) => ({ body: mailChannel(world.fresh('spare')) }),
  'PUT /api/v1/channels_email/{id}': spare(newMailChannel, { email: 'x@desk.example' }),
  'DELETE /api/v1/channels_email/{id}': spare(newMailChannel),
  'POST /api/v1/channels_email/test': () => ({ body: { options: { inbound: unreached } } }),
  'POST /api/v1/channels_email/{id}/authorization': spare(newMailChannel),
  'POST /api/v1/channels_email/authorization': () => ({ body: { state: 'x', code: 'x' } }),
  'GET /api/v1/channels_email_outbound/{id}': spare(newMailAccount),
  'POST /api/v1/channels_email_outbound': (world) => ({ body: mailAccount(world.fresh('spare')) }),
  'PUT /api/v1/channels_email_outbound/{id}': spare(newMailAccount, { addresses: ['x@desk.example'] }),
  'DELETE /api/v1/channels_email_outbound/{id}': spare(newMailAccount),
  'POST /api/v1/mail_templates/preview': () => ({
    body: { kind: 'invitation', locale: 'en', subject: 'x', body: '[Begin]' },
  }),
  'GET /api/v1/mail_templates/{id}': spare(newMailText),
  'POST /api/v1/mail_templates': async (world) => ({ body: await mailText(world) }),
  'PUT /api/v1/mail_templates/{id}': spare(newMailText, { active: false }),
  'DELETE /api/v1/mail_templates/{id}': spare(newMailText),
  'POST /api/v1/channels_email_outbound/test': () => ({ body: { options: { outbound: unsent } } }),
  'POST /api/v1/channels_email_outbound/{id}/authorization': spare(newMailAccount),
  'POST /api/v1/channels_email_outbound/authorization': () => ({ body: { state: 'x', code: 'x' } }),
  'POST /api/v1/mail_keys': async (world) => ({ body: await certificate(world.fresh('spare')) }),
  'POST /api/v1/mail_keys/generate': (world) => ({ body: { group_id: world.id('North') } }),
  'POST /api/v1/mail_keys/{id}/accept': spare(newMailKey),
  'DELETE /api/v1/mail_keys/{id}': spare(newMailKey),
  'GET /api/v1/mail_keys/{id}/download': spare(newMailKey),
  'PUT /api/v1/mail_sealing/{group_id}': (world) => ({ path: { group_id: world.id('North') }, body: { sign: false } }),
  'POST /api/v1/mail_sealing/offer': (world) => ({ body: { group_id: world.id('North'), to: [] } }),
  'POST /api/v1/mail/quarantine/{id}/process': nothing,
  'POST /api/v1/mail/quarantine/{id}/release': nothing,
  'PUT /api/v1/mail/sender_proof': () => ({ body: { policy: 'mark' } }),
  'POST /api/v1/mail/quarantine/{id}/discard': put(nothing, { reason: 'spam' }),
  'GET /api/v1/mail/quarantine/{id}/raw': nothing,
  'POST /api/v1/mail/outbound/{id}/retry': () => ({ path: { id: randomUUID() } }),
  'GET /api/v1/webhooks/{id}': spare(newWebhook),
  'POST /api/v1/webhooks': (world) => ({ body: webhook(world.fresh('spare')) }),
  'PUT /api/v1/webhooks/{id}': spare(newWebhook, { note: 'x' }),
  'DELETE /api/v1/webhooks/{id}': spare(newWebhook),
  'POST /api/v1/webhooks/{id}/signing_secret': spare(newWebhook),
  'POST /api/v1/webhooks/{id}/test': spare(newWebhook),
  'GET /api/v1/webhook_deliveries/{id}': () => ({ path: { id: randomUUID() } }),
  'POST /api/v1/webhook_deliveries/{id}/replay': () => ({ path: { id: randomUUID() } }),
};

/** A route that stands not above takes nothing. */
const requestOf = (route: string): Asking | ByAsker => requests[route] ?? (() => ({}));

export function askingOf(route: string): AskingAs {
  const asking = requestOf(route);
  return 'byAsker' in asking ? asking.byAsker : asking;
}

/** As `askingOf`, for many who ask: what is only read is made once for each place, and not for each of them. */
export function askingOfMany(route: string): AskingAs {
  const asking = requestOf(route);
  if ('byAsker' in asking) return asking.byAsker;
  if (!route.startsWith('GET ')) return asking;
  const made = new Map<Place, ReturnType<Asking>>();
  return (world, place) => {
    const ask = made.get(place) ?? asking(world, place);
    made.set(place, ask);
    return ask;
  };
}
