import type { EndpointDefinition } from '../define.ts';
import {
  addPasskey,
  checkPassword,
  deletePasskey,
  deleteSession,
  deleteSessions,
  generateRecoveryCodes,
  initiateAuthenticatorApp,
  linkedAccounts,
  listSessions,
  passkeyOptions,
  removeTwoFactor,
  removeUserTwoFactor,
  renamePasskey,
  signInSettings,
  signUp,
  signUpSettings,
  twoFactorConfiguration,
  unlockUser,
  userTokens,
  userTwoFactor,
  verifyTwoFactor,
} from './account.ts';
import { receiveAlert, receiveAlertmanager } from './alerts.ts';
import { customFields, objectAttributes } from './attributes.ts';
import { auditLog } from './audit.ts';
import { jobs, ticketWhy, triggers } from './automation.ts';
import { brandings } from './branding.ts';
import { applyMacro, massMacro, massUpdate, previewMacro, ticketJobs } from './bulk.ts';
import { changes } from './changes.ts';
import { chatSessions, chatSettings } from './chat.ts';
import { checklistItems, checklists, checklistTemplates } from './checklists.ts';
import { cmdb } from './cmdb.ts';
import { communities } from './communities.ts';
import { dataExports } from './data-exports.ts';
import { deskSettings } from './desk-settings.ts';
import { directories, directoryTokens } from './directories.ts';
import { ownDrafts } from './drafts.ts';
import { agreements } from './federation.ts';
import { gettingStarted } from './getting-started.ts';
import { heldArticles, heldTickets, ownDeskSettings } from './held-articles.ts';
import {
  changePassword,
  createToken,
  currentUser,
  deleteToken,
  groups,
  listPermissions,
  listTokens,
  organizations,
  requestPasswordReset,
  requestSignInLink,
  roles,
  setPasswordByToken,
  users,
} from './identity.ts';
import { imports } from './imports.ts';
import { calls, integrationSettings, receiveMonitoringEvent, receivePhoneEvent } from './integrations.ts';
import { helpAnswers, helpCategories, knowledgeBase } from './knowledge-base.ts';
import { macros, templates, textModules } from './library.ts';
import {
  discardQuarantined,
  listOutboundMail,
  listQuarantine,
  processQuarantined,
  releaseSuspended,
  retryOutboundMail,
  senderProof,
} from './mail.ts';
import { mailAccounts, mailChannels } from './mail-channels.ts';
import { mailKeys, mailSealing } from './mail-keys.ts';
import { mailTextTemplates } from './mail-templates.ts';
import { renewMonitoringToken } from './monitoring.ts';
import { applications, oauthGrants } from './oauth.ts';
import { onlineNotifications } from './online-notifications.ts';
import { entitlementMappings, openIdIdentities, openIdProviders, signInProviders } from './openid.ts';
import { overviewSortings, overviews, ticketOverviews } from './overviews.ts';
import { pbas } from './pbas.ts';
import { peerAdapters } from './peer-adapters.ts';
import { peers } from './peers.ts';
import { postmasterFilters } from './postmaster-filters.ts';
import { dataPrivacyTasks, legalHolds } from './privacy.ts';
import { accountDeletion, avatars, deleteAccount, updateOutOfOffice, updatePreferences } from './profile.ts';
import { publicLinks } from './public-links.ts';
import { ratings } from './ratings.ts';
import { recurringTickets } from './recurring-tickets.ts';
import { reportProfiles } from './report-profiles.ts';
import { ticketReport } from './reporting.ts';
import { reports } from './reports.ts';
import { rawMailRetention, retentionRules } from './retention.ts';
import { emailAddresses, signatures } from './senders.ts';
import { services } from './services.ts';
import { sharedDraftOfTicket, sharedDrafts } from './shared-drafts.ts';
import { shares } from './shares.ts';
import { calendars, slas, ticketSla } from './slas.ts';
import { addTag, listTags, removeTag, searchTags, tagList } from './tags.ts';
import { ticketsAround } from './ticket-around.ts';
import {
  addLink,
  addMention,
  deleteMention,
  listLinks,
  listMentions,
  mentionableAgents,
  mergeTicket,
  moveArticle,
  removeLink,
  splitTicket,
  undoMerge,
  undoMoveArticle,
} from './ticket-ties.ts';
import {
  agentHome,
  allArticles,
  createArticle,
  createTicket,
  deleteArticle,
  deleteTicket,
  getArticle,
  getTicket,
  listArticles,
  listTickets,
  retrySecurityProcess,
  searchHighlights,
  searchTickets,
  searchTicketsByPost,
  ticketCounts,
  ticketHistory,
  ticketList,
  ticketPriorities,
  ticketStates,
  updateArticle,
  updateTicket,
} from './tickets.ts';
import { activityTypes, timeAccountings, timeLog } from './time-accounting.ts';
import { ticketAccess, userAccess, viewAs } from './view-as.ts';
import { webhooks } from './webhooks.ts';

