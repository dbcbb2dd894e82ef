import { fileURLToPath } from 'node:url';
import { getCatalogs } from '@lingui/cli/api';
import { getConfig } from '@lingui/conf';

const web = fileURLToPath(new URL('..', import.meta.url));

/**
 * Compares the texts in the sources with the catalogs.
 * @returns one line for each text that a language lacks or a catalog keeps without need
 */
export async function catalogProblems(): Promise<string[]> {
  const config = getConfig({ cwd: web, configPath: `${web}/lingui.config.ts` });
  const problems: string[] = [];
  for (const catalog of await getCatalogs(config)) {
    const inSources = await catalog.collect();
    if (!inSources) throw new Error('the texts could not be read out of the sources');
    for (const locale of config.locales) {
      const translated = (await catalog.read(locale)) ?? {};
      for (const [id, { message = id, origin }] of Object.entries(inSources)) {
        if (!translated[id]) problems.push(`${locale}: not in the catalog (npm run extract): "${message}"`);
        else if (!translated[id].translation && locale !== config.sourceLocale)
          problems.push(`${locale}: not translated: "${message}" (${origin?.[0]?.[0]})`);
      }
      for (const [id, { message = id }] of Object.entries(translated))
        if (!inSources[id]) problems.push(`${locale}: no longer used (lingui extract --clean): "${message}"`);
    }
  }
  return problems;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = await catalogProblems();
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
}
