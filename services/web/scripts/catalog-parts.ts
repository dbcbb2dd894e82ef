import path from 'node:path';
import { createCompiledCatalog, getCatalogs } from '@lingui/cli/api';
import { getConfig } from '@lingui/conf';
import type { Plugin, Rolldown } from 'vite';

const web = path.resolve(import.meta.dirname, '..');

const parts = ['first', 'work', 'late'] as const;
type Part = (typeof parts)[number];

/** Pages that are opened seldom or by few. Their texts are parts of each catalog that are fetched with them (`withTexts`). */
const few =
  /^src\/features\/(?:account|admin|conditions|federation|help|imports|mail|oauth|overviews|profile|reports|rules|vocabulary)\//;
/** Where tickets are worked on, once the first list is there. */
const work =
  /^src\/features\/(?:(?:calls|chat|custom|home|impact|people|tickets)\/|admin\/(?:labels\.ts|components\/admin-menu\.tsx)$)/;
/** Of these the shell and the lists themselves say something. */
const shell = new RegExp(
  `^src/features/(?:${[
    '(?:overviews|tickets)/labels\\.ts',
    'tickets/components/(?:badges|due-mark|job-watch|list-page|list-skeleton|ticket-grid|ticket-grid-row)\\.tsx',
  ].join('|')})$`,
);

function partOfFile(file: string): Part {
  if (shell.test(file)) return 'first';
  return work.test(file) ? 'work' : few.test(file) ? 'late' : 'first';
}

/** What part a text is in: the earliest in which it is said. @param origins  files that say it */
const partOf = (origins: readonly string[]): Part =>
  parts.find((part) => origins.some((file) => partOfFile(file) === part)) ?? 'first';

/**
 * `import('../locales/de/messages.po?part=late')`: a catalog in parts, of which each needs those before it. The file
 * stays one, for whoever translates. A build in which a page would show texts of a part that is not fetched with it stops.
 */
export function catalogParts(): Plugin {
  /** Files that say something which is in no part before this one. */
  const speakers = new Map<string, Part>();
  return {
    name: 'catalog-parts',
    enforce: 'pre',
    async load(id) {
      const [, locale, part] = /[\\/](\w+)[\\/]messages\.po\?part=(first|work|late)$/.exec(id) ?? [];
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
      for (const [, { origin = [] }] of wanted) {
        for (const [file] of origin) if (isLater(part as Part, speakers.get(file))) speakers.set(file, part as Part);
      }
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
        if (!facade) continue;
        const own = partOfFile(facade);
        const speaking = [...closure(chunk, byName)].find((file) => isLater(speakers.get(file) ?? 'first', own));
        if (speaking)
          this.error(`${facade} shows ${speaking}, whose texts it does not fetch (scripts/catalog-parts.ts)`);
      }
    },
  };
}

const isLater = (part: Part, than: Part = 'first') => parts.indexOf(part) > parts.indexOf(than);
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
