import { AttributeBook } from '@helpmesh/attributes';
import { openBlobStore } from '@helpmesh/blob';
import { Bus } from '@helpmesh/messaging';
import { CONFIG, CursorCodec, erasureWork } from '@helpmesh/service-kit';
import { Module } from '@nestjs/common';
import { TicketWords } from './application/action/ticket-words.ts';
import { AssignOnOpen } from './application/assignment/assign-on-open.ts';
import { ReleaseOwners } from './application/assignment/release-owners.ts';
import { CustomFields } from './application/attributes/custom-fields.ts';
import { DropValues } from './application/attributes/drop-values.ts';
import { ManageAttributes } from './application/attributes/manage-attributes.ts';
import { SearchQueries } from './application/attributes/search-attributes.ts';
import { CarryOut } from './application/automation/carry-out.ts';
import { DeleteDoomed } from './application/automation/delete-doomed.ts';
import { ExplainTicket } from './application/automation/explain-ticket.ts';
import { ManageRules } from './application/automation/manage-rules.ts';
import { PreviewRules } from './application/automation/preview-rules.ts';
import { RepeatDaily } from './application/automation/repeat-daily.ts';
import { RuleMails } from './application/automation/rule-mails.ts';
import { RuleTimer } from './application/automation/rule-timer.ts';
import { RunJobs } from './application/automation/run-jobs.ts';
import { RunPeopleJobs } from './application/automation/run-people-jobs.ts';
import { RunTriggers } from './application/automation/run-triggers.ts';
import { TellPending } from './application/automation/tell-pending.ts';
import { TicketFacts } from './application/automation/ticket-facts.ts';
import { TriggerBook } from './application/automation/trigger-book.ts';
import { WebhookPayloads } from './application/automation/webhook-payloads.ts';
import { ChangeMany } from './application/bulk/change-many.ts';
import { JobWorker } from './application/bulk/job-worker.ts';
import { TicketJobs } from './application/bulk/ticket-jobs.ts';
import { ChangeArticles } from './application/change-articles.ts';
import { ChangeTickets } from './application/change-tickets.ts';
import { ReadChanges } from './application/changes/read-changes.ts';
import { AgentChats } from './application/chat/agent-chats.ts';
import { ChatDesk } from './application/chat/chat-desk.ts';
import { ChatTimer } from './application/chat/chat-timer.ts';
import { VisitorChats } from './application/chat/visitor-chats.ts';
import { Checklists } from './application/checklists/checklists.ts';
import { Conditions } from './application/conditions.ts';
import { CreateTickets } from './application/create-tickets.ts';
import { DeleteTicket } from './application/delete-ticket.ts';
import { ArticleDrafts } from './application/draft-article.ts';
import { OwnDrafts } from './application/drafts/own-drafts.ts';
import { SharedDrafts } from './application/drafts/shared-drafts.ts';
import { EnsurePeople } from './application/ensure-people.ts';
import { ExplainAccess } from './application/explain-access.ts';
import { Figures } from './application/figures.ts';
import { FileMail } from './application/file-mail.ts';
import { Files } from './application/files.ts';
import { HeldTimer } from './application/held/held-timer.ts';
import { HoldArticles } from './application/held/hold-articles.ts';
import { HoldTickets } from './application/held/hold-tickets.ts';
import { HelpAnswers } from './application/help/help-answers.ts';
import { HelpCounts } from './application/help/help-counts.ts';
import { ManageHelpPermissions } from './application/help/help-permissions.ts';
import { HelpTimer } from './application/help/help-timer.ts';
import { ManageHelp } from './application/help/manage-help.ts';
import { PublicRequests } from './application/help/public-requests.ts';
import { ReadHelp } from './application/help/read-help.ts';
import { HighlightTickets } from './application/highlight-tickets.ts';
import { ImportTickets } from './application/import-tickets.ts';
import { IndexFiles } from './application/index-files.ts';
import { IndexStems } from './application/index-stems.ts';
import { IndexTickets } from './application/index-tickets.ts';
import { IntegrationSettings } from './application/integrations/integration-settings.ts';
import { PhoneCalls } from './application/integrations/phone-calls.ts';
import { TakeAlerts } from './application/integrations/take-alerts.ts';
import { TakeMonitoringEvent } from './application/integrations/take-monitoring-event.ts';
import { KeepReplicas } from './application/keep-replicas.ts';
import { ManageLibrary } from './application/library/manage-library.ts';
import { TextModules } from './application/library/text-modules.ts';
import { UsableMacros } from './application/library/usable-macros.ts';
import { ListTickets } from './application/list-tickets.ts';
import { MakeExcerpts } from './application/make-excerpts.ts';
import { ManageLookups } from './application/manage-lookups.ts';
import { ManageRows } from './application/manage-rows.ts';
import { MarkRedirected } from './application/mark-redirected.ts';
import { TellAgents } from './application/notices/tell-agents.ts';
import { Once } from './application/once.ts';
import { ManageOverviews } from './application/overviews/manage-overviews.ts';
import { Overviews } from './application/overviews/overviews.ts';
import { SortOverviews } from './application/overviews/sort-overviews.ts';
import { TellSortings } from './application/overviews/tell-sortings.ts';
import { ForgetRequester } from './application/peers/forget-requester.ts';
import { OfficeHours } from './application/peers/office-hours.ts';
import { PeerChanges } from './application/peers/peer-changes.ts';
import { TakeInPast } from './application/peers/take-in-past.ts';
import {
  BLOBS,
  FEEDS,
  IDENTITY,
  IMPORT_MODE,
  MAIL_IDENTITY,
  NEW_TAGS,
  PROTECTED_MAIL,
  PUBLIC_PLACE,
  RECURSIVE_TRIGGERS,
  RULE_LOG_DAYS,
  SERVICE_CATALOGUE,
} from './application/ports.ts';
import { EraseTickets } from './application/privacy/erase-tickets.ts';
import { ErasureReach } from './application/privacy/erasure-reach.ts';
import { LegalHolds } from './application/privacy/legal-holds.ts';
import { MailsNeeded } from './application/privacy/mails-needed.ts';
import { PersonalTickets } from './application/privacy/personal-tickets.ts';
import { PurgeTickets } from './application/privacy/purge-tickets.ts';
import { TicketDeletions } from './application/privacy/ticket-deletions.ts';
import { UnwantedFiles } from './application/privacy/unwanted-files.ts';
import { AskRatings } from './application/ratings/ask-ratings.ts';
import { Ratings } from './application/ratings/ratings.ts';
import { ReadArticles } from './application/read-articles.ts';
import { ReadHistory } from './application/read-history.ts';
import { ReadTickets } from './application/read-tickets.ts';
import { RecordDelivery } from './application/record-delivery.ts';
import { RecordMail } from './application/record-mail.ts';
import { ManageRecurring } from './application/recurring/manage-recurring.ts';
import { OpenRecurring } from './application/recurring/open-recurring.ts';
import { ReferTo } from './application/refer-to.ts';
import { References } from './application/references.ts';
import { Reports } from './application/reports/reports.ts';
import { ManageRetention } from './application/retention/manage-retention.ts';
import { RetentionTimer } from './application/retention/retention-timer.ts';
import { RunRetention } from './application/retention/run-retention.ts';
import { RetrySecurity } from './application/retry-security.ts';
import { SearchTickets } from './application/search-tickets.ts';
import { DeskSettings } from './application/settings/desk-settings.ts';
import { KeepDeskSettings } from './application/settings/keep-desk-settings.ts';
import { OwnSettings } from './application/settings/own-settings.ts';
import { CalendarFeeds } from './application/sla/calendar-feeds.ts';
import { ExplainSla } from './application/sla/explain-sla.ts';
import { ManageSlas } from './application/sla/manage-slas.ts';
import { NationalHolidays } from './application/sla/national-holidays.ts';
import { RecomputeSlas } from './application/sla/recompute.ts';
import { RuleBook } from './application/sla/rule-book.ts';
import { SlaTimer } from './application/sla/sla-timer.ts';
import { TellEscalations } from './application/sla/tell-escalations.ts';
import { Sweep } from './application/sweep.ts';
import { TicketLinks } from './application/ticket-links.ts';
import { TicketsAround } from './application/tickets-around.ts';
import { AgentWrites } from './application/ties/agent-writes.ts';
import { LinkTickets } from './application/ties/link-tickets.ts';
import { ManageTags } from './application/ties/manage-tags.ts';
import { Mentions } from './application/ties/mentions.ts';
import { MergeTickets } from './application/ties/merge-tickets.ts';
import { MoveArticles } from './application/ties/move-articles.ts';
import { TagTickets } from './application/ties/tag-tickets.ts';
import { Times } from './application/times/times.ts';
import { AroundController } from './bus/around.controller.ts';
import { AttributesController } from './bus/attributes.controller.ts';
import { AutomationController } from './bus/automation.controller.ts';
import { BulkController } from './bus/bulk.controller.ts';
import { ChangesController } from './bus/changes.controller.ts';
import { ChatController } from './bus/chat.controller.ts';
import { ChecklistsController } from './bus/checklists.controller.ts';
import { DraftsController } from './bus/drafts.controller.ts';
import { ErasureController } from './bus/erasure.controller.ts';
import { FeedsClient } from './bus/feeds.client.ts';
import { OpenedTickets, TicketFigures } from './bus/figures.controller.ts';
import { FilesController } from './bus/files.controller.ts';
import { HeldController } from './bus/held.controller.ts';
import { HelpController } from './bus/help.controller.ts';
import { HelpPagesController } from './bus/help-pages.controller.ts';
import { IdentityClient } from './bus/identity.client.ts';
import { IdentityConsumer } from './bus/identity.consumer.ts';
import { IntegrationsController } from './bus/integrations.controller.ts';
import { LibraryController } from './bus/library.controller.ts';
import { PrioritiesController, StatesController } from './bus/lookups.controller.ts';
import { MailConsumer } from './bus/mail.consumer.ts';
import { NoticeConsumer } from './bus/notice.consumer.ts';
import { OverviewsController } from './bus/overviews.controller.ts';
import { PeersController } from './bus/peers.controller.ts';
import { ProtectedMailClient } from './bus/protected-mail.client.ts';
import { RatingsController } from './bus/ratings.controller.ts';
import { RecurringController } from './bus/recurring.controller.ts';
import { ReportProfilesController } from './bus/report-profiles.controller.ts';
import { ReportsController } from './bus/reports.controller.ts';
import { RetentionController } from './bus/retention.controller.ts';
import { RowsController } from './bus/rows.controller.ts';
import { SearchConsumer } from './bus/search.consumer.ts';
import { ServiceCatalogueClient } from './bus/service-catalogue.client.ts';
import { SharedDraftsController } from './bus/shared-drafts.controller.ts';
import { SlasController } from './bus/slas.controller.ts';
import { TagsController } from './bus/tags.controller.ts';
import { TicketLinksController } from './bus/ticket-links.controller.ts';
import { TicketsController } from './bus/tickets.controller.ts';
import { TiesController } from './bus/ties.controller.ts';
import { TimesController } from './bus/times.controller.ts';
import type { TicketConfig } from './config.ts';
import { AskHolidays } from './holidays/ask-holidays.ts';
import { AdminRowStore } from './persistence/admin-row.store.ts';
import { AlertStore } from './persistence/alert.store.ts';
import { AroundStore } from './persistence/around.store.ts';
import { ArticleStore } from './persistence/article.store.ts';
import { AttributeStore } from './persistence/attribute.store.ts';
import { CalendarFeedStore } from './persistence/calendar-feed.store.ts';
import { CallStore } from './persistence/call.store.ts';
import { ChangeStore } from './persistence/change.store.ts';
import { ChatStore } from './persistence/chat.store.ts';
import { ChecklistStore } from './persistence/checklist.store.ts';
import { DeskSettingStore } from './persistence/desk-setting.store.ts';
import { DraftStore } from './persistence/draft.store.ts';
import { ErasureStore } from './persistence/erasure.store.ts';
import { ExcerptStore } from './persistence/excerpt.store.ts';
import { FigureStore } from './persistence/figure.store.ts';
import { FileWordsStore } from './persistence/file-words.store.ts';
import { HeldStore } from './persistence/held.store.ts';
import { HelpStore } from './persistence/help.store.ts';
import { HelpReadingStore } from './persistence/help-reading.store.ts';
import { HistoryStore } from './persistence/history.store.ts';
import { IndexStore } from './persistence/index.store.ts';
import { JobStore } from './persistence/job.store.ts';
import { LibraryStore } from './persistence/library.store.ts';
import { LinkStore } from './persistence/link.store.ts';
import { ListStore } from './persistence/list.store.ts';
import { LookupStore } from './persistence/lookup.store.ts';
import { MentionStore } from './persistence/mention.store.ts';
import { MergeStore } from './persistence/merge.store.ts';
import { MonitoringStore } from './persistence/monitoring.store.ts';
import { MoveStore } from './persistence/move.store.ts';
import { NoticeStore } from './persistence/notice.store.ts';
import { OverviewStore } from './persistence/overview.store.ts';
import { OverviewSortingStore } from './persistence/overview-sorting.store.ts';
import { PastStore } from './persistence/past.store.ts';
import { PeerStore } from './persistence/peer.store.ts';
import { PersonalDataStore } from './persistence/personal-data.store.ts';
import { PurgeStore } from './persistence/purge.store.ts';
import { RatingStore } from './persistence/rating.store.ts';
import { ReadStore } from './persistence/read.store.ts';
import { RecurringStore } from './persistence/recurring.store.ts';
import { ReplicaStore } from './persistence/replica.store.ts';
import { ReportStore } from './persistence/report.store.ts';
import { RetentionStore } from './persistence/retention.store.ts';
import { RuleStore } from './persistence/rule.store.ts';
import { RuleAdminStore } from './persistence/rule-admin.store.ts';
import { ScheduleStore } from './persistence/schedule.store.ts';
import { SearchStore } from './persistence/search.store.ts';
import { SharedDraftStore } from './persistence/shared-draft.store.ts';
import { SlaStore } from './persistence/sla.store.ts';
import { SlaAdminStore } from './persistence/sla-admin.store.ts';
import { TagStore } from './persistence/tag.store.ts';
import { ThreadStore } from './persistence/thread.store.ts';
import { TicketStore } from './persistence/ticket.store.ts';
import { TimeStore } from './persistence/time.store.ts';
import { UploadStore } from './persistence/upload.store.ts';

