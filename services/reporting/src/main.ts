import { loadConfig, main } from '@helpmesh/service-kit';
import { createReportingService, ReportingConfig, rebuildProjection } from './service.ts';

if (process.argv[2] === 'rebuild') {
  await rebuildProjection(loadConfig(ReportingConfig));
  process.stdout.write('reporting: derived anew; the streams are being read again\n');
} else await main(createReportingService, ReportingConfig, 'reporting');
