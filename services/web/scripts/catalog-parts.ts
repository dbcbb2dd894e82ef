import path from 'node:path';
import { createCompiledCatalog, getCatalogs } from '@lingui/cli/api';
import { getConfig } from '@lingui/conf';
import type { Plugin, Rolldown } from 'vite';

const web = path.resolve(import.meta.dirname, '..');

/** Pages that are opened seldom or by few. Their texts are a part of each catalog that is fetched with them (`withTexts`). */
const few = /^src\/features\/(?:account|admin|conditions|oauth|overviews|profile|rules)\//;
/** Of these the shell itself says something. */
const shell = /^src\/features\/(?:admin|overviews)\/labels\.ts$/;
const isLate = (file: string) => few.test(file) && !shell.test(file);

/** What part a text is in: `late` when only those pages say it. @param origins  files that say it */
const partOf = (origins: readonly string[]): 'first' | 'late' =>
  origins.length > 0 && origins.every(isLate) ? 'late' : 'first';

/**
 * `import('../locales/de/messages.po?part=late')`: a catalog in two parts. The file stays one, for whoever translates.
 * A build in which a page would show texts of a part that is not fetched with it stops.
 */
export function catalogParts(): Plugin {
  const lateSpeakers = new Set<string>();
  return {
    name: 'catalog-parts',
    enforce: 'pre',
    async load(id) {
      const [, locale, part] = /[\\/](\w+)[\\/]messages\.po\?part=(first|late)$/.exec(id) ?? [];
      if (!locale) return null;
      const config = getConfig({ cwd: web, configPath: `${web}/lingui.config.ts` });
      const [catalog] = await getCatalogs(config);
      if (!catalog) throw new Error('lingui.config.ts names no catalog');
      this.addWatchFile(id.replace(/\?.*$/, ''));
      const { messages, missing } = await catalog.getTranslations(locale, {
        sourceLocale: config.sourceLocale,
        fallbackLocales: config.fallbackLocales,
        missingBehavior: 'resolved',
      });
      if (missing.length > 0) throw new Error(`${locale}: ${missing.length} texts are not translated`);
      const entries = Object.entries((await catalog.read(locale)) ?? {});
      const wanted = entries.filter(([, { origin = [] }]) => partOf(origin.map(([file]) => file)) === part);
      if (part === 'late')
        for (const [, { origin = [] }] of wanted) for (const [file] of origin) lateSpeakers.add(file);
      const { source, errors } = createCompiledCatalog(
        locale,
        Object.fromEntries(wanted.map(([key]) => [key, messages[key] ?? ''])),
        { namespace: 'es' },
      );
      if (errors.length > 0) throw new Error(`${locale}: ${errors.map(({ error }) => error.message).join('; ')}`);
      return { code: source, moduleType: 'js' };
    },
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((one): one is Rolldown.OutputChunk => one.type === 'chunk');
      const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
      for (const chunk of chunks) {
        const facade = chunk.facadeModuleId && relative(chunk.facadeModuleId);
        if (!facade || isLate(facade)) continue;
        const speaking = [...closure(chunk, byName)].find((file) => lateSpeakers.has(file));
        if (speaking)
          this.error(`${facade} shows ${speaking}, whose texts it does not fetch (scripts/catalog-parts.ts)`);
      }
    },
  };
}

const relative = (id: string) => path.relative(web, id).replaceAll('\\', '/');

/** Every module that is there when a chunk runs. */
function closure(first: Rolldown.OutputChunk, chunks: ReadonlyMap<string, Rolldown.OutputChunk>): Set<string> {
  const files = new Set<string>();
  const seen = new Set<Rolldown.OutputChunk>();
  const visit = (chunk: Rolldown.OutputChunk | undefined) => {
    if (!chunk || seen.has(chunk)) return;
    seen.add(chunk);
    for (const id of Object.keys(chunk.modules)) files.add(relative(id));
    for (const name of chunk.imports) visit(chunks.get(name));
  };
  visit(first);
  return files;
}
