import { main } from '@helpmesh/service-kit';
import { auditVerify } from './audit-verify.ts';
import { configSchema } from './config.ts';
import { createIdentityService } from './service.ts';

await main((config) => createIdentityService(config), configSchema, 'identity', {
  'audit-verify': auditVerify,
});
