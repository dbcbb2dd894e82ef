import { serviceFigures } from '@helpmesh/contracts';
import { figuresController } from '@helpmesh/service-kit';

export const ReportingFigures = figuresController(serviceFigures.reporting);
