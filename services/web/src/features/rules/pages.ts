/** A chunk of its own: few write rules, and their editors are large. */
export { NewSchedulePage, SchedulePage, SchedulesPage } from './schedule-page.tsx';
export { NewTriggerPage, TriggerPage, TriggersPage } from './trigger-page.tsx';
export { NewWebhookPage, WebhookPage, WebhooksPage } from './webhook-page.tsx';
