import { healthOffsets, type ServiceName, serviceNames } from '../local/services.ts';

/** Services that make or check signed Message-IDs. */
export const handlesMail = (service: ServiceName) => ['ticket', 'mail-ingest', 'notification'].includes(service);

/** Services that seal secrets in their database. */
export const sealsSecrets = (service: ServiceName) =>
  ['identity', 'notification', 'mail-ingest', 'federation'].includes(service);

/** Services whose `migrate` puts the first rows into an empty database. */
export const seeds = (service: ServiceName) => ['ticket', 'identity'].includes(service);

/** What a service has to reach, and what may reach it: deployments, network policies and compose are made from this. */
export interface Needs {
  service: ServiceName;
  healthPort: number;
  /** Ports it listens on for others than the monitoring. */
  listens: { name: string; port: number }[];
  database: boolean;
  redis: boolean;
  blobs: boolean;
  /** TCP ports it may reach outside the cluster. */
  outside: number[];
  replicas: number;
  /** Measured on a two-core machine with 10,000 tickets; the limit is one and a half times the request. */
  memoryMi: number;
  cpuMilli: number;
}

const firstHealthPort = 9464;

const own: Record<ServiceName, Omit<Needs, 'service' | 'healthPort'>> = {
  gateway: {
    listens: [{ name: 'http', port: 8080 }],
    database: false,
    redis: true,
    blobs: true,
    outside: [],
    replicas: 2,
    memoryMi: 192,
    cpuMilli: 200,
  },
  ticket: {
    listens: [],
    database: true,
    redis: false,
    blobs: true,
    outside: [],
    replicas: 2,
    memoryMi: 192,
    cpuMilli: 200,
  },
  'mail-ingest': {
    listens: [{ name: 'smtp', port: 2525 }],
    database: true,
    redis: false,
    blobs: true,
    // Mailboxes, and the providers that let us in.
    outside: [993, 143, 995, 110, 443],
    replicas: 2,
    memoryMi: 256,
    cpuMilli: 200,
  },
  notification: {
    listens: [],
    database: true,
    redis: false,
    blobs: true,
    // Mail servers; receivers of webhooks, and the providers that let us in.
    outside: [587, 465, 25, 443, 8443],
    replicas: 2,
    memoryMi: 160,
    cpuMilli: 100,
  },
  identity: {
    listens: [],
    database: true,
    redis: true,
    blobs: true,
    // Sign-in providers.
    outside: [443, 8443],
    replicas: 2,
    memoryMi: 192,
    cpuMilli: 100,
  },
  reporting: {
    listens: [],
    database: true,
    redis: false,
    blobs: false,
    outside: [],
    replicas: 1,
    memoryMi: 160,
    cpuMilli: 50,
  },
  federation: {
    listens: [],
    database: true,
    redis: false,
    blobs: true,
    // Other helpdesks.
    outside: [443, 8443],
    replicas: 1,
    memoryMi: 160,
    cpuMilli: 50,
  },
};

export const needs: Needs[] = serviceNames.map((service) => ({
  service,
  healthPort: firstHealthPort + healthOffsets[service],
  ...own[service],
}));
