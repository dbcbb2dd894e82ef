import { type Branding, readBranding } from '@helpmesh/contracts';
import type { Clock, EpochMs } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import { type ActorSigner, LruMap } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';

/** By which of its addresses a community is met; none: the desk itself. */
export type BrandingOf = { host?: string } | { slug: string } | { groupId: number };

interface Entry {
  branding: Branding | null;
  until: EpochMs;
}

/** A change is seen as soon. */
const MAX_AGE_MS = 5_000;
const CAPACITY = 1_000;
/** A page does not wait longer for its looks. */
const TIMEOUT_MS = 2_000;
const log = logger('branding');

/** How pages look, as identity said not long ago. */
export class BrandingBook {
  private readonly entries = new LruMap<string, Entry>(CAPACITY);

  constructor(private readonly parts: { rpc: Pick<RpcClient, 'call'>; signer: ActorSigner; clock: Clock }) {}

  /**
   * @returns null where there is none of that path, and when identity cannot be asked: a page without its looks is
   *   better than none
   */
  async of(asked: BrandingOf): Promise<Branding | null> {
    const { rpc, signer, clock } = this.parts;
    const key = JSON.stringify(asked);
    const known = this.entries.get(key);
    if (known && known.until > clock.now()) return known.branding;
    try {
      const { branding } = await rpc.call(readBranding, asked, { actor: signer.service(), timeoutMs: TIMEOUT_MS });
      this.entries.set(key, { branding, until: (clock.now() + MAX_AGE_MS) as EpochMs });
      return branding;
    } catch (error) {
      log.warn({ err: error }, 'the branding of a page could not be asked for');
      return known?.branding ?? null;
    }
  }
}
