import { AppError, type Clock, type EpochMs, epochMs } from '@helpmesh/kernel';
import { LruMap, type SafeFetch } from '@helpmesh/service-kit';
import { z } from 'zod';
import type { PeerAddress } from '../application/sync/ports.ts';

/** How long it is believed what somebody offers, and that they do not take our signature. */
const KEEP_MS = 10 * 60_000;
/** A token is not shown in its last seconds. */
const EARLY_MS = 30_000;
const CALL_MS = 5_000;
const DESKS = 1_000;

const Offer = z.object({
  authentication: z.array(z.string().max(100)).max(20).catch([]),
  tokenEndpoint: z.string().max(500).optional().catch(undefined),
});
const Token = z.object({ access_token: z.string().min(1).max(4_000), expires_in: z.number().min(1).max(86_400) });
const Refused = z
  .object({ error: z.string().max(100), error_description: z.string().max(500).catch('') })
  .catch({ error: 'refused', error_description: '' });

interface Known {
  /** Null: they take no signatures. */
  endpoint: string | null;
  offersUntil: EpochMs;
  token?: string;
  tokenUntil?: EpochMs;
  refusedUntil?: EpochMs;
}

/** What is shown, and how it was come by. */
export interface Shown {
  token: string;
  by: 'key' | 'token';
}

/**
 * How we say who we are to another Helpmesh: by our signature where it is taken (RFC 7523), by the token that they have
 * made for us elsewhere.
 */
export class PeerSignIn {
  private readonly known = new LruMap<string, Known>(DESKS);
  private readonly asking = new Map<string, Promise<Shown | null>>();

  constructor(
    private readonly safe: Pick<SafeFetch, 'fetch'>,
    /** Ours, for the helpdesk with that address. */
    private readonly sign: (audience: string) => Promise<string>,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError unauthenticated `peer.token-refused`; unavailable */
  async shownTo({ node, token }: PeerAddress): Promise<Shown> {
    const fallback: Shown | null = token === null ? null : { token, by: 'token' };
    const known = this.known.get(node);
    const now = this.clock.now();
    if (known?.token !== undefined && (known.tokenUntil ?? 0) > now) return { token: known.token, by: 'key' };
    if (fallback && known && (known.refusedUntil ?? 0) > now) return fallback;
    const asking = this.asking.get(node) ?? this.ask(node).finally(() => this.asking.delete(node));
    this.asking.set(node, asking);
    try {
      const shown = (await asking) ?? fallback;
      if (shown) return shown;
    } catch (error) {
      // What is wrong there is told by the call itself.
      if (fallback) return fallback;
      throw error;
    }
    throw refused(`${node} takes no signatures, and there is no token for it.`);
  }

  /** What it took is taken no longer. */
  forget(node: string): void {
    const known = this.known.get(node);
    if (known) this.known.set(node, { endpoint: known.endpoint, offersUntil: known.offersUntil });
  }

  /** @returns null: they take no signatures */
  private async ask(node: string): Promise<Shown | null> {
    const { endpoint, offersUntil } = await this.offerOf(node);
    if (endpoint === null) return null;
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      // For them alone, whatever they call the place: nobody can take it elsewhere.
      client_assertion: await this.sign(node),
    });
    const response = await this.safe.fetch(endpoint, {
      ...{ method: 'POST', body: body.toString(), timeoutMs: CALL_MS },
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    });
    const answer: unknown = await response.json().catch(() => null);
    const now = this.clock.now();
    if (!response.ok) {
      const { error, error_description: why } = Refused.parse(answer);
      const said = `${node} does not take our signature: ${why || error}.`;
      if (response.status === 429 || response.status >= 500)
        throw new AppError('unavailable', 'peer.unavailable', said);
      this.known.set(node, { endpoint, offersUntil, refusedUntil: epochMs(now + KEEP_MS) });
      throw refused(said);
    }
    const { success, data } = Token.safeParse(answer);
    if (!success) throw refused(`The answer of ${endpoint} is no token.`);
    const lasts = Math.max(data.expires_in * 1_000 - EARLY_MS, 1_000);
    const { access_token: token } = data;
    this.known.set(node, { endpoint, offersUntil, token, tokenUntil: epochMs(now + lasts) });
    return { token, by: 'key' };
  }

  private async offerOf(node: string): Promise<Pick<Known, 'endpoint' | 'offersUntil'>> {
    const known = this.known.get(node);
    const now = this.clock.now();
    if (known && known.offersUntil > now) return known;
    const response = await this.safe.fetch(`${node}/federation/v1`, { timeoutMs: CALL_MS });
    if (!response.ok) throw new AppError('unavailable', 'peer.unavailable', `${node} answers ${response.status}.`);
    const { success, data } = Offer.safeParse(await response.json().catch(() => null));
    // Signatures go to the helpdesk itself, and nowhere else that it names.
    const place = success && data.authentication.includes('private_key_jwt') ? data.tokenEndpoint : undefined;
    const endpoint = place?.startsWith(`${node}/`) ? place : null;
    const offer = { endpoint, offersUntil: epochMs(now + KEEP_MS) };
    this.known.set(node, offer);
    return offer;
  }
}

function refused(detail: string): AppError {
  return new AppError('unauthenticated', 'peer.token-refused', detail);
}
