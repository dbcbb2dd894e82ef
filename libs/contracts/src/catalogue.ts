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
import type { MessageDefinition, QuestionDefinition } from './define.ts';
import { attributeChanged, attributeDeleted } from './events/attributes.ts';
import { callChanged } from './events/calls.ts';
import { chatChanged } from './events/chat.ts';
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
  settingChanged,
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
import { admitPeer, answerPeer, issuePeerToken } from './federation/door.ts';
import { endpoints } from './http/endpoints.ts';
import { getQuarantinedMail } from './http/mail.ts';
import { recordActing } from './rpc/audit.ts';
import { getBrandingLogo, readBranding } from './rpc/branding.ts';
import { endChat, readChatDoor, readVisitorChat, sayInChat, seeVisitor, startChat } from './rpc/chat.ts';
import { getDataExportFile, personalData } from './rpc/data-export.ts';
import { readFeed } from './rpc/feeds.ts';
import { openFormRequest, readForm } from './rpc/form.ts';
import {
  addHelpFile,
  countHelpDeflection,
  getHelpFile,
  listHelpPages,
  openPublicRequest,
  rateHelpAnswer,
  readHelp,
  readHelpAnswer,
  readHelpCategory,
  readHelpFile,
  readHelpHome,
  searchHelp,
} from './rpc/help.ts';
import {
  actorsOf,
  authenticate,
  communityGroups,
  ensureCustomers,
  getAvatarImage,
  helpRoles,
  lookup,
  passkeySignInOptions,
  signIn,
  signInByLink,
  signInByPasskey,
  signInSecondStep,
  signOut,
} from './rpc/identity.ts';
import { checkSealing, hasMailAccount, keysToOpen, leaveList, reopenMail } from './rpc/mail-keys.ts';
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
import { applyPeerChange, forgetRequester, readForPeer, takeInPast, workingTimeAfter } from './rpc/peers.ts';
import { changePeople, pickPeople } from './rpc/people-rules.ts';
import {
  erasureReach,
  erasureTerms,
  heldObjects,
  mailsNeeded,
  mailsOfTickets,
  previewErasure,
  previewTicketDeletion,
} from './rpc/privacy.ts';
import { exportTickets, importRows, importTickets, takeInRows } from './rpc/rows.ts';
import { answerScim } from './rpc/scim.ts';
import { groupProviders, serviceRoute } from './rpc/services.ts';
import {
  addUpload,
  getAttachment,
  getRawMail,
  missingPriorities,
  openFileLink,
  openTicketLink,
  removeUploads,
  ticketsReferTo,
} from './rpc/ticket.ts';

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
  callChanged,
  chatChanged,
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
  settingChanged,
  credentialChanged,
  mailQuarantined,
  deliverySent,
  deliveryDeferred,
  deliveryFailed,
  ticketRedirected,
  fileMail,
  sendMail,
  learnCertificate,
  recordMail,
  markRedirected,
  suspendMail,
  keepOverviewSortings,
  markUndeliverable,
  mailPasswordReset,
  mailSignInLink,
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

/** Every question that may be asked. */
export const questions: readonly QuestionDefinition[] = [
  ...endpoints,
  authenticate,
  signIn,
  signInSecondStep,
  passkeySignInOptions,
  signInByLink,
  signInByPasskey,
  signOut,
  lookup,
  ensureCustomers,
  pickPeople,
  changePeople,
  actorsOf,
  helpRoles,
  communityGroups,
  beginOpenIdSignIn,
  finishOpenIdSignIn,
  beginOpenIdLink,
  finishOpenIdLink,
  openIdSignOutUrl,
  endOpenIdSessions,
  ...Object.values(oauthEndpoints),
  answerScim,
  readForPeer,
  workingTimeAfter,
  serviceRoute,
  groupProviders,
  applyPeerChange,
  forgetRequester,
  takeInPast,
  answerPeer,
  admitPeer,
  issuePeerToken,
  getAttachment,
  getRawMail,
  getQuarantinedMail,
  addUpload,
  removeUploads,
  ticketsReferTo,
  openFileLink,
  openTicketLink,
  missingPriorities,
  ...[readHelp, readHelpHome, readHelpCategory, readHelpAnswer, searchHelp, listHelpPages],
  ...[rateHelpAnswer, countHelpDeflection, openPublicRequest],
  ...[readHelpFile, getHelpFile, addHelpFile],
  ...[readForm, openFormRequest],
  ...[readChatDoor, startChat, readVisitorChat, sayInChat, endChat, seeVisitor],
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
  getBrandingLogo,
  readBranding,
  exportTickets,
  importRows,
  takeInRows,
  importTickets,
  readFeed,
  ...Object.values(serviceFigures),
  ...Object.values(deadLetterLists),
  ...Object.values(deadLetterReplays),
  countOpenedTickets,
  checkMonitoringToken,
  ...[keysToOpen, checkSealing, reopenMail, leaveList, hasMailAccount],
  ...[answerPbas, openPbasLink, keepContacts, openSessionFor],
];
