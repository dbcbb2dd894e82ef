import type { OutputOf, readChatDoor } from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs } from '@helpmesh/kernel';

type Door = OutputOf<typeof readChatDoor>;

/** A page that was allowed is not asked about again for this time, ms. */
const HELD_MS = 1_000;
/** Origins that are remembered; more pages than this show no chat. */
const MOST = 200;

/** Which pages may show the chat. */
export class ChatDoor {
  private readonly allowed = new Map<string, EpochMs>();

  constructor(
    private readonly read: (origin: string | null) => Promise<Door>,
    private readonly clock: Clock,
  ) {}

  /** What a page finds now. @throws AppError forbidden `chat.foreign-page` for a page that is not named */
  async find(origin: string | undefined): Promise<Door> {
    if (origin !== undefined && origin.length > 300) throw foreign();
    const door = await this.read(origin ?? null);
    const key = origin ?? '';
    this.allowed.delete(key);
    if (!door.allowed) throw foreign();
    if (this.allowed.size >= MOST) this.allowed.clear();
    this.allowed.set(key, this.clock.now());
    return door;
  }

  /** For whoever need not know who is there. @throws AppError as `find` */
  async admit(origin: string | undefined): Promise<void> {
    const since = this.allowed.get(origin ?? '');
    const age = since === undefined ? Number.POSITIVE_INFINITY : this.clock.now() - since;
    if (age < 0 || age >= HELD_MS) await this.find(origin);
  }
}

function foreign(): AppError {
  return new AppError('forbidden', 'chat.foreign-page', 'This page may not show the chat.');
}
