/** Dead letters for people to look at; the truth about them is the table `dead_letter`. */
export const DLQ_STREAM = 'DLQ';

/** Prefix of the subjects at which a user of the broker gets answers; nobody else may listen there. */
export const inboxOf = (user: string): string => `_INBOX.${user}`;

/** Where a service is asked for answers that did not fit its first reply. */
export const restSubjectOf = (service: string, process: string): string => `rpc.${service}.rest.${process}`;

/** The service that answers a question. */
export const ownerOf = (subject: string): string => subject.split('.', 2)[1] ?? '';
