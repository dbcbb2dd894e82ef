import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { IJob } from 'kubernetes-models/batch/v1';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
import type { IContainer, IEnvVar, IPodSpec, IService, IServiceAccount } from 'kubernetes-models/v1';
import { handlesMail, type Needs, sealsSecrets } from './needs.ts';

export const image = 'helpmesh:0.1.0';
const secretsFolder = '/run/secrets/helpmesh';
const blobFolder = '/var/lib/helpmesh/blobs';

export const labels = (service: string) => ({
  'app.kubernetes.io/name': service,
  'app.kubernetes.io/part-of': 'helpmesh',
});

/** Secrets come as files: an environment is easily printed, a mounted file is not. */
const secretFile = (name: string, file: string): IEnvVar => ({
  name: `${name}_FILE`,
  value: `${secretsFolder}/${file}`,
});

function environment(need: Needs): IEnvVar[] {
  const env: IEnvVar[] = [
    { name: 'HEALTH_PORT', value: String(need.healthPort) },
    { name: 'OTEL_SERVICE_NAME', value: `helpmesh-${need.service}` },
    secretFile('NATS_URL', 'nats-url'),
    secretFile('HELPMESH_SIGNING_KEY', 'signing-key'),
    // Public keys: no secret, and the same for all.
    {
      name: 'HELPMESH_TRUSTED_KEYS',
      valueFrom: { configMapKeyRef: { name: 'helpmesh-trusted-keys', key: 'trusted-keys.json' } },
    },
  ];
  if (need.database) env.push(secretFile('DATABASE_URL', 'database-url'));
  if (need.service === 'gateway') env.push({ name: 'HTTP_PORT', value: '8080' });
  if (need.service === 'identity') env.push(secretFile('HELPMESH_ADMIN_PASSWORD', 'admin-password'));
  if (need.service === 'mail-ingest') {
    env.push({ name: 'SMTP_PORT', value: '2525' }, { name: 'MAIL_ACCEPT', value: 'known' });
  }
  if (need.service === 'notification') env.push(secretFile('SMTP_URL', 'smtp-url'));
  if (handlesMail(need.service)) {
    env.push(secretFile('HELPMESH_THREADING_SECRET', 'threading-secret'));
  }
  if (sealsSecrets(need.service)) env.push(secretFile('HELPMESH_SECRETS_KEY', 'secrets-key'));
  if (need.blobs) env.push({ name: 'BLOB_DIR', value: blobFolder });
  return env;
}

function container(need: Needs, command: 'start' | 'migrate'): IContainer {
  const running: Partial<IContainer> =
    command === 'migrate'
      ? {}
      : {
          ports: [
            ...need.listens.map(({ name, port }) => ({ name, containerPort: port })),
            { name: 'metrics', containerPort: need.healthPort },
          ],
          startupProbe: { httpGet: { path: '/readyz', port: 'metrics' }, periodSeconds: 2, failureThreshold: 60 },
          livenessProbe: { httpGet: { path: '/healthz', port: 'metrics' }, periodSeconds: 10, timeoutSeconds: 5 },
          readinessProbe: { httpGet: { path: '/readyz', port: 'metrics' }, periodSeconds: 5, timeoutSeconds: 3 },
          // Endpoints are withdrawn while the process still answers.
          lifecycle: { preStop: { sleep: { seconds: 5 } } },
        };
  return {
    name: need.service,
    image,
    args: [need.service, command],
    envFrom: [{ configMapRef: { name: 'helpmesh' } }],
    env: environment(need),
    ...running,
    resources: {
      requests: { cpu: `${need.cpuMilli}m`, memory: `${need.memoryMi}Mi` },
      limits: { memory: `${need.memoryMi * 1.5}Mi` },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'secrets', mountPath: secretsFolder, readOnly: true },
      { name: 'scratch', mountPath: '/tmp' },
      ...(need.blobs ? [{ name: 'blobs', mountPath: blobFolder }] : []),
    ],
  };
}

function podSpec(need: Needs, command: 'start' | 'migrate'): IPodSpec {
  return {
    serviceAccountName: need.service,
    automountServiceAccountToken: false,
    ...(command === 'migrate' ? { restartPolicy: 'OnFailure' } : { terminationGracePeriodSeconds: 60 }),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 10001,
      runAsGroup: 10001,
      fsGroup: 10001,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [container(need, command)],
    volumes: [
      // One secret for what all share, one for what only this service may know.
      {
        name: 'secrets',
        projected: {
          defaultMode: 0o440,
          sources: [{ secret: { name: 'helpmesh-shared' } }, { secret: { name: `helpmesh-${need.service}` } }],
        },
      },
      { name: 'scratch', emptyDir: { sizeLimit: '256Mi' } },
      ...(need.blobs ? [{ name: 'blobs', persistentVolumeClaim: { claimName: 'blobs' } }] : []),
    ],
    ...(command === 'start' && need.replicas > 1
      ? {
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway' as const,
              labelSelector: { matchLabels: labels(need.service) },
            },
          ],
        }
      : {}),
  };
}

export function serviceAccount({ service }: Needs): IServiceAccount {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: service, labels: labels(service) },
    automountServiceAccountToken: false,
  };
}

export function deployment(need: Needs): IDeployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: need.service, labels: labels(need.service) },
    spec: {
      replicas: need.replicas,
      selector: { matchLabels: labels(need.service) },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: { metadata: { labels: labels(need.service) }, spec: podSpec(need, 'start') },
    },
  };
}

/** Run before a rollout; replicas never migrate. */
export function migration(need: Needs): IJob {
  // A name of its own: a pod that migrates must not count as a replica of the service.
  const name = `${need.service}-migrate`;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels: labels(name) },
    spec: {
      backoffLimit: 6,
      ttlSecondsAfterFinished: 86_400,
      template: { metadata: { labels: labels(name) }, spec: podSpec(need, 'migrate') },
    },
  };
}

export function service(need: Needs): IService {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: need.service, labels: labels(need.service) },
    spec: {
      selector: labels(need.service),
      ports: [
        ...need.listens.map(({ name, port }) => ({ name, port, targetPort: name })),
        { name: 'metrics', port: need.healthPort, targetPort: 'metrics' },
      ],
    },
  };
}

export function disruptionBudget({ service: name }: Needs): IPodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, labels: labels(name) },
    spec: { maxUnavailable: 1, selector: { matchLabels: labels(name) } },
  };
}
