import { parseArgs } from 'node:util';
import { type Platform, startPlatform, terminalProgress } from '@helpmesh/deploy/local';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { fillWithDemoData } from '../../deploy/src/demo/demo.ts';
import { launchChromium } from '../../deploy/tools/chromium.ts';
import { measure } from '../../services/web/scripts/check-budgets.ts';

const help = `Usage: npm run bench:web -- [options]

Starts the platform on private servers with the demo data (three hundred tickets), works it in Chromium as an agent would,
and prints each figure beside its budget. Ends with 1 when one is over. The budgets are for two idle cores.

  --throttle N    the page gets an Nth of the processor (default 1: none is taken away)
  --rounds N      tickets opened, keys pressed, events awaited: how often each (default 20)
  --help
`;

const options = given();
if (options.help) {
  process.stdout.write(help);
  process.exit(0);
}
const throttle = number('throttle', options.throttle);
const rounds = number('rounds', options.rounds);

function given() {
  try {
    return parseArgs({
      options: {
        throttle: { type: 'string', default: '1' },
        rounds: { type: 'string', default: '20' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function number(option: string, value: string): number {
  const read = Number(value);
  return read >= 1 ? read : refuse(`--${option} takes a number from 1 on, not "${value}".`);
}

function refuse(why: string): never {
  process.stderr.write(`${why}\n(--help shows what there is)\n`);
  process.exit(1);
}

interface Figure {
  what: string;
  measured: number;
  /** Null where nothing was promised. */
  budget: number | null;
  unit: 'ms' | 'KiB' | 'MiB' | '';
}

const K = 1024;
const viewport = { width: 1360, height: 850 };
const firstRow = '[data-ticket]';
const message = 'section[aria-label="Messages"] article';

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

function sizes(): Figure[] {
  const all = measure(new URL('../../services/web/dist', import.meta.url).pathname);
  // What is far below its budget says nothing; the largest of the rest stand for all.
  return all
    .filter(({ bytes, budget }, i) => i < 8 || bytes > budget * 0.8)
    .map(({ name, bytes, budget }) => ({
      what: `${name}, gzip`,
      measured: bytes / K,
      budget: budget / K,
      unit: 'KiB',
    }));
}

/** Long tasks and slow keys are noted from the beginning. */
function watch(): void {
  const noted = Object.assign(window, { longEnd: 0, slow: [] as number[] });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) noted.longEnd = startTime + duration;
  }).observe({ type: 'longtask', buffered: true });
  new PerformanceObserver((list) => {
    for (const { duration, name } of list.getEntries()) if (name === 'keydown') noted.slow.push(duration);
  }).observe({ type: 'event', buffered: true, durationThreshold: 16 } as PerformanceObserverInit);
}

interface Visit {
  context: BrowserContext;
  page: Page;
  cdp: CDPSession;
  /** Requests so far. */
  requests(): number;
}

async function visit(browser: Browser, from?: Visit): Promise<Visit> {
  const storageState = from && (await from.context.storageState());
  const context = await browser.newContext({ viewport, locale: 'en-GB', ...(storageState && { storageState }) });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: throttle });
  await page.addInitScript(watch);
  let requests = 0;
  page.on('request', () => requests++);
  return { context, page, cdp, requests: () => requests };
}

/** Since the page began: when an element was painted, ms. */
async function shownAt(page: Page, selector: string): Promise<number> {
  const handle = await page.waitForFunction(
    (wanted) => document.querySelector(wanted) !== null && performance.now(),
    selector,
    { polling: 'raf' },
  );
  return Number(await handle.jsonValue());
}

/** From a press on one element until another is painted that was not there, ms. */
function until(page: Page, pressed: string, wanted: string): Promise<number> {
  return page.evaluate(
    async ([from = '', to = '']) => {
      const began = performance.now();
      document.querySelector<HTMLElement>(from)?.click();
      for (;;) {
        await new Promise(requestAnimationFrame);
        if (document.querySelector(to)) return performance.now() - began;
        if (performance.now() - began > 10_000) throw new Error(`no ${to} after ${from}`);
      }
    },
    [pressed, wanted],
  );
}

async function signIn(page: Page, { url, admin }: Platform): Promise<void> {
  await page.goto(url);
  await page.locator('input[name=username]').fill(admin.email);
  await page.locator('input[name=password]').fill(admin.password);
  await page.locator('button[type=submit]').click();
  await page.locator('a[href$="view=open"]').waitFor();
}

/** A list from nothing, and again with what the browser kept. */
async function lists(browser: Browser, signedIn: Visit, { url }: Platform): Promise<Figure[]> {
  const list = `${url}/tickets?view=open`;
  const cold: number[] = [];
  const ready: number[] = [];
  const warm: number[] = [];
  let requests = 0;
  for (let i = 0; i < 5; i++) {
    const one = await visit(browser, signedIn);
    await one.page.goto(list, { waitUntil: 'commit' });
    cold.push(await shownAt(one.page, firstRow));
    await one.page.waitForLoadState('networkidle').catch(() => undefined);
    requests = one.requests();
    const busyUntil = await one.page.evaluate(() => (window as unknown as { longEnd: number }).longEnd);
    ready.push(Math.max(cold.at(-1) ?? 0, busyUntil));
    // What the agent does all day: from one list to another, the page stays.
    for (const [view, name] of [
      ['closed', 'Closed'],
      ['open', 'All open'],
    ] as const) {
      warm.push(await until(one.page, `a[href$="view=${view}"]`, `[role=grid][aria-label="${name}"] ${firstRow}`));
    }
    await one.context.close();
  }
  return [
    {
      what: 'list, first rows painted, nothing kept (median)',
      measured: quantile(cold, 0.5),
      budget: 1500,
      unit: 'ms',
    },
    {
      what: 'list, first rows painted, nothing kept (worst of 5)',
      measured: Math.max(...cold),
      budget: 1500,
      unit: 'ms',
    },
    {
      what: 'list, nothing holds the page up any more (median)',
      measured: quantile(ready, 0.5),
      budget: null,
      unit: 'ms',
    },
    { what: 'list, another view painted (p95)', measured: quantile(warm, 0.95), budget: 300, unit: 'ms' },
    { what: 'list, requests of a first visit', measured: requests, budget: null, unit: '' },
  ];
}

async function server({ page }: Visit): Promise<Figure> {
  const took = await page.evaluate(async (times) => {
    const all: number[] = [];
    for (let i = 0; i < times; i++) {
      const began = performance.now();
      await (await fetch('/api/v1/ticket_list?view=open&limit=50')).text();
      all.push(performance.now() - began);
    }
    return all;
  }, rounds * 2);
  return { what: 'list, the answer of the server (p95)', measured: quantile(took, 0.95), budget: 300, unit: 'ms' };
}

async function tickets(one: Visit, { url }: Platform): Promise<Figure[]> {
  const { page, cdp } = one;
  await page.goto(`${url}/tickets?view=all`);
  await page.locator(firstRow).nth(12).waitFor();
  const heap = async () => {
    await cdp.send('HeapProfiler.collectGarbage');
    return (await cdp.send('Runtime.getHeapUsage')).usedSize;
  };
  const opened: number[] = [];
  const back: number[] = [];
  // The parts of the page are fetched once.
  const open = async (index: number) => {
    const id = await page.locator(firstRow).nth(index).getAttribute('data-ticket');
    opened.push(await until(page, `[data-ticket="${id}"] a`, message));
    await page.locator(message).first().waitFor();
    back.push(await until(page, 'header a[href^="/tickets?"]', `[data-ticket="${id}"]`));
  };
  await open(0);
  const first = { opened: opened.pop() as number, requests: one.requests() };
  back.pop();
  const before = await heap();
  const many = 50;
  let requests = 0;
  for (let i = 0; i < many; i++) {
    const asked = one.requests();
    await open(1 + (i % 10));
    if (i === 0) requests = one.requests() - asked;
  }
  const grown = (await heap()) - before;
  return [
    { what: 'ticket, opened for the first time', measured: first.opened, budget: null, unit: 'ms' },
    { what: 'ticket, opened from the list (p95)', measured: quantile(opened, 0.95), budget: 400, unit: 'ms' },
    { what: 'ticket, back to the list (p95)', measured: quantile(back, 0.95), budget: 300, unit: 'ms' },
    { what: 'ticket, requests of the next one', measured: requests, budget: null, unit: '' },
    { what: `memory, more after ${many} tickets`, measured: grown / K / K, budget: null, unit: 'MiB' },
  ];
}

async function keys({ page }: Visit, { url }: Platform): Promise<Figure[]> {
  const slow = () => page.evaluate(() => (window as unknown as { slow: number[] }).slow.splice(0));
  /** Keys that were painted within a frame are not even noted: they count as its length. */
  const pressed = async (many: number, press: (i: number) => Promise<void>): Promise<number> => {
    await slow();
    for (let i = 0; i < many; i++) await press(i);
    await page.waitForTimeout(300);
    const noted = await slow();
    return quantile([...noted, ...Array(Math.max(0, many - noted.length)).fill(16)], 0.98);
  };
  await page.goto(`${url}/tickets?view=all`);
  await page.locator(firstRow).nth(12).waitFor();
  await page.waitForLoadState('networkidle').catch(() => undefined);
  const moves = await pressed(rounds * 2, async (i) => page.keyboard.press(i % 8 === 7 ? 'k' : 'j', { delay: 30 }));
  await page.locator(firstRow).nth(1).getByRole('link').click();
  await page.getByRole('button', { name: 'Internal note' }).waitFor();
  await page.keyboard.press('n');
  const text = page.getByRole('textbox', { name: 'Text of the internal note' });
  await text.waitFor();
  await text.focus();
  const letters = 'The quick brown fox jumps over the lazy dog. '.repeat(4);
  const typed = await pressed(letters.length, (i) =>
    page.keyboard.press(letters[i] === ' ' ? 'Space' : (letters[i] as string), { delay: 10 }),
  );
  await page.keyboard.press('Escape');
  return [
    { what: 'list, a key until it is painted (p98)', measured: moves, budget: 50, unit: 'ms' },
    { what: 'composer, a letter until it is painted (p98)', measured: typed, budget: 50, unit: 'ms' },
  ];
}

async function scrolling({ page }: Visit, { url }: Platform): Promise<Figure[]> {
  await page.goto(`${url}/tickets?view=all`);
  await page.locator(firstRow).nth(8).waitFor();
  const { gaps, row } = await page.evaluate(async () => {
    const scroller = document.querySelectorAll('[role=grid] > [role=rowgroup]')[1] as HTMLElement;
    const between: number[] = [];
    let last = performance.now();
    const index = () => Number([...document.querySelectorAll('[aria-rowindex]')].at(-1)?.getAttribute('aria-rowindex'));
    while (index() < 200 && between.length < 3000) {
      scroller.scrollTop += 60;
      await new Promise(requestAnimationFrame);
      between.push(performance.now() - last);
      last = performance.now();
    }
    return { gaps: between, row: index() };
  });
  if (row < 200) throw new Error(`the list ended at row ${row}`);
  return [
    { what: 'list, a frame while 200 rows pass (p95)', measured: quantile(gaps, 0.95), budget: null, unit: 'ms' },
    { what: 'list, the longest frame while 200 rows pass', measured: Math.max(...gaps), budget: null, unit: 'ms' },
  ];
}

/** A ticket that somebody opens elsewhere, until its row is on the screen of an agent. */
async function events({ page }: Visit, { url, admin }: Platform): Promise<Figure> {
  await page.goto(`${url}/tickets?view=all`);
  await page.locator(firstRow).first().waitFor();
  await page.waitForTimeout(1500);
  const authorization = `Basic ${Buffer.from(`${admin.email}:${admin.password}`).toString('base64')}`;
  const took: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const title = `Bench event ${i}`;
    const shown = page.waitForFunction(
      (wanted) =>
        [...document.querySelectorAll('[data-ticket]')].some((one) => one.textContent?.includes(wanted)) && Date.now(),
      title,
      { polling: 'raf' },
    );
    const answer = await fetch(`${url}/api/v1/tickets`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ title, group: 'Users', customer_id: 2, article: { type: 'note', body: title } }),
    });
    if (!answer.ok) throw new Error(`a ticket was refused: ${answer.status} ${await answer.text()}`);
    const written = Date.now();
    took.push(Math.max(0, Number(await (await shown).jsonValue()) - written));
  }
  return {
    what: 'an event on the screen of another agent (p99)',
    measured: quantile(took, 0.99),
    budget: 1000,
    unit: 'ms',
  };
}

