import { fileURLToPath } from 'node:url';
import { serviceNames } from './local/services.ts';

/** Entry of the image: `<service> <command>`; one image carries every service. */
const [service, ...rest] = process.argv.slice(2);
if (!service || !(serviceNames as readonly string[]).includes(service)) {
  process.stderr.write(`Say which service to run, one of: ${serviceNames.join(', ')}.\n`);
  process.exit(64);
}
const main = fileURLToPath(new URL(`../dist/services/${service}.js`, import.meta.url));
process.argv = [process.argv0, main, ...rest];
await import(main);
