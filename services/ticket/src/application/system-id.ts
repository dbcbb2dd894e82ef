import { desk } from '@helpmesh/contracts';

/** Installation number at the head of ticket numbers. */
export const SYSTEM_ID = desk.systemId;
