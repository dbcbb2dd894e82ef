import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ServiceName, serviceNames } from '@helpmesh/deploy/local';
import * as apps from 'kubernetes-models/apps/v1';
import * as autoscaling from 'kubernetes-models/autoscaling/v2';
import * as batch from 'kubernetes-models/batch/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const filesIn = (folder: string, ending: string) =>
  readdirSync(path.join(root, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`);

// biome-ignore lint/suspicious/noExplicitAny: manifests of many kinds
type Manifest = any;

const manifests: { name: string; object: Manifest }[] = ['k8s/base', 'k8s/overlays/single-node']
  .flatMap((folder) => filesIn(folder, '.yaml'))
  .filter((file) => !file.endsWith('kustomization.yaml'))
  .flatMap((file) => parseAllDocuments(read(file)).map((document) => document.toJS() as Manifest))
  .map((object) => ({ name: `${object.kind} ${object.metadata.name}`, object }));

const ofKind = (...kinds: string[]) => manifests.filter(({ object }) => kinds.includes(object.kind));
const models: Record<string, new (data: Manifest) => { validate(): void }> = {
  ...apps,
  ...autoscaling,
  ...batch,
  ...networking,
  ...policy,
  ...core,
} as never;

interface Settings {
  known: Set<string>;
  required: string[];
}

const settings = Object.fromEntries(serviceNames.map((service) => [service, settingsOf(service)])) as Record<
  ServiceName,
  Settings
>;

/** The settings a service understands, as its `config` command prints them. */
function settingsOf(service: ServiceName): Settings {
  const main = path.join(root, 'services', service, 'dist/main.js');
  const rows = execFileSync(process.execPath, [main, 'config'], { encoding: 'utf8' }).matchAll(
    /^\| `(\w+)` \| (\S+)/gm,
  );
  const all = [...rows].map(([, name = '', value = '']) => ({ name, required: value.includes('required') }));
  return {
    known: new Set(all.map(({ name }) => name)),
    required: all.filter(({ required }) => required).map(({ name }) => name),
  };
}

/** Read by the telemetry preload, or by Node, not by the service. */
const ofTheRuntime = /^(OTEL_|NODE_)/;
const plain = (name: string) => name.replace(/_FILE$/, '');

describe('Kubernetes manifests', () => {
  it.each(manifests)('$name is well-formed', ({ object }) => {
    const Model = models[object.kind];
    expect(Model, object.kind).toBeDefined();
    if (Model) expect(() => new Model(object).validate()).not.toThrow();
  });

  it.each(ofKind('Deployment', 'StatefulSet'))(
    '$name has all three probes, and liveness asks nobody else',
    ({ object }) => {
      for (const container of object.spec.template.spec.containers) {
        expect(container).toMatchObject({ startupProbe: {}, livenessProbe: {}, readinessProbe: {} });
        if (object.kind === 'Deployment') expect(container.livenessProbe.httpGet.path).toBe('/healthz');
      }
    },
  );

  it.each(ofKind('Deployment', 'StatefulSet', 'Job'))('$name runs restricted and sized', ({ object }) => {
    const pod = object.spec.template.spec;
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    for (const { securityContext, resources, image } of pod.containers) {
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(resources.requests.cpu).toBeDefined();
      expect(resources.limits.memory).toBeDefined();
      expect(resources.limits.cpu, 'a CPU limit throttles').toBeUndefined();
      expect(image).toMatch(/:[\w.-]+$/);
      expect(image).not.toMatch(/:latest$/);
    }
  });

  it('has one network policy for each workload, and nothing else is reachable', () => {
    const policies = ofKind('NetworkPolicy').map(({ object }) => object);
    expect(policies.filter(({ spec }) => JSON.stringify(spec.podSelector) === '{}')).toHaveLength(1);
    for (const { object } of ofKind('Deployment', 'StatefulSet', 'Job')) {
      const name = object.spec.template.metadata.labels['app.kubernetes.io/name'];
      const own = policies.filter(
        ({ spec: { podSelector } }) =>
          podSelector.matchLabels?.['app.kubernetes.io/name'] === name ||
          podSelector.matchExpressions?.some(({ values }: Manifest) => values.includes(name)),
      );
      expect(own, name).toHaveLength(1);
    }
  });

  it.each(ofKind('Deployment', 'Job'))('$name gives exactly the settings its service understands', ({ object }) => {
    const [container] = object.spec.template.spec.containers;
    const service = container.args[0] as ServiceName;
    const { known, required } = settings[service];
    const own: string[] = container.env.map(({ name }: Manifest) => plain(name));
    expect(own.filter((name) => !known.has(name) && !ofTheRuntime.test(name))).toEqual([]);
    expect(required.filter((name) => !own.includes(name))).toEqual([]);
  });

  it('refers only to what is there', () => {
    const names = (kind: string) => ofKind(kind).map(({ object }) => object.metadata.name);
    for (const { object } of ofKind('HorizontalPodAutoscaler')) {
      expect(names('Deployment')).toContain(object.spec.scaleTargetRef.name);
    }
    for (const { object } of ofKind('Deployment', 'Job', 'StatefulSet')) {
      const pod = object.spec.template.spec;
      if (pod.serviceAccountName) expect(names('ServiceAccount')).toContain(pod.serviceAccountName);
      for (const volume of pod.volumes ?? []) {
        if (volume.persistentVolumeClaim)
          expect(names('PersistentVolumeClaim')).toContain(volume.persistentVolumeClaim.claimName);
        if (volume.configMap) expect(names('ConfigMap')).toContain(volume.configMap.name);
      }
    }
  });

  const kubectl = spawnSync('kubectl', ['version', '--client']).error === undefined;
  it.skipIf(!kubectl)(`kubectl renders the overlay${kubectl ? '' : ' (skipped: kubectl is not installed)'}`, () => {
    const rendered = parseAllDocuments(
      execFileSync('kubectl', ['kustomize', path.join(root, 'k8s/overlays/single-node')], { encoding: 'utf8' }),
    ).map((document) => document.toJS() as Manifest);
    expect(rendered.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')).toEqual([]);
    const deployments = rendered.filter(({ kind }) => kind === 'Deployment');
    expect(deployments.map(({ metadata }) => metadata.name).toSorted()).toEqual([...serviceNames].toSorted());
    expect(deployments.every(({ spec, metadata }) => spec.replicas === 1 && metadata.namespace === 'helpmesh')).toBe(
      true,
    );
  });
});

describe('compose.yaml', () => {
  const compose = parse(read('deploy/compose.yaml')) as Manifest;

  it.each(serviceNames)('gives %s what it asks for', (service) => {
    const { known, required } = settings[service];
    const given = Object.keys(compose.services[service].environment);
    expect(required.filter((name) => !given.includes(name))).toEqual([]);
    expect(given.filter((name) => !known.has(name) && !ofTheRuntime.test(name))).toEqual([]);
  });

  it('waits only for services that exist', () => {
    for (const { depends_on: waits = {} } of Object.values<Manifest>(compose.services)) {
      for (const name of Object.keys(waits)) expect(Object.keys(compose.services)).toContain(name);
    }
  });
});

describe('the image', () => {
  const lines = read('deploy/docker/Dockerfile').split('\n');

  it('is built from a pinned base, fetches nothing by hand, and runs as nobody special', () => {
    expect(lines.find((line) => line.startsWith('ARG NODE_IMAGE='))).toMatch(/node:\d+\.\d+\.\d+-/);
    expect(lines.filter((line) => /^(ADD|.*\b(curl|wget)\b)/.test(line))).toEqual([]);
    expect(lines.findLast((line) => line.startsWith('USER '))).toBe('USER 10001:10001');
  });

  it('starts every service through one entry', () => {
    const refused = spawnSync(process.execPath, [path.join(root, 'deploy/src/container.ts'), 'nothing'], {
      encoding: 'utf8',
    });
    expect(refused.status).toBe(64);
    for (const service of serviceNames) {
      expect(refused.stderr).toContain(service);
      expect(existsSync(path.join(root, 'services', service, 'src/main.ts'))).toBe(true);
    }
  });
});

describe('alerts and the dashboard', () => {
  const sources = globSync('{libs,services}/*/src/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .map(read);
  const emitted = new Set(sources.flatMap((text) => [...text.matchAll(/name: '(helpmesh_\w+)'/g)].map((m) => m[1])));
  const used = (text: string) =>
    [...text.matchAll(/helpmesh_\w+/g)].map(([name]) =>
      name.replace(/_(bucket|sum|count)$/, (end) => (emitted.has(name) ? end : '')),
    );

  it.each(['deploy/observability/alerts.yaml', 'deploy/observability/grafana/helpmesh.json'])(
    '%s asks only for metrics that a service emits',
    (file) => {
      const names = [...new Set(used(read(file)))];
      expect(names.length).toBeGreaterThan(5);
      expect(names.filter((name) => !emitted.has(name))).toEqual([]);
    },
  );

  it('every alert leads to a runbook that is there', () => {
    const { groups } = parse(read('deploy/observability/alerts.yaml')) as Manifest;
    for (const { alert, annotations } of groups.flatMap(({ rules }: Manifest) => rules)) {
      expect(existsSync(path.join(root, annotations.runbook_url)), alert).toBe(true);
    }
  });

  const promtool = spawnSync('promtool', ['--version']).error === undefined;
  it.skipIf(!promtool)(`promtool accepts the rules${promtool ? '' : ' (skipped: promtool is not installed)'}`, () => {
    const folder = path.join(root, 'deploy/observability');
    execFileSync('promtool', ['check', 'rules', 'alerts.yaml'], { cwd: folder });
    execFileSync('promtool', ['test', 'rules', 'alerts.test.yaml'], { cwd: folder });
  });
});
