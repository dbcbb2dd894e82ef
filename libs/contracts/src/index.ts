export {
  type AccessLevel,
  type Actor,
  accessLevels,
  actorSchema,
  administersAll,
  administersAny,
  COMMUNITY_PERMISSION,
  groupsWith,
  hasAnyPermission,
  hasPermission,
} from './access/actor.ts';
export { type Author, type Caller, callerOf, identitiesOf } from './access/caller.ts';
export {
  isInScope,
  mayReadInternal,
  mayReadTicket,
  type TicketFacts,
  type TicketScope,
  ticketScope,
} from './access/visibility.ts';
export { messages, questions } from './catalogue.ts';
export { AuditChanges, type AuditedChange, auditMessage, changesBetween, recordAudit } from './commands/audit.ts';
export {
  fileMail,
  keepOverviewSortings,
  learnCertificate,
  MailAddress,
  MailProof,
  mailPasswordReset,
  mailSignInLink,
  mailSignUp,
  markRedirected,
  markUndeliverable,
  recordMail,
  sendMail,
  suspendMail,
} from './commands/commands.ts';
export { notifyAgents } from './commands/notices.ts';
export {
  deleteTicketForGood,
  ErasureCounts,
  type PrivacyService,
  privacyServices,
  recordErasure,
  recordTicketDeletion,
} from './commands/privacy.ts';
export {
  callWebhook,
  tellOfDisabledWebhook,
  WebhookArticle,
  WebhookPerson,
  WebhookTicket,
} from './commands/webhooks.ts';
export {
  type Access,
  type CommandDefinition,
  defineCommand,
  defineEndpoint,
  defineEvent,
  defineQuestion,
  type EndpointDefinition,
  type Envelope,
  type EventDefinition,
  envelopeSchema,
  type InputOf,
  type Message,
  type MessageDefinition,
  type OutputOf,
  type ParsedInputOf,
  type QuestionDefinition,
} from './define.ts';
export { desk } from './desk.ts';
export { type Durable, durableFor, durablesOf, erases, readersOf } from './durables.ts';
export {
  type AttributeDefinition,
  type AttributeObject,
  type AttributeScreens,
  type AttributeType,
  attributeChanged,
  attributeDeleted,
  attributeObjects,
  attributeTypes,
} from './events/attributes.ts';
export { callChanged } from './events/calls.ts';
export { chatChanged } from './events/chat.ts';
export { deliveryDeferred, deliveryFailed, deliverySent } from './events/delivery.ts';
export { ticketRedirected } from './events/federation.ts';
export {
  accessChanged,
  credentialChanged,
  GroupSnapshot,
  groupCreated,
  groupDeleted,
  groupUpdated,
  OrganizationSnapshot,
  organizationCreated,
  organizationDeleted,
  organizationUpdated,
  settingChanged,
  UserSnapshot,
  userCreated,
  userDeleted,
  userUpdated,
} from './events/identity.ts';
export { mailQuarantined } from './events/mail.ts';
export { noticesChanged } from './events/notices.ts';
export { ErasedTickets, erasureRequested, ticketPurged } from './events/privacy.ts';
export {
  ArticleSnapshot,
  articleAdded,
  articleChanged,
  Correspondent,
  TicketSnapshot,
  ticketCreated,
  ticketDeleted,
  ticketEscalated,
  ticketEscalationWarning,
  ticketJobProgressed,
  ticketReminderReached,
  ticketUpdated,
} from './events/ticket.ts';
export {
  CanonicalPriority,
  CanonicalState,
  canonicalPriorities,
  canonicalStates,
} from './federation/codes.ts';
export { admitPeer, answerPeer, issuePeerToken } from './federation/door.ts';
export {
  FederationAgreement,
  FederationAgreementChanged,
  FederationAgreementPatch,
  type FederationAgreementStep,
  FederationAttachment,
  FederationAttachmentAvailable,
  FederationChange,
  FederationComment,
  type FederationDetails,
  FederationEvent,
  type FederationFieldName,
  FederationFields,
  FederationHandover,
  FederationHandoverAnswer,
  FederationHandoverDraft,
  type FederationNotice,
  FederationPatch,
  FederationProposal,
  FederationRequester,
  FederationRequesterErased,
  FederationTicket,
  FederationTombstone,
  FederationWebhookChange,
  FederationWebhookDraft,
  federationEventTypes,
  federationFieldNames,
  federationNoticeTypes,
  federationTicketFilters,
  HANDOVER_REASON,
  NodeId,
} from './federation/model.ts';
export { type FederationRoute, federationRoutes } from './federation/routes.ts';
export { helpIdIn, helpPath } from './help-path.ts';
export {
  addPasskey,
  checkPassword,
  deletePasskey,
  deleteSession,
  deleteSessions,
  generateRecoveryCodes,
  initiateAuthenticatorApp,
  LinkedAccount,
  linkedAccounts,
  listSessions,
  Passkey,
  PasskeyResponse,
  passkeyOptions,
  removeTwoFactor,
  removeUserTwoFactor,
  renamePasskey,
  SessionRow,
  Setting,
  signInSettings,
  signUp,
  signUpSettings,
  twoFactorConfiguration,
  unlockUser,
  userTokens,
  userTwoFactor,
  verifyTwoFactor,
} from './http/account.ts';
export { type AlertmanagerMessage, receiveAlert, receiveAlertmanager } from './http/alerts.ts';
export {
  type AttributeInput,
  type CustomField,
  customFields,
  ObjectAttribute,
  objectAttributes,
} from './http/attributes.ts';
export { AuditEntry, auditLog } from './http/audit.ts';
export {
  Job,
  type JobInput,
  jobs,
  type Prospect,
  RuleRun,
  Trigger,
  type TriggerInput,
  ticketWhy,
  triggers,
} from './http/automation.ts';
export { type BrandingInput, brandings } from './http/branding.ts';
export {
  applyMacro,
  MOST_AT_ONCE,
  MOST_OF_A_JOB,
  massMacro,
  massUpdate,
  previewMacro,
  TicketJob,
  ticketJobs,
} from './http/bulk.ts';
export { type ChangeType, changes, changeTypes, TicketChange } from './http/changes.ts';
export {
  CHAT_MESSAGE_LENGTH,
  ChatClientId,
  type ChatConversation,
  type ChatMessage,
  type ChatSession,
  type ChatSettings,
  type chatEnds,
  chatSessions,
  chatSettings,
  type chatStates,
  type ShownChat,
} from './http/chat.ts';
export {
  Checklist,
  ChecklistAnswer,
  ChecklistItem,
  ChecklistTemplate,
  checklistItems,
  checklists,
  checklistTemplates,
  MAX_CHECKLIST_ITEMS,
} from './http/checklists.ts';
export { CmdbObject, CmdbObjectDetails, CmdbSettings, cmdb } from './http/cmdb.ts';
export { bounded, boundedRecord } from './http/common.ts';
export { type CommunityAgent, type CommunityInput, communities } from './http/communities.ts';
export { DataExport, dataExports } from './http/data-exports.ts';
export { DeskSettings, deskSettings } from './http/desk-settings.ts';
export { Directory, directories, directoryTokens } from './http/directories.ts';
export { DraftContent, type DraftKind, ownDrafts } from './http/drafts.ts';
export { endpoints } from './http/endpoints.ts';
export { Agreement, agreements } from './http/federation.ts';
export { gettingStarted } from './http/getting-started.ts';
export {
  FURTHEST_SEND_DAYS,
  HeldArticle,
  HeldTicket,
  heldArticles,
  heldTickets,
  OwnDeskSettings,
  ownDeskSettings,
  UndoSeconds,
} from './http/held-articles.ts';
export {
  changePassword,
  createToken,
  currentUser,
  deleteToken,
  Group,
  groups,
  listPermissions,
  listTokens,
  ObjectHistory,
  Organization,
  organizations,
  Role,
  requestPasswordReset,
  requestSignInLink,
  roles,
  setPasswordByToken,
  User,
  UserInput,
  users,
} from './http/identity.ts';
export { ImportCounts, importKinds, imports } from './http/imports.ts';
export {
  Call,
  calls,
  IntegrationSettings,
  integrationSettings,
  type PhoneEvent,
  PhoneRules,
  receiveMonitoringEvent,
  receivePhoneEvent,
} from './http/integrations.ts';
export {
  type AnswerState,
  HelpAccess,
  HelpAnswer,
  type HelpAnswerInput,
  HelpCategory,
  type HelpCategoryInput,
  type HelpHit,
  type HelpLocale,
  type HelpPermissions,
  helpAnswers,
  helpCategories,
  helpLocales,
  KnowledgeBase,
  knowledgeBase,
  type ListedAnswer,
} from './http/knowledge-base.ts';
export {
  Macro,
  type MacroInput,
  macros,
  nextSteps,
  Template,
  type TemplateInput,
  TextModule,
  type TextModuleInput,
  templates,
  textModules,
} from './http/library.ts';
export {
  discardQuarantined,
  getQuarantinedMail,
  listOutboundMail,
  listQuarantine,
  OutboundMail,
  processQuarantined,
  QuarantinedMail,
  releaseSuspended,
  retryOutboundMail,
  SenderProof,
  senderProof,
} from './http/mail.ts';
export {
  type MailAccountInput,
  MailAccountTest,
  type MailAuthInput,
  MailChannel,
  type MailChannelInput,
  type MailTransport,
  mailAccounts,
  mailChannels,
} from './http/mail-channels.ts';
export { MailKey, type MailKeyInput, mailKeys, mailSealing, SealingOffer } from './http/mail-keys.ts';
export {
  type MailKind,
  type MailTemplateInput,
  type MailTemplateTrouble,
  mailTextTemplates,
} from './http/mail-templates.ts';
export { renewMonitoringToken } from './http/monitoring.ts';
export { Application, applications, oauthGrants } from './http/oauth.ts';
export {
  defaultNoticeMatrix,
  type NoticeEvent,
  NoticeKind,
  type NoticeMatrix,
  NoticeReason,
  type NoticeRow,
  noticeChannels,
  noticeCriteria,
  noticeEvents,
  noticeKinds,
  type OnlineNotification,
  onlineNotifications,
} from './http/online-notifications.ts';
export {
  EntitlementMapping,
  entitlementMappings,
  OpenIdIdentity,
  OpenIdProvider,
  openIdIdentities,
  openIdProviders,
  signInProviders,
} from './http/openid.ts';
export { Overview, type OverviewInput, overviewSortings, overviews, ticketOverviews } from './http/overviews.ts';
export { PbasSettings, pbas, pbasSchemes } from './http/pbas.ts';
export { adapterKinds, PeerAdapterSettings, PeerAdapterTest, peerAdapters } from './http/peer-adapters.ts';
export { Peer, peers } from './http/peers.ts';
export {
  type PostmasterAction,
  PostmasterFilter,
  type PostmasterFilterInput,
  type PostmasterOperator,
  postmasterActions,
  postmasterFilters,
  postmasterOperators,
} from './http/postmaster-filters.ts';
export { DataPrivacyTask, dataPrivacyTasks, LegalHold, legalHolds } from './http/privacy.ts';
export {
  Avatar,
  accountDeletion,
  avatars,
  deleteAccount,
  NotificationConfig,
  PreferencesInput,
  TimeZone,
  updateOutOfOffice,
  updatePreferences,
} from './http/profile.ts';
export { type PublicLinkInput, publicLinks } from './http/public-links.ts';
export { MAX_SCORE, ratings, TicketRating } from './http/ratings.ts';
export { RecurringTicket, recurringTickets } from './http/recurring-tickets.ts';
export { ReportProfile, reportProfiles } from './http/report-profiles.ts';
export { ticketReport } from './http/reporting.ts';
export { type GroupFigures, type ProviderKind, type ReportAsked, reports } from './http/reports.ts';
export {
  FinishedStateType,
  RetentionAction,
  RetentionPreview,
  RetentionRule,
  type RetentionRuleInput,
  RetentionRun,
  rawMailRetention,
  retentionRules,
} from './http/retention.ts';
export {
  EmailAddress,
  type EmailAddressInput,
  emailAddresses,
  Signature,
  type SignatureInput,
  signatures,
} from './http/senders.ts';
export { services } from './http/services.ts';
export { sharedDraftOfTicket, sharedDrafts } from './http/shared-drafts.ts';
export { shares } from './http/shares.ts';
export {
  Calendar,
  type CalendarInput,
  type CalendarPreviewInput,
  calendars,
  type HolidaysAsked,
  Sla,
  type SlaInput,
  slas,
  ticketSla,
} from './http/slas.ts';
export { addTag, listTags, removeTag, searchTags, tagList } from './http/tags.ts';
export { RecentView, ticketsAround } from './http/ticket-around.ts';
export {
  addLink,
  addMention,
  deleteMention,
  Link,
  type LinkInput,
  listLinks,
  listMentions,
  mentionableAgents,
  mergeTicket,
  moveArticle,
  removeLink,
  splitTicket,
  undoMerge,
  undoMoveArticle,
} from './http/ticket-ties.ts';
export {
  Article,
  ArticleInput,
  Attachment,
  AttachmentInput,
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
  StoredFile,
  searchHighlights,
  searchTickets,
  searchTicketsByPost,
  Ticket,
  TicketInput,
  TicketListQuery,
  TicketListRow,
  TicketPriority,
  TicketState,
  ticketCounts,
  ticketHistory,
  ticketList,
  ticketPriorities,
  ticketStates,
  updateArticle,
  updateTicket,
} from './http/tickets.ts';
export {
  ActivityType,
  activityTypes,
  TimeAccounting,
  type TimeAccountingInput,
  timeAccountings,
  timeLog,
} from './http/time-accounting.ts';
export { ticketAccess, userAccess, viewAs } from './http/view-as.ts';
export { SECRET_MASK, type WebhookInput, webhooks } from './http/webhooks.ts';
export { type AccentColours, MailBrand } from './mail/brand.ts';
export { fileLinkPath, fileLinkToken, type LinkedFile, readFileLink } from './mail/file-link.ts';
export {
  leavePath,
  leaveToken,
  listKey,
  type MailList,
  mailLists,
  readLeaveToken,
} from './mail/mail-list.ts';
export { ticketMessageId, ticketOfMessageId } from './mail/message-id.ts';
export { ticketOfReplyAddress, ticketReplyAddress, withoutTicket } from './mail/reply-address.ts';
export { MailSecurity, SecurityType } from './mail/security.ts';
export { hooksIn, withHook, withoutHook } from './mail/subject-hook.ts';
export { type AccountChange, accountChanges, type MailTemplate, mailTemplates } from './mail/templates.ts';
export {
  type LinkedTicket,
  type LinkPurpose,
  readTicketLink,
  ticketLinkPath,
  ticketLinkToken,
  withoutTicketLinks,
} from './mail/ticket-link.ts';
export { type BrokerPermissions, permissionsOf } from './permissions.ts';
export { Level, levels, PriorityMatrix } from './priority-matrix.ts';
export { recordActing } from './rpc/audit.ts';
export { type Branding, getBrandingLogo, readBranding } from './rpc/branding.ts';
export {
  ChatSecret,
  endChat,
  readChatDoor,
  readVisitorChat,
  sayInChat,
  seeVisitor,
  startChat,
  type VisitorChat,
} from './rpc/chat.ts';
export { getDataExportFile, PersonalDataPart, personalData } from './rpc/data-export.ts';
export { readFeed } from './rpc/feeds.ts';
export { openFormRequest, readForm } from './rpc/form.ts';
export {
  addHelpFile,
  countHelpDeflection,
  getHelpFile,
  type Help,
  type HelpAnswerPage,
  type HelpCategoryPage,
  type HelpHome,
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
export {
  actorsOf,
  authenticate,
  communityGroups,
  ensureCustomers,
  getAvatarImage,
  type HelpRole,
  helpRoles,
  lookup,
  passkeySignInOptions,
  signIn,
  signInByLink,
  signInByPasskey,
  signInSecondStep,
  signOut,
} from './rpc/identity.ts';
export { checkSealing, hasMailAccount, keysToOpen, leaveList, reopenMail } from './rpc/mail-keys.ts';
export {
  checkMonitoringToken,
  countOpenedTickets,
  DeadLetterLine,
  deadLetterLists,
  deadLetterReplays,
  ServiceFigures,
  serviceFigures,
  type WatchedService,
} from './rpc/monitoring.ts';
export { oauthEndpoints } from './rpc/oauth.ts';
export {
  beginOpenIdLink,
  beginOpenIdSignIn,
  endOpenIdSessions,
  finishOpenIdLink,
  finishOpenIdSignIn,
  openIdSignOutUrl,
} from './rpc/openid.ts';
export { answerPbas, keepContacts, openPbasLink, openSessionFor } from './rpc/pbas.ts';
export {
  applyPeerChange,
  forgetRequester,
  PeerStateType,
  readForPeer,
  takeInPast,
  workingTimeAfter,
} from './rpc/peers.ts';
export { changePeople, pickPeople } from './rpc/people-rules.ts';
export {
  ErasureTerms,
  erasureReach,
  erasureTerms,
  heldObjects,
  mailsNeeded,
  mailsOfTickets,
  previewErasure,
  previewTicketDeletion,
} from './rpc/privacy.ts';
export { exportTickets, IMPORT_BATCH, importRows, importTickets, takeInRows } from './rpc/rows.ts';
export { answerScim } from './rpc/scim.ts';
export { groupProviders, serviceRoute } from './rpc/services.ts';
export {
  addUpload,
  getAttachment,
  getRawMail,
  missingPriorities,
  openFileLink,
  openTicketLink,
  removeUploads,
  ticketsReferTo,
} from './rpc/ticket.ts';
export { type ServiceName, serviceNames } from './services.ts';
export { consumed, type StreamName, streams } from './streams.ts';
export { DLQ_STREAM, inboxOf, ownerOf, restSubjectOf } from './subjects.ts';
