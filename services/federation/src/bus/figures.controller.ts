import { figuresController } from '@helpmesh/service-kit';

export const FederationFigures = figuresController('federation');
