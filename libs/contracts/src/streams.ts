import { recordAudit } from './commands/audit.ts';
import {
  fileMail,
  keepOverviewSortings,
  learnCertificate,
  mailPasswordReset,
  mailSignInLink,
  mailSignUp,
  markRedirected,
  markUndeliverable,
  recordMail,
  sendMail,
  suspendMail,
} from './commands/commands.ts';
import { notifyAgents } from './commands/notices.ts';
import { deleteTicketForGood, recordErasure, recordTicketDeletion } from './commands/privacy.ts';
import { callWebhook, tellOfDisabledWebhook } from './commands/webhooks.ts';
import type { MessageDefinition } from './define.ts';
import { attributeChanged, attributeDeleted } from './events/attributes.ts';
import { deliveryDeferred, deliveryFailed, deliverySent } from './events/delivery.ts';
import {
  groupCreated,
  groupDeleted,
  groupUpdated,
  organizationCreated,
  organizationDeleted,
  organizationUpdated,
  settingChanged,
  userCreated,
  userDeleted,
  userUpdated,
} from './events/identity.ts';
import { erasureRequested, ticketPurged } from './events/privacy.ts';
import {
  articleAdded,
  articleChanged,
  ticketCreated,
  ticketDeleted,
  ticketEscalated,
  ticketEscalationWarning,
  ticketReminderReached,
  ticketUpdated,
} from './events/ticket.ts';
import type { ServiceName } from './services.ts';

/** Streams by owner. An event stream keeps by age; a command stream is a work queue of the service it addresses. */
export const streams = [
  // Beside those of tickets: live views read that stream to its end.
  { name: 'EVT_ATTRIBUTE', owner: 'ticket', kind: 'event', subjects: ['attribute.v1.>', 'call.v1.>', 'chat.v1.>'] },
  { name: 'EVT_TICKET', owner: 'ticket', kind: 'event', subjects: ['ticket.v1.>', 'purge.v1.>'] },
  {
    name: 'EVT_IDENTITY',
    owner: 'identity',
    kind: 'event',
    subjects: ['user.v1.>', 'organization.v1.>', 'group.v1.>', 'access.v1.>', 'erasure.v1.>', 'setting.v1.>'],
  },
  { name: 'EVT_MAIL', owner: 'mail-ingest', kind: 'event', subjects: ['mail.v1.>'] },
  { name: 'EVT_NOTIFICATION', owner: 'notification', kind: 'event', subjects: ['delivery.v1.>', 'notice.v1.>'] },
  { name: 'EVT_FEDERATION', owner: 'federation', kind: 'event', subjects: ['agreement.v1.>'] },
  { name: 'CMD_TICKET', owner: 'ticket', kind: 'command', subjects: ['cmd.ticket.v1.>'] },
  { name: 'CMD_MAIL', owner: 'mail-ingest', kind: 'command', subjects: ['cmd.mail-ingest.v1.>'] },
  { name: 'CMD_NOTIFICATION', owner: 'notification', kind: 'command', subjects: ['cmd.notification.v1.>'] },
  { name: 'CMD_IDENTITY', owner: 'identity', kind: 'command', subjects: ['cmd.identity.v1.>'] },
] as const;
export type StreamName = (typeof streams)[number]['name'];

/** What each service consumes with durables: all messages of these kinds reach it, each at least once. */
export const consumed: Record<ServiceName, readonly MessageDefinition[]> = {
  gateway: [],
  ticket: [
    ...[userCreated, userUpdated, userDeleted, organizationCreated, organizationUpdated, organizationDeleted],
    ...[groupCreated, groupUpdated, groupDeleted, settingChanged, fileMail, recordMail, markRedirected],
    ...[deliverySent, deliveryDeferred, deliveryFailed, ticketCreated, ticketUpdated, articleAdded, articleChanged],
    ...[erasureRequested, deleteTicketForGood, ticketReminderReached, ticketEscalated, ticketEscalationWarning],
  ],
  'mail-ingest': [groupCreated, groupUpdated, groupDeleted, erasureRequested, ticketPurged, suspendMail],
  notification: [
    ...[sendMail, callWebhook, ticketCreated, groupCreated, groupUpdated, groupDeleted, erasureRequested],
    ...[ticketPurged, notifyAgents, tellOfDisabledWebhook, learnCertificate],
  ],
  identity: [
    ...[
      mailPasswordReset,
      mailSignInLink,
      mailSignUp,
      recordAudit,
      erasureRequested,
      recordErasure,
      recordTicketDeletion,
    ],
    ...[attributeChanged, attributeDeleted, markUndeliverable, keepOverviewSortings],
  ],
  reporting: [
    ...[ticketCreated, ticketUpdated, articleAdded, articleChanged, ticketDeleted],
    ...[groupCreated, groupUpdated, erasureRequested],
  ],
  federation: [
    ticketCreated,
    ticketUpdated,
    articleAdded,
    articleChanged,
    ticketDeleted,
    groupCreated,
    groupUpdated,
    groupDeleted,
    erasureRequested,
  ],
};

/** Subjects that each process of a service hears as it happens, beside the streams: nothing is kept for later. */
export const watched: Partial<Record<ServiceName, readonly string[]>> = {
  gateway: ['access.v1.>', 'notice.v1.>', 'call.v1.>', 'chat.v1.>', 'setting.v1.>'],
  ticket: ['attribute.v1.>'],
  identity: ['attribute.v1.>'],
};

/** Subjects that the processes of a service tell each other. No stream keeps them: what is missed is said again soon. */
export const whispered: Partial<Record<ServiceName, readonly string[]>> = { gateway: ['presence.v1.>'] };

/** Streams that each process of a service reads for itself, with a consumer that leaves nothing on the broker. */
export const tailed: Partial<Record<ServiceName, readonly StreamName[]>> = { gateway: ['EVT_TICKET'] };
