import type { Platform } from '@helpmesh/deploy/local';
import { type OpenIdServer, openIdServer } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Person, useBrowser } from './browser.ts';
import type { Desk } from './desk.ts';
import { OAuthClient } from './oauth-client.ts';
import { testPlatform } from './platform.ts';

const vo = 'urn:mace:egi.eu:group:vo.example.org';
const scopes = ['profile', 'email', 'entitlements', 'eduperson_entitlement', 'voperson_id'];

/** A person with an account at a research infrastructure, and the desk that trusts it. */
describe('signing in by an OpenID provider', { timeout: 90_000 }, () => {
  let platform: Platform;
  let admin: Desk;
  let provider: OpenIdServer;
  const browser = useBrowser(() => platform.url);

  beforeAll(async () => {
    ({ platform, admin } = await testPlatform({ identity: { HELPMESH_ALLOWED_PRIVATE_HOSTS: '127.0.0.1' } }));
    provider = await openIdServer({
      redirectUris: [`${platform.url}/auth/openid/check-in/callback`],
      postLogoutRedirectUris: [`${platform.url}/sign-in`],
    });
    const { issuer, clientId, clientSecret } = provider;
    const made = await admin.post('/api/v1/openid_providers', {
      name: 'check-in',
      title: 'EGI Check-in',
      issuer,
      client_id: clientId,
      client_secret: clientSecret,
      scopes,
      trusts_email: true,
    });
    expect(made.redirect_uri).toBe(`${platform.url}/auth/openid/check-in/callback`);
    await admin.post('/api/v1/entitlement_mappings', {
      provider_id: made.id,
      pattern: `${vo}:support:role=member`,
      role: 'Agent',
      group: 'Users',
      access: 'full',
    });
  }, 120_000);
  afterAll(async () => {
    await platform?.stop();
    await provider?.stop();
  });

  /** To the page of the provider, and what they do there. */
  async function atProvider(person: Person, at: string, login: string | null): Promise<void> {
    person.allow(new RegExp(`^request to ${provider.issuer}/`));
    const { page } = person;
    await person.goto(at);
    await page.getByRole('link', { name: 'Sign in with EGI Check-in' }).click();
    if (login === null) return page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByLabel('Login').fill(login);
    await page.getByRole('button', { name: 'Continue' }).click();
  }

  const account = (person: Person) => person.page.getByRole('button', { name: /^Account of / });

  it('is linked by who is signed in with a password, signs in to their account, and is unlinked again', async () => {
    provider.people.set('lena', { given_name: 'Elsewhere', email: 'lena@elsewhere.example', email_verified: true });
    const [email, password] = ['lena@desk.example', 'a rather long password'];
    await admin.post('/api/v1/users', { email, firstname: 'Lena', lastname: 'Linked', password, roles: ['Customer'] });
    const lena = await browser.person();
    lena.allow(new RegExp(`^request to ${provider.issuer}/`));
    const { page } = lena;
    await lena.comeIn(email, password, { at: '/account' });
    const accounts = page.getByRole('list', { name: 'Linked accounts' }).getByRole('listitem');
    await page.getByRole('button', { name: 'Link: EGI Check-in' }).click();
    await page.getByLabel('Login').fill('lena');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('The account was linked. You can sign in by it from now on.').waitFor();
    await accounts.filter({ hasText: 'EGI Check-in' }).filter({ hasText: 'lena' }).waitFor();
    expect(new URL(page.url()).search).toBe('');
    expect(await page.getByRole('button', { name: 'Link: EGI Check-in' }).count()).toBe(0);

    const again = await browser.person();
    await atProvider(again, '/account', 'lena');
    await again.page.getByRole('button', { name: 'Account of Lena Linked' }).waitFor();

    const other = await browser.person();
    other.allow(new RegExp(`^request to ${provider.issuer}/`));
    await other.comeIn(platform.admin.email, platform.admin.password, { at: '/account' });
    await other.page.getByRole('button', { name: 'Link: EGI Check-in' }).click();
    await other.page.getByLabel('Login').fill('lena');
    await other.page.getByRole('button', { name: 'Continue' }).click();
    await other.page.getByText('This account at the provider belongs to somebody else here.').waitFor();

    await page.getByRole('button', { name: 'Unlink EGI Check-in' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Unlink' }).click();
    await page.getByText('The account was unlinked.').waitFor();
    await page.getByText('You have none.').waitFor();
    again.allow(/status of 40[13] /);
    await again.goto('/tickets');
    await again.heading('Sign in').waitFor();
  });

  it('J8: gives the mapped role, leads to the page that was asked for, and signs out at both', async () => {
    provider.people.set('ines', {
      given_name: 'Ines',
      family_name: 'Infra',
      email: 'ines@infra.example',
      email_verified: true,
      eduperson_entitlement: [`${vo}:support:role=member#aai.egi.eu`],
    });
    const ines = await browser.person();
    const { page } = ines;
    await atProvider(ines, '/tickets/new', 'ines');
    await page.getByRole('button', { name: 'Account of Ines Infra' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/tickets/new');
    const me = await page.evaluate(async () => (await fetch('/api/v1/users/me?expand=true')).json());
    expect(me).toMatchObject({
      email: 'ines@infra.example',
      roles: ['Agent', 'Customer'],
      effective_group_ids: { 1: ['full'] },
    });
    await ines.goto('/tickets?view=open');
    await ines.row('Welcome to Zammad!').waitFor();
    // The last to ask for something: what is asked for after the session is refused.
    await page.getByRole('button', { name: 'Add a filter' }).waitFor();

    await account(ines).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await ines.heading('Sign in').waitFor();
    await ines.goto('/tickets');
    await ines.heading('Sign in').waitFor();
  });

  it('takes the role back when the entitlement is gone at the next sign-in', async () => {
    provider.people.set('igor', { name: 'Igor Infra', entitlements: [`${vo}:support:night:role=member`] });
    const before = await browser.person();
    await atProvider(before, '/', 'igor');
    await account(before).waitFor();
    const groups = () => before.page.evaluate(async () => (await fetch('/api/v1/users/me')).json());
    expect((await groups()).effective_group_ids).toEqual({ 1: ['full'] });

    provider.people.set('igor', { name: 'Igor Infra', entitlements: [`${vo}:other`] });
    const after = await browser.person();
    await atProvider(after, '/', 'igor');
    await account(after).waitFor();
    const me = await after.page.evaluate(async () => (await fetch('/api/v1/users/me?expand=true')).json());
    expect(me).toMatchObject({ firstname: 'Igor', roles: ['Customer'], effective_group_ids: {} });
    await after.goto('/tickets');
    await after.heading(/./).waitFor();
    expect(await after.row('Welcome to Zammad!').count()).toBe(0);
    // The browser that was an agent is signed out: its session knew rights that are gone.
    before.allow(/status of 40[13] /);
    expect((await groups()).error).toBeTruthy();
  });

  it('says on the sign-in page, in one sentence, what went wrong, and still takes a password', async () => {
    const person = await browser.person();
    await atProvider(person, '/tickets', null);
    await person.page.getByRole('alert').getByText('The sign-in was cancelled at the provider.').waitFor();
    provider.people.set('mallory', { name: 'M', email: platform.admin.email, email_verified: true });
    await atProvider(person, '/sign-in', 'mallory');
    await person.page.getByText('Ask an administrator to link it to your sign-in.').waitFor();
    await person.fillIn(platform.admin.email, platform.admin.password);
    await account(person).waitFor();
  });

  it('lets a program act for somebody who consents, and takes it back in the account', async () => {
    const made = await admin.post('/api/v1/applications', {
      name: 'Pocket desk',
      confidential: false,
      redirect_uris: ['http://127.0.0.1/done'],
      scopes: ['ticket.agent', 'report'],
    });
    const program = await OAuthClient.start(platform.url, made.uid);
    onTestFinished(() => program.stop());
    const person = await browser.person();
    const { page } = person;
    person.allow(new RegExp(`^request to ${program.origin}/`));
    const asDesk = (token: string) => admin.as({ token }).call('GET', '/api/v1/tickets');

    await page.goto(await program.begin('ticket.agent'));
    await person.fillIn(platform.admin.email, platform.admin.password);
    await person.heading('Grant access').waitFor();
    await page.getByText('Read, create and change tickets in your groups').waitFor();
    await page.getByRole('button', { name: 'Deny' }).click();
    await person.heading('Back in the program').waitFor();
    await expect(program.finish()).rejects.toMatchObject({ error: 'access_denied' });

    await page.goto(await program.begin('ticket.agent'));
    await page.getByRole('button', { name: 'Allow' }).click();
    await person.heading('Back in the program').waitFor();
    const first = await program.finish();
    expect(first).toMatchObject({ scope: 'ticket.agent', token_type: 'bearer' });
    expect((await asDesk(first.access_token)).status).toBe(200);
    expect((await admin.as({ token: first.access_token }).call('GET', '/api/v1/applications')).status).toBe(403);
    const second = await program.refresh(String(first.refresh_token));
    expect((await asDesk(second.access_token)).status).toBe(200);

    await person.goto('/account');
    await page.getByRole('button', { name: 'Take back what Pocket desk may do' }).click();
    await page.getByText('The application cannot act for you any more.').waitFor();
    expect((await asDesk(second.access_token)).status).toBe(401);
    await expect(program.refresh(String(second.refresh_token))).rejects.toMatchObject({ error: 'invalid_grant' });

    person.allow(/status of 422 /);
    await person.goto('/oauth/authorize?client_id=nobody');
    await person.heading('This request cannot be granted').waitFor();
  });

  it('speaks German', async () => {
    const person = await browser.person({ locale: 'de-DE' });
    await person.goto('/sign-in?problem=openid.not-started');
    await person.page.getByRole('link', { name: 'Anmelden mit EGI Check-in' }).waitFor();
    await person.page.getByRole('alert').getByText('hat zu lange gedauert').waitFor();
  });
});
