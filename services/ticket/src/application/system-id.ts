/** Installation number at the head of ticket numbers. */
export const SYSTEM_ID = 1;
