/** Names of the services. The launcher starts them in its own order (`deploy/src/local/services.ts`); a test compares. */
export const serviceNames = [
  'gateway',
  'ticket',
  'mail-ingest',
  'notification',
  'identity',
  'reporting',
  'federation',
] as const;
export type ServiceName = (typeof serviceNames)[number];
