import type { BlobStore } from '@helpmesh/blob';
import type { ErasedPerson, Eraser, ErasureJob, ErasurePart } from '@helpmesh/service-kit';
import type { ErasableMail, ErasureStore } from '../persistence/erasure.store.ts';

/** Rows looked through by one statement. */
const WINDOW = 5_000;

/** What the ticket service knows about mails, page by page: ids above one, none when there are no more. */
export interface TicketMails {
  /** Those that are articles which an erasure has reached. */
  reached(taskId: number, after: number): Promise<number[]>;
  /** Those of these tickets. */
  of(ticketIds: readonly number[], after: number): Promise<number[]>;
}

interface Total {
  mails: number;
  waiting: number;
  kept: Set<number>;
}

/**
 * Erases a person from the received mails: those from or to them, and those that the ticket service found them in. The
 * bytes of a mail cannot be changed, so they go; the row stays, without addresses, so that the mail is not filed again.
 */
export class EraseMails implements Eraser {
  constructor(
    private readonly store: ErasureStore,
    private readonly blobs: BlobStore,
    private readonly ofTickets: TicketMails,
  ) {}

  async erase({ taskId, person, heldTicketIds }: ErasureJob): Promise<ErasurePart> {
    const total: Total = { mails: 0, waiting: 0, kept: new Set() };
    const held = new Set<number>();
    if (heldTicketIds.size > 0) {
      const tickets = [...heldTicketIds];
      for await (const ids of pages((after) => this.ofTickets.of(tickets, after))) for (const id of ids) held.add(id);
    }
    for await (const mails of this.naming(person)) await this.eraseAll(person, mails, held, total);
    for await (const ids of pages((after) => this.ofTickets.reached(taskId, after))) {
      await this.eraseAll(person, await this.store.byIds(ids), held, total);
    }
    const kept = [...total.kept].map((id) => ({ object: 'InboundMail', id: String(id), why: 'legal-hold' }));
    return { counts: { mails: total.mails }, waiting: total.waiting, kept };
  }

  async preview(person: ErasedPerson): Promise<Record<string, number>> {
    let mails = 0;
    for await (const page of this.naming(person)) mails += page.length;
    return { mails };
  }

  private async *naming(person: ErasedPerson): AsyncGenerator<ErasableMail[]> {
    const newest = await this.store.newestId();
    for (let after = 0; after < newest; after += WINDOW) {
      const mails = await this.store.naming(person.patterns, after, after + WINDOW);
      yield mails.filter((mail) => person.isIn(JSON.stringify(mail)));
    }
  }

  private async eraseAll(
    person: ErasedPerson,
    mails: readonly ErasableMail[],
    held: ReadonlySet<number>,
    total: Total,
  ): Promise<void> {
    for (const mail of mails) {
      if (held.has(mail.id)) {
        total.kept.add(mail.id);
        continue;
      }
      // Nobody has read it yet: it becomes an article first, and that one is found.
      if (mail.state === 'received') {
        total.waiting += 1;
        continue;
      }
      const next = person.rewriteAll(mail);
      if (mail.erased && JSON.stringify(next) === JSON.stringify(mail)) continue;
      await this.store.erase(next);
      if (!(await this.store.isKept(mail.sha256))) await this.blobs.delete(mail.sha256);
      total.mails += 1;
    }
  }
}

async function* pages(read: (after: number) => Promise<number[]>): AsyncGenerator<number[]> {
  for (let after = 0; ; ) {
    const ids = await read(after);
    if (ids.length === 0) return;
    yield ids;
    after = ids.at(-1) ?? after;
  }
}
