import { fileMail, mailPasswordReset, mailSignUp, markRedirected, recordMail, sendMail } from './commands/commands.ts';
import type { MessageDefinition } from './define.ts';
import { deliveryDeferred, deliveryFailed, deliverySent } from './events/delivery.ts';
import { ticketRedirected } from './events/federation.ts';
import {
  accessChanged,
  credentialChanged,
  groupCreated,
  groupDeleted,
  groupUpdated,
  organizationCreated,
  organizationDeleted,
  organizationUpdated,
  userCreated,
  userDeleted,
  userUpdated,
} from './events/identity.ts';
import { mailQuarantined } from './events/mail.ts';
import { articleAdded, articleChanged, ticketCreated, ticketDeleted, ticketUpdated } from './events/ticket.ts';

/** Every event and command that may be on the bus: schemas, samples, AsyncAPI and consumers are checked against it. */
export const messages: readonly MessageDefinition[] = [
  ticketCreated,
  ticketUpdated,
  articleAdded,
  articleChanged,
  ticketDeleted,
  userCreated,
  userUpdated,
  userDeleted,
  organizationCreated,
  organizationUpdated,
  organizationDeleted,
  groupCreated,
  groupUpdated,
  groupDeleted,
  accessChanged,
  credentialChanged,
  mailQuarantined,
  deliverySent,
  deliveryDeferred,
  deliveryFailed,
  ticketRedirected,
  fileMail,
  sendMail,
  recordMail,
  markRedirected,
  mailPasswordReset,
  mailSignUp,
];

/** Streams by owner. An event stream keeps by age; a command stream is a work queue of the service it addresses. */
export const streams = [
  { name: 'EVT_TICKET', owner: 'ticket', kind: 'event', subjects: ['ticket.v1.>'] },
  {
    name: 'EVT_IDENTITY',
    owner: 'identity',
    kind: 'event',
    subjects: ['user.v1.>', 'organization.v1.>', 'group.v1.>', 'access.v1.>'],
  },
  { name: 'EVT_MAIL', owner: 'mail-ingest', kind: 'event', subjects: ['mail.v1.>'] },
  { name: 'EVT_NOTIFICATION', owner: 'notification', kind: 'event', subjects: ['delivery.v1.>'] },
  { name: 'EVT_FEDERATION', owner: 'federation', kind: 'event', subjects: ['agreement.v1.>'] },
  { name: 'CMD_TICKET', owner: 'ticket', kind: 'command', subjects: ['cmd.ticket.v1.>'] },
  { name: 'CMD_NOTIFICATION', owner: 'notification', kind: 'command', subjects: ['cmd.notification.v1.>'] },
  { name: 'CMD_IDENTITY', owner: 'identity', kind: 'command', subjects: ['cmd.identity.v1.>'] },
] as const;
export type StreamName = (typeof streams)[number]['name'];

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
