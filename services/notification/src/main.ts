import { main } from '@helpmesh/service-kit';
import { createNotificationService, NotificationConfig } from './service.ts';

await main(createNotificationService, NotificationConfig, 'notification');
