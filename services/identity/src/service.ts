import type { Clock } from '@helpmesh/kernel';
import { messagingTables, requestKeysTable } from '@helpmesh/messaging';
import { erasureTables, type RunningService, runService } from '@helpmesh/service-kit';
import { IdentityModule } from './app.module.ts';
import { seed } from './application/seed.ts';
import type { IdentityConfig } from './config.ts';
import { Identity1795262400000 } from './persistence/migrations/1795262400000-identity.ts';
import { OpenIdConnect1795700000000 } from './persistence/migrations/1795700000000-openid-connect.ts';
import { SecondFactors1795800000000 } from './persistence/migrations/1795800000000-second-factors.ts';
import { Audit1796000000000 } from './persistence/migrations/1796000000000-audit.ts';
import { Setup1796100000000 } from './persistence/migrations/1796100000000-setup.ts';
import { DataPrivacy1796400000000 } from './persistence/migrations/1796400000000-data-privacy.ts';
import { History1796500000000 } from './persistence/migrations/1796500000000-history.ts';
import { OAuth1796600000000 } from './persistence/migrations/1796600000000-oauth.ts';
import { Directories1796700000000 } from './persistence/migrations/1796700000000-directories.ts';
import { DataExports1796800000000 } from './persistence/migrations/1796800000000-data-exports.ts';
import { TicketDeletions1797000000000 } from './persistence/migrations/1797000000000-ticket-deletions.ts';
import { Attributes1797400000000 } from './persistence/migrations/1797400000000-attributes.ts';
import { NoTicketReferences1797900000000 } from './persistence/migrations/1797900000000-no-ticket-references.ts';
import { MonitoringToken1798200000003 } from './persistence/migrations/1798200000003-monitoring-token.ts';
import { Profile1798400000000 } from './persistence/migrations/1798400000000-profile.ts';
import { Senders1798600000000 } from './persistence/migrations/1798600000000-senders.ts';
import { PublicLinks1798800000002 } from './persistence/migrations/1798800000002-public-links.ts';
import { PriorityMatrix1798900000000 } from './persistence/migrations/1798900000000-priority-matrix.ts';
import { PhoneNumbers1799445000000 } from './persistence/migrations/1799445000000-phone-numbers.ts';
import { AskRating1799446000000 } from './persistence/migrations/1799446000000-ask-rating.ts';
import { SignInLinks1799446000001 } from './persistence/migrations/1799446000001-sign-in-links.ts';
import { Branding1799454000000 } from './persistence/migrations/1799454000000-branding.ts';
import { ViewAs1799454000002 } from './persistence/migrations/1799454000002-view-as.ts';
import { DeskZone1799456000000 } from './persistence/migrations/1799456000000-desk-zone.ts';
import { TicketNumbers1799456000001 } from './persistence/migrations/1799456000001-ticket-numbers.ts';
import { Communities1799460100000 } from './persistence/migrations/1799460100000-communities.ts';
import { HistoryCause1799462200000 } from './persistence/migrations/1799462200000-history-cause.ts';
import { OverviewSortings1799462210000 } from './persistence/migrations/1799462210000-overview-sortings.ts';
import { DeskChoices1799462220000 } from './persistence/migrations/1799462220000-desk-choices.ts';
import { Maintenance1799462700000 } from './persistence/migrations/1799462700000-maintenance.ts';
import { PeopleRuleDone1799463500000 } from './persistence/migrations/1799463500000-people-rule-done.ts';
import { ReloadPages1799463510000 } from './persistence/migrations/1799463510000-reload-pages.ts';

export const migrations = [
  messagingTables,
  Identity1795262400000,
  OpenIdConnect1795700000000,
  SecondFactors1795800000000,
  Audit1796000000000,
  Setup1796100000000,
  erasureTables,
  DataPrivacy1796400000000,
  History1796500000000,
  OAuth1796600000000,
  Directories1796700000000,
  DataExports1796800000000,
  TicketDeletions1797000000000,
  Attributes1797400000000,
  NoTicketReferences1797900000000,
  requestKeysTable,
  MonitoringToken1798200000003,
  Profile1798400000000,
  Senders1798600000000,
  PriorityMatrix1798900000000,
  PhoneNumbers1799445000000,
  PublicLinks1798800000002,
  AskRating1799446000000,
  SignInLinks1799446000001,
  Branding1799454000000,
  ViewAs1799454000002,
  DeskZone1799456000000,
  TicketNumbers1799456000001,
  Communities1799460100000,
  HistoryCause1799462200000,
  OverviewSortings1799462210000,
  DeskChoices1799462220000,
  Maintenance1799462700000,
  PeopleRuleDone1799463500000,
  ReloadPages1799463510000,
];

/** What a request may name a version of. */
export const versionedTables = {
  users: 'users',
  organizations: 'organizations',
  groups: 'groups',
  email_addresses: 'email_addresses',
  signatures: 'signatures',
  roles: 'roles',
  applications: 'oauth_applications',
  openid_providers: 'openid_providers',
  entitlement_mappings: 'entitlement_mappings',
  directories: 'directories',
  public_links: 'public_links',
  brandings: 'brandings',
  communities: 'communities',
};

/** @param clock  for tests; default: the machine's */
export function createIdentityService(config: IdentityConfig, clock?: Clock): RunningService {
  return runService({
    name: 'identity',
    config,
    module: IdentityModule,
    migrations,
    versionedTables,
    seed: (ds) => seed(ds, config),
    ...(clock && { clock }),
  });
}
