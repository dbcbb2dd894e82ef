import { randomBytes } from 'node:crypto';
import type { Actor, getAvatarImage, OutputOf, ParsedInputOf, avatars as routes } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { mayProfile } from '../../domain/access.ts';
import { pictureOf } from '../../domain/picture.ts';
import { AvatarStore } from '../../persistence/avatar.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import type { UserRow } from '../../persistence/user.table.ts';
import { refusals } from '../refusals.ts';

type Shown = OutputOf<typeof routes.create>['avatar'];
type Sent = ParsedInputOf<typeof routes.create>['body'];

/** As the migration has it. */
const MAX_BYTES = 524_288;
/** A small file may unfold to a huge picture in everybody's browser. */
const MAX_PIXELS_A_SIDE = 4_096;
/** Of one person; the oldest that is not shown makes room. */
const MOST = 5;

/** The pictures by which people are recognised. */
@Injectable()
export class Avatars {
  constructor(
    private readonly db: DataSource,
    private readonly store: AvatarStore,
    private readonly users: UserStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  async list(actor: Actor): Promise<{ avatars: Shown[] }> {
    if (!mayProfile.avatar(actor)) throw refusals.notAuthorized();
    const [user] = await this.users.byIds(this.db, [actor.userId]);
    if (!user) throw refusals.notFound('User', actor.userId);
    const own = await this.store.of(this.db, actor.userId);
    const initials = {
      ...{ id: 0, initial: true, deletable: false, store_hash: null },
      ...{ default: !own.some(({ hash }) => hash === user.image), created_at: user.created_at.toISOString() },
    };
    return {
      avatars: [
        initials,
        ...own.map(({ id, hash, createdAt }) => ({
          ...{ id, initial: false, deletable: true, store_hash: hash },
          ...{ default: hash === user.image, created_at: createdAt.toISOString() },
        })),
      ],
    };
  }

  /** The new one is shown from now on. @throws AppError forbidden; invalid, `identity.picture-invalid` */
  async add(actor: Actor, { avatar_resize, avatar_full }: Sent): Promise<{ avatar: Shown }> {
    if (!mayProfile.avatar(actor)) throw refusals.notAuthorized();
    const content = bytesOf(avatar_resize ?? avatar_full ?? '');
    const picture = pictureOf(content);
    if (!picture) throw refused('Only PNG, JPEG, GIF and WebP pictures can be shown.');
    if (Math.max(picture.width, picture.height) > MAX_PIXELS_A_SIDE) {
      throw refused(`A picture may be ${MAX_PIXELS_A_SIDE} pixels wide and high at most.`);
    }
    const at = new Date(this.clock.now());
    const hash = randomBytes(16).toString('hex');
    const id = await this.ofOwn(actor, async (tx, user) => {
      const own = await this.store.of(tx, user.id);
      const least = own.filter((one) => one.hash !== user.image).slice(0, Math.max(0, own.length + 1 - MOST));
      await this.store.remove(
        tx,
        user.id,
        least.map((one) => one.id),
      );
      const added = await this.store.add(tx, user.id, { hash, type: picture.type, content, at });
      await this.show(tx, user, hash);
      return added;
    });
    const created_at = at.toISOString();
    return { avatar: { id, default: true, initial: false, deletable: true, store_hash: hash, created_at } };
  }

  /** @param id  0: the initials @throws AppError forbidden, not-found */
  async choose(actor: Actor, id: number): Promise<Record<string, never>> {
    if (!mayProfile.avatar(actor)) throw refusals.notAuthorized();
    await this.ofOwn(actor, async (tx, user) => {
      const chosen = (await this.store.of(tx, user.id)).find((one) => one.id === id);
      if (id !== 0 && !chosen) throw refusals.notFound('Avatar', id);
      await this.show(tx, user, chosen?.hash ?? null);
    });
    return {};
  }

  /** @throws AppError forbidden, not-found */
  async delete(actor: Actor, id: number): Promise<Record<string, never>> {
    if (!mayProfile.avatar(actor)) throw refusals.notAuthorized();
    await this.ofOwn(actor, async (tx, user) => {
      const gone = (await this.store.of(tx, user.id)).find((one) => one.id === id);
      if (!gone) throw refusals.notFound('Avatar', id);
      await this.store.remove(tx, user.id, [id]);
      if (gone.hash === user.image) await this.show(tx, user, null);
    });
    return {};
  }

  /** @throws AppError not-found */
  async image(hash: string): Promise<OutputOf<typeof getAvatarImage>> {
    const found = await this.store.content(this.db, hash);
    if (!found) throw new AppError('not-found', 'identity.no-such-picture', 'There is no such picture.');
    return { contentType: found.type, base64: found.content.toString('base64') };
  }

  /** Neighbours keep no pictures, so nobody is told. */
  private async show(tx: EntityManager, user: UserRow, hash: string | null): Promise<void> {
    const by = { userId: user.id, at: new Date(this.clock.now()) };
    await this.users.update(tx, user.id, { image: hash, image_source: null }, by);
  }

  private ofOwn<T>(actor: Actor, fn: (tx: EntityManager, user: UserRow) => Promise<T>): Promise<T> {
    return transaction(this.db, async (tx) => {
      const user = await this.users.lock(tx, actor.userId);
      if (!user) throw refusals.notFound('User', actor.userId);
      return fn(tx, user);
    });
  }
}

function bytesOf(dataUrl: string): Buffer {
  const base64 = /^data:image\/[\w.+-]+;base64,([A-Za-z0-9+/]+={0,2})$/.exec(dataUrl)?.[1];
  if (!base64) throw refused('The picture must be a data address in base64.');
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length > MAX_BYTES) throw refused(`A picture may be ${MAX_BYTES / 1024} KiB large at most.`);
  return bytes;
}

const refused = (detail: string) => new AppError('invalid', 'identity.picture-invalid', detail);
