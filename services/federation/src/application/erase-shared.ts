import { transaction } from '@helpmesh/persistence';
import type { ErasedPerson, Eraser, ErasureJob, ErasurePart } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import type { ErasableText, ErasureStore } from '../persistence/erasure.store.ts';
import type { AskPeers } from './erasures/ask-peers.ts';

/**
 * Erases a person from what is known of tickets at other helpdesks. They themselves are told in the usual way that the
 * requester of the ticket has another name from then on, and are asked to forget the one they had.
 */
export class EraseShared implements Eraser {
  constructor(
    private readonly db: DataSource,
    private readonly store: ErasureStore,
    private readonly ask: Pick<AskPeers, 'of'>,
  ) {}

  async erase(job: ErasureJob): Promise<ErasurePart> {
    const { person, heldTicketIds } = job;
    const found = await this.naming(person);
    const ids = await this.store.ticketIds(
      this.db,
      found.map(({ uuid }) => uuid),
    );
    const isHeld = ({ uuid }: ErasableText) => heldTicketIds.has(ids.get(uuid) ?? -1);
    const open = found.filter((text) => !isHeld(text));
    const asked = await transaction(this.db, async (tx) => {
      for (const text of open) await this.store.save(tx, { ...text, value: person.rewriteAll(text.value) });
      return this.ask.of(tx, job);
    });
    const kept = [...new Set(found.filter(isHeld).map(({ uuid }) => uuid))];
    return {
      counts: { tickets: ticketsOf(open), told_helpdesks: asked.told, helpdesks_to_tell: asked.toTell },
      waiting: 0,
      kept: kept.map((id) => ({ object: 'SharedTicket', id, why: 'legal-hold' })),
    };
  }

  async preview(person: ErasedPerson): Promise<Record<string, number>> {
    return { tickets: ticketsOf(await this.naming(person)) };
  }

  private async naming(person: ErasedPerson): Promise<ErasableText[]> {
    const found = await this.store.naming(this.db, person.patterns);
    return found.filter(({ value }) => person.isIn(JSON.stringify(value)));
  }
}

function ticketsOf(texts: readonly ErasableText[]): number {
  return new Set(texts.map(({ uuid }) => uuid)).size;
}
