import type { Clock } from '@helpmesh/kernel';
import { messagingTables } from '@helpmesh/messaging';
import { erasureTables, type RunningService, runService } from '@helpmesh/service-kit';
import { AppModule } from './app.module.ts';
import { seed } from './application/seed.ts';
import type { TicketConfig as Config } from './config.ts';
import { Ticket1795253000000 } from './persistence/migrations/1795253000000-ticket.ts';
import { Search1795253000001 } from './persistence/migrations/1795253000001-search.ts';
import { PublicWords1795253000002 } from './persistence/migrations/1795253000002-public-words.ts';
import { RefiledMail1795253000003 } from './persistence/migrations/1795253000003-refiled-mail.ts';
import { NewestMatches1795253000004 } from './persistence/migrations/1795253000004-newest-matches.ts';
import { GrowingDocuments1795253000005 } from './persistence/migrations/1795253000005-growing-documents.ts';
import { TicketJson1795253000006 } from './persistence/migrations/1795253000006-ticket-json.ts';
import { ErasureReach1796400000000 } from './persistence/migrations/1796400000000-erasure-reach.ts';
import { Tags1796500000000 } from './persistence/migrations/1796500000000-tags.ts';
import { Sla1796510000000 } from './persistence/migrations/1796510000000-sla.ts';
import { Ties1796520000000 } from './persistence/migrations/1796520000000-ties.ts';
import { Retention1797000000000 } from './persistence/migrations/1797000000000-retention.ts';
import { Overviews1797100000000 } from './persistence/migrations/1797100000000-overviews.ts';
import { Automation1797200000000 } from './persistence/migrations/1797200000000-automation.ts';
import { Library1797300000000 } from './persistence/migrations/1797300000000-library.ts';
import { Attributes1797400000000 } from './persistence/migrations/1797400000000-attributes.ts';
import { Checklists1797500000000 } from './persistence/migrations/1797500000000-checklists.ts';
import { TimeAccounting1797510000000 } from './persistence/migrations/1797510000000-time-accounting.ts';
import { ArticleMoves1797520000000 } from './persistence/migrations/1797520000000-article-moves.ts';
import { OwnDrafts1797530000000 } from './persistence/migrations/1797530000000-own-drafts.ts';
import { ChangeFeed1798200000002 } from './persistence/migrations/1798200000002-change-feed.ts';
import { RecentViews1798200000004 } from './persistence/migrations/1798200000004-recent-views.ts';
import { HeldArticles1798300000000 } from './persistence/migrations/1798300000000-held-articles.ts';
import { SharedDrafts1798300100000 } from './persistence/migrations/1798300100000-shared-drafts.ts';
import { RecurringTickets1798300200000 } from './persistence/migrations/1798300200000-recurring-tickets.ts';
import { Replacements1798400000000 } from './persistence/migrations/1798400000000-replacements.ts';
import { CalendarFeeds1798400000001 } from './persistence/migrations/1798400000001-calendar-feeds.ts';
import { ReportProfiles1798400000002 } from './persistence/migrations/1798400000002-report-profiles.ts';
import { Notices1798500000000 } from './persistence/migrations/1798500000000-notices.ts';
import { SignatureHtml1798600000000 } from './persistence/migrations/1798600000000-signature-html.ts';
import { DailyTriggers1798700000000 } from './persistence/migrations/1798700000000-daily-triggers.ts';
import { SilentTickets1798800000000 } from './persistence/migrations/1798800000000-silent-tickets.ts';
import { ReportTimes1798800000001 } from './persistence/migrations/1798800000001-report-times.ts';
import { ImpactAndUrgency1798900000000 } from './persistence/migrations/1798900000000-impact-and-urgency.ts';
import { Peers1799000000000 } from './persistence/migrations/1799000000000-peers.ts';
import { CmdbObjects1799100100000 } from './persistence/migrations/1799100100000-cmdb-objects.ts';
import { HeldTickets1799300000000 } from './persistence/migrations/1799300000000-held-tickets.ts';
import { KnowledgeBase1799430000000 } from './persistence/migrations/1799430000000-knowledge-base.ts';
import { Integrations1799445000000 } from './persistence/migrations/1799445000000-integrations.ts';
import { Ratings1799446000000 } from './persistence/migrations/1799446000000-ratings.ts';
import { HelpFiles1799455000000 } from './persistence/migrations/1799455000000-help-files.ts';
import { NumberDays1799456000000 } from './persistence/migrations/1799456000000-number-days.ts';
import { SideDrafts1799460300001 } from './persistence/migrations/1799460300001-side-drafts.ts';
import { FileWords1799460600000 } from './persistence/migrations/1799460600000-file-words.ts';
import { Chat1799461000000 } from './persistence/migrations/1799461000000-chat.ts';
import { HiddenRecipients1799461100000 } from './persistence/migrations/1799461100000-hidden-recipients.ts';
import { HelpPermissions1799461200000 } from './persistence/migrations/1799461200000-help-permissions.ts';
import { OverviewSortings1799461400000 } from './persistence/migrations/1799461400000-overview-sortings.ts';
import { Stems1799461400001 } from './persistence/migrations/1799461400001-stems.ts';
import { ChatNetworks1799461500000 } from './persistence/migrations/1799461500000-chat-networks.ts';
import { PeopleSchedules1799462200001 } from './persistence/migrations/1799462200001-people-schedules.ts';
import { Alerts1799463200001 } from './persistence/migrations/1799463200001-alerts.ts';
import { Excerpts1799463300000 } from './persistence/migrations/1799463300000-excerpts.ts';
import { ExcerptIndexes1799463300001 } from './persistence/migrations/1799463300001-excerpt-indexes.ts';
import { PeopleRunPosition1799463500001 } from './persistence/migrations/1799463500001-people-run-position.ts';
import { PastTickets1799463900000 } from './persistence/migrations/1799463900000-past-tickets.ts';

