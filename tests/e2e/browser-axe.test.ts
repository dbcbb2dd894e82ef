import type { Platform } from '@helpmesh/deploy/local';
import { rawMail, sendRaw } from '@helpmesh/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, useBrowser } from './browser.ts';
import { linkIn } from './desk.ts';
import { Looks } from './looks.ts';
import { testPlatform } from './platform.ts';

const levels = [
  { name: 'Hardware', value: 'hardware', children: [{ name: 'Disk', value: 'hardware::disk' }] },
  { name: 'Software', value: 'software' },
];
const asked = { shown: true, required: true };
/** A field of every kind of input. */
const customFields = [
  {
    object: 'Ticket',
    name: 'affected',
    display: 'Impact',
    data_type: 'input',
    data_option: { regex: '^[A-Z]' },
    screens: { create_middle: { 'ticket.agent': asked }, edit: { 'ticket.agent': asked } },
  },
  {
    object: 'Ticket',
    name: 'what_was_tried',
    display: 'What was tried',
    data_type: 'textarea',
    data_option: { note: 'In a few words' },
  },
  { object: 'Ticket', name: 'seats', display: 'Seats', data_type: 'integer' },
  { object: 'Ticket', name: 'on_call', display: 'On call', data_type: 'boolean' },
  { object: 'Ticket', name: 'agreed_for', display: 'Agreed for', data_type: 'datetime' },
  { object: 'Ticket', name: 'area', display: 'Area', data_type: 'tree_select', data_option: { options: levels } },
  {
    object: 'Ticket',
    name: 'sites',
    display: 'Sites',
    data_type: 'multiselect',
    data_option: { options: { b: 'Berlin', k: 'Karlsruhe' }, default: ['b', 'k'] },
  },
  { object: 'User', name: 'desk_number', display: 'Desk number', data_type: 'input' },
  { object: 'Organization', name: 'contract', display: 'Contract', data_type: 'date' },
];

