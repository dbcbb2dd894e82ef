import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { waitFor } from '@helpmesh/testing';
import type { BrowserContext, BrowserContextOptions, Browser as Chromium, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchChromium } from '../../deploy/tools/chromium.ts';

/** Where tests leave their pictures, those that failed and the journeys (`J1: …`) always; ignored by git. */
const artefacts = path.join(import.meta.dirname, '../../test-artefacts');
const journeys = path.join(artefacts, 'journeys');
/** Every wait of the page: long enough for a busy machine, and a hang still fails the test by its name. */
const PATIENCE_MS = 15_000;
/** Until a page is loaded: a browser that has just begun compiles all of it, and others begin beside it. */
const LOADING_MS = 30_000;

/** Somebody at a browser of their own: cookies, drafts and language are not shared with anybody. */
export class Person {
  /** What no page may do: errors on the console (broken policies among them), exceptions, dialogs, foreign requests. */
  readonly #problems: string[] = [];
  readonly #allowed: RegExp[] = [];

  constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly url: string,
  ) {
    page.setDefaultTimeout(PATIENCE_MS);
    page.setDefaultNavigationTimeout(LOADING_MS);
    page.on('console', (message) => {
      if (message.type() === 'error') this.#problems.push(`${message.text()} ${message.location().url}`);
    });
    page.on('pageerror', (error) => this.#problems.push(`exception: ${error.stack ?? error.message}`));
    page.on('dialog', (dialog) => {
      this.#problems.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    context.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      const local = protocol === 'data:' || protocol === 'blob:' || protocol === 'about:';
      if (!local && host !== new URL(url).host) this.#problems.push(`request to ${request.url()}`);
    });
  }

  /** What this test provokes on purpose. */
  allow(...problems: RegExp[]): void {
    this.#allowed.push(...problems);
  }

  get problems(): string[] {
    return this.#problems.filter((problem) => !this.#allowed.some((allowed) => allowed.test(problem)));
  }

  async goto(address: string): Promise<void> {
    await this.page.goto(new URL(address, this.url).href);
  }

  /** As a link within the page leads there: what was loaded stays. */
  async goOn(address: string): Promise<void> {
    await this.page.evaluate((to) => {
      history.pushState(null, '', to);
      dispatchEvent(new PopStateEvent('popstate'));
    }, address);
  }

  /** With a session that is there already, for who tests what comes after. Ends as `signIn` does. */
  async comeIn(username: string, password: string, { at = '/tickets?view=open' } = {}): Promise<void> {
    const data = { username, password };
    const answer = await this.context.request.post(new URL('/api/v1/signin', this.url).href, { data });
    if (!answer.ok()) throw new Error(`${username} cannot sign in: ${answer.status()} ${await answer.text()}`);
    await this.goto(at);
    await this.#isThere();
  }

  /** Through the page, in whatever language it is. Ends when the list of open tickets (or `at`) is on screen. */
  async signIn(email: string, password: string, { at = '/tickets?view=open' } = {}): Promise<void> {
    await this.goto(at);
    await this.fillIn(email, password);
    await this.#isThere();
  }

  async #isThere(): Promise<void> {
    await this.page.getByRole('button', { name: /^(Account of|Konto von) / }).waitFor();
    await this.heading().waitFor();
  }

  /** Fills in the sign-in page and sends it. */
  async fillIn(email: string, password: string): Promise<void> {
    // Asking who is signed in is how the page learns that a session is over; who never had one is refused nothing.
    this.allow(/status of 40[13] .*\/api\/v1\/users\/me/);
    await this.page.locator('input[name=username]').fill(email);
    await this.page.locator('input[name=password]').fill(password);
    await this.page.locator('button[type=submit]').click();
  }

  heading(name?: string | RegExp): Locator {
    return this.page.getByRole('heading', { level: 1, ...(name !== undefined && { name }) });
  }

  row(title: string | RegExp): Locator {
    return this.page.getByRole('grid').getByRole('link', { name: title });
  }

  message(name: string | RegExp): Locator {
    return this.page.getByRole('article', { name });
  }

  /** The text of a message, whether it stands on the page or in its frame. */
  async shows(words: string): Promise<void> {
    const thread = this.page.getByRole('region', { name: 'Messages' });
    const frames = thread.locator('iframe');
    const shown = async () => {
      const inFrames = Array.from({ length: await frames.count() }, (_, i) =>
        frames.nth(i).contentFrame().locator('body').textContent(),
      );
      return (await Promise.all([thread.textContent(), ...inFrames])).some((text) => text?.includes(words));
    };
    await waitFor(shown, { what: `"${words}" in a message`, timeoutMs: PATIENCE_MS });
  }

  /** Changes when the page is loaded anew, and only then. */
  document(): Promise<number> {
    return this.page.evaluate(() => performance.timeOrigin);
  }

  /** What has the keyboard: its accessible name, else its text; `BODY` when nothing has it. */
  focused(): Promise<string> {
    return this.page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return 'BODY';
      const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : undefined;
      return element.getAttribute('aria-label') ?? label ?? element.textContent ?? element.tagName;
    });
  }
}

export interface Browser {
  /** A new person; everybody leaves at the end of the test. @param at  whose pages they look at, if not the platform's */
  person(options?: BrowserContextOptions, at?: string): Promise<Person>;
}

/**
 * One Chromium for the tests of a file. After each test: a picture of every page when it failed, then the test fails
 * also for what went wrong on any page without being expected.
 * @param url  of the platform, asked for when the first person comes
 */
export function useBrowser(url: () => string): Browser {
  let running: Chromium;
  let people: Person[] = [];
  beforeAll(async () => {
    running = await launchChromium();
  });
  afterAll(() => running?.close());
  afterEach(async ({ task }) => {
    const present = people;
    people = [];
    const problems = present.flatMap((person) => person.problems);
    const failed = task.result?.state === 'fail' || problems.length > 0;
    if (failed || /^J\d/.test(task.name)) await takePictures(present, task.name, failed ? artefacts : journeys);
    await Promise.all(present.map(({ context }) => context.close()));
    expect(problems, 'what went wrong on the pages').toEqual([]);
  });
  return {
    async person(options = {}, at = url()) {
      const context = await running.newContext({
        locale: 'en-GB',
        viewport: { width: 1360, height: 850 },
        // Every click would wait for what still moves.
        reducedMotion: 'reduce',
        ...options,
      });
      const person = new Person(context, await context.newPage(), at);
      people.push(person);
      return person;
    },
  };
}

async function takePictures(people: Person[], test: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const name = test.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 80);
  for (const [i, { page }] of people.entries()) {
    // A page that hangs must not hide why the test failed.
    await page.screenshot({ path: path.join(folder, `${name}-${i + 1}.png`), timeout: 5000 }).catch(() => {});
  }
}
