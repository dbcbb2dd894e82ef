import { main } from '@helpmesh/service-kit';
import { createMailIngestService, MailIngestConfig } from './service.ts';

await main(createMailIngestService, MailIngestConfig, 'mail-ingest');