function line({ what, measured, budget, unit }: Figure): string {
  const shown = (value: number) => (value < 10 && !Number.isInteger(value) ? value.toFixed(1) : value.toFixed(0));
  const over = budget !== null && measured > budget;
  const cells = [shown(measured), budget === null ? '–' : shown(budget), unit, over ? 'OVER' : ''];
  return `${what.padEnd(62)}${cells[0]?.padStart(8)}${cells[1]?.padStart(8)}  ${cells[2]?.padEnd(5)}${cells[3]}`.trimEnd();
}

const progress = terminalProgress(process.stdout);
const serviceEnv = {
  ticket: { HELPMESH_IMPORT_MODE: 'true' },
  gateway: { HELPMESH_RATE_LIMIT_PER_SECOND: '0' },
};
const figures: Figure[] = sizes();
const platform = await startPlatform({ ports: 'private', progress, serviceEnv });
let browser: Browser | undefined;
try {
  await progress.step('demo data', (note) => fillWithDemoData(platform, note));
  const chromium = await launchChromium();
  browser = chromium;
  const agent = await visit(chromium);
  await signIn(agent.page, platform);
  await progress.step('lists', async () => {
    figures.push(...(await lists(chromium, agent, platform)), await server(agent));
  });
  await progress.step('tickets', async () => void figures.push(...(await tickets(agent, platform))));
  await progress.step('keys', async () => void figures.push(...(await keys(agent, platform))));
  await progress.step('scrolling', async () => void figures.push(...(await scrolling(agent, platform))));
  await progress.step('events', async () => void figures.push(await events(agent, platform)));
  const head = `${''.padEnd(62)}${'here'.padStart(8)}${'budget'.padStart(8)}`;
  process.stdout.write(`\n${[head, ...figures.map(line)].join('\n')}\n`);
  if (throttle > 1)
    process.stdout.write(`The page had a ${throttle}th of the processor; the budgets are for all of it.\n`);
} finally {
  await browser?.close();
  await platform.stop();
}
if (figures.some(({ measured, budget }) => budget !== null && !(measured <= budget))) process.exitCode = 1;
