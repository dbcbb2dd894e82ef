import { z } from 'zod';
import { defineEndpoint } from '../define.ts';

/** The other routes of monitoring ask several services and live in the gateway. */
export const renewMonitoringToken = defineEndpoint({
  id: 'renewMonitoringToken',
  method: 'POST',
  path: '/api/v1/monitoring/token',
  question: 'rpc.identity.v1.renew-monitoring-token',
  tag: 'Monitoring',
  summary: 'Makes a new token for programs that watch the installation, shown this once; the old one stops working',
  secretAnswer: true,
  status: 201,
  response: z.object({ token: z.string() }),
});
