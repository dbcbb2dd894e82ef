import { epochMs, uuidv7 } from '@helpmesh/kernel';
import type { OutboundMail } from '../src/domain/outbound-mail.ts';

/** A queued reply of an agent to one customer. */
export function aMail(overrides: Partial<OutboundMail> = {}): OutboundMail {
  const now = overrides.createdAt ?? epochMs(Date.UTC(2026, 2, 2, 9));
  const id = overrides.id ?? uuidv7();
  return {
    id,
    kind: 'reply',
    ticketId: 17,
    articleId: 40,
    correlationId: uuidv7(),
    causationId: uuidv7(),
    traceparent: null,
    automatic: false,
    guardAddress: null,
    from: { name: 'Helpmesh', address: 'help@example.org' },
    replyTo: null,
    to: [{ name: 'Ada Lovelace', address: 'ada@x.org' }],
    cc: [],
    bcc: [],
    remaining: overrides.to?.map(({ address }) => address) ?? ['ada@x.org'],
    refused: [],
    subject: '[Ticket#10017] Printer',
    text: 'It works again.\n',
    html: null,
    secret: false,
    messageId: `<${id}@example.org>`,
    inReplyTo: null,
    references: [],
    attachments: [],
    linked: [],
    security: null,
    state: 'queued',
    attempts: 0,
    dueAt: now,
    queuedAt: now,
    createdAt: now,
    lastError: null,
    ...overrides,
  };
}
