import type { Clock } from '@helpmesh/kernel';
import { CLOCK, CONFIG } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { IdentityConfig } from '../../config.ts';
import { CredentialStore } from '../../persistence/credential.store.ts';
import { hashOf, newSecret } from '../secrets.ts';
import { Maintenance } from './maintenance.ts';

const HOUR_MS = 3_600_000;

export interface SessionWish {
  userId: number;
  way: 'password' | 'passkey' | 'federated' | 'link';
  ip: string | undefined;
  userAgent: string | undefined;
  /** A role demands a second factor and there is none: the session is good for setting one up only. */
  enrolOnly?: boolean;
}

export interface OpenedSession {
  sessionToken: string;
  csrfToken: string;
  userId: number;
  expiresAt: string;
  enrolOnly: boolean;
}

/**
 * Opens a session for somebody who has shown who they are, in whatever way. Its token is always a new one, so that
 * nobody can plant theirs (session fixation).
 */
@Injectable()
export class OpenSession {
  constructor(
    private readonly credentials: CredentialStore,
    private readonly maintenance: Maintenance,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: IdentityConfig,
  ) {}

  /** @throws AppError forbidden `identity.maintenance` */
  async run(tx: DataSource | EntityManager, wish: SessionWish): Promise<OpenedSession> {
    const { userId, way, ip, userAgent, enrolOnly = false } = wish;
    await this.maintenance.passUser(tx, userId);
    const now = this.clock.now();
    const expiresAt = new Date(now + this.config.SESSION_LONGEST_HOURS * HOUR_MS);
    const sessionToken = newSecret();
    const csrfToken = newSecret();
    await this.credentials.addSession(tx, {
      tokenHash: hashOf(sessionToken),
      userId,
      csrfToken,
      ip: ip ?? null,
      userAgent: userAgent ?? null,
      way,
      enrolOnly,
      at: new Date(now),
      expiresAt,
    });
    return { sessionToken, csrfToken, userId, expiresAt: expiresAt.toISOString(), enrolOnly };
  }
}
