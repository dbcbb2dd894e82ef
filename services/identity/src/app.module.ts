import { AttributeBook } from '@helpmesh/attributes';
import { openBlobStore } from '@helpmesh/blob';
import type { Clock } from '@helpmesh/kernel';
import { Bus, Outbox } from '@helpmesh/messaging';
import {
  CLOCK,
  CONFIG,
  CursorCodec,
  ErasureWork,
  figuresController,
  SafeFetch,
  SecretBox,
} from '@helpmesh/service-kit';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Announce } from './application/announce.ts';
import { Attributes } from './application/attributes/attributes.ts';
import { Acting } from './application/audit/acting.ts';
import { Audit } from './application/audit/audit.ts';
import { CredentialLog } from './application/audit/credential-log.ts';
import { ReadAudit } from './application/audit/read-audit.ts';
import { VerifyAudit } from './application/audit/verify-audit.ts';
import { Brandings } from './application/brandings.ts';
import { Communities } from './application/communities/communities.ts';
import { CommunityAgents } from './application/communities/community-agents.ts';
import { KeepContacts } from './application/contacts/keep-contacts.ts';
import { VouchedSignIn } from './application/contacts/vouched-sign-in.ts';
import { CurrentActors } from './application/current-actors.ts';
import { Directories } from './application/directories/directories.ts';
import { DirectoryTokens } from './application/directories/directory-tokens.ts';
import { EnsureCustomers } from './application/ensure-customers.ts';
import { FederatedLink } from './application/federated/federated-link.ts';
import { FederatedRights } from './application/federated/federated-rights.ts';
import { FederatedSignIn } from './application/federated/federated-sign-in.ts';
import { FederatedSignOut } from './application/federated/federated-sign-out.ts';
import { Identities } from './application/federated/identities.ts';
import { Mappings } from './application/federated/mappings.ts';
import { OpenIdClients } from './application/federated/openid-clients.ts';
import { OpenIdProtocol } from './application/federated/openid-protocol.ts';
import { ProviderErrand } from './application/federated/provider-errand.ts';
import { Providers } from './application/federated/providers.ts';
import { ResolveGroupAccess } from './application/groups/access-input.ts';
import { Groups } from './application/groups/groups.ts';
import { History } from './application/history/history.ts';
import { ReadHistory } from './application/history/read-history.ts';
import { ImportRows } from './application/import/import-rows.ts';
import { Lookup } from './application/lookup.ts';
import { MonitoringToken } from './application/monitoring-token.ts';
import { Applications } from './application/oauth/applications.ts';
import { Authorizations } from './application/oauth/authorizations.ts';
import { OAuthTokens } from './application/oauth/oauth-tokens.ts';
import { Organizations } from './application/organizations/organizations.ts';
import { Pages } from './application/pages.ts';
import { PeopleRules } from './application/people-rules/people-rules.ts';
import { ReadCondition } from './application/people-rules/read-condition.ts';
import { BLOBS } from './application/ports.ts';
import { Present } from './application/present.ts';
import { DataExports } from './application/privacy/data-exports.ts';
import { DeleteTickets } from './application/privacy/delete-tickets.ts';
import { EraseIdentity } from './application/privacy/erase-identity.ts';
import { ErasePeople } from './application/privacy/erase-people.ts';
import { LegalHolds } from './application/privacy/legal-holds.ts';
import { MakeExports } from './application/privacy/make-exports.ts';
import { PersonalData } from './application/privacy/personal-data.ts';
import { Avatars } from './application/profile/avatars.ts';
import { DeleteAccount } from './application/profile/delete-account.ts';
import { KeptSortings } from './application/profile/kept-sortings.ts';
import { OutOfOffice } from './application/profile/out-of-office.ts';
import { Preferences } from './application/profile/preferences.ts';
import { PublicLinks } from './application/public-links.ts';
import { Reachability } from './application/reachability.ts';
import { HelpRoles } from './application/roles/help-roles.ts';
import { Roles } from './application/roles/roles.ts';
import { AnswerScim } from './application/scim/answer-scim.ts';
import { DirectoryWrite } from './application/scim/directory-write.ts';
import { ScimGroups } from './application/scim/scim-groups.ts';
import { ScimUsers } from './application/scim/scim-users.ts';
import { MailAccounts } from './application/senders/mail-accounts.ts';
import { Senders } from './application/senders/senders.ts';
import { Settings } from './application/settings.ts';
import { Setup } from './application/setup/setup.ts';
import { ApiTokens } from './application/sign-in/api-tokens.ts';
import { Authenticate } from './application/sign-in/authenticate.ts';
import { AuthenticatorApp } from './application/sign-in/authenticator-app.ts';
import { Challenges } from './application/sign-in/challenges.ts';
import { CheckPassword } from './application/sign-in/check-password.ts';
import { CheckSecondFactor } from './application/sign-in/check-second-factor.ts';
import { Freshness } from './application/sign-in/freshness.ts';
import { Links } from './application/sign-in/links.ts';
import { Maintenance } from './application/sign-in/maintenance.ts';
import { OpenSession } from './application/sign-in/open-session.ts';
import { Passkeys } from './application/sign-in/passkeys.ts';
import { PasswordReset } from './application/sign-in/password-reset.ts';
import { Passwords } from './application/sign-in/passwords.ts';
import { PersonMail } from './application/sign-in/person-mail.ts';
import { RecoveryCodes } from './application/sign-in/recovery-codes.ts';
import { SecondFactors } from './application/sign-in/second-factors.ts';
import { Sessions } from './application/sign-in/sessions.ts';
import { SetPassword } from './application/sign-in/set-password.ts';
import { SignIn } from './application/sign-in/sign-in.ts';
import { SignInByLink } from './application/sign-in/sign-in-by-link.ts';
import { SignUp } from './application/sign-in/sign-up.ts';
import { TellOwner } from './application/sign-in/tell-owner.ts';
import { TryLimit } from './application/sign-in/try-limit.ts';
import { UnlockUser } from './application/sign-in/unlock-user.ts';
import { ViewAs } from './application/sign-in/view-as.ts';
import { Sweep } from './application/sweep.ts';
import { TicketReferences } from './application/ticket-references.ts';
import { ChangeUser } from './application/users/change-user.ts';
import { ExplainAccess } from './application/users/explain-access.ts';
import { ReadUsers } from './application/users/read-users.ts';
import { TakenNames } from './application/users/taken-names.ts';
import { ResolveUserInput } from './application/users/user-input.ts';
import { WriteUser } from './application/users/write-user.ts';
import { AccountController } from './bus/account.controller.ts';
import { AuditController } from './bus/audit.controller.ts';
import { BrandingsController } from './bus/brandings.controller.ts';
import { CommunitiesController } from './bus/communities.controller.ts';
import { ContactsController } from './bus/contacts.controller.ts';
import { DirectoriesController } from './bus/directories.controller.ts';
import { FederatedController } from './bus/federated.controller.ts';
import { GroupsController } from './bus/groups.controller.ts';
import { ImportController } from './bus/import.controller.ts';
import { MonitoringController } from './bus/monitoring.controller.ts';
import { NeighboursController } from './bus/neighbours.controller.ts';
import { OAuthController } from './bus/oauth.controller.ts';
import { OnAttribute } from './bus/on-attribute.ts';
import { OnOverviewSortings } from './bus/on-overview-sortings.ts';
import { OnResetOrder } from './bus/on-reset-order.ts';
import { OnSignInLinkOrder } from './bus/on-sign-in-link-order.ts';
import { OnSignUpOrder } from './bus/on-sign-up-order.ts';
import { OnUndeliverable } from './bus/on-undeliverable.ts';
import { OrganizationsController } from './bus/organizations.controller.ts';
import { PrivacyController } from './bus/privacy.controller.ts';
import { ProfileController } from './bus/profile.controller.ts';
import { PublicLinksController } from './bus/public-links.controller.ts';
import { RolesController } from './bus/roles.controller.ts';
import { SendersController } from './bus/senders.controller.ts';
import { SetupController } from './bus/setup.controller.ts';
import { SignInController } from './bus/sign-in.controller.ts';
import { UsersController } from './bus/users.controller.ts';
import type { IdentityConfig } from './config.ts';
import { OpenIdConnect } from './peer/openid-connect.ts';
import { AccessSourceStore } from './persistence/access-source.store.ts';
import { ApplicationStore } from './persistence/application.store.ts';
import { AttributeStore } from './persistence/attribute.store.ts';
import { AuditStore } from './persistence/audit.store.ts';
import { AvatarStore } from './persistence/avatar.store.ts';
import { BrandingStore } from './persistence/branding.store.ts';
import { CommunityStore } from './persistence/community.store.ts';
import { CredentialStore } from './persistence/credential.store.ts';
import { CustomerStore } from './persistence/customer.store.ts';
import { DataExportStore } from './persistence/data-export.store.ts';
import { DirectoryStore } from './persistence/directory.store.ts';
import { DirectoryAccountStore } from './persistence/directory-account.store.ts';
import { DirectoryGroupStore } from './persistence/directory-group.store.ts';
import { FederatedStore } from './persistence/federated.store.ts';
import { readFigures } from './persistence/figures.ts';
import { GroupStore } from './persistence/group.store.ts';
import { HistoryStore } from './persistence/history.store.ts';
import { MonitoringTokenStore } from './persistence/monitoring-token.store.ts';
import { OAuthGrantStore } from './persistence/oauth-grant.store.ts';
import { OrganizationStore } from './persistence/organization.store.ts';
import { PasskeyStore } from './persistence/passkey.store.ts';
import { PeopleRuleStore } from './persistence/people-rule.store.ts';
import { PersonalDataStore } from './persistence/personal-data.store.ts';
import { PrincipalStore } from './persistence/principal.store.ts';
import { PrivacyStore } from './persistence/privacy.store.ts';
import { ProviderStore } from './persistence/provider.store.ts';
import { PublicLinkStore } from './persistence/public-link.store.ts';
import { RoleStore } from './persistence/role.store.ts';
import { SecondFactorStore } from './persistence/second-factor.store.ts';
import { SenderStore } from './persistence/sender.store.ts';
import { SessionStore } from './persistence/session.store.ts';
import { SettingStore } from './persistence/setting.store.ts';
import { SetupStore } from './persistence/setup.store.ts';
import { SignUpStore } from './persistence/sign-up.store.ts';
import { TicketDeletionStore } from './persistence/ticket-deletion.store.ts';
import { TriesStore } from './persistence/tries.store.ts';
import { UserStore } from './persistence/user.store.ts';

