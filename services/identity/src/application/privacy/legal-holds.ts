import type { Caller, legalHolds, OutputOf, ParsedInputOf } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { transaction, violates } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayPrivacy } from '../../domain/access.ts';
import { type HoldRow, PrivacyStore } from '../../persistence/privacy.store.ts';
import { Audit } from '../audit/audit.ts';
import { refusals } from '../refusals.ts';

type Hold = OutputOf<typeof legalHolds.create>;
type Wish = ParsedInputOf<typeof legalHolds.create>['body'];

/** What must be kept whatever people wish: of a person nothing is erased, a ticket stays as it is. */
@Injectable()
export class LegalHolds {
  constructor(
    private readonly db: DataSource,
    private readonly store: PrivacyStore,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  async list(actor: Caller): Promise<Hold[]> {
    if (!mayPrivacy.manage(actor)) throw refusals.notAuthorized();
    return (await this.store.holds(this.db)).map(shown);
  }

  /** Everything that is held, for the services that delete. */
  async held(): Promise<{ userIds: number[]; ticketIds: number[] }> {
    const holds = await this.store.holds(this.db);
    const of = (type: HoldRow['object']) => holds.flatMap((hold) => (hold.object === type ? [hold.objectId] : []));
    return { userIds: of('User'), ticketIds: of('Ticket') };
  }

  /** The object may be one that this service does not know. @throws AppError forbidden; invalid, `identity.exists` */
  async place(actor: Caller, { object, object_id: objectId, reason }: Wish): Promise<Hold> {
    if (!mayPrivacy.manage(actor)) throw refusals.notAuthorized();
    const createdById = actor.actingUserId ?? actor.userId;
    try {
      return await transaction(this.db, async (tx) => {
        const createdAt = new Date(this.clock.now());
        const hold = await this.store.addHold(tx, { object, objectId, reason, createdById, createdAt });
        await this.audit.record(tx, actor, { action: 'legal-hold.placed', object: { type: object, id: objectId } });
        return shown(hold);
      });
    } catch (error) {
      if (violates(error, 'legal_hold_object_key')) throw refusals.exists();
      throw error;
    }
  }

  /** @throws AppError forbidden, not-found */
  async lift(actor: Caller, id: number): Promise<Record<string, never>> {
    if (!mayPrivacy.manage(actor)) throw refusals.notAuthorized();
    await transaction(this.db, async (tx) => {
      const hold = await this.store.deleteHold(tx, id);
      if (!hold) throw refusals.notFound('LegalHold', id);
      const object = { type: hold.object, id: hold.objectId };
      await this.audit.record(tx, actor, { action: 'legal-hold.lifted', object });
    });
    return {};
  }
}

function shown(row: HoldRow): Hold {
  return {
    id: row.id,
    object: row.object,
    object_id: row.objectId,
    reason: row.reason,
    created_by_id: row.createdById,
    created_at: row.createdAt.toISOString(),
  };
}
