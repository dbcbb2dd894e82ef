/**
 * Names of the services. The launcher starts them in an order of its own (`deploy/src/local/services.ts`); a test holds
 * the two equal.
 */
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
