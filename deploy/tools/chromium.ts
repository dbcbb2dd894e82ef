import { existsSync, mkdirSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
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

/** And those that draw by a graphics card made of software: half of what a page costs, and no page here needs one. */
const graphics = [
  '--ignore-gpu-blocklist',
  '--in-process-gpu',
  '--use-gl',
  '--use-angle',
  '--enable-unsafe-swiftshader',
];

/**
 * Starts Chromium: the one named by CHROMIUM_PATH, else the one in node_modules, else Debian's.
 * @throws Error when there is none
 */
export async function launchChromium(): Promise<Browser> {
  const given = process.env.CHROMIUM_PATH;
  if (given) return chromium.launch({ executablePath: given, args: ['--no-sandbox'] });
  const packed = await unpacked().catch(() => undefined);
  if (packed) {
    const dropped = [...unwanted, ...graphics];
    const args = sparticuz.args.filter((arg) => !dropped.some((name) => arg.startsWith(name)));
    return chromium.launch({ executablePath: packed, args: [...args, '--disable-gpu'] });
  }
  const debian = '/usr/bin/chromium';
  if (existsSync(debian)) return chromium.launch({ executablePath: debian, args: ['--no-sandbox'] });
  throw new Error('No Chromium here: install Debian’s chromium or name one in CHROMIUM_PATH.');
}

/**
 * The packed Chromium unpacks itself into the folder for temporary files and takes what it finds there, also what another
 * user left, who may run it alone: so each user has a folder of their own.
 */
async function unpacked(): Promise<string> {
  const { uid } = userInfo();
  const folder = path.join(tmpdir(), `helpmesh-chromium-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (statSync(folder).uid !== uid) throw new Error(`${folder} belongs to somebody else.`);
  const { TMPDIR } = process.env;
  process.env.TMPDIR = folder;
  try {
    return await sparticuz.executablePath();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}
