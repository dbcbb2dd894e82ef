import type { Filter } from './facts.ts';

/** Did we send this very mail? A Message-ID with our signature comes back through a forwarder or a list. */
export const ownMessage: Filter = ({ messageId, isOurMessageId }) =>
  messageId && isOurMessageId(messageId) ? { automatic: 'own', reason: 'the Message-ID is ours' } : undefined;
