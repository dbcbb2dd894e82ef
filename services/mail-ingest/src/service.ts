import { messagingTables, requestKeysTable } from '@helpmesh/messaging';
import { erasureTables, type RunningService, runService } from '@helpmesh/service-kit';
import { AppModule } from './app.module.ts';
import { MailIngestConfig } from './config.ts';
import { MailIntake } from './mail-intake.ts';
import { InboundMail1768384000000 } from './persistence/migrations/1768384000000-inbound-mail.ts';
import { Mailboxes1768384100000 } from './persistence/migrations/1768384100000-mailboxes.ts';
import { ErasedMail1796400000000 } from './persistence/migrations/1796400000000-erased-mail.ts';
import { UnwantedMail1797000000000 } from './persistence/migrations/1797000000000-unwanted-mail.ts';
import { Filters1798600000000 } from './persistence/migrations/1798600000000-filters.ts';
import { MailChannels1799200000000 } from './persistence/migrations/1799200000000-mail-channels.ts';
import { DiscardedMail1799220000000 } from './persistence/migrations/1799220000000-discarded-mail.ts';
import { SenderProof1799420000000 } from './persistence/migrations/1799420000000-sender-proof.ts';
import { SenderByReplyTo1799461100000 } from './persistence/migrations/1799461100000-sender-by-reply-to.ts';

export { MailIngestConfig, MailIntake };

export const migrations = [
  ...[messagingTables, InboundMail1768384000000, Mailboxes1768384100000],
  ...[erasureTables, ErasedMail1796400000000, UnwantedMail1797000000000, requestKeysTable, Filters1798600000000],
  ...[MailChannels1799200000000, DiscardedMail1799220000000, SenderProof1799420000000],
  SenderByReplyTo1799461100000,
];

export function createMailIngestService(config: Readonly<MailIngestConfig>): RunningService {
  return runService({
    name: 'mail-ingest',
    config,
    module: AppModule,
    migrations,
    versionedTables: { postmaster_filters: 'postmaster_filter', channels_email: 'mail_channel' },
  });
}
