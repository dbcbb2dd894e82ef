import { auditMessage, type Caller, recordAudit } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { tagName } from '../../domain/tag/tag.ts';
import { SlaStore } from '../../persistence/sla.store.ts';
import { type Tag, TagStore } from '../../persistence/tag.store.ts';
import { notFound, requireAnyOf } from '../access.ts';

const MAX_PAGE = 5_000;

/** The list of all tags, for administrators. What they change counts on every ticket at once and is no news of it. */
@Injectable()
export class ManageTags {
  constructor(
    private readonly db: DataSource,
    private readonly tags: TagStore,
    private readonly slas: SlaStore,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(
    caller: Caller,
    {
      page = 1,
      per_page,
      limit,
    }: { page?: number | undefined; per_page?: number | undefined; limit?: number | undefined },
  ) {
    requireTagAdmin(caller);
    const size = Math.min(per_page ?? limit ?? MAX_PAGE, MAX_PAGE);
    return this.tags.list(this.db, size, (page - 1) * size);
  }

  /** @throws AppError invalid `input.not-unique` */
  async create(caller: Caller, text: string): Promise<void> {
    requireTagAdmin(caller);
    const name = tagName(text);
    await transaction(this.db, async (tx) => {
      if ((await this.tags.named(tx, [name.key])).size > 0) {
        throw new AppError('invalid', 'input.not-unique', 'This object already exists.');
      }
      await this.tags.make(tx, [{ ...name, by: caller.userId }], this.clock.now());
      const made = (await this.tags.named(tx, [name.key])).get(name.key) as Tag;
      await this.tell(tx, caller, 'created', made, { name: { from: null, to: made.name } });
    });
  }

  async rename(caller: Caller, id: number, text: string): Promise<void> {
    requireTagAdmin(caller);
    const name = tagName(text);
    await transaction(this.db, async (tx) => {
      const before = await this.tags.byId(tx, id);
      if (!before) throw notFound('Tag::Item', id);
      const namesake = (await this.tags.named(tx, [name.key])).get(name.key);
      const other = namesake?.id === id ? undefined : namesake;
      if (other) await this.tags.join(tx, id, other.id);
      else await this.tags.rename(tx, id, name);
      await this.slas.tagsChanged(tx);
      await this.tell(tx, caller, 'changed', before, { name: { from: before.name, to: other?.name ?? name.name } });
    });
  }

  async remove(caller: Caller, id: number): Promise<void> {
    requireTagAdmin(caller);
    await transaction(this.db, async (tx) => {
      const before = await this.tags.byId(tx, id);
      if (!before) throw notFound('Tag::Item', id);
      await this.tags.remove(tx, id);
      await this.slas.tagsChanged(tx);
      await this.tell(tx, caller, 'deleted', before, { name: { from: before.name, to: null } });
    });
  }

  private async tell(
    tx: EntityManager,
    caller: Caller,
    what: 'created' | 'changed' | 'deleted',
    { id, name }: Tag,
    changes: { name: { from: string | null; to: string | null } },
  ): Promise<void> {
    const told = { action: `tag.${what}`, object: { type: 'Tag::Item', id, label: name }, changes };
    await this.outbox.add(tx, recordAudit, auditMessage(caller, told));
  }
}

function requireTagAdmin(caller: Caller): void {
  requireAnyOf(caller, ['admin.tag']);
}
