import { setImmediate as breathe } from 'node:timers/promises';
import type { auditLog, OutputOf } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { SecretBox } from '@helpmesh/service-kit';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditStore } from '../../persistence/audit.store.ts';
import { type ChainHead, follow, genesis } from './chain.ts';
import { sealedHead } from './head-seal.ts';

type Verdict = OutputOf<typeof auditLog.verify>;

const BATCH = 2_000;

/** Walks the audit log from its first entry to its last. */
@Injectable()
export class VerifyAudit {
  constructor(
    private readonly db: DataSource,
    private readonly store: AuditStore,
    private readonly box: SecretBox,
  ) {}

  /** @param signal  gives up when nobody waits any more @throws AppError unavailable `audit.verify-given-up` */
  run(signal?: AbortSignal): Promise<Verdict> {
    // One snapshot: entries that are added meanwhile are not of this walk.
    return this.db.transaction('REPEATABLE READ', (tx) => this.walk(tx, signal));
  }

  private async walk(tx: EntityManager, signal: AbortSignal | undefined): Promise<Verdict> {
    let head: ChainHead = genesis;
    const broken = (id: number, why: string): Verdict => ({ ...verdict(head), ok: false, broken: { id, why } });
    const end = await this.store.head(tx);
    const rests = await this.store.rests(tx);
    if (!end) return broken(1, 'the end of the chain was removed');
    for (let size = BATCH; size === BATCH; ) {
      const entries = await this.store.after(tx, head.seq, BATCH);
      size = entries.length;
      for (const entry of entries) {
        if (head.seq === end.seq) return broken(entry.seq, 'this entry was put behind the end of the chain');
        const step = follow(head, entry, rests.get(entry.seq));
        if (!step.ok) return broken(step.id, step.why);
        head = step.head;
      }
      await breathe();
      if (signal?.aborted) {
        throw new AppError('unavailable', 'audit.verify-given-up', 'Verifying the audit log took too long.');
      }
    }
    if (head.seq !== end.seq) return broken(head.seq + 1, 'this entry was removed, and all behind it');
    if (!head.hash.equals(end.hash) || (end.seal ? !sealedHead(this.box, end, end.seal) : end.seq > 0)) {
      return broken(head.seq, 'the end of the chain is not the one this service wrote');
    }
    return verdict(head);
  }
}

function verdict({ seq, hash }: ChainHead): Verdict {
  return { ok: true, entries: seq, head: hash.toString('hex'), broken: null };
}
