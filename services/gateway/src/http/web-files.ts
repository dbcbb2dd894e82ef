import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

export interface WebFile {
  type: string;
  etag: string;
  /** Its name holds a hash of its content, so it can be kept for ever. */
  hashed: boolean;
  plain: Buffer;
  gzip?: Buffer;
  br?: Buffer;
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};
/** Formats that are compressed already, or too small to gain. */
const COMPRESSIBLE = /^(text|application)\/|svg/;
const WORTH_BYTES = 1_000;

/**
 * The built web client, read into memory once: a request can only name what was found then, so no path leads out of
 * the folder. A build that appears or changes later is read when its index has another time.
 */
export class WebFiles {
  private files = new Map<string, WebFile>();
  private builtAt = 0;
  private looking: Promise<void> | undefined;

  constructor(private readonly dir: string) {}

  /** @param path  as in the URL, decoded: `/assets/index-4f2a.js` */
  async find(path: string): Promise<WebFile | undefined> {
    const found = this.files.get(path);
    // Hashed files never change; only the entry page can tell of a new build.
    if (found?.hashed) return found;
    this.looking ??= this.look().finally(() => {
      this.looking = undefined;
    });
    await this.looking;
    return this.files.get(path);
  }

  private async look(): Promise<void> {
    const builtAt = (await stat(join(this.dir, 'index.html')).catch(() => undefined))?.mtimeMs ?? 0;
    if (builtAt === this.builtAt) return;
    const files = new Map<string, WebFile>();
    for (const name of builtAt === 0 ? [] : await readdir(this.dir, { recursive: true })) {
      const path = join(this.dir, name);
      const type = types[extname(name)];
      // Build notes (a manifest for tools, source maps) and unknown kinds stay inside.
      if (!type || name.startsWith('.') || !(await stat(path)).isFile()) continue;
      files.set(`/${name.split(sep).join('/')}`, await readOne(path, type));
    }
    this.files = files;
    this.builtAt = builtAt;
  }
}

async function readOne(path: string, type: string): Promise<WebFile> {
  const plain = await readFile(path);
  const file: WebFile = {
    type,
    etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
    hashed: /[\\/]assets[\\/].*-[\w-]{8,}\.\w+$/.test(path),
    plain,
  };
  if (!COMPRESSIBLE.test(type) || plain.length < WORTH_BYTES) return file;
  file.gzip = await promisify(gzip)(plain, { level: 9 });
  // The highest quality takes seconds for a bundle; this one is within a few per cent of it.
  file.br = await promisify(brotliCompress)(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
  return file;
}
