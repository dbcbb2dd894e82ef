import type { Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { CLOCK, CONFIG, SecretBox } from '@helpmesh/service-kit';
import type { Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ManageKeys } from './application/sealing/manage-keys.ts';
import { SealMails } from './application/sealing/seal-mails.ts';
import { mailSettings, type NotificationConfig } from './config.ts';
import { GroupAddressStore } from './persistence/group-address.store.ts';
import { MailKeyStore } from './persistence/mail-key.store.ts';

/** Keys of signed and encrypted mail, and what they are used for. */
export const sealingProviders: Provider[] = [
  MailKeyStore,
  {
    provide: ManageKeys,
    inject: [DataSource, MailKeyStore, GroupAddressStore, CONFIG, Outbox, CLOCK],
    useFactory: (
      db: DataSource,
      store: MailKeyStore,
      groups: GroupAddressStore,
      config: NotificationConfig,
      outbox: Outbox,
      clock: Clock,
    ) => {
      const box = new SecretBox(config.HELPMESH_SECRETS_KEY);
      return new ManageKeys(db, store, groups, box, outbox, clock, mailSettings(config).from);
    },
  },
  {
    provide: SealMails,
    inject: [DataSource, MailKeyStore, GroupAddressStore, CONFIG, CLOCK],
    useFactory: (
      db: DataSource,
      store: MailKeyStore,
      groups: GroupAddressStore,
      config: NotificationConfig,
      clock: Clock,
    ) => {
      const box = new SecretBox(config.HELPMESH_SECRETS_KEY);
      return new SealMails(db, store, groups, box, clock, mailSettings(config).from.address);
    },
  },
];