/** The map of the service: what answers, what listens, what runs by the clock, and what they are made of. */
@Module({
  controllers: [
    figuresController('identity', readFigures),
    MonitoringController, // questions of neighbours and of REST
    SignInController,
    AccountController,
    SetupController,
    OAuthController,
    FederatedController,
    DirectoriesController,
    UsersController,
    OrganizationsController,
    GroupsController,
    SendersController,
    RolesController,
    ProfileController,
    ImportController,
    PublicLinksController,
    BrandingsController,
    CommunitiesController,
    NeighboursController,
    ContactsController,
    AuditController,
    PrivacyController,
    // events of the ticket service
    OnAttribute,
    // orders of its own
    OnResetOrder,
    OnSignInLinkOrder,
    OnSignUpOrder,
    OnOverviewSortings,
    OnUndeliverable,
  ],
  providers: [
    MonitoringToken,
    MonitoringTokenStore,
    // by the clock
    Sweep,
    MakeExports,
    // wishes
    Setup,
    Applications,
    Authorizations,
    OAuthTokens,
    Authenticate,
    SignIn,
    SetPassword,
    PasswordReset,
    SignInByLink,
    SignUp,
    ApiTokens,
    Sessions,
    ViewAs,
    SecondFactors,
    PublicLinks,
    PublicLinkStore,
    Brandings,
    BrandingStore,
    Communities,
    CommunityAgents,
    CommunityStore,
    Settings,
    FederatedSignIn,
    FederatedSignOut,
    FederatedLink,
    Providers,
    Mappings,
    Identities,
    Directories,
    DirectoryTokens,
    AnswerScim,
    ScimUsers,
    ScimGroups,
    Preferences,
    KeptSortings,
    OutOfOffice,
    Avatars,
    DeleteAccount,
    ReadUsers,
    ExplainAccess,
    AccessSourceStore,
    WriteUser,
    UnlockUser,
    Organizations,
    Groups,
    Senders,
    Roles,
    HelpRoles,
    Lookup,
    EnsureCustomers,
    PeopleRules,
    ReadCondition,
    PeopleRuleStore,
    Reachability,
    KeepContacts,
    VouchedSignIn,
    ImportRows,
    CurrentActors,
    TicketReferences,
    MailAccounts,
    ErasePeople,
    DeleteTickets,
    LegalHolds,
    DataExports,
    ReadAudit,
    ReadHistory,
    VerifyAudit,
    // what wishes share
    { provide: BLOBS, useFactory: (config: IdentityConfig) => openBlobStore(config), inject: [CONFIG] },
    PersonalData,
    EraseIdentity,
    {
      provide: ErasureWork,
      useFactory: (db: DataSource, bus: Bus, outbox: Outbox, own: EraseIdentity, people: ErasePeople) =>
        new ErasureWork('identity', db, bus, outbox, own, (taskId) => people.termsOf(taskId)),
      inject: [DataSource, Bus, Outbox, EraseIdentity, ErasePeople],
    },
    CheckPassword,
    CheckSecondFactor,
    AuthenticatorApp,
    RecoveryCodes,
    Passkeys,
    Challenges,
    Freshness,
    TryLimit,
    Passwords,
    Links,
    PersonMail,
    TellOwner,
    OpenSession,
    Maintenance,
    {
      provide: CursorCodec,
      inject: [CONFIG],
      useFactory: (config: IdentityConfig) => new CursorCodec(config.HELPMESH_SIGNING_KEY),
    },
    Pages,
    {
      provide: SecretBox,
      useFactory: (config: IdentityConfig) => new SecretBox(config.HELPMESH_SECRETS_KEY),
      inject: [CONFIG],
    },
    FederatedRights,
    ProviderErrand,
    DirectoryWrite,
    TakenNames,
    ChangeUser,
    OpenIdClients,
    {
      provide: SafeFetch,
      useFactory: (config: IdentityConfig) =>
        new SafeFetch({ allowedPrivateHosts: config.HELPMESH_ALLOWED_PRIVATE_HOSTS }),
      inject: [CONFIG],
    },
    {
      provide: OpenIdProtocol,
      useFactory: (safe: SafeFetch, clock: Clock) => new OpenIdConnect(safe, clock),
      inject: [SafeFetch, CLOCK],
    },
    {
      provide: AttributeBook,
      useFactory: (bus: Bus, config: IdentityConfig, store: AttributeStore) =>
        new AttributeBook(bus, () => store.sets(config.DATABASE_URL)),
      inject: [Bus, CONFIG, AttributeStore],
    },
    Attributes,
    ResolveUserInput,
    ResolveGroupAccess,
    Present,
    Announce,
    History,
    Audit,
    CredentialLog,
    Acting,
    // rows
    PrincipalStore,
    CredentialStore,
    SessionStore,
    SecondFactorStore,
    PasskeyStore,
    SettingStore,
    SetupStore,
    ApplicationStore,
    OAuthGrantStore,
    SignUpStore,
    ProviderStore,
    FederatedStore,
    DirectoryStore,
    DirectoryAccountStore,
    DirectoryGroupStore,
    TriesStore,
    UserStore,
    AvatarStore,
    AuditStore,
    PrivacyStore,
    TicketDeletionStore,
    DataExportStore,
    PersonalDataStore,
    CustomerStore,
    HistoryStore,
    AttributeStore,
    OrganizationStore,
    GroupStore,
    SenderStore,
    RoleStore,
  ],
})
export class IdentityModule {}
