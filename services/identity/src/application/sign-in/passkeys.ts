import { createHmac } from 'node:crypto';
import type { Passkey, PasskeyResponse } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { CLOCK, CONFIG, SecretBox } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { DataSource, type EntityManager } from 'typeorm';
import type { z } from 'zod';
import type { IdentityConfig } from '../../config.ts';
import { secondStepMs } from '../../domain/second-factor.ts';
import { type PasskeyRow, PasskeyStore } from '../../persistence/passkey.store.ts';
import { Challenges } from './challenges.ts';

type Response = z.output<typeof PasskeyResponse>;
/** Two hundred modules, loaded with the first passkey. */
const webauthn = () => import('@simplewebauthn/server');
/** EdDSA, ES256 and RS256 (COSE): what authenticators in use make. */
const algorithms = [-8, -7, -257];

/** For `navigator.credentials`; only the library of the page looks inside. */
type Options = { challenge: string; [name: string]: unknown };

/** Alone it must be two factors: the key, and whatever unlocks it. */
const PASSWORDLESS = 'sign-in';

/** A passkey answered the challenge; `challenge` is used up in the transaction that lets the person in. */
export interface Assertion {
  passkey: PasskeyRow;
  counter: number;
  challenge: string;
}

/** WebAuthn (Level 3): keys that sign for this site only. Site and origin are those of HELPMESH_PUBLIC_URL. */
@Injectable()
export class Passkeys {
  private readonly origin: string;
  private readonly rpID: string;
  private readonly handleKey: Buffer;

  constructor(
    private readonly db: DataSource,
    private readonly store: PasskeyStore,
    private readonly challenges: Challenges,
    box: SecretBox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) config: IdentityConfig,
  ) {
    const { origin, hostname } = new URL(config.HELPMESH_PUBLIC_URL);
    this.origin = origin;
    this.rpID = hostname;
    this.handleKey = box.derive('passkey user handle');
  }

  /** Options to make one. Discoverable where the authenticator can, so that it signs in without a name. */
  async creationOptions(user: { id: number; login: string; name: string }): Promise<Options> {
    const known = await this.store.ofUser(this.db, user.id);
    const { generateRegistrationOptions } = await webauthn();
    const options = await generateRegistrationOptions({
      rpName: 'Helpmesh',
      rpID: this.rpID,
      userName: user.login,
      userDisplayName: user.name,
      userID: new Uint8Array(this.handleOf(user.id, known)),
      challenge: this.challenges.make(adding(user.id)),
      timeout: secondStepMs,
      excludeCredentials: known.map(({ credentialId, transports }) => ({ id: credentialId, transports })),
      supportedAlgorithmIDs: algorithms,
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
    });
    return { ...options };
  }

  /** @throws AppError invalid, `identity.passkey-not-added` */
  async add(tx: EntityManager, userId: number, name: string, response: Response): Promise<PasskeyRow> {
    const known = await this.store.ofUser(tx, userId);
    let challenge = '';
    const { verifyRegistrationResponse } = await webauthn();
    const verified = await verifyRegistrationResponse({
      response: response as unknown as RegistrationResponseJSON,
      expectedChallenge: (given) => {
        challenge = given;
        return this.challenges.isOurs(adding(userId), given);
      },
      expectedOrigin: this.origin,
      expectedRPID: this.rpID,
      requireUserVerification: false,
      supportedAlgorithmIDs: algorithms,
    }).catch((error: unknown) => {
      throw notAdded(error);
    });
    if (!verified.verified || !(await this.challenges.use(tx, challenge))) throw notAdded();
    const { credential, credentialBackedUp } = verified.registrationInfo;
    if (await this.store.byCredential(tx, credential.id)) throw notAdded();
    return this.store.add(tx, {
      userId,
      userHandle: this.handleOf(userId, known),
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: credential.transports ?? [],
      name,
      synced: credentialBackedUp,
      createdAt: new Date(this.clock.now()),
    });
  }

  /** @param userId  whose passkeys may answer as the second step; null: any, without a name and without a password */
  async requestOptions(userId: number | null): Promise<Options> {
    const known = userId === null ? undefined : await this.store.ofUser(this.db, userId);
    const { generateAuthenticationOptions } = await webauthn();
    const options = await generateAuthenticationOptions({
      rpID: this.rpID,
      challenge: this.challenges.make(userId === null ? PASSWORDLESS : answering(userId)),
      timeout: secondStepMs,
      userVerification: userId === null ? 'required' : 'preferred',
      ...(known && { allowCredentials: known.map(({ credentialId: id, transports }) => ({ id, transports })) }),
    });
    return { ...options };
  }

  /**
   * Checks the answer of a passkey; nothing is used up yet (`use`).
   * @param userId  as in `requestOptions`
   * @returns undefined for whatever is wrong with it
   */
  async check(userId: number | null, response: Response): Promise<Assertion | undefined> {
    const passkey = await this.store.byCredential(this.db, response.id);
    if (!passkey || (userId !== null && passkey.userId !== userId)) return undefined;
    const { userHandle } = response.response;
    const handle = passkey.userHandle.toString('base64url');
    if (userId === null ? userHandle !== handle : typeof userHandle === 'string' && userHandle !== handle) {
      return undefined;
    }
    let challenge = '';
    const { verifyAuthenticationResponse } = await webauthn();
    const verified = await verifyAuthenticationResponse({
      response: response as unknown as AuthenticationResponseJSON,
      expectedChallenge: (given) => {
        challenge = given;
        return this.challenges.isOurs(userId === null ? PASSWORDLESS : answering(userId), given);
      },
      expectedOrigin: this.origin,
      expectedRPID: this.rpID,
      credential: {
        id: passkey.credentialId,
        publicKey: new Uint8Array(passkey.publicKey),
        counter: passkey.counter,
      },
      requireUserVerification: userId === null,
    }).catch(() => undefined);
    if (!verified?.verified) return undefined;
    return { passkey, counter: verified.authenticationInfo.newCounter, challenge };
  }

  /** @returns false when the same answer came before, or from a copy of the authenticator */
  async use(tx: EntityManager, { passkey, counter, challenge }: Assertion): Promise<boolean> {
    if (!(await this.challenges.use(tx, challenge))) return false;
    return this.store.use(tx, passkey.id, counter, new Date(this.clock.now()));
  }

  /** What the authenticator keeps instead of a name: says nothing about the person (WebAuthn 14.6.1). */
  private handleOf(userId: number, known: readonly PasskeyRow[]): Buffer {
    return known[0]?.userHandle ?? createHmac('sha256', this.handleKey).update(String(userId)).digest();
  }
}

export function shownPasskey(row: PasskeyRow): z.output<typeof Passkey> {
  return {
    id: row.id,
    name: row.name,
    synced: row.synced,
    created_at: row.createdAt.toISOString(),
    last_used_at: row.lastUsedAt?.toISOString() ?? null,
  };
}

const adding = (userId: number) => `add:${userId}`;
const answering = (userId: number) => `second-step:${userId}`;

function notAdded(cause?: unknown): AppError {
  const detail = 'This passkey could not be added. Please try again.';
  return new AppError('invalid', 'identity.passkey-not-added', detail, undefined, { cause });
}
