import { type RunningService, runService } from '@helpmesh/service-kit';
import { AppModule } from './app.module.ts';
import type { GatewayConfig } from './config.ts';
import { edgeServer } from './http/edge-server.ts';

export { GatewayConfig } from './config.ts';

/** The HTTP edge: everything people, scripts and browsers call. */
export function createGatewayService(config: Readonly<GatewayConfig>): RunningService {
  return runService({
    name: 'gateway',
    config,
    module: AppModule,
    http: {
      adapter: () => edgeServer({ trustedProxies: config.HELPMESH_TRUSTED_PROXIES }),
      port: config.HTTP_PORT,
      host: config.HTTP_HOST,
    },
  });
}
