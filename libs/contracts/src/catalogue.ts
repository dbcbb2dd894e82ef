import { recordAudit } from './commands/audit.ts';
import {
  fileMail,
  mailPasswordReset,
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
import type { MessageDefinition, QuestionDefinition } from './define.ts';
import { attributeChanged, attributeDeleted } from './events/attributes.ts';
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
import { noticesChanged } from './events/notices.ts';
import { erasureRequested, ticketPurged } from './events/privacy.ts';
import {
  articleAdded,
  articleChanged,
  ticketCreated,
  ticketDeleted,
  ticketEscalated,
  ticketEscalationWarning,
  ticketJobProgressed,
  ticketReminderReached,
  ticketUpdated,
} from './events/ticket.ts';
import { answerPeer } from './federation/door.ts';
import { endpoints } from './http/endpoints.ts';
import { getQuarantinedMail } from './http/mail.ts';
import { recordActing } from './rpc/audit.ts';
import { getDataExportFile, personalData } from './rpc/data-export.ts';
import { readFeed } from './rpc/feeds.ts';
import {
  countHelpDeflection,
  listHelpPages,
  openPublicRequest,
  rateHelpAnswer,
  readHelp,
  readHelpAnswer,
  readHelpCategory,
  readHelpHome,
  searchHelp,
} from './rpc/help.ts';
import {
  actorsOf,
  authenticate,
  ensureCustomers,
  getAvatarImage,
  lookup,
  passkeySignInOptions,
  signIn,
  signInByPasskey,
  signInSecondStep,
  signOut,
} from './rpc/identity.ts';
import {
  checkMonitoringToken,
  countOpenedTickets,
  deadLetterLists,
  deadLetterReplays,
  serviceFigures,
} from './rpc/monitoring.ts';
import { oauthEndpoints } from './rpc/oauth.ts';
import {
  beginOpenIdLink,
  beginOpenIdSignIn,
  endOpenIdSessions,
  finishOpenIdLink,
  finishOpenIdSignIn,
  openIdSignOutUrl,
} from './rpc/openid.ts';
import { answerPbas, keepContacts, openPbasLink, openSessionFor } from './rpc/pbas.ts';
import { applyPeerChange, readForPeer } from './rpc/peers.ts';
import {
  erasureReach,
  erasureTerms,
  heldObjects,
  mailsNeeded,
  mailsOfTickets,
  previewErasure,
  previewTicketDeletion,
} from './rpc/privacy.ts';
import { exportTickets, importRows, importTickets } from './rpc/rows.ts';
import { answerScim } from './rpc/scim.ts';
import {
  addUpload,
  getAttachment,
  getRawMail,
  missingPriorities,
  openTicketLink,
  removeUploads,
  ticketsReferTo,
} from './rpc/ticket.ts';
import type { ServiceName } from './services.ts';

/** Every event and command that may be on the bus: schemas, samples, AsyncAPI and consumers are checked against it. */
export const messages: readonly MessageDefinition[] = [
  ticketCreated,
  ticketUpdated,
  articleAdded,
  articleChanged,
  ticketEscalationWarning,
  ticketEscalated,
  ticketReminderReached,
  ticketJobProgressed,
  ticketDeleted,
  attributeChanged,
  attributeDeleted,
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
  suspendMail,
  markUndeliverable,
  mailPasswordReset,
  mailSignUp,
  recordAudit,
  erasureRequested,
  recordErasure,
  callWebhook,
  tellOfDisabledWebhook,
  notifyAgents,
  noticesChanged,
  ticketPurged,
  deleteTicketForGood,
  recordTicketDeletion,
];

/** Streams by owner. An event stream keeps by age; a command stream is a work queue of the service it addresses. */
export const streams = [
  // Beside those of tickets: live views read that stream to its end.
  { name: 'EVT_ATTRIBUTE', owner: 'ticket', kind: 'event', subjects: ['attribute.v1.>'] },
  { name: 'EVT_TICKET', owner: 'ticket', kind: 'event', subjects: ['ticket.v1.>', 'purge.v1.>'] },
  {
    name: 'EVT_IDENTITY',
    owner: 'identity',
    kind: 'event',
    subjects: ['user.v1.>', 'organization.v1.>', 'group.v1.>', 'access.v1.>', 'erasure.v1.>'],
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

/** Every question that may be asked. */
export const questions: readonly QuestionDefinition[] = [
  ...endpoints,
  authenticate,
  signIn,
  signInSecondStep,
  passkeySignInOptions,
  signInByPasskey,
  signOut,
  lookup,
  ensureCustomers,
  actorsOf,
  beginOpenIdSignIn,
  finishOpenIdSignIn,
  beginOpenIdLink,
  finishOpenIdLink,
  openIdSignOutUrl,
  endOpenIdSessions,
  ...Object.values(oauthEndpoints),
  answerScim,
  readForPeer,
  applyPeerChange,
  answerPeer,
  getAttachment,
  getRawMail,
  getQuarantinedMail,
  addUpload,
  removeUploads,
  ticketsReferTo,
  openTicketLink,
  missingPriorities,
  ...[readHelp, readHelpHome, readHelpCategory, readHelpAnswer, searchHelp, listHelpPages],
  ...[rateHelpAnswer, countHelpDeflection, openPublicRequest],
  recordActing,
  erasureTerms,
  ...Object.values(previewErasure),
  erasureReach,
  mailsOfTickets,
  heldObjects,
  mailsNeeded,
  previewTicketDeletion,
  ...Object.values(personalData),
  getDataExportFile,
  getAvatarImage,
  exportTickets,
  importRows,
  importTickets,
  readFeed,
  ...Object.values(serviceFigures),
  ...Object.values(deadLetterLists),
  ...Object.values(deadLetterReplays),
  countOpenedTickets,
  checkMonitoringToken,
  ...[answerPbas, openPbasLink, keepContacts, openSessionFor],
];

/** What each service consumes with durables: all messages of these kinds reach it, each at least once. */
export const consumed: Record<ServiceName, readonly MessageDefinition[]> = {
  gateway: [],
  ticket: [
    ...[userCreated, userUpdated, userDeleted, organizationCreated, organizationUpdated, organizationDeleted],
    ...[groupCreated, groupUpdated, groupDeleted, fileMail, recordMail, markRedirected],
    ...[deliverySent, deliveryDeferred, deliveryFailed, ticketCreated, ticketUpdated, articleAdded, articleChanged],
    ...[erasureRequested, deleteTicketForGood, ticketReminderReached, ticketEscalated, ticketEscalationWarning],
  ],
  'mail-ingest': [groupCreated, groupUpdated, groupDeleted, erasureRequested, ticketPurged, suspendMail],
  notification: [
    ...[sendMail, callWebhook, ticketCreated, groupCreated, groupUpdated, groupDeleted, erasureRequested],
    ...[ticketPurged, notifyAgents, tellOfDisabledWebhook],
  ],
  identity: [
    ...[mailPasswordReset, mailSignUp, recordAudit, erasureRequested, recordErasure, recordTicketDeletion],
    ...[attributeChanged, attributeDeleted, markUndeliverable],
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
  gateway: ['access.v1.>', 'notice.v1.>'],
  ticket: ['attribute.v1.>'],
  identity: ['attribute.v1.>'],
};

/** Streams that each process of a service reads for itself, with a consumer that leaves nothing on the broker. */
export const tailed: Partial<Record<ServiceName, readonly StreamName[]>> = { gateway: ['EVT_TICKET'] };
