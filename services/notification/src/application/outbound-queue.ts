import { type Actor, auditMessage, hasPermission, recordAudit } from '@helpmesh/contracts';
import { AppError, type Clock, epochMs } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { afterCommit, transaction } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';
import type { MailState, OutboundMail } from '../domain/outbound-mail.ts';
import type { MailPage, OutboundMailStore } from '../persistence/outbound-mail.store.ts';

const DAY_MS = 86_400_000;
const FORGET_BATCH = 1_000;

/** The queue as administrators see it. */
export class OutboundQueue {
  constructor(
    private readonly db: DataSource,
    private readonly mails: OutboundMailStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly wake: () => void,
  ) {}

  /** Newest first. @throws AppError forbidden */
  async list(actor: Actor | undefined, page: MailPage): Promise<OutboundMail[]> {
    requireChannelAdmin(actor);
    return this.mails.list(this.db, page);
  }

  /** Starts a new round of tries, at once. @throws AppError forbidden; see OutboundMailStore.requeue */
  async retry(actor: Actor | undefined, id: string): Promise<OutboundMail> {
    const admin = requireChannelAdmin(actor);
    return transaction(this.db, async (tx) => {
      const mail = await this.mails.requeue(tx, id, this.clock.now());
      const told = { action: 'outbound-mail.retried', object: { type: 'OutboundMail', id } };
      await this.outbox.add(tx, recordAudit, auditMessage(admin, told));
      afterCommit(tx, this.wake);
      return mail;
    });
  }

  /** Deletes mails that went out more than `keepDays` ago. @returns how many */
  async forget(keepDays: number): Promise<number> {
    const before = epochMs(this.clock.now() - keepDays * DAY_MS);
    let forgotten = 0;
    for (let last = FORGET_BATCH; last === FORGET_BATCH; forgotten += last)
      last = await this.mails.forget(this.db, before, FORGET_BATCH);
    return forgotten;
  }
}

const states: readonly string[] = [
  'queued',
  'sending',
  'sent',
  'deferred',
  'failed',
  'suppressed',
] satisfies MailState[];

/** @throws AppError invalid `mail.state-unknown` */
export function mailState(value: string | undefined): MailState | undefined {
  if (value === undefined || value === '') return undefined;
  if (!states.includes(value))
    throw new AppError('invalid', 'mail.state-unknown', `The state of a mail is one of ${states.join(', ')}.`);
  return value as MailState;
}

export function requireChannelAdmin<A extends Actor>(actor: A | undefined): A {
  if (actor && hasPermission(actor, 'admin.channel_email')) return actor;
  throw new AppError('forbidden', 'access.not-authorized', 'Not authorized');
}
