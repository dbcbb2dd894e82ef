import type { ErasureTerms } from '@helpmesh/contracts';
import { countMessages } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { ErasedPerson, type Eraser, type ErasureJob, type ErasurePart } from '@helpmesh/service-kit';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PrivacyStore } from '../../persistence/privacy.store.ts';
import { Audit } from '../audit/audit.ts';
import { DataExports } from './data-exports.ts';

/** What this service keeps of a person beside their own row: traces of sign-in, notes, and the audit log. */
@Injectable()
export class EraseIdentity implements Eraser {
  constructor(
    private readonly db: DataSource,
    private readonly store: PrivacyStore,
    private readonly audit: Audit,
    private readonly exports: DataExports,
  ) {}

  async erase({ person }: ErasureJob): Promise<ErasurePart> {
    const traces = await this.store.dropTraces(this.db, person.emails);
    const history = await this.store.dropHistory(this.db, person.userId, person.patterns);
    const notes = await this.rewriteNotes(person);
    const entries = await this.audit.redact(this.db, person);
    const exports = await this.exports.remove(person.userId);
    return { counts: { traces, history, notes, audit_entries: entries, data_exports: exports }, waiting: 0, kept: [] };
  }

  async preview(person: ErasedPerson): Promise<Record<string, number>> {
    const notes = (await this.store.notes(this.db, person.patterns)).filter(({ note }) => person.isIn(note));
    const entries = await this.audit.countRedactable(this.db, person);
    const exports = await this.exports.countOf(person.userId);
    return { users: 1, notes: notes.length, audit_entries: entries, data_exports: exports };
  }

  /** The whole answer of this service to "what would be touched". */
  async previewOf(terms: ErasureTerms): Promise<Record<string, number>> {
    const person = new ErasedPerson(terms);
    const scrubber = { patterns: person.payloadPatterns, scrub: person.scrub };
    return { ...(await this.preview(person)), logged_messages: await countMessages(this.db, scrubber) };
  }

  private rewriteNotes(person: ErasedPerson): Promise<number> {
    return transaction(this.db, async (tx) => {
      const notes = (await this.store.notes(tx, person.patterns)).filter(({ note }) => person.isIn(note));
      for (const { table, id, note } of notes) await this.store.setNote(tx, table, id, person.rewrite(note));
      return notes.length;
    });
  }
}
