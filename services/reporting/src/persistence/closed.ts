import { closedStateTypes } from '../domain/ticket-point.ts';

/** The state types of finished tickets as an SQL list. */
export const CLOSED = `(${closedStateTypes.map((type) => `'${type}'`).join(', ')})`;
