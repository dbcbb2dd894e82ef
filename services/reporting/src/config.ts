import { defineConfig } from '@helpmesh/service-kit';
import { z } from 'zod';

export const ReportingConfig = defineConfig(z.object({}));
export type ReportingConfig = Readonly<z.output<typeof ReportingConfig>>;
