import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { fillWithDemoData } from '../src/demo/demo.ts';
import { workspace } from '../src/platform/home.ts';
import { type Platform, startPlatform } from '../src/platform/platform.ts';
import { terminalProgress } from '../src/platform/progress.ts';
import { launchChromium } from './chromium.ts';
import { palettePng } from './palette-png.ts';

const desk = { viewport: { width: 1360, height: 850 }, locale: 'en-GB', reducedMotion: 'reduce' } as const;
const phone = { ...desk, viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } as const;
/** Pictures stand in the README: all of them together should not weigh more than a page. */
const MOST_BYTES = 150_000;

await new Command('screenshots')
  .description('Starts a private platform with the demo data and writes the pictures of the documentation.')
  .option('--out <folder>', 'where the pictures go', path.join(workspace, 'docs/images'))
  .option('--no-build', 'start what is built already')
  .showHelpAfterError('(--help shows what there is)')
  .action(takeAll)
  .parseAsync();

async function takeAll({ out, build }: { out: string; build: boolean }): Promise<void> {
  const progress = terminalProgress(process.stdout);
  const serviceEnv = { ticket: { HELPMESH_IMPORT_MODE: 'true' } };
  const platform = await startPlatform({ ports: 'private', build, serviceEnv, progress });
  const browser = await launchChromium();
  try {
    await progress.step('demo data', (note) => fillWithDemoData(platform, note));
    await progress.step('pictures', () => pictures(browser, platform, out));
  } finally {
    await browser.close();
    await platform.stop();
  }
}

async function pictures(browser: Browser, platform: Platform, out: string): Promise<void> {
  mkdirSync(out, { recursive: true });
  await closeSeededTicket(platform);
  const list = `${platform.url}/tickets?view=open`;
  const at = async (
    options: BrowserContextOptions,
    name: string,
    show: (page: Page) => Promise<void>,
    who: Platform['admin'] = platform.admin,
  ) => {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await signIn(page, platform.url, who);
    await show(page);
    // What stands beside comes when the page has nothing else to do.
    await page.waitForLoadState('networkidle');
    await page.waitForTimeout(1_000);
    const file = path.join(out, `${name}.png`);
    const picture = palettePng(await page.screenshot({ animations: 'disabled' }));
    await context.close();
    const { length } = picture;
    if (length > MOST_BYTES) throw new Error(`${file} has ${length} bytes; at most ${MOST_BYTES} are wanted.`);
    writeFileSync(file, picture);
  };
  const openList = async (page: Page) => {
    await page.goto(list);
    await page.locator('[role=row][data-ticket]').nth(8).waitFor();
  };
  await at({ ...desk, colorScheme: 'light' }, 'home', async (page) => {
    await page.goto(platform.url);
    await page.getByRole('list', { name: 'What waits for you' }).waitFor();
    await page.waitForLoadState('networkidle');
  });
  await at({ ...desk, colorScheme: 'light' }, 'tickets-light', openList);
  await at({ ...desk, colorScheme: 'dark' }, 'tickets-dark', openList);
  await at({ ...phone, colorScheme: 'light' }, 'phone', openList);
  await at({ ...desk, colorScheme: 'light' }, 'ticket', async (page) => {
    await openList(page);
    const talk = page.locator('[role=row][data-ticket]').filter({ hasText: /\D[3-9]$|[3-9]\s/ });
    await talk.first().getByRole('link').click();
    await page.getByRole('region', { name: 'Messages' }).getByRole('article').first().waitFor();
    await page.getByRole('button', { name: 'Internal note' }).waitFor();
  });
  await at({ ...desk, colorScheme: 'light' }, 'new-ticket', async (page) => {
    await page.goto(`${platform.url}/tickets/new`);
    await page.getByRole('textbox', { name: 'Text', exact: true }).waitFor();
    await page.getByLabel('Customer', { exact: true }).fill('Okafor');
    await page
      .getByRole('option', { name: /Ruth Okafor/ })
      .first()
      .click();
    await page.getByLabel('Title', { exact: true }).fill('Cannot download the dataset after the update');
    await page.getByRole('combobox', { name: 'Group' }).click();
    await page.getByRole('option', { name: 'Marine Data' }).click();
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill('She gets “403 Forbidden” since this morning.');
  });
  await at({ ...desk, colorScheme: 'light' }, 'reports', async (page) => {
    await page.goto(`${platform.url}/admin/reports`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
  });
  await at({ ...desk, colorScheme: 'light' }, 'dashboard', async (page) => {
    await page.goto(`${platform.url}/admin/reports`);
    const figures = page.getByRole('region', { name: 'Figures of groups' });
    await figures.waitFor();
    await page.waitForLoadState('networkidle');
    await figures.evaluate((one) => one.closest('section:not([tabindex])')?.scrollIntoView({ block: 'end' }));
  });
  const asker = await customer(platform);
  const small = { ...desk, viewport: { width: 1000, height: 700 }, colorScheme: 'light' } as const;
  await at(small, 'portal', (page) => portal(page, platform.url), asker);
  await at(
    { ...phone, colorScheme: 'light' },
    'portal-phone',
    async (page) => {
      await portal(page, platform.url);
      await page.getByRole('grid').getByRole('link').first().click();
      await page.getByRole('region', { name: 'Messages' }).getByRole('article').first().waitFor();
      await page.waitForLoadState('networkidle');
    },
    asker,
  );
  await at({ ...desk, colorScheme: 'light' }, 'administration', async (page) => {
    await page.goto(`${platform.url}/admin/health`);
    await page.getByText('Everything works').waitFor();
    await page.waitForLoadState('networkidle');
  });
  await at({ ...desk, viewport: { width: 900, height: 700 }, colorScheme: 'light' }, 'help', async (page) => {
    await page.goto(`${platform.url}/help/en`);
    await page
      .getByRole('link')
      .filter({ hasText: 'I cannot sign in' })
      .or(page.getByText('Signing in'))
      .first()
      .waitFor();
  });
}

async function portal(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/tickets`);
  await page.getByRole('grid').getByRole('link').first().waitFor();
}

/** The greeting that every new desk has would be the newest ticket of all. */
async function closeSeededTicket({ url, admin }: Platform): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${admin.email}:${admin.password}`).toString('base64')}`;
  const response = await fetch(`${url}/api/v1/tickets/1`, {
    method: 'PUT',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ state: 'closed' }),
  });
  if (!response.ok) throw new Error(`closing ticket 1 answered ${response.status}: ${await response.text()}`);
}

/** Somebody of the demo data who asks for help, with a password to sign in. */
async function customer({ url, admin }: Platform): Promise<Platform['admin']> {
  const authorization = `Basic ${Buffer.from(`${admin.email}:${admin.password}`).toString('base64')}`;
  const call = async (method: string, route: string, body?: object) => {
    const response = await fetch(`${url}/api/v1/users${route}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${route} answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
  const [{ id, email }] = (await call('GET', '/search?query=Brennan')) as [{ id: number; email: string }];
  const password = 'Shown-in-pictures-1';
  await call('PUT', `/${id}`, { password });
  return { email, password };
}

async function signIn(page: Page, url: string, who: Platform['admin']): Promise<void> {
  await page.goto(url);
  await page.getByLabel('E-mail address').fill(who.email);
  await page.getByLabel('Password', { exact: true }).fill(who.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('button', { name: /^Account of / }).waitFor();
}
