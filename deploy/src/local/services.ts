/** The processes of the platform, in the order they are started. */
export const serviceNames = [
  'identity',
  'ticket',
  'notification',
  'mail-ingest',
  'reporting',
  'federation',
  'gateway',
] as const;

export type ServiceName = (typeof serviceNames)[number];

/** Health and metrics ports of a local run; `HELPMESH_HEALTH_PORT` moves the first, the others follow. */
export const healthOffsets: Record<ServiceName, number> = {
  gateway: 0,
  ticket: 1,
  'mail-ingest': 2,
  notification: 3,
  identity: 4,
  reporting: 5,
  federation: 6,
};

/** The service's own database; the gateway has none. */
export function databaseOf(service: ServiceName): string | undefined {
  return service === 'gateway' ? undefined : `helpmesh_${service.replaceAll('-', '_')}`;
}
