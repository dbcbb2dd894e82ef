/** What every desk of this release has in common, and clients ask for by the settings of these names. */
export const desk = {
  productName: 'Helpmesh',
  /** What stands before the number in subjects of mails: `[Ticket#10001]`. */
  ticketHook: 'Ticket#',
  /** Installation number at the head of ticket numbers. */
  systemId: 1,
  /** How long the author of a note may delete it. */
  noteDeletionSeconds: 600,
} as const;
