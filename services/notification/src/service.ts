import { type RunningService, runService } from '@helpmesh/service-kit';
import { NotificationModule } from './app.module.ts';
import type { NotificationConfig } from './config.ts';
import { migrations } from './persistence/migrations.ts';

export { NotificationConfig } from './config.ts';

/** The outgoing mail of the desk. Tests start this very thing. */
export function createNotificationService(config: NotificationConfig): RunningService {
  return runService({
    name: 'notification',
    config,
    module: NotificationModule,
    migrations,
    versionedTables: { webhooks: 'webhook', channels_email_outbound: 'mail_account', mail_templates: 'mail_template' },
  });
}
