import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import type { IConfigMap, IPersistentVolumeClaim } from 'kubernetes-models/v1';
import { stringify } from 'yaml';
import { brokerUsers } from '../platform/nats-users.ts';
import { needs } from './needs.ts';
import { defaultDeny, networkPolicy } from './network.ts';
import { deployment, disruptionBudget, labels, migration, service, serviceAccount } from './workload.ts';

const yaml = (...objects: object[]) => objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n');

const configMap: IConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'helpmesh' },
  data: {
    LOG_LEVEL: 'info',
    HELPMESH_PUBLIC_URL: 'https://helpdesk.example.org',
    HELPMESH_FQDN: 'helpdesk.example.org',
    HELPMESH_SEED: 'blank',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel-collector:4318',
    OTEL_TRACES_SAMPLER_ARG: '0.1',
  },
};

/** Who may do what on the broker; its `authorization` block includes it. Passwords come from the broker's environment. */
const brokerUsersMap: IConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'nats-users' },
  data: { 'users.conf': brokerUsers() },
};

/** Attachments and raw mail. Several nodes need a class that can be mounted many times, or S3 (docs/how-to/deploy.md). */
const blobs: IPersistentVolumeClaim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'blobs' },
  spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '50Gi' } } },
};

const scaling: IHorizontalPodAutoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'gateway', labels: labels('gateway') },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'gateway' },
    minReplicas: 2,
    maxReplicas: 6,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
  },
};

/** The Kustomize base. Typed objects, so that a misspelt field does not compile; the files are what operators read. */
export function generateK8s(): Map<string, string> {
  const files = new Map<string, string>();
  const put = (name: string, text: string) => files.set(`k8s/base/${name}.yaml`, text);
  for (const need of needs) {
    put(
      need.service,
      yaml(
        serviceAccount(need),
        deployment(need),
        service(need),
        networkPolicy(need),
        ...(need.replicas > 1 ? [disruptionBudget(need)] : []),
      ),
    );
  }
  put('migrations', yaml(...needs.filter(({ database }) => database).map(migration)));
  put('shared', yaml(configMap, blobs, defaultDeny(), scaling));
  put('nats-users', yaml(brokerUsersMap));
  const resources = ['shared', 'nats-users', 'migrations', ...needs.map((need) => need.service)].map(
    (name) => `${name}.yaml`,
  );
  put('kustomization', yaml({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources }));
  return files;
}
