import { type AuditedChange, type Author, identitiesOf, type Message, type recordAudit } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK, type ErasedPerson, SecretBox } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { AuditStore } from '../../persistence/audit.store.ts';
import { type AuditFacts, hashOfRest } from './chain.ts';
import { sealHead } from './head-seal.ts';

/**
 * Writes the audit log, in the transaction of what it tells: both are there, or neither is. Appending waits for
 * others who append, so it comes last in a transaction, after the rows it tells of are locked and changed.
 */
@Injectable()
export class Audit {
  constructor(
    private readonly store: AuditStore,
    private readonly box: SecretBox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @param by  who wished it; null: the service itself, as rules and links of mails have it do */
  async record(tx: EntityManager, by: Author | null, ...changes: AuditedChange[]): Promise<void> {
    const at = new Date(this.clock.now());
    const who = by ? identitiesOf(by) : { actorId: null, onBehalfOfId: null };
    await this.append(
      tx,
      changes.map(({ action, object: { type, id, label = null }, changes: differing = {} }) => ({
        ...who,
        at,
        service: 'identity',
        action,
        objectType: type,
        objectId: String(id),
        objectLabel: label,
        changes: JSON.stringify(differing),
        address: by?.address ?? null,
        requestId: by?.requestId ?? null,
      })),
    );
  }

  /** What other services tell. */
  async take(tx: EntityManager, messages: readonly Message<typeof recordAudit>[]): Promise<void> {
    await this.append(
      tx,
      // What was redacted is this service's to say.
      messages
        .filter(({ data }) => data.action !== REDACTED)
        .map(({ source, time, data }) => ({
          ...data,
          at: new Date(time),
          service: source,
          changes: JSON.stringify(data.changes),
        })),
    );
  }

  /**
   * Takes out of the log what tells of an erased person, and records of which entries: a window at a time.
   * @returns how many entries
   */
  async redact(db: DataSource, person: ErasedPerson): Promise<number> {
    const newest = (await this.store.head(db))?.seq ?? 0;
    let redacted = 0;
    for (let after = 0; after < newest; after += WINDOW) {
      redacted += await transaction(db, async (tx) => {
        const rows = await this.store.redact(tx, person.userId, person.patterns, after, after + WINDOW);
        if (rows.length === 0) return 0;
        const changes = Object.fromEntries(rows.map((row) => [row.seq, { to: hashOfRest(row) }]));
        const object = { type: 'User', id: person.userId, label: person.pseudonym };
        await this.record(tx, null, { action: REDACTED, object, changes });
        return rows.length;
      });
    }
    return redacted;
  }

  countRedactable(db: DataSource, person: ErasedPerson): Promise<number> {
    return this.store.countRedactable(db, person.userId, person.patterns);
  }

  async append(tx: EntityManager, entries: readonly AuditFacts[]): Promise<void> {
    if (entries.length === 0) return;
    await this.store.append(tx, entries.map(storable), (head) => sealHead(this.box, head));
  }
}

const REDACTED = 'audit.redacted';
/** Entries looked through by one statement. */
const WINDOW = 2_000;
const LONGEST_LABEL = 500;

/** PostgreSQL keeps no NUL in a text, and the hash must be over what it keeps. */
function storable(facts: AuditFacts): AuditFacts {
  const clean = (text: string | null) => text?.replaceAll('\0', '\ufffd').slice(0, LONGEST_LABEL) ?? null;
  return {
    ...facts,
    objectId: clean(facts.objectId),
    objectLabel: clean(facts.objectLabel),
    address: clean(facts.address),
    requestId: clean(facts.requestId),
  };
}
