import { callerOf, listOutboundMail, type OutputOf, type ParsedInputOf, retryOutboundMail } from '@helpmesh/contracts';
import { isoTime } from '@helpmesh/kernel';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { mailState, OutboundQueue } from '../application/outbound-queue.ts';
import type { OutboundMail } from '../domain/outbound-mail.ts';

const DEFAULT_PAGE = 50;
const MAX_PAGE = 100;

/** The outgoing queue for administrators of mail channels. */
@Controller()
export class OutboundMailAnswers {
  constructor(private readonly queue: OutboundQueue) {}

  @Answers(listOutboundMail)
  async list({ actor }: RpcContext, { query }: ParsedInputOf<typeof listOutboundMail>) {
    const limit = Math.min(query.per_page ?? query.limit ?? DEFAULT_PAGE, MAX_PAGE);
    const page = { state: mailState(query.state), limit, offset: ((query.page ?? 1) - 1) * limit };
    return (await this.queue.list(actor, page)).map(shown);
  }

  @Answers(retryOutboundMail)
  async retry(ctx: RpcContext, { params }: ParsedInputOf<typeof retryOutboundMail>) {
    return shown(await this.queue.retry(ctx.actor && callerOf(ctx.actor, ctx), params.id));
  }
}

function shown(mail: OutboundMail): OutputOf<typeof retryOutboundMail> {
  return {
    id: mail.id,
    kind: mail.kind,
    state: mail.state,
    to: [...mail.to, ...mail.cc, ...mail.bcc].map(({ address }) => address),
    subject: mail.subject,
    attempts: mail.attempts,
    next_attempt_at: mail.state !== 'sending' && mail.dueAt !== null ? isoTime(mail.dueAt) : null,
    last_error: mail.lastError,
    created_at: isoTime(mail.createdAt),
    ticket_id: mail.ticketId,
    message_id: mail.messageId,
  };
}
