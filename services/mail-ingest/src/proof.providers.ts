import type { Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { CLOCK, CONFIG } from '@helpmesh/service-kit';
import type { Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ManageSenderPolicy } from './application/proof/manage-sender-policy.ts';
import { networkList } from './application/proof/networks.ts';
import { ProveSender } from './application/proof/prove-sender.ts';
import { SenderPolicyBook } from './application/proof/sender-policy-book.ts';
import type { MailIngestConfig } from './config.ts';
import { ProofPool } from './mail/proof/proof-pool.ts';
import { SenderPolicyStore } from './persistence/sender-policy.store.ts';

/** Who stands behind mails, and what is done about those that nobody does. */
export const proofProviders: Provider[] = [
  SenderPolicyStore,
  {
    provide: ProofPool,
    inject: [CONFIG],
    useFactory: ({ MAIL_DNS_SERVERS }: MailIngestConfig) => new ProofPool(MAIL_DNS_SERVERS),
  },
  {
    provide: SenderPolicyBook,
    inject: [DataSource, SenderPolicyStore],
    useFactory: (db: DataSource, store: SenderPolicyStore) => new SenderPolicyBook(db, store),
  },
  {
    provide: ProveSender,
    inject: [ProofPool, SenderPolicyBook, CONFIG],
    useFactory: (prover: ProofPool, book: SenderPolicyBook, { MAIL_TRUSTED_RELAYS }: MailIngestConfig) =>
      new ProveSender(prover, book, networkList(MAIL_TRUSTED_RELAYS)),
  },
  {
    provide: ManageSenderPolicy,
    inject: [DataSource, SenderPolicyStore, SenderPolicyBook, Outbox, CLOCK],
    useFactory: (db: DataSource, store: SenderPolicyStore, book: SenderPolicyBook, outbox: Outbox, clock: Clock) =>
      new ManageSenderPolicy(db, store, book, outbox, clock),
  },
];
