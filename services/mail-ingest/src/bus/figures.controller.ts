import { serviceFigures } from '@helpmesh/contracts';
import { figuresController } from '@helpmesh/service-kit';
import { readFigures } from '../persistence/figures.ts';

export const MailIngestFigures = figuresController(serviceFigures['mail-ingest'], readFigures);
