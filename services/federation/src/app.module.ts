import type { Clock } from '@helpmesh/kernel';
import { Outbox, RpcClient } from '@helpmesh/messaging';
import { ActorSigner, CLOCK, CONFIG, EraseMessagesOnly, erasureWork } from '@helpmesh/service-kit';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { KnowGroups } from './application/know-groups.ts';
import { ManageAgreements } from './application/manage-agreements.ts';
import { OwnAddresses } from './application/own-addresses.ts';
import { RedirectTickets } from './application/redirect-tickets.ts';
import { AgreementAnswers } from './bus/agreement.answers.ts';
import { FederationConsumers } from './bus/consumers.ts';
import { ErasureController } from './bus/erasure.controller.ts';
import { FederationFigures } from './bus/figures.controller.ts';
import { type FederationConfig, ownAddresses } from './config.ts';
import { FederationEvents } from './events.ts';
import { AgreementStore } from './persistence/agreement.store.ts';
import { GroupStore } from './persistence/group.store.ts';

/** The map of the service: what it hears and what it answers. */
@Module({
  controllers: [FederationFigures, FederationConsumers, AgreementAnswers, ErasureController],
  providers: [
    AgreementStore,
    GroupStore,
    FederationEvents,
    // The tables know people by their tickets alone; the requests that left went through the outbox.
    EraseMessagesOnly,
    erasureWork('federation', EraseMessagesOnly),
    { provide: KnowGroups, inject: [GroupStore], useFactory: (groups: GroupStore) => new KnowGroups(groups) },
    {
      provide: OwnAddresses,
      inject: [DataSource, GroupStore, CONFIG],
      useFactory: (db: DataSource, groups: GroupStore, config: FederationConfig) =>
        new OwnAddresses(db, groups, ownAddresses(config)),
    },
    {
      provide: ManageAgreements,
      inject: [DataSource, AgreementStore, GroupStore, OwnAddresses, RpcClient, ActorSigner, Outbox, CLOCK],
      useFactory: (
        db: DataSource,
        agreements: AgreementStore,
        groups: GroupStore,
        own: OwnAddresses,
        rpc: RpcClient,
        signer: ActorSigner,
        outbox: Outbox,
        clock: Clock,
      ) => new ManageAgreements(db, agreements, groups, own, rpc, signer, outbox, clock),
    },
    {
      provide: RedirectTickets,
      inject: [
        ...[DataSource, AgreementStore, GroupStore, OwnAddresses, RpcClient, ActorSigner, Outbox],
        ...[CLOCK, FederationEvents],
      ],
      useFactory: (
        db: DataSource,
        agreements: AgreementStore,
        groups: GroupStore,
        own: OwnAddresses,
        rpc: RpcClient,
        signer: ActorSigner,
        outbox: Outbox,
        clock: Clock,
        events: FederationEvents,
      ) => new RedirectTickets(db, agreements, groups, own, rpc, signer, outbox, clock, events),
    },
  ],
})
export class FederationModule {}