/** Every route that the gateway forwards: its map, the OpenAPI document and the web client are made from this list. */
export const endpoints: readonly EndpointDefinition[] = [
  listTickets,
  searchTickets,
  searchTicketsByPost,
  searchHighlights,
  getTicket,
  createTicket,
  updateTicket,
  deleteTicket,
  ticketList,
  agentHome,
  ticketCounts,
  ticketHistory,
  changes,
  ...Object.values(ticketsAround),
  listArticles,
  allArticles,
  getArticle,
  createArticle,
  updateArticle,
  retrySecurityProcess,
  deleteArticle,
  ...Object.values(ticketStates),
  ...Object.values(ticketPriorities),
  ...Object.values(objectAttributes),
  customFields,
  ...Object.values(calendars),
  ...Object.values(slas),
  ...Object.values(overviews),
  ...Object.values(overviewSortings),
  ticketOverviews,
  ...Object.values(onlineNotifications),
  ticketSla,
  ...Object.values(macros),
  ...Object.values(textModules),
  ...Object.values(templates),
  applyMacro,
  previewMacro,
  massUpdate,
  massMacro,
  ...Object.values(ticketJobs),
  ...Object.values(triggers),
  ...Object.values(jobs),
  ticketWhy,
  listTags,
  addTag,
  removeTag,
  searchTags,
  ...Object.values(tagList),
  listLinks,
  addLink,
  removeLink,
  mergeTicket,
  undoMerge,
  moveArticle,
  undoMoveArticle,
  splitTicket,
  listMentions,
  mentionableAgents,
  addMention,
  deleteMention,
  ...Object.values(checklists),
  ...Object.values(checklistItems),
  ...Object.values(checklistTemplates),
  ...Object.values(timeAccountings),
  ...Object.values(activityTypes),
  ...Object.values(timeLog),
  ...Object.values(deskSettings),
  ...Object.values(integrationSettings),
  receiveMonitoringEvent,
  receiveAlert,
  receiveAlertmanager,
  receivePhoneEvent,
  ...Object.values(calls),
  ...Object.values(chatSettings),
  ...Object.values(chatSessions),
  ...Object.values(ownDrafts),
  ...Object.values(ratings),
  ...Object.values(heldArticles),
  ...Object.values(heldTickets),
  ...Object.values(recurringTickets),
  ...Object.values(knowledgeBase),
  ...Object.values(helpCategories),
  ...Object.values(helpAnswers),
  ...Object.values(sharedDraftOfTicket),
  ...Object.values(sharedDrafts),
  ...Object.values(ownDeskSettings),
  currentUser,
  updatePreferences,
  updateOutOfOffice,
  ...Object.values(avatars),
  accountDeletion,
  deleteAccount,
  ...Object.values(users),
  ...Object.values(organizations),
  ...Object.values(groups),
  ...Object.values(emailAddresses),
  ...Object.values(signatures),
  ...Object.values(postmasterFilters),
  ...Object.values(roles),
  listPermissions,
  requestPasswordReset,
  requestSignInLink,
  setPasswordByToken,
  changePassword,
  listTokens,
  createToken,
  deleteToken,
  listSessions,
  deleteSession,
  deleteSessions,
  checkPassword,
  twoFactorConfiguration,
  initiateAuthenticatorApp,
  verifyTwoFactor,
  removeTwoFactor,
  generateRecoveryCodes,
  passkeyOptions,
  addPasskey,
  renamePasskey,
  deletePasskey,
  userTwoFactor,
  removeUserTwoFactor,
  unlockUser,
  ...Object.values(userTokens),
  ...Object.values(linkedAccounts),
  ...Object.values(signInSettings),
  ...Object.values(publicLinks),
  ...Object.values(brandings),
  ...Object.values(communities),
  ...Object.values(services),
  ...Object.values(imports),
  ...Object.values(viewAs),
  userAccess,
  ticketAccess,
  signUpSettings,
  signUp,
  signInProviders,
  ...Object.values(gettingStarted),
  ...Object.values(applications),
  ...Object.values(oauthGrants),
  ...Object.values(openIdProviders),
  ...Object.values(entitlementMappings),
  ...Object.values(openIdIdentities),
  ...Object.values(directories),
  ...Object.values(directoryTokens),
  ...Object.values(auditLog),
  ...Object.values(dataPrivacyTasks),
  ...Object.values(dataExports),
  ...Object.values(legalHolds),
  ...Object.values(retentionRules),
  rawMailRetention,
  ...Object.values(agreements),
  ...Object.values(pbas),
  ...Object.values(cmdb),
  ...Object.values(peerAdapters),
  ...Object.values(peers),
  ...Object.values(shares),
  ticketReport,
  ...Object.values(reportProfiles),
  ...Object.values(reports),
  ...Object.values(mailChannels),
  ...Object.values(mailAccounts),
  ...Object.values(mailTextTemplates),
  ...Object.values(mailKeys),
  ...Object.values(mailSealing),
  listQuarantine,
  processQuarantined,
  releaseSuspended,
  discardQuarantined,
  ...Object.values(senderProof),
  listOutboundMail,
  retryOutboundMail,
  ...Object.values(webhooks),
  renewMonitoringToken,
] as unknown as readonly EndpointDefinition[];
