import { messagingTables, requestKeysTable } from '@helpmesh/messaging';
import type { MigrationClass } from '@helpmesh/persistence';
import { erasureTables } from '@helpmesh/service-kit';
import { OutboundMail1768400000000 } from './migrations/1768400000000-outbound-mail.ts';
import { AnswerVolume1795300000000 } from './migrations/1795300000000-answer-volume.ts';
import { Webhooks1797600000000 } from './migrations/1797600000000-webhooks.ts';
import { Notices1798500000000 } from './migrations/1798500000000-notices.ts';
import { MailAccounts1799210000000 } from './migrations/1799210000000-mail-accounts.ts';
import { MailKeys1799441000000 } from './migrations/1799441000000-mail-keys.ts';
import { Openpgp1799450000000 } from './migrations/1799450000000-openpgp.ts';
import { LinkedFiles1799451000000 } from './migrations/1799451000000-linked-files.ts';
import { GatheredNotices1799451100000 } from './migrations/1799451100000-gathered-notices.ts';
import { BoundAddresses1799451200000 } from './migrations/1799451200000-bound-addresses.ts';
import { LeftLists1799451300000 } from './migrations/1799451300000-left-lists.ts';
import { GroupBrand1799454000001 } from './migrations/1799454000001-group-brand.ts';
import { MailTemplates1799460300000 } from './migrations/1799460300000-mail-templates.ts';
import { HiddenRecipients1799461100000 } from './migrations/1799461100000-hidden-recipients.ts';

/** In the order in which they run. */
export const migrations: MigrationClass[] = [
  messagingTables,
  OutboundMail1768400000000,
  AnswerVolume1795300000000,
  erasureTables,
  Webhooks1797600000000,
  requestKeysTable,
  Notices1798500000000,
  MailAccounts1799210000000,
  MailKeys1799441000000,
  Openpgp1799450000000,
  LinkedFiles1799451000000,
  GatheredNotices1799451100000,
  BoundAddresses1799451200000,
  LeftLists1799451300000,
  GroupBrand1799454000001,
  MailTemplates1799460300000,
  HiddenRecipients1799461100000,
];
