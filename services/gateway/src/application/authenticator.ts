import { hash, randomBytes } from 'node:crypto';
import { type Actor, authenticate } from '@helpmesh/contracts';
import type { Clock, EpochMs } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import { type ActorSigner, LruMap, type TokenFor } from '@helpmesh/service-kit';
import type { Credential } from '../domain/credential.ts';
import type { AttemptLimit } from './attempt-limit.ts';

/** Who a request comes from, as identity said not long ago. */
export interface Identity {
  actor: Actor;
  /** What `X-CSRF-Token` must carry; sessions only. */
  csrfToken: string | null;
  /** The signed form that services believe. */
  signed: TokenFor;
}

export interface Asking {
  credential: Credential;
  /** Value of `From` or `X-On-Behalf-Of`. */
  onBehalfOf: string | undefined;
  ip: string;
}

interface Entry extends Identity {
  until: EpochMs;
}

/** An answer is believed no longer than this, even if the event that ends it was lost with a broken connection. */
const MAX_AGE_MS = 30_000;
const CAPACITY = 10_000;

/**
 * Turns credentials into actors. Right answers are remembered for a short time under a hash of the credential, so a
 * dump of this memory holds no passwords; wrong ones are asked again each time, passwords no oftener than `AttemptLimit` allows.
 */
export class Authenticator {
  private readonly entries = new LruMap<string, Entry>(CAPACITY);
  private readonly asking = new Map<string, Promise<Entry>>();
  /** Counts `forget`: an answer that was on its way meanwhile must not be remembered. */
  private generation = 0;

  constructor(
    private readonly parts: {
      rpc: Pick<RpcClient, 'call'>;
      signer: ActorSigner;
      attempts: AttemptLimit;
      clock: Clock;
    },
  ) {}

  /**
   * @throws AppError unauthenticated or forbidden as identity says; limited `auth.too-many-failures`;
   *   unavailable when identity cannot be asked
   */
  async identify(asking: Asking): Promise<Identity> {
    const key = keyOf(asking);
    const known = this.entries.get(key);
    if (known && known.until > this.parts.clock.now()) return known;
    const underWay = this.asking.get(key);
    if (underWay) return underWay;
    const question = this.ask(key, asking).finally(() => this.asking.delete(key));
    this.asking.set(key, question);
    return question;
  }

  /** Rights or credentials of these users changed; null means of everybody. */
  forget(userIds: readonly number[] | null): void {
    this.generation += 1;
    if (userIds === null) {
      this.entries.clear();
      return;
    }
    const gone = new Set(userIds);
    this.entries.deleteWhere(({ actor }) => gone.has(actor.userId) || gone.has(actor.actingUserId ?? 0));
  }

  /** Ends what is remembered of one session, at sign-out. */
  forgetSession(sessionToken: string): void {
    this.generation += 1;
    this.entries.delete(keyOf({ credential: { scheme: 'session', sessionToken }, onBehalfOf: undefined, ip: '' }));
  }

  private async ask(key: string, { credential, onBehalfOf, ip }: Asking): Promise<Entry> {
    const generation = this.generation;
    const { rpc, signer, clock, attempts } = this.parts;
    const input = { credential, ip, ...(onBehalfOf !== undefined && { onBehalfOf }) };
    const question = () => rpc.call(authenticate, input, { actor: signer.service() });
    // Nobody guesses 256 random bits of a token or session, and a wrong one costs no more than a look into an index:
    // a script whose token ended must not lock its office out.
    const answer =
      credential.scheme === 'basic' ? await attempts.try(ip, ['unauthenticated'], question) : await question();
    const until = (clock.now() + Math.min(answer.maxAgeMs, MAX_AGE_MS)) as EpochMs;
    const entry: Entry = {
      actor: answer.actor,
      csrfToken: answer.csrfToken,
      until,
      signed: signer.for(answer.actor),
    };
    if (generation === this.generation) this.entries.set(key, entry);
    return entry;
  }
}

/** Known to this process only: the hashes in its memory cannot be tried against a list of passwords. */
const pepper = randomBytes(32).toString('base64');

function keyOf({ credential, onBehalfOf, ip }: Asking): string {
  const shown =
    credential.scheme === 'basic'
      ? // With the address: where guesses are refused, what another address knows must not answer them.
        `basic\n${ip}\n${credential.login}\n${credential.password}`
      : credential.scheme === 'token'
        ? `token\n${credential.token}`
        : `session\n${credential.sessionToken}`;
  // A plain hash over both: an HMAC would set up its key for each request, a fifth of all the work here, and guards
  // against nothing more where the result never leaves the process.
  return hash('sha256', `${pepper}${onBehalfOf === undefined ? shown : `${shown}\nfor ${onBehalfOf}`}`, 'base64');
}
