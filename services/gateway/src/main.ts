import { main } from '@helpmesh/service-kit';
import { createGatewayService, GatewayConfig } from './service.ts';

await main(createGatewayService, GatewayConfig, 'gateway');
