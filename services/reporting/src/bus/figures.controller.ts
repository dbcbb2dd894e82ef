import { figuresController } from '@helpmesh/service-kit';

export const ReportingFigures = figuresController('reporting');
