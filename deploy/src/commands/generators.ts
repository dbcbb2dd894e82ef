import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { CannotStart, capture } from '../local/proc.ts';
import { workspace } from '../platform/home.ts';

/** Makes files of the repository from its sources. */
export interface Generator {
  name: string;
  /** Path from the root of the workspace, and the whole text. */
  files(): Promise<Map<string, string>>;
}

/** A module anywhere in the workspace whose function returns path and text of each file it answers for. */
function fromModule(name: string, module: string, functionName: string): Generator {
  return {
    name,
    async files() {
      const loaded = (await import(pathToFileURL(path.join(workspace, module)).href)) as Record<
        string,
        () => Map<string, string> | Promise<Map<string, string>>
      >;
      const generate = loaded[functionName];
      if (!generate) throw new Error(`${module} has no ${functionName}()`);
      return generate();
    },
  };
}

export const generators: Generator[] = [
  fromModule('schemas of the bus and AsyncAPI', 'libs/contracts/scripts/generate.ts', 'generateContracts'),
  fromModule('Grafana dashboard', 'deploy/src/manifests/dashboard.ts', 'generateDashboard'),
  fromModule('OpenAPI document', 'services/gateway/scripts/generate.ts', 'generateOpenApi'),
  fromModule('register of errors', 'libs/service-kit/scripts/generate.ts', 'generateErrors'),
  fromModule('layout of mails', 'services/notification/scripts/generate.ts', 'generateMailLayout'),
  fromModule('compose file', 'deploy/src/manifests/compose.ts', 'generateCompose'),
  fromModule('Kubernetes manifests', 'deploy/src/manifests/k8s.ts', 'generateK8s'),
  {
    name: 'routes of the web app',
    async files() {
      const { generateApi } = (await import(
        pathToFileURL(path.join(workspace, 'services/web/scripts/generate-api.ts')).href
      )) as { generateApi(): string };
      return new Map([['services/web/src/app/api.gen.ts', generateApi()]]);
    },
  },
  { name: 'settings tables of the service READMEs', files: configTables },
];

const OPEN = '<!-- config -->';
const CLOSE = '<!-- /config -->';

/** Fills the marked place of each service's README with what its `config` command prints. */
async function configTables(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const service of readdirSync(path.join(workspace, 'services'))) {
    const readme = path.join('services', service, 'README.md');
    const main = path.join(workspace, 'services', service, 'dist/main.js');
    if (!existsSync(path.join(workspace, readme)) || !existsSync(main)) continue;
    const text = readFileSync(path.join(workspace, readme), 'utf8');
    const [before, rest] = text.split(OPEN);
    const after = rest?.split(CLOSE)[1];
    if (before === undefined || after === undefined) continue;
    const { status, output } = await capture(process.execPath, [main, 'config'], { cwd: workspace });
    if (status !== 0) throw new CannotStart(`${service} does not print its settings: ${output.trim()}`);
    files.set(readme, formatted(readme, `${before}${OPEN}\n${output.trim()}\n${CLOSE}${after}`));
  }
  return files;
}

/** As the formatter would write it: it aligns the columns of tables. */
function formatted(file: string, text: string): string {
  const biome = path.join(workspace, 'node_modules/@biomejs/biome/bin/biome');
  const args = [biome, 'format', `--stdin-file-path=${file}`];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: workspace,
    input: text,
    encoding: 'utf8',
  });
  if (status !== 0) throw new CannotStart(`${file} cannot be formatted: ${stderr.trim()}`);
  return stdout;
}
