/** Names of the services, in the order in which they start. */
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