export { TicketConfig } from './config.ts';

export const migrations = [
  messagingTables,
  Ticket1795253000000,
  Search1795253000001,
  PublicWords1795253000002,
  RefiledMail1795253000003,
  NewestMatches1795253000004,
  GrowingDocuments1795253000005,
  TicketJson1795253000006,
  erasureTables,
  ErasureReach1796400000000,
  Tags1796500000000,
  Sla1796510000000,
  Ties1796520000000,
  Retention1797000000000,
  Overviews1797100000000,
  Automation1797200000000,
  Library1797300000000,
  Attributes1797400000000,
  Checklists1797500000000,
  TimeAccounting1797510000000,
  ArticleMoves1797520000000,
  OwnDrafts1797530000000,
  HeldArticles1798300000000,
  SharedDrafts1798300100000,
  RecurringTickets1798300200000,
  Replacements1798400000000,
  ChangeFeed1798200000002,
  CalendarFeeds1798400000001,
  ReportProfiles1798400000002,
  Notices1798500000000,
  RecentViews1798200000004,
  DailyTriggers1798700000000,
  SignatureHtml1798600000000,
  SilentTickets1798800000000,
  ReportTimes1798800000001,
  ImpactAndUrgency1798900000000,
  Peers1799000000000,
  CmdbObjects1799100100000,
  HeldTickets1799300000000,
  KnowledgeBase1799430000000,
  Ratings1799446000000,
  HelpFiles1799455000000,
  Integrations1799445000000,
  NumberDays1799456000000,
  SideDrafts1799460300001,
  FileWords1799460600000,
  HiddenRecipients1799461100000,
  HelpPermissions1799461200000,
  OverviewSortings1799461400000,
  Stems1799461400001,
  Chat1799461000000,
  ChatNetworks1799461500000,
  PeopleSchedules1799462200001,
  Alerts1799463200001,
  Excerpts1799463300000,
  ExcerptIndexes1799463300001,
  PeopleRunPosition1799463500001,
  PastTickets1799463900000,
];

/** What a request may name a version of. Tickets are changed in batches and look after theirs themselves. */
export const versionedTables = {
  tickets: 'ticket',
  ticket_articles: 'article',
  ticket_states: 'ticket_state',
  ticket_priorities: 'ticket_priority',
  calendars: 'calendar',
  slas: 'sla',
  overviews: 'overview',
  macros: 'macro',
  text_modules: 'text_module',
  templates: 'template',
  triggers: 'ticket_trigger',
  jobs: 'schedule',
  checklists: 'checklist',
  checklist_templates: 'checklist_template',
  report_profiles: 'report_profile',
  retention_rules: 'retention_rule',
  knowledge_bases: 'kb',
  categories: 'kb_category',
  answers: 'kb_answer',
};

/**
 * Planning the larger reads takes longer than running them (measured: 6 against 0.5 ms), so every statement keeps one
 * plan for all values; plans.int.test.ts holds that these plans are good. Pages are read from solid disks or memory.
 */
export const databaseSettings = { plan_cache_mode: 'force_generic_plan', random_page_cost: '1.1', jit: 'off' };

/** The ticket service: what runs in production, and what tests start. */
export function createTicketService(config: Config, clock?: Clock): RunningService {
  return runService({
    name: 'ticket',
    config,
    module: AppModule,
    migrations,
    versionedTables,
    settings: databaseSettings,
    seed: (ds) => seed(ds, config.HELPMESH_SEED),
    ...(clock && { clock }),
  });
}
