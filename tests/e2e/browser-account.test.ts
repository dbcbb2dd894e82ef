import { buffer } from 'node:stream/consumers';
import type { Platform } from '@helpmesh/deploy/local';
import { waitFor } from '@helpmesh/testing';
import { TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, useBrowser } from './browser.ts';
import { type Desk, type Json, linkIn, type Mailbox } from './desk.ts';
import { testPlatform } from './platform.ts';
import { seriousIn } from './serious.ts';

const password = 'a rather long password';

/** How people sign in and look after it, through the page, with a virtual authenticator of the browser. */
describe('account security', { timeout: 120_000 }, () => {
  let platform: Platform;
  let admin: Desk;
  let mailbox: Mailbox;
  let people = 0;
  const browser = useBrowser(() => platform.url);

  beforeAll(async () => {
    ({ platform, admin, mailbox } = await testPlatform());
  }, 120_000);
  afterAll(() => platform?.stop());

  async function newUser(roles: string[] = ['Customer']): Promise<{ id: number; email: string }> {
    const email = `person${++people}@customer.example`;
    const { id } = await admin.post('/api/v1/users', { email, firstname: 'Per', lastname: 'Son', password, roles });
    return { id, email };
  }

  async function atAccount(person: Person, email: string, { agent = false } = {}): Promise<void> {
    const { page } = person;
    await person.signIn(email, password, { at: '/tickets' });
    await page.getByRole('button', { name: /^Account of / }).click();
    await page.getByRole('menuitem', { name: 'Account security' }).click();
    await person.heading('Account security').waitFor();
    // All of it: what arrives later moves what is below it.
    await page.getByText('This session').waitFor();
    await page.getByRole('list', { name: 'Second factors' }).waitFor();
    if (agent) await page.getByText('You have none.').waitFor();
  }

  async function signOut({ page }: Person): Promise<void> {
    await page.getByRole('button', { name: /^Account of / }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  }

  /** From the open dialog on. @returns codes of the app, and the recovery codes */
  async function setUpApp({ page }: Person): Promise<{ code: (steps?: number) => string; recovery: string[] }> {
    const secret = (await page.locator('code').first().textContent()) ?? '';
    await page.getByRole('img', { name: 'Code to scan' }).waitFor();
    expect(await page.locator('.mantine-Alert-root', { hasNotText: /./ }).count(), 'empty boxes').toBe(0);
    const app = new TOTP({ secret: secret.replaceAll(' ', '') });
    const code = (steps = 0) => app.generate({ timestamp: Date.now() + steps * 30_000 });
    await page.getByLabel('Code of the app').fill(code());
    await page.getByRole('button', { name: 'Confirm' }).click();
    const list = page.getByRole('list', { name: 'Recovery codes' });
    await list.waitFor();
    const recovery = await list.getByRole('listitem').allTextContents();
    await page.getByRole('button', { name: 'I have kept them' }).click();
    return { code, recovery };
  }

  /** Touch, fingerprint and storage of a platform authenticator, played by the browser itself. */
  async function withAuthenticator({ context, page }: Person): Promise<void> {
    const cdp = await context.newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
  }

  it('an authenticator app is set up, asked for, and replaced by a recovery code when it is lost', async () => {
    const { email } = await newUser();
    const person = await browser.person();
    const { page } = person;
    person.allow(/status of 422 .*\/api\/v1\/signin/, /status of 401 .*\/api\/v1\/signin\/second_factor/);
    await atAccount(person, email);
    await page.getByRole('button', { name: 'Set up an authenticator app' }).click();
    const { code, recovery } = await setUpApp(person);
    expect(recovery).toHaveLength(10);
    await page.getByText('10 of 10 are left').waitFor();

    await signOut(person);
    await person.fillIn(email, password);
    await person.heading('Second step').waitFor();
    await page.getByLabel('Code', { exact: true }).fill('000000');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('This code is not right.').waitFor();
    await page.getByLabel('Code', { exact: true }).fill(code(1));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^Account of / }).waitFor();

    await signOut(person);
    await person.fillIn(email, password);
    await page.getByRole('button', { name: 'Use a recovery code instead' }).click();
    await page.getByLabel('Recovery code').fill(recovery[0] ?? '');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('button', { name: /^Account of / }).waitFor();
    await person.goto('/account');
    await page.getByText('9 of 10 are left').waitFor();
  });

  it('what is kept about somebody is ordered and fetched as one file', async () => {
    const { email } = await newUser();
    const person = await browser.person();
    const { page } = person;
    await atAccount(person, email);
    await page.getByRole('button', { name: 'Download my data' }).click();
    await page.getByText('Your archive is being made.').waitFor();
    const link = page.getByRole('link', { name: 'Download your data' });
    await link.waitFor({ timeout: 30_000 });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(download.suggestedFilename()).toMatch(/^personal-data-\d+-\d{4}-\d\d-\d\d\.zip$/);
    const bytes = await buffer(await download.createReadStream());
    expect(bytes.toString('latin1')).toContain('profile.json');
    const mail = await mailbox.mail(email, ({ Subject }) => Subject.startsWith('The data you asked for'), 'it');
    expect(mail.text).toContain(`${platform.url}/account`);
    expect(mail.attachments).toEqual([]);
  });

  it('a passkey is added, signs in alone, and is asked for after the password', async () => {
    const { email } = await newUser();
    const person = await browser.person();
    const { page } = person;
    person.allow(/status of 422 .*\/api\/v1\/signin/);
    await withAuthenticator(person);
    await atAccount(person, email);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByLabel('Name').fill('My laptop');
    await page.getByRole('button', { name: 'Add the passkey' }).click();
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByRole('listitem').filter({ hasText: 'My laptop' }).getByText('never used').waitFor();

    await signOut(person);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('button', { name: /^Account of Per Son/ }).waitFor();

    await signOut(person);
    await person.fillIn(email, password);
    await page.getByRole('button', { name: 'Use the passkey' }).click();
    await page.getByRole('button', { name: /^Account of / }).waitFor();

    await person.goto('/account');
    await page.getByRole('listitem').filter({ hasText: 'My laptop' }).getByText('last used').waitFor();
    await page.getByRole('button', { name: 'Remove the passkey My laptop' }).click();
    await page.getByText('You have no second factor yet.').waitFor();
  });

  it('S23: the other sessions end, and a page of one of them goes to the sign-in', async () => {
    const { email } = await newUser();
    const [here, there] = [await browser.person(), await browser.person()];
    there.allow(/status of 40[13] /);
    await there.signIn(email, password);
    await atAccount(here, email);
    const sessions = here.page.getByRole('list', { name: 'Sessions' }).getByRole('listitem');
    await sessions.nth(1).waitFor();
    await sessions
      .filter({ hasText: 'This session' })
      .getByText(/Chrome/)
      .waitFor();
    await here.page.getByRole('button', { name: 'Sign out everywhere else' }).click();
    await here.page.getByText('You are signed out everywhere else.').waitFor();
    await sessions.nth(1).waitFor({ state: 'detached' });
    await there.goto('/tickets');
    await there.heading('Sign in').waitFor();
  });

  it('an API token is shown once, works with its permissions, and is revoked', async () => {
    const { email } = await newUser(['Agent']);
    const person = await browser.person();
    const { page } = person;
    await atAccount(person, email, { agent: true });
    await page.getByRole('button', { name: 'Make a token' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('sync');
    await dialog.getByRole('combobox', { name: 'Permissions' }).fill('ticket.agent');
    await page.getByRole('option', { name: 'ticket.agent' }).click();
    await page.keyboard.press('Tab');
    await dialog.getByRole('button', { name: 'Make the token' }).click();
    await dialog.getByText('Copy the token now').waitFor();
    const token = (await dialog.getByText(/^hm_/).textContent()) ?? '';
    await dialog.getByRole('button', { name: 'Done' }).click();
    const row = page.getByRole('list', { name: 'API tokens' }).getByRole('listitem').filter({ hasText: 'sync' });
    await row.getByText('never used').waitFor();
    expect(await page.content()).not.toContain(token);
    const script = admin.as({ token });
    expect(await script.get('/api/v1/users/me')).toMatchObject({ login: email, permissions: ['ticket.agent'] });
    await page.getByRole('button', { name: 'Revoke the token sync' }).click();
    await row.waitFor({ state: 'detached' });
    expect((await script.call('GET', '/api/v1/users/me')).status).toBe(401);
  });

  it('S24: somebody makes an account by a link to their address and a password of their own', async () => {
    const email = 'newcomer@customer.example';
    const person = await browser.person();
    const { page } = person;
    await person.goto('/sign-in');
    await page.getByRole('link', { name: 'Create an account' }).click();
    await page.getByLabel('First name').fill('New');
    await page.getByLabel('Last name').fill('Comer');
    await page.getByLabel('E-mail address').fill(email);
    await page.getByRole('button', { name: 'Send the link' }).click();
    await person.heading('Check your mail').waitFor();
    const link = linkIn(await mailbox.mail(email), '/welcome');
    await person.goto(link.href);
    await page.getByLabel('New password').fill(password);
    await page.getByRole('button', { name: 'Save the password' }).click();
    await page.getByRole('link', { name: 'Go to sign in' }).click();
    await person.fillIn(email, password);
    await page.getByRole('button', { name: 'Account of New Comer' }).waitFor();
  });

  it('a role that demands a second factor leads there first, and to the desk afterwards', async () => {
    const { email } = await newUser(['Agent']);
    const settings: Json[] = await admin.get('/api/v1/settings');
    const { id } = settings.find(({ name }) => name === 'two_factor_authentication_enforce_role_ids');
    const agents = { state_current: { value: [2] } };
    const session = await openSession();
    await session.put(`/api/v1/settings/${id}`, agents);
    try {
      const person = await browser.person();
      const { page } = person;
      await person.goto('/');
      await person.fillIn(email, password);
      await person.heading('Set up a second factor').waitFor();
      expect(await seriousIn(person, 'enrolment')).toEqual([]);
      await setUpApp(person);
      await page.getByRole('button', { name: /^Account of / }).waitFor();
      await person.heading().waitFor();
    } finally {
      await session.put(`/api/v1/settings/${id}`, { state_current: { value: [] } });
    }
  });

  describe('administration', () => {
    /** The administrator at the page of somebody. */
    async function atUser(id: number): Promise<Person> {
      const person = await browser.person();
      await person.comeIn(platform.admin.email, platform.admin.password, { at: `/admin/users/${id}` });
      await person.page.getByRole('group', { name: 'Roles' }).waitFor();
      return person;
    }
    const said = ({ page }: Person, text: string) => page.getByText(text, { exact: true }).waitFor();

    it('somebody is invited, becomes an agent with access to one group, and is found again', async () => {
      const email = 'invited@agent.example';
      const person = await browser.person();
      const { page } = person;
      await person.comeIn(platform.admin.email, platform.admin.password);
      const views = page.getByRole('navigation', { name: 'Views' });
      await views.getByText('People and access').click();
      await views.getByRole('link', { name: 'Users' }).click();
      await page.getByRole('link', { name: 'New user' }).click();
      await page.getByLabel('First name').fill('Ines');
      await page.getByLabel('Last name').fill('Vited');
      await page.getByLabel('E-mail address').fill(email);
      await page.getByRole('checkbox', { name: 'Agent' }).check();
      await page.getByRole('checkbox', { name: 'Users: Read' }).check();
      await page.getByRole('checkbox', { name: 'Users: Full' }).check();
      expect(await page.getByRole('checkbox', { name: 'Users: Read' }).isChecked(), 'full contains it').toBe(false);
      await page.getByRole('button', { name: 'Create the user' }).click();
      await person.heading('Ines Vited').waitFor();
      await said(person, 'The user was created.');
      expect(linkIn(await mailbox.mail(email, ({ Subject }) => /invitation/i.test(Subject)), '/invite').search).toMatch(
        /token=/,
      );
      const [user] = await admin.get(`/api/v1/users/search?query=${email}&expand=true`);
      expect(user).toMatchObject({ roles: ['Agent', 'Customer'], groups: { Users: ['full'] } });

      await page.getByRole('link', { name: 'Users', exact: true }).last().click();
      await page.getByLabel('Search in this list').fill('vited');
      await page.getByRole('list', { name: 'Users' }).getByRole('listitem').filter({ hasText: email }).waitFor();
      await page.waitForURL(/\?q=vited$/);
      await page.getByLabel('Search in this list').fill('nobody is called so');
      await said(person, 'Nothing matches');
    });

    it('changes that are not saved are asked about, and those of somebody else are told', async () => {
      const { id } = await newUser();
      const person = await atUser(id);
      const { page } = person;
      await page.getByLabel('First name').fill('Mine');
      await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Groups' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Stay' }).click();
      await admin.put(`/api/v1/users/${id}`, { firstname: 'Theirs', phone: '42' });
      await page.getByRole('button', { name: 'Save' }).click();
      const alert = page.getByRole('alert').filter({ hasText: 'Somebody else changed this meanwhile' });
      await alert.getByText(/First name and Phone/).waitFor();
      expect(await admin.get(`/api/v1/users/${id}`)).toMatchObject({ firstname: 'Theirs' });
      await alert.getByRole('button', { name: 'Keep my changes' }).click();
      await page.getByRole('button', { name: 'Save' }).click();
      await said(person, 'The user was saved.');
      expect(await admin.get(`/api/v1/users/${id}`)).toMatchObject({ firstname: 'Mine', phone: '42' });
      // Saved: nobody is asked.
      await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Groups' }).click();
      await person.heading('Groups').waitFor();
    });

    it('second factors, sessions and tokens of somebody are taken away, and their owner is told by mail', async () => {
      const { id, email } = await newUser(['Agent']);
      const owner = await browser.person();
      owner.allow(/status of 40[13] /);
      await atAccount(owner, email, { agent: true });
      await owner.page.getByRole('button', { name: 'Set up an authenticator app' }).click();
      await setUpApp(owner);
      const person = await atUser(id);
      const { page } = person;
      await page.getByRole('button', { name: 'Remove all second factors' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove all' }).click();
      await said(person, 'The second factors were removed.');
      await page.getByText('None is set up.').waitFor();
      await page.getByText('Signed in nowhere.').waitFor();
      const mail = await mailbox.mail(email, ({ Snippet }) => /second factors were removed/.test(Snippet));
      expect(mail.subject).toBe('Your account at Helpmesh was changed');
      expect(mail.text).toContain(`${platform.url}/account`);
    });

    it('an application is registered: its secret is shown once, renewed, and ends with it', async () => {
      const person = await browser.person();
      const { page } = person;
      person.allow(/status of 422 .*\/api\/v1\/applications/);
      await person.comeIn(platform.admin.email, platform.admin.password, { at: '/admin/applications' });
      await said(person, 'No program of others may act for people here');
      await page.getByRole('link', { name: 'New application' }).click();
      await page.getByLabel('Name').fill('Planner');
      const addresses = page.getByRole('combobox', { name: 'Redirect URIs' });
      await addresses.fill('ftp://planner.example/desk');
      await page.getByRole('combobox', { name: 'Scopes' }).fill('ticket.ag');
      await page.getByRole('option', { name: 'ticket.agent' }).click();
      await page.getByRole('button', { name: 'Register the application' }).click();
      await page
        .getByRole('alert')
        .getByText(/No redirect URI/)
        .waitFor();
      await addresses.press('Backspace');
      await addresses.fill('https://planner.example/desk');
      await page.getByRole('button', { name: 'Register the application' }).click();
      const dialog = page.getByRole('dialog');
      const shown = async () => {
        await dialog.getByText('Copy the secret now').waitFor();
        await page.keyboard.press('Escape');
        const texts = await dialog.locator('pre').allTextContents();
        await dialog.getByRole('button', { name: 'Done' }).click();
        return texts;
      };
      const [uid, secret = ''] = await shown();
      await person.heading('Planner').waitFor();
      const [application] = await admin.get('/api/v1/applications');
      expect(application).toMatchObject({ uid, confidential: true, scopes: ['ticket.agent'] });
      expect(application.redirect_uris).toEqual(['https://planner.example/desk']);
      await page.getByRole('button', { name: 'New secret' }).click();
      await dialog.getByRole('button', { name: 'Make a new secret' }).click();
      const [sameUid, other = ''] = await shown();
      expect(sameUid).toBe(uid);
      expect(other).not.toBe(secret);
      expect(await page.content()).not.toContain(other);
      await page.getByRole('button', { name: 'Delete' }).click();
      await dialog.getByRole('button', { name: 'Delete' }).click();
      await said(person, 'The application was deleted.');
      expect(await admin.get('/api/v1/applications')).toEqual([]);
    });

    it('a directory is added with a mapping, and comes in with the token that was shown', async () => {
      const person = await browser.person();
      const { page } = person;
      await person.comeIn(platform.admin.email, platform.admin.password, { at: '/admin/directories' });
      await said(person, 'No directory provisions people here');
      await page.getByRole('link', { name: 'New directory' }).click();
      await page.getByLabel('Name').fill('Physics');
      await page.getByRole('combobox', { name: 'Mail domains' }).fill('physics.example');
      await page.getByRole('button', { name: 'Add a mapping' }).click();
      const mapping = page.getByRole('group', { name: 'Mapping 1' });
      // The keyboard is in it already.
      await page.keyboard.type('Desk Agents');
      await mapping.getByRole('combobox', { name: 'Role' }).click();
      await page.getByRole('option', { name: 'Agent' }).click();
      await page.getByRole('button', { name: 'Add the directory' }).click();
      await person.heading('Physics').waitFor();
      const [directory] = await admin.get('/api/v1/directories');
      const mappings = [{ directory_group: 'Desk Agents', role_id: 2, group_id: null, access: null }];
      expect(directory).toMatchObject({ domains: ['physics.example'], mappings, enabled: true });

      await page.getByRole('button', { name: 'Make a token' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name').fill('Entra ID');
      await page.keyboard.press('Enter');
      await dialog.getByText('Copy the token now').waitFor();
      const token = (await dialog.locator('pre').textContent()) ?? '';
      await dialog.getByRole('button', { name: 'Done' }).click();
      const scim = admin.as({ token });
      expect((await scim.call('GET', '/scim/v2/Users')).status).toBe(200);
      await page.getByRole('button', { name: 'Revoke the token Entra ID' }).click();
      await dialog.getByRole('button', { name: 'Revoke' }).click();
      await said(person, 'The token does not work any more.');
      expect((await scim.call('GET', '/scim/v2/Users')).status).toBe(401);
    });

    it('J12: a person under hold is not erased; when it is lifted, they are, and each service says when it is through', async () => {
      const { id, email } = await newUser();
      const person = await browser.person();
      const { page } = person;
      await person.comeIn(platform.admin.email, platform.admin.password, { at: '/admin/data-protection' });
      await said(person, 'Nobody was erased yet');
      await page.getByRole('button', { name: 'Place a hold' }).click();
      const choose = async () => {
        await page.getByRole('combobox', { name: 'Person' }).fill(email);
        await page.getByRole('option', { name: new RegExp(email) }).click();
      };
      await choose();
      await page.getByLabel('Reason').fill('An open claim');
      await page.getByRole('button', { name: 'Place the hold' }).click();
      const hold = page.getByRole('list', { name: 'Legal holds' }).getByRole('listitem');
      await hold.getByText('An open claim').waitFor();
      await page.getByRole('link', { name: 'Erase a person' }).click();
      await choose();
      await page.getByText('A legal hold keeps this from being erased.').waitFor();
      expect(await page.getByLabel('Type DELETE to go on').count()).toBe(0);

      await page.getByRole('link', { name: 'Data protection' }).last().click();
      await page.getByRole('button', { name: `Lift the hold of person ${id}` }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Lift' }).click();
      await hold.waitFor({ state: 'detached' });
      await person.goto(`/admin/data-protection/new?person=${id}`);
      await page
        .getByRole('list', { name: 'What is touched' })
        .getByText(/Accounts: 1/)
        .waitFor();
      await page.getByRole('radio', { name: 'Delete their requests' }).check();
      const erase = page.getByRole('button', { name: 'Erase the person' });
      await page.getByLabel('Type DELETE to go on').fill('delete');
      expect(await erase.isDisabled()).toBe(true);
      await page.getByLabel('Type DELETE to go on').fill('DELETE');
      await erase.click();
      await person.heading(/^erased-/).waitFor();
      await page.getByText(/Nothing was left anywhere/).waitFor({ timeout: 60_000 });
      const services = page.getByRole('list', { name: 'Services' }).getByRole('listitem');
      expect(await services.filter({ hasText: 'Through' }).count()).toBe(6);
      expect(await admin.get(`/api/v1/users/${id}`)).toMatchObject({ active: false, email: '' });
    });

    it('J12: a role, a group below another and an organization are made, changed and deleted', async () => {
      const person = await browser.person();
      const { page } = person;
      await person.comeIn(platform.admin.email, platform.admin.password, { at: '/admin/groups' });
      await page.getByRole('link', { name: 'New group' }).click();
      await page.getByLabel('Name').fill('Below');
      await page.getByRole('combobox', { name: 'Below' }).click();
      await page.getByRole('option', { name: 'some group1' }).click();
      await page.getByRole('button', { name: 'Create the group' }).click();
      await person.heading('some group1::Below').waitFor();
      await page.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await said(person, 'The group was deleted.');
      await person.heading('Groups').waitFor();

      await person.goto('/admin/roles/new');
      await page.getByLabel('Name').fill('Auditor');
      await page.getByRole('checkbox', { name: 'admin.audit_log' }).check();
      await page.getByRole('button', { name: 'Create the role' }).click();
      await person.heading('Auditor').waitFor();

      await person.goto('/admin/organizations/new');
      await page.getByLabel('Name').fill('Marine Data');
      await page.getByRole('button', { name: 'Create the organization' }).click();
      await person.heading('Marine Data').waitFor();
      const { id, email } = await newUser(['Auditor']);
      await page.getByRole('combobox', { name: 'Add a member' }).fill(email);
      await page.getByRole('option', { name: /Per Son/ }).click();
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByRole('list', { name: 'Members' }).getByText(email).waitFor();

      const auditor = await browser.person();
      await auditor.comeIn(email, password, { at: `/admin/users/${id}` });
      await auditor.heading('You are not allowed to see this page').waitFor();
      const links = auditor.page
        .getByRole('navigation', { name: 'Views' })
        .getByRole('list', { name: 'Administration' });
      expect(await links.getByRole('link').allTextContents()).toEqual(['Audit log']);
      await links.getByRole('link').click();
      await auditor.page.getByLabel('What').fill('role');
      await auditor.page.getByRole('button', { name: 'Filter' }).click();
      await auditor.page.waitForURL(/what=role/);
      const entries = auditor.page.getByRole('list', { name: 'Audit log' }).getByRole('listitem');
      await entries.filter({ hasText: 'Auditor' }).filter({ hasText: 'role.created' }).waitFor();
      await auditor.page.getByRole('button', { name: 'Verify the log' }).click();
      await auditor.page.getByText('The log is whole').waitFor();
    });

    it('J12: a trigger is written, tried on the past, made, and tells afterwards what it did and why', async () => {
      const person = await browser.person();
      const { page } = person;
      await person.comeIn(platform.admin.email, platform.admin.password, { at: '/admin/triggers' });
      await said(person, 'auto reply (on new tickets)');
      await page.getByRole('link', { name: 'New trigger' }).click();
      await page.getByLabel('Name').fill('Fires first');
      await page.getByRole('button', { name: 'Add a condition' }).press('Enter');
      const happened = page.getByRole('group', { name: 'Condition 1' }).getByLabel('Value');
      await happened.fill('created');
      await happened.press('ArrowDown');
      await happened.press('Enter');
      await page.getByRole('button', { name: 'Add a condition' }).press('Enter');
      const line = page.getByRole('group', { name: 'Condition 2' });
      await line.getByRole('combobox', { name: 'Field' }).click();
      await page.getByRole('option', { name: 'Title', exact: true }).click();
      await line.getByLabel('Value').fill('Welcome');
      await line.getByLabel('Value').press('Enter');
      await page.getByRole('button', { name: 'Add an action' }).click();
      await page.getByRole('menuitem', { name: 'Priority' }).click();
      await page.getByRole('group', { name: 'Priority' }).getByLabel('Value').click();
      await page.getByRole('option', { name: 'High' }).click();
      await page.getByRole('button', { name: 'Try it' }).click();
      const would = page.getByRole('list', { name: 'Tickets it would be for' });
      await would.getByText('Welcome to Zammad!').waitFor();
      await would
        .getByText(/Priority: .*High/)
        .first()
        .waitFor();
      await page.getByRole('button', { name: 'Create the trigger' }).click();
      await said(person, 'The trigger was created.');
      await said(person, 'Nothing yet. Only the runs that the log keeps are shown.');

      const ticket = await admin.post('/api/v1/tickets', {
        ...{ title: 'Welcome fire', group: 'Users', customer: 'guess:fire@customer.example' },
        article: { body: 'It burns.' },
      });
      await page.getByRole('button', { name: 'Look again' }).click();
      await page.getByRole('list', { name: 'What it did' }).getByText('Welcome fire').waitFor();
      await person.goto(`/tickets/${ticket.id}`);
      await page.getByRole('button', { name: 'by the trigger Fires first' }).first().click();
      await page.getByText('This change came about by: Ticket created → Fires first').waitFor();
      await page.keyboard.press('Escape');
      await person.goto('/admin/triggers');
      await page.getByRole('switch', { name: 'Fires first is active' }).press('Space');
      await said(person, 'Switched off.');
      const triggers: Json[] = await admin.get('/api/v1/triggers');
      expect(triggers.find(({ name }) => name === 'Fires first')).toMatchObject({ active: false });
    });

    it('a schedule says when it runs and for what, and is run by hand', async () => {
      const person = await browser.person();
      const { page } = person;
      await person.comeIn(platform.admin.email, platform.admin.password, { at: '/admin/schedules/new' });
      await page.getByLabel('Name').fill('Mark what is new');
      await page.getByRole('button', { name: 'Add a condition' }).click();
      const line = page.getByRole('group', { name: 'Condition 1' });
      await line.getByLabel('Value').fill('New');
      await page.getByRole('option', { name: 'New', exact: true }).click();
      await page.getByRole('button', { name: 'Add an action' }).click();
      await page.getByRole('menuitem', { name: 'Tags' }).click();
      const tags = page.getByRole('group', { name: 'Tags' }).getByPlaceholder('Type and press Enter');
      await tags.fill('fresh');
      await tags.press('Enter');
      await page.getByRole('button', { name: 'Create the schedule' }).click();
      await said(person, 'The schedule was created.');
      await page
        .getByText(/^Next run/)
        .first()
        .waitFor();
      await page.getByRole('button', { name: 'Run now' }).click();
      await page
        .getByRole('dialog')
        .getByText(/It is for \d+ tickets? now\./)
        .waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Run now' }).click();
      await waitFor(async () => (await admin.get('/api/v1/ticket_list?query=tag:fresh')).total > 0, {
        what: 'a ticket with the tag of the schedule',
      });
      await page.getByRole('button', { name: 'Look again' }).click();
      await page.getByRole('list', { name: 'What it did' }).getByText('Welcome to Zammad!').first().waitFor();
    });

    it('a webhook shows its key once, is tried, and tells of each call what went wrong', async () => {
      const person = await browser.person();
      const { page } = person;
      await person.comeIn(platform.admin.email, platform.admin.password, { at: '/admin/webhooks/new' });
      await page.getByLabel('Name', { exact: true }).fill('Chat');
      await page.getByLabel('Address').fill('https://hooks.invalid/desk');
      await page.getByLabel('Bearer token').fill('of-the-receiver');
      await page.getByRole('button', { name: 'Create the webhook' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(/^whsec_/).waitFor();
      await dialog.getByRole('button', { name: 'Done' }).click();
      await person.heading('Chat').waitFor();
      expect(await page.getByLabel('Bearer token').inputValue(), 'stars for the secret').toBe('**********');
      await page.getByRole('button', { name: 'Test call' }).click();
      await dialog.getByText('Failed', { exact: true }).waitFor();
      await dialog.getByRole('region', { name: 'Try 1', exact: true }).waitFor();
      expect(await dialog.textContent()).not.toContain('of-the-receiver');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'New key' }).click();
      await dialog.getByRole('button', { name: 'Make a new key' }).click();
      await dialog.getByText(/^whsec_/).waitFor();
      await dialog.getByRole('button', { name: 'Done' }).click();
      await page.getByRole('list', { name: 'Calls' }).getByText('Test call').waitFor();
    });

    it('J12: a mailbox is tried before it is kept, shows no secret, and is paused', async () => {
      const person = await browser.person();
      const { page } = person;
      await person.comeIn(platform.admin.email, platform.admin.password, { at: '/admin/mail' });
      await page.getByRole('link', { name: 'Mail channels' }).click();
      await page.getByRole('link', { name: 'New mailbox' }).click();
      await page.getByLabel('Name', { exact: true }).fill('Support');
      await page.getByRole('textbox', { name: 'Server' }).fill('127.0.0.1');
      await page.getByRole('textbox', { name: 'Port' }).fill('1');
      await page.getByRole('textbox', { name: 'User name' }).fill('support');
      await page.getByRole('textbox', { name: 'Password' }).fill('of-the-mailbox');
      await page.getByRole('button', { name: 'Test', exact: true }).click();
      await page
        .getByRole('list', { name: 'It does not work yet' })
        .getByText(/ECONNREFUSED/)
        .waitFor();
      await page.getByRole('switch', { name: 'Active' }).uncheck({ force: true });
      await page.getByRole('button', { name: 'Create the mailbox' }).click();
      await person.heading('Support').waitFor();
      expect(await page.getByRole('textbox', { name: 'Password' }).inputValue(), 'stars for the secret').toBe(
        '**********',
      );
      await person.goto('/admin/mail/channels');
      await page.getByRole('list', { name: 'Mailboxes' }).getByText('Paused').waitFor();
    });

    it('nobody else has the pages, whatever address they type', async () => {
      const { email } = await newUser(['Agent']);
      const person = await browser.person();
      await person.signIn(email, password, { at: '/admin/users' });
      await person.heading('You are not allowed to see this page').waitFor();
      await person.goto('/admin');
      await person.heading('You are not allowed to see this page').waitFor();
      expect(await person.page.getByText('Administration').count()).toBe(0);
    });
  });

  /** The administrator by a cookie: passwords alone open nothing while a role demands more. */
  async function openSession(): Promise<Desk> {
    const { email, password: secret } = platform.admin;
    const answer = await admin.as(undefined).call('POST', '/api/v1/signin', { username: email, password: secret });
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    return admin.as({ cookie, csrf: answer.headers.get('csrf-token') ?? '' });
  }
});
