import { main } from '@helpmesh/service-kit';
import { configSchema } from './config.ts';
import { createIdentityService } from './service.ts';

await main((config) => createIdentityService(config), configSchema, 'identity');
