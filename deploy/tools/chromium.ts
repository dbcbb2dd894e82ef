import { existsSync } from 'node:fs';
import sparticuz from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/** Switches of the packed Chromium that would hide from a test what a real browser enforces, or that share one process. */
const unwanted = [
  '--disable-web-security',
  '--allow-running-insecure-content',
  '--disable-site-isolation-trials',
  '--disable-features',
  '--single-process',
  '--no-zygote',
  '--headless',
];

/**
 * Starts Chromium: the one named by CHROMIUM_PATH, else the one in node_modules, else Debian's.
 * @throws Error when there is none
 */
export async function launchChromium(): Promise<Browser> {
  const given = process.env.CHROMIUM_PATH;
  if (given) return chromium.launch({ executablePath: given, args: ['--no-sandbox'] });
  const packed = await sparticuz.executablePath().catch(() => undefined);
  if (packed) {
    const args = sparticuz.args.filter((arg) => !unwanted.some((name) => arg.startsWith(name)));
    return chromium.launch({ executablePath: packed, args });
  }
  const debian = '/usr/bin/chromium';
  if (existsSync(debian)) return chromium.launch({ executablePath: debian, args: ['--no-sandbox'] });
  throw new Error('No Chromium here: install Debian’s chromium or name one in CHROMIUM_PATH.');
}