/** What axe finds on each page, in both appearances, on a desk, enlarged to 200 % and at the width of a small phone. */
describe('accessibility', () => {
  let platform: Platform;
  let resetLink: string;
  let ticketId: number;
  let adminId: number;
  let proposalId: number;
  let personId: number;
  let taskId: number;
  let ruleId: number;
  let helpPages: string[];
  const browser = useBrowser(() => platform.url);

  beforeAll(async () => {
    const started = await testPlatform();
    platform = started.platform;
    const { admin, anyone, mailbox } = started;
    await sendRaw(
      { port: platform.smtpPort },
      rawMail({
        from: 'Ada Client <ada@customer.example>',
        subject: 'A title of many words, among them Donaudampfschifffahrtsgesellschaftskapitänswitwe',
        html: `<p>See <a href="https://www.example.org/a/rather/long/address/that/does/not/break">the page</a>.</p>
          <table width="900"><tr><td>wide</td><td>table</td></tr></table>`,
        attachments: [{ name: 'a-file-with-a-name-that-is-rather-long.log', content: 'text' }],
      }),
      { from: 'ada@customer.example', to: 'helpdesk@localhost' },
    );
    const ticket = await admin.ticketTitled('A title of many words');
    ticketId = ticket.id;
    const article = { ticket_id: ticketId, content_type: 'text/plain' };
    await admin.post('/api/v1/ticket_articles', { ...article, type: 'note', internal: true, body: 'A note.' });
    await admin.post('/api/v1/ticket_articles', { ...article, type: 'email', body: 'A reply.' });
    for (const field of customFields) await admin.post('/api/v1/object_manager_attributes', field);
    await admin.post('/api/v1/object_manager_attributes_execute_migrations', {});
    await admin.post(`/api/v1/tickets/${ticketId}/held_articles`, {
      article: { ...article, type: 'email', body: 'A reply for later.' },
      send_at: new Date(Date.now() + 86_400_000).toISOString(),
    });
    const provider = { name: 'egi', title: 'EGI Check-in', issuer: 'https://aai.egi.example/realm', client_id: 'desk' };
    const { id: provider_id } = await admin.post('/api/v1/openid_providers', provider);
    const pattern = 'urn:mace:egi.eu:group:vo.example.org:role=supporter#aai.egi.eu';
    await admin.post('/api/v1/entitlement_mappings', { provider_id, pattern, group: 'Users', access: 'full' });
    const mappings = [{ directory_group: 'Desk Agents', role_id: 2, group_id: 1, access: 'full' }];
    await admin.post('/api/v1/directories', { name: 'Physics', domains: ['physics.example'], mappings });
    const redirect_uris = ['https://planner.example/a/rather/long/address/that/does/not/break'];
    await admin.post('/api/v1/applications', { name: 'Planner', redirect_uris, scopes: ['ticket.agent', 'report'] });
    const { id: peer_id } = await admin.post('/api/v1/federation/peers', {
      ...{ name: 'Desk of physics', node: 'https://a-rather-long-name-of-a-desk.physics.example' },
      paused: true,
    });
    const { id: agreement_id } = await admin.post('/api/v1/agreements', {
      ...{ kind: 'full', name: 'With physics', group_id: 2, peer_id },
    });
    const past = { kind: 'zammad', address: 'https://old.desk.example', group_id: 1, secret: 'x' };
    await admin.post('/api/v1/imports', past);
    const asks = { name: 'Desk of chemistry', node: 'https://desk.chemistry.example' };
    const { id: asking } = await admin.post('/api/v1/federation/peers', asks);
    const { token } = await admin.post(`/api/v1/federation/peers/${asking}/tokens`, {});
    const asked = await fetch(`${platform.url}/federation/v1/agreements`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        ...{
          number: 1,
          name: 'Asked by chemistry',
          mode: 'full',
          requesterDisclosure: 'name',
          internalNotes: 'always',
        },
      }),
    });
    ({ id: proposalId } = (await asked.json()) as { id: number });
    const { id: away } = await admin.post('/api/v1/imports', { ...past, address: 'https://away.desk.invalid' });
    await admin.post(`/api/v1/imports/${away}/start`, { doing: 'dry-run' });
    await admin.put('/api/v1/chat_settings', { chat_active: true, chat_topics: [{ name: 'Beams', group_id: 1 }] });
    await admin.put('/api/v1/chat_sessions/availability', { active: true });
    await admin.post('/api/v1/services', { name: 'Beam time', summary: 'Hours at the beam.', agreement_id });
    const people = { administrator_ids: [3], agent_role_id: 2 };
    await admin.post('/api/v1/communities', {
      name: 'Physics',
      group_ids: [2],
      mail_domains: ['p.example'],
      ...people,
    });
    const newPerson = async (firstname: string): Promise<number> =>
      (await admin.post('/api/v1/users', { firstname, lastname: 'Son', email: `${firstname}@customer.example` })).id;
    ({ id: adminId } = await admin.get('/api/v1/users/me'));
    personId = await newPerson('Stays');
    const goes = await newPerson('Goes');
    await admin.post('/api/v1/legal_holds', { object: 'Ticket', object_id: ticketId, reason: 'An open claim' });
    const rule = { name: 'Three years', active: true, older_than_days: 1_095, action: 'pseudonymise' };
    ({ id: ruleId } = await admin.post('/api/v1/retention_rules', rule));
    await admin.post('/api/v1/macros', { name: 'Known outage', perform: { 'ticket.priority_id': { value: 3 } } });
    await admin.post('/api/v1/macros', {
      name: 'Everybody knows',
      perform: {
        'ticket.priority_id': { value: 1 },
        'ticket.title': { value: 'Known: #{ticket.title}' },
        'ticket.tags': { operator: 'add', value: 'outage' },
        'article.note': { subject: 'Known', body: 'Told about it.' },
      },
    });
    await admin.post('/api/v1/triggers', {
      name: 'Urgent words',
      active: false,
      condition: {
        'ticket.title': { operator: 'contains', value: ['fire'] },
        'ticket.tags': { operator: 'has changed' },
      },
      perform: { 'notification.email': { recipient: ['ticket_customer'], subject: 'Urgent', body: '<p>Urgent</p>' } },
    });
    await admin.post('/api/v1/jobs', {
      name: 'Close what is old',
      active: false,
      perform: { 'ticket.state_id': { value: 4 } },
    });
    await admin.post('/api/v1/webhooks', { name: 'Chat', endpoint: 'https://hooks.invalid/desk' });
    await admin.post('/api/v1/email_addresses', { name: 'Support', email: 'support@desk.example' });
    await admin.post('/api/v1/signatures', { name: 'Support', body: '<p><b>#{user.name}</b><br>{{group.name}}</p>' });
    await admin.post('/api/v1/postmaster_filters', {
      name: 'Orders',
      match: { subject: { operator: 'matches regex', value: '^order [0-9]+' } },
      perform: { 'x-zammad-ticket-group_id': { value: '1' }, 'x-zammad-article-internal': { value: 'true' } },
    });
    const mx = { host: 'mx.invalid', user: 'support@desk.example', password: 'x' };
    const inbound = { adapter: 'imap', options: mx };
    await admin.post('/api/v1/channels_email', { name: 'Support mailbox', active: false, options: { inbound } });
    const auth = { provider: 'microsoft', tenant: 'desk.example', client_id: 'desk', client_secret: 'x' };
    await admin.post('/api/v1/channels_email_outbound', {
      ...{ name: 'Support account', addresses: ['support@desk.example'] },
      options: { outbound: { adapter: 'smtp', options: mx }, auth },
    });
    await admin.post('/api/v1/brandings', { name: 'Bio Hub', accent: '#ffd400', slug: 'bio', support: 'Mondays' });
    const kb = '/api/v1/knowledge_bases/1';
    await admin.put('/api/v1/knowledge_bases/manage/1', {
      locales: ['en', 'de'],
      requests: true,
      request_group_ids: [1, 2],
    });
    const titled = (title: string) => ['en', 'de'].map((locale) => ({ locale, title }));
    const category = await admin.post(`${kb}/categories`, { translations: titled('Doors and Schließanlagen') });
    const body = '<h2>How</h2><p>Turn <a href="https://www.example.org/keys">the key</a>.</p><pre>x = 1</pre>';
    const translations = titled('Locked doors').map((text) => ({ ...text, body }));
    const answer = await admin.post(`${kb}/answers`, { category_id: category.id, translations });
    await admin.post(`${kb}/answers/${answer.id}/publish`, {});
    helpPages = [
      ...[
        '/help/en',
        `/help/de/doors-and-schliessanlagen-${category.id}`,
        '/help/de/search?q=key',
        '/help/en/nowhere-0',
        '/c/bio/help/en',
      ],
      ...[`/help/en/answers/locked-doors-${answer.id}`, '/help/en/request'],
    ];
    const order = { deletable_type: 'User', deletable_id: goes, preferences: { sure: 'DELETE' } };
    ({ id: taskId } = await admin.post('/api/v1/data_privacy_tasks', order));
    await anyone.post('/api/v1/users/password_reset', { username: 'agent1@example.com' });
    resetLink = linkIn(
      await mailbox.mail('agent1@example.com', ({ Subject }) => /password/i.test(Subject)),
      '/reset',
    ).href;
  }, 120_000);
  afterAll(() => platform?.stop());

  /** Screens of the administration, each with a text that shows it is there. */
  const screens = (): (readonly [place: string, ready: string])[] => [
    ['users/new', 'Send an invitation'],
    ['groups', 'some group1'],
    ['groups/1', 'Sending address'],
    ['organizations', 'Zammad Foundation'],
    ['organizations/1', 'Nicole Braun'],
    ['mail', 'support@desk.example'],
    ['mail/addresses/1', 'send as it is from then on'],
    ['mail/signatures/1', 'As it would stand below a mail of yours.'],
    ['mail/filters/1', 'Add a condition'],
    ['mail/channels', 'Support mailbox'],
    ['mail/mailboxes/1', 'Seconds between two looks'],
    ['mail/accounts/1', 'Sign in with the provider'],
    ['mail/queues', 'Outgoing mails'],
    ['mail/encryption', 'Keys of the desk'],
    ['mail/texts', 'Notification: due soon'],
    ['mail/texts/password-reset~en', 'Values this mail can name'],
    ['mail/texts/footer~en', 'Without a text there is no footer'],
    ['roles', 'Customer'],
    ['roles/2', 'admin.user'],
    ['custom-fields', 'What was tried'],
    ['custom-fields/new', 'Create the field'],
    ['custom-fields/1', 'Expected form'],
    ['slas/new', 'What it would mean'],
    ['calendars/1', 'Next open times'],
    ['recurring/new', 'Next:'],
    ['ticket-settings', 'Time to take a reply back'],
    ['states', 'new tickets begin in it'],
    ['states/2', 'Answers of customers lead to it'],
    ['priorities', 'new tickets begin with it'],
    ['priorities/3', 'Lists sort by priority'],
    ['tags', 'Find a tag'],
    ['knowledge-base', 'Locked doors'],
    ['knowledge-base/categories/1', 'What roles may do'],
    ['knowledge-base/answers/1', 'What readers make of it'],
    ['sign-in', 'EGI Check-in'],
    ['sign-in/providers/1', 'Redirect URI'],
    ['branding', 'Bio Hub'],
    ['branding/new', 'Create the branding'],
    ['branding/2', 'stands in for it there'],
    ['directories/1', 'the directory cannot come in yet'],
    ['applications/1', 'Client id'],
    ['integrations', 'Put this where the form is to be:'],
    ['chat', 'Put this before the end of each page:'],
    ['cmdb', 'Only where i-doit wants one'],
    ['communities', 'Physics'],
    ['communities/1', 'Who works in its groups'],
    ['communities/new', 'Create the community'],
    ['services', 'Beam time'],
    ['services/1', 'Lower ones come first'],
    ['services/new', 'Add the service'],
    ['federation', 'Stop all sending'],
    ['federation/peers/1', 'It has no token yet'],
    ['federation/peers/new', 'Add the helpdesk'],
    ['federation/software/1', 'Token or password of our account there'],
    ['federation/agreements/1', 'What would be sent'],
    [`federation/proposals/${proposalId}`, 'They would tell you internal notes, too.'],
    ['federation/agreements/new', 'Make the agreement'],
    ['federation/pbas/settings', 'Headers that may carry it'],
    ['data-protection', 'An open claim'],
    [`data-protection/new?person=${adminId}`, 'This person cannot be erased'],
    [`data-protection/new?person=${personId}`, 'Erase the person'],
    [`data-protection/tasks/${taskId}`, 'Nothing was left anywhere'],
    ['data-protection/retention/new', 'Create the rule'],
    [`data-protection/retention/${ruleId}`, 'Kept by a legal hold: 0'],
    ['macros', 'Known outage'],
    ['macros/1', 'Add an action'],
    ['text-modules/new', 'Create the text module'],
    ['templates', 'There are no templates'],
    ['triggers', 'Urgent words'],
    ['triggers/4', 'Send an e-mail'],
    ['schedules', 'Close what is old'],
    ['schedules/1', 'Nothing yet.'],
    ['webhooks', 'hooks.invalid'],
    ['webhooks/1', 'It was not called yet.'],
    ['imports', 'old.desk.example'],
    ['imports/new', 'Add the helpdesk'],
    ['imports/1', 'Nothing was read there yet.'],
    ['imports/2', 'It goes on by itself.'],
    ['configuration', 'Compare with a file'],
    ['health', 'counter.unlucky'],
    ['maintenance', 'Show it while the desk is open as well'],
    ['audit', 'oidc-provider.created'],
  ];

  it('nothing serious in light and dark, at 200 % and at 320 px, and nothing cut off', {
    timeout: 400_000,
  }, async () => {
    const database = new Client({ connectionString: platform.databaseUrl('reporting') });
    await database.connect();
    await database.query(
      `INSERT INTO dead_letter (consumer, message_id, subject, payload, headers, cause, tries)
       VALUES ('reporting__nobody', 'x', 'nobody.v1.hears', '{}', '{}', 'counter.unlucky', 8)`,
    );
    await database.end();
    const left = screens();
    // Two look at the same time, each with a page of their own.
    const [first, second] = await Promise.all([lookAround(left), lookAtScreens(left)]);
    expect([...first, ...second]).toEqual([]);
  });

  /** The pages of everybody and of agents, then what is left of the administration. */
  async function lookAround(left: ReturnType<typeof screens>): Promise<string[]> {
    const person = await browser.person();
    const { page } = person;
    const looks = new Looks(person);
    looks.isPlain = true;
    person.allow(/status of 404/);
    person.allow(/status of 422/);
    for (const path of helpPages) {
      await person.goto(path);
      await looks.at(path);
    }
    // Nothing is filled in.
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').waitFor();
    await looks.at('a request with complaints');
    looks.isPlain = false;

    await page.goto(resetLink);
    await page.getByLabel('New password').waitFor();
    await looks.at('reset');
    await person.goto('/');
    await person.heading('Sign in').waitFor();
    await looks.at('sign-in');
    await person.goto('/sign-up');
    await person.heading('Create an account').waitFor();
    await looks.at('sign-up');
    await person.goto('/link');
    await person.heading('Sign in by a link').waitFor();
    await looks.at('link');
    await person.goto('/');
    await person.fillIn(platform.admin.email, platform.admin.password);
    await person.heading('Home').waitFor();
    await page.getByRole('list', { name: 'Unassigned, oldest first' }).waitFor();
    await looks.at('home');
    await person.goto('/tickets?view=open&q=created%3A%3E2020-01-01');
    await person.row(/A title of many words/).waitFor();
    await page.getByRole('list', { name: 'Filters' }).waitFor();
    await page
      .getByRole('grid')
      .getByText(/: A reply\.$/)
      .waitFor();
    await looks.at('list');
    await page.getByRole('button', { name: 'Display and download' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'How the last message begins', checked: true }).waitFor();
    await looks.at('menu of a list');
    await page.keyboard.press('Escape');
    await page.keyboard.press('v');
    await page
      .getByRole('region', { name: 'Ticket', exact: true })
      .getByRole('button', { name: 'Internal note' })
      .waitFor();
    await looks.at('list with a ticket beside it');
    await page.keyboard.press('v');
    await page.getByRole('button', { name: /^Account of / }).click();
    await page.getByRole('menu').waitFor();
    await looks.at('account menu');
    await page.keyboard.press('Escape');
    await person.goto(`/tickets/${ticketId}`);
    await person.message(/^Agent: /).waitFor();
    await page.getByRole('button', { name: 'Reply', exact: true }).waitFor();
    person.allow(/status of 422/);
    await page.getByLabel('Impact').fill('small');
    await page.getByLabel('Impact').press('Enter');
    await page.getByRole('complementary').getByText('Impact has not the expected form').waitFor();
    expect(await page.getByLabel('Impact').inputValue()).toBe('small');
    await looks.at('ticket with a field that was refused');
    await page.getByLabel('Impact').fill('Large');
    await page.getByLabel('Impact').press('Enter');
    await page.getByText('Impact: – → Large').waitFor();
    await page.getByRole('button', { name: 'Macros' }).click();
    await page.getByRole('menuitem', { name: 'Everybody knows' }).click();
    await page.getByRole('dialog').getByText('Told about it.').waitFor();
    await looks.at('what a macro would do');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Reply', exact: true }).click();
    await page.getByRole('textbox', { name: 'Text of the reply' }).waitFor();
    await looks.at('reply');
    await person.goto(`/tickets/${ticketId}`);
    await person
      .message(/^Agent: /)
      .getByRole('button', { name: 'Actions of this message' })
      .click();
    await page.getByRole('menuitem', { name: 'Forward to somebody else' }).click();
    await page.getByRole('textbox', { name: 'Text to somebody beside the ticket' }).waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText('Say first whom this goes to.').waitFor();
    await looks.at('a message passed on');
    await page.getByRole('button', { name: 'Discard and close' }).click();
    await person.goto('/profile');
    await page.getByRole('combobox', { name: 'Stands in' }).waitFor();
    await looks.at('profile');
    await person.goto(`/people/${personId}`);
    await person.heading('Stays Son').waitFor();
    await looks.at('person');
    await person.goto('/organizations/1');
    await person.heading('Zammad Foundation').waitFor();
    await looks.at('organization');
    await person.goto('/tickets/new');
    await page.getByRole('textbox', { name: 'Text', exact: true }).waitFor();
    await looks.at('new ticket');
    await page.getByRole('button', { name: 'Create the ticket' }).click();
    await page.getByText('Choose a customer.').waitFor();
    await page.getByText('This field must be filled in.').waitFor();
    await looks.at('new ticket with complaints');
    await person.goto('/account');
    await page.getByText('You have no second factor yet.').waitFor();
    await page.getByText('This session').waitFor();
    await looks.at('account');
    await page.getByRole('button', { name: 'Set up an authenticator app' }).click();
    await page.getByRole('img', { name: 'Code to scan' }).waitFor();
    await looks.at('authenticator app');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Make a token' }).click();
    await page.getByRole('dialog').getByLabel('Name').waitFor();
    await looks.at('new token');

    await person.goto('/admin/users');
    await page.getByRole('link', { name: 'Nicole Braun' }).waitFor();
    await looks.at('users');
    await page.getByRole('link', { name: 'Agent 1 Test' }).click();
    await page.getByRole('group', { name: 'Access to groups' }).getByText('some group1').waitFor();
    await page.getByLabel('Desk number').waitFor();
    await page.getByText('Signed in nowhere.').waitFor();
    await looks.at('user');
    await page.getByLabel('First name').fill('Somebody');
    await page.getByRole('button', { name: 'Discard changes' }).waitFor();
    await looks.at('user with changes');
    await page.getByRole('link', { name: 'Users', exact: true }).last().click();
    await page.getByRole('dialog').getByText('are not saved').waitFor();
    await looks.at('question before leaving');
    await page.getByRole('button', { name: 'Leave' }).click();
    await person.heading('Users').waitFor();
    looks.isPlain = true;
    await person.goto('/assets/chat/preview');
    await page.getByRole('button', { name: 'Chat with us' }).click();
    await page.getByLabel('Name').fill('Vera Visitor');
    await page.getByLabel('E-mail').fill('vera');
    await page.getByLabel('Your question').fill('Is the beam on?');
    await page.getByRole('button', { name: 'Start the chat' }).click();
    await page.getByText('This is not a valid e-mail address.').waitFor();
    await looks.at('beginning of a chat');
    await page.getByLabel('E-mail').fill('vera@customer.example');
    await page.getByRole('button', { name: 'Start the chat' }).click();
    await page.getByText('You are next.').waitFor();
    await looks.at('chat of a visitor');
    looks.isPlain = false;
    await person.goto('/chats');
    await page.getByRole('link', { name: /Is the beam on/ }).waitFor();
    await looks.at('chats');
    await person.goto('/chats/1');
    await page.getByRole('button', { name: 'Take the chat' }).click();
    await page.getByLabel('Answer').waitFor();
    await looks.at('chat');
    await lookAtAll(person, looks, left);
    return looks.found;
  }

  async function lookAtScreens(left: ReturnType<typeof screens>): Promise<string[]> {
    const person = await browser.person();
    const looks = new Looks(person);
    const { email, password } = platform.admin;
    await person.comeIn(email, password);
    await lookAtAll(person, looks, left);
    return looks.found;
  }

  /** Takes one after the other, until there is none. */
  async function lookAtAll(person: Person, looks: Looks, left: ReturnType<typeof screens>): Promise<void> {
    for (let next = left.shift(); next; next = left.shift()) {
      const [place, ready] = next;
      const sign = person.page.getByText(ready);
      // What says that a page is there must not be from the one before.
      if (await sign.count()) await person.goto(`/admin/${place}`);
      else await person.goOn(`/admin/${place}`);
      await sign.first().waitFor();
      if (place === 'maintenance') {
        const { page } = person;
        await page.getByRole('button', { name: 'Ask all to load anew' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Ask all to load anew' }).click();
        await page.getByRole('button', { name: 'Load anew', exact: true }).waitFor();
      }
      await looks.at(place);
    }
  }
});
