import { type Actor, auditMessage, hasPermission, recordAudit } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import type { EntityManager } from 'typeorm';
import { cleanText } from '../domain/text.ts';
import type { InboundMails, QuarantinedRow, SetAside } from './ports.ts';

/** Mails that could not be read, that a filter ignores, or whose senders are not proven: who may see them, and how they get another try. */
export class Quarantine {
  constructor(
    private readonly mails: InboundMails,
    private readonly outbox: Pick<Outbox, 'row' | 'ring'>,
    private readonly ring: () => void,
  ) {}

  /** Newest first. @throws AppError forbidden */
  list(actor: Actor | undefined, state: SetAside, limit: number, offset: number): Promise<QuarantinedRow[]> {
    requireMailAdmin(actor);
    return this.mails.setAside(state, limit, offset);
  }

  /** Has a mail read once more. @returns its state: `received`, or what it became already. @throws AppError forbidden, not-found */
  async process(actor: Actor | undefined, id: number): Promise<string> {
    const admin = requireMailAdmin(actor);
    const told = auditMessage(admin, { action: 'quarantined-mail.processed', object: { type: 'InboundMail', id } });
    if (await this.mails.release(id, this.outbox.row(recordAudit, told))) {
      this.outbox.ring();
      this.ring();
      return 'received';
    }
    return this.stateOf(id);
  }

  /** Nothing proves the sender of a mail that was read: it waits until somebody decides. */
  suspend(tx: EntityManager, id: number, cause: string): Promise<void> {
    return this.mails.suspend(tx, id, cause);
  }

  /**
   * Lets a mail in whose sender is not proven: as a customer's.
   * @returns its state: `received`, or what it became already
   * @throws AppError forbidden, not-found
   */
  async letIn(actor: Actor | undefined, id: number): Promise<string> {
    const admin = requireMailAdmin(actor);
    const told = auditMessage(admin, { action: 'suspended-mail.released', object: { type: 'InboundMail', id } });
    if (!(await this.mails.letIn(id, this.outbox.row(recordAudit, told)))) return this.stateOf(id);
    this.outbox.ring();
    this.ring();
    return 'received';
  }

  /**
   * Nobody needs to look at it any more. It is kept as others are, and can be processed after all.
   * @returns its state: `discarded`, or what it became already
   * @throws AppError forbidden, not-found; invalid `mail.reason-missing`
   */
  async discard(actor: Actor | undefined, id: number, reason: string): Promise<string> {
    const admin = requireMailAdmin(actor);
    const because = cleanText(reason).trim();
    if (because === '') throw new AppError('invalid', 'mail.reason-missing', 'Say why the mail is discarded.');
    const object = { type: 'InboundMail', id };
    const changes = { reason: { to: because } };
    const told = auditMessage(admin, { action: 'quarantined-mail.discarded', object, changes });
    if (!(await this.mails.discard(id, because, this.outbox.row(recordAudit, told)))) return this.stateOf(id);
    this.outbox.ring();
    return 'discarded';
  }

  /** Where its bytes are. Mails that were filed are read on their tickets. @throws AppError forbidden, not-found */
  async raw(actor: Actor | undefined, id: number): Promise<{ sha256: string; size: number }> {
    const admin = requireMailAdmin(actor);
    const told = auditMessage(admin, { action: 'quarantined-mail.downloaded', object: { type: 'InboundMail', id } });
    const found = await this.mails.rawOf(id, this.outbox.row(recordAudit, told));
    if (!found) throw noSuchMail(id);
    this.outbox.ring();
    return found;
  }

  private async stateOf(id: number): Promise<string> {
    const state = await this.mails.stateOf(id);
    if (state === undefined) throw noSuchMail(id);
    return state;
  }
}

const noSuchMail = (id: number) => new AppError('not-found', 'mail.not-found', `Couldn't find Mail with 'id'=${id}`);

export function requireMailAdmin<A extends Actor>(actor: A | undefined): A {
  if (actor && hasPermission(actor, 'admin.channel_email')) return actor;
  throw new AppError('forbidden', 'mail.admin-only', 'Not authorized');
}
