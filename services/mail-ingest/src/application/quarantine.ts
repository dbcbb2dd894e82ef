import { type Actor, auditMessage, hasPermission, recordAudit } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import type { InboundMails, QuarantinedRow, SetAside } from './ports.ts';

/** Mails that could not be read, or that a filter ignores: who may see them, and how they get another try. */
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
    const state = await this.mails.stateOf(id);
    if (state === undefined) throw new AppError('not-found', 'mail.not-found', `Couldn't find Mail with 'id'=${id}`);
    return state;
  }
}

export function requireMailAdmin<A extends Actor>(actor: A | undefined): A {
  if (actor && hasPermission(actor, 'admin.channel_email')) return actor;
  throw new AppError('forbidden', 'mail.admin-only', 'Not authorized');
}
