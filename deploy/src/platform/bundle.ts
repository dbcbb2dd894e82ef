import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'rolldown';
import { type ServiceName, serviceNames } from '../local/services.ts';
import { workspace } from './home.ts';

/** Where the joined services are: `<service>.js`, and what several of them share. */
export const bundleFolder = path.join(workspace, 'deploy/dist/services');

export const bundleOf = (service: ServiceName): string => path.join(bundleFolder, `${service}.js`);

/**
 * Packages that stay files of their own: telemetry wraps the driver as it is loaded, and the others load native code or
 * workers that lie beside them. `openpgp` is under the LGPL: whoever runs a desk must be able to replace it (ADR 0029).
 */
const apart = ['pg', 'pg-pool', 'piscina', '@node-rs/argon2', 'openpgp'];

/**
 * Joins the compiled services into a few files. A service is some 2,000 modules, and finding, reading and linking them
 * is most of what a start costs (ADR 0025).
 */
export async function bundleServices(): Promise<void> {
  // Loaded when used: most commands bundle nothing.
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({
    input: Object.fromEntries(
      serviceNames.map((name) => [name, path.join(workspace, `services/${name}/dist/main.js`)]),
    ),
    platform: 'node',
    makeAbsoluteExternalsRelative: false,
    plugins: [packagesApart, ownPlaces],
    // Optional parts of Nest and TypeORM that nobody installs are looked for when used, and then missed.
    checks: { unresolvedImport: false },
    logLevel: 'silent',
  });
  rmSync(bundleFolder, { recursive: true, force: true });
  await bundle.write({
    dir: bundleFolder,
    format: 'esm',
    // Names of migrations and of Nest's providers are names of classes.
    keepNames: true,
    strictExecutionOrder: true,
    sourcemap: true,
    // A process keeps the text of what it loaded, in two bytes a character where one of them is not Latin.
    charset: 'ascii',
    minify: { mangle: false, compress: false, codegen: { removeWhitespace: true } },
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  });
  await bundle.close();
}

/** Names the file that an importing module would get: a bundle lies where the package may not be found. */
const packagesApart: Plugin = {
  name: 'packages-apart',
  async resolveId(specifier, importer, options) {
    if (!apart.includes(specifier)) return null;
    const found = await this.resolve(specifier, importer, { ...options, skipSelf: true });
    return found && { id: wayTo(found.id), external: true };
  },
};

/**
 * Our modules keep the places they had, for what they read beside them, and the maps to their sources. Maps of
 * packages would be most of the bytes that a start reads.
 */
const ownPlaces: Plugin = {
  name: 'own-places',
  load(id) {
    if (!/\.[cm]?js$/.test(id)) return null;
    const code = readFileSync(id, 'utf8');
    if (id.includes('/node_modules/')) return { code, map: { mappings: '' } };
    const place = `new URL(${JSON.stringify(wayTo(id))}, import.meta.url).href`;
    return { code: code.replaceAll('import.meta.url', place), map: readFileSync(`${id}.map`, 'utf8') };
  },
};

/** From a file of the bundle: all of them lie in one folder. */
function wayTo(file: string): string {
  return path.relative(bundleFolder, file).split(path.sep).join('/');
}
