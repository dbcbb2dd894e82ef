import { main } from '@helpmesh/service-kit';
import { createFederationService, FederationConfig } from './service.ts';

await main(createFederationService, FederationConfig, 'federation');