/** The map of the service. */
@Module({
  controllers: [
    AroundController,
    TicketFigures,
    OpenedTickets,
    ChangesController,
    // Questions
    TicketsController,
    RowsController,
    FilesController,
    TicketLinksController,
    StatesController,
    PrioritiesController,
    SlasController,
    AutomationController,
    OverviewsController,
    PeersController,
    AttributesController,
    TagsController,
    TiesController,
    LibraryController,
    BulkController,
    ChecklistsController,
    RatingsController,
    TimesController,
    RetentionController,
    ReportProfilesController,
    ReportsController,
    DraftsController,
    HeldController,
    RecurringController,
    SharedDraftsController,
    HelpController,
    HelpPagesController,
    IntegrationsController,
    ChatController,
    // Events and commands
    MailConsumer,
    IdentityConsumer,
    SearchConsumer,
    NoticeConsumer,
    ErasureController,
  ],
  providers: [
    Figures,
    FigureStore,
    // Neighbours and settings
    { provide: IDENTITY, useClass: IdentityClient },
    { provide: FEEDS, useClass: FeedsClient },
    { provide: PROTECTED_MAIL, useClass: ProtectedMailClient },
    { provide: SERVICE_CATALOGUE, useClass: ServiceCatalogueClient },
    { provide: BLOBS, useFactory: (config: TicketConfig) => openBlobStore(config), inject: [CONFIG] },
    {
      provide: MAIL_IDENTITY,
      useFactory: (config: TicketConfig) => ({
        fqdn: config.HELPMESH_FQDN,
        threadingSecret: config.HELPMESH_THREADING_SECRET,
        signedReplies: config.MAIL_REPLY_ADDRESSES === 'signed',
      }),
      inject: [CONFIG],
    },
    {
      provide: IMPORT_MODE,
      useFactory: (config: TicketConfig) => config.HELPMESH_IMPORT_MODE,
      inject: [CONFIG],
    },
    { provide: NEW_TAGS, useFactory: (config: TicketConfig) => config.HELPMESH_NEW_TAGS, inject: [CONFIG] },
    {
      provide: RECURSIVE_TRIGGERS,
      useFactory: (config: TicketConfig) => config.HELPMESH_RECURSIVE_TRIGGERS,
      inject: [CONFIG],
    },
    {
      provide: PUBLIC_PLACE,
      useFactory: (config: TicketConfig) => ({
        fqdn: config.HELPMESH_FQDN,
        url: config.HELPMESH_PUBLIC_URL.replace(/\/+$/, ''),
      }),
      inject: [CONFIG],
    },
    { provide: RULE_LOG_DAYS, useFactory: (config: TicketConfig) => config.HELPMESH_RULE_LOG_DAYS, inject: [CONFIG] },
    {
      provide: CursorCodec,
      useFactory: (config: TicketConfig) => new CursorCodec(config.HELPMESH_SIGNING_KEY),
      inject: [CONFIG],
    },
    // Wishes of people
    ReadTickets,
    ReadArticles,
    ReadHistory,
    ReadChanges,
    TicketsAround,
    AroundStore,
    ChangeStore,
    ListTickets,
    SearchQueries,
    SearchTickets,
    HighlightTickets,
    CreateTickets,
    ChangeTickets,
    DeleteTicket,
    ChangeArticles,
    RetrySecurity,
    Files,
    TicketLinks,
    ManageLookups,
    ManageSlas,
    NationalHolidays,
    AskHolidays,
    ExplainSla,
    ExplainAccess,
    ManageRules,
    PreviewRules,
    ExplainTicket,
    Overviews,
    ManageOverviews,
    SortOverviews,
    TellSortings,
    ManageAttributes,
    CustomFields,
    TagTickets,
    ManageTags,
    LinkTickets,
    MergeTickets,
    MoveArticles,
    Mentions,
    ManageLibrary,
    TextModules,
    ChangeMany,
    TicketJobs,
    Checklists,
    Ratings,
    AskRatings,
    Times,
    ManageRows,
    DeskSettings,
    IntegrationSettings,
    TakeMonitoringEvent,
    TakeAlerts,
    PhoneCalls,
    CallStore,
    ChatDesk,
    AgentChats,
    VisitorChats,
    ChatTimer,
    ChatStore,
    MonitoringStore,
    AlertStore,
    ManageHelp,
    ManageHelpPermissions,
    HelpAnswers,
    ReadHelp,
    HelpCounts,
    HelpTimer,
    PublicRequests,
    HelpStore,
    HelpReadingStore,
    Reports,
    ManageRetention,
    OwnDrafts,
    HoldArticles,
    HoldTickets,
    AssignOnOpen,
    ManageRecurring,
    SharedDrafts,
    OwnSettings,
    PeerChanges,
    TakeInPast,
    OfficeHours,
    ForgetRequester,
    // Wishes of other services
    FileMail,
    RecordMail,
    RecordDelivery,
    MarkRedirected,
    KeepDeskSettings,
    KeepReplicas,
    ImportTickets,
    IndexFiles,
    IndexStems,
    MakeExcerpts,
    IndexTickets,
    TellAgents,
    EraseTickets,
    erasureWork('ticket', EraseTickets),
    ErasureReach,
    ReferTo,
    PersonalTickets,
    TicketDeletions,
    MailsNeeded,
    // Timers
    Sweep,
    SlaTimer,
    CalendarFeeds,
    RecomputeSlas,
    TellEscalations,
    RuleTimer,
    TellPending,
    RepeatDaily,
    DeleteDoomed,
    RunJobs,
    RunPeopleJobs,
    RetentionTimer,
    RunRetention,
    JobWorker,
    HeldTimer,
    OpenRecurring,
    ReleaseOwners,
    DropValues,
    // What they share
    References,
    RuleBook,
    TriggerBook,
    RunTriggers,
    CarryOut,
    RuleMails,
    TicketFacts,
    WebhookPayloads,
    Conditions,
    {
      provide: AttributeBook,
      useFactory: (bus: Bus, config: TicketConfig, store: AttributeStore) =>
        new AttributeBook(bus, () => store.sets(config.DATABASE_URL)),
      inject: [Bus, CONFIG, AttributeStore],
    },
    EnsurePeople,
    ArticleDrafts,
    Once,
    AgentWrites,
    LegalHolds,
    PurgeTickets,
    UnwantedFiles,
    TicketWords,
    UsableMacros,
    // Tables
    TicketStore,
    ArticleStore,
    ReadStore,
    ListStore,
    SearchStore,
    SlaStore,
    SlaAdminStore,
    CalendarFeedStore,
    RuleStore,
    RuleAdminStore,
    ScheduleStore,
    PastStore,
    OverviewStore,
    OverviewSortingStore,
    NoticeStore,
    PeerStore,
    AttributeStore,
    ExcerptStore,
    IndexStore,
    ThreadStore,
    TagStore,
    LinkStore,
    LibraryStore,
    JobStore,
    MentionStore,
    MergeStore,
    MoveStore,
    ChecklistStore,
    RatingStore,
    AdminRowStore,
    TimeStore,
    DeskSettingStore,
    FileWordsStore,
    DraftStore,
    HeldStore,
    RecurringStore,
    SharedDraftStore,
    HistoryStore,
    LookupStore,
    ReplicaStore,
    UploadStore,
    ErasureStore,
    PersonalDataStore,
    PurgeStore,
    ReportStore,
    RetentionStore,
  ],
})
export class AppModule {}
