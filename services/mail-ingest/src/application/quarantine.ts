import { type Actor, hasPermission } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { InboundMails, QuarantinedRow } from './ports.ts';

/** Mails that could not be read: who may see them, and how they get another try. */
export class Quarantine {
  constructor(
    private readonly mails: InboundMails,
    private readonly ring: () => void,
  ) {}

  /** Newest first. @throws AppError forbidden */
  list(actor: Actor | undefined, limit: number, offset: number): Promise<QuarantinedRow[]> {
    requireMailAdmin(actor);
    return this.mails.quarantined(limit, offset);
  }

  /** Has a mail read once more. @returns its state: `received`, or what it became already. @throws AppError forbidden, not-found */
  async process(actor: Actor | undefined, id: number): Promise<string> {
    requireMailAdmin(actor);
    if (await this.mails.release(id)) {
      this.ring();
      return 'received';
    }
    const state = await this.mails.stateOf(id);
    if (state === undefined) throw new AppError('not-found', 'mail.not-found', `Couldn't find Mail with 'id'=${id}`);
    return state;
  }
}

function requireMailAdmin(actor: Actor | undefined): void {
  if (!actor || !hasPermission(actor, 'admin.channel_email'))
    throw new AppError('forbidden', 'mail.admin-only', 'Not authorized');
}
