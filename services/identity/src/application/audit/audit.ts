import { type AuditedChange, type Author, identitiesOf, type Message, type recordAudit } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { CLOCK, SecretBox } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditStore } from '../../persistence/audit.store.ts';
import type { AuditFacts } from './chain.ts';
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
      messages.map(({ source, time, data }) => ({
        ...data,
        at: new Date(time),
        service: source,
        changes: JSON.stringify(data.changes),
      })),
    );
  }

  async append(tx: EntityManager, entries: readonly AuditFacts[]): Promise<void> {
    if (entries.length === 0) return;
    await this.store.append(tx, entries.map(storable), (head) => sealHead(this.box, head));
  }
}

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
