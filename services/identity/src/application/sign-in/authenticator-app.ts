import type { Clock } from '@helpmesh/kernel';
import { CLOCK, SecretBox } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Secret, TOTP } from 'otpauth';
import { DataSource, type EntityManager } from 'typeorm';
import { enrolmentMs, readCode, totp } from '../../domain/second-factor.ts';
import { SecondFactorStore } from '../../persistence/second-factor.store.ts';

/** Codes by time (RFC 6238). Secrets are sealed in the database; each code works once. */
@Injectable()
export class AuthenticatorApp {
  constructor(
    private readonly db: DataSource,
    private readonly factors: SecondFactorStore,
    private readonly box: SecretBox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** A new secret, which counts once a code came back. @returns it in base32, and as the URI that apps scan */
  async enrol(userId: number, label: string): Promise<{ secret: string; provisioning_uri: string }> {
    const secret = new Secret({ size: totp.secretBytes });
    const sealed = this.box.seal(Buffer.from(secret.bytes), context(userId));
    await this.factors.enrol(this.db, userId, sealed, new Date(this.clock.now() + enrolmentMs));
    const { digits, periodSeconds: period } = totp;
    const uri = new TOTP({ issuer: 'Helpmesh', label, secret, digits, period }).toString();
    return { secret: secret.base32, provisioning_uri: uri };
  }

  /** The app becomes a second factor. @returns false for a wrong code, or when nothing is being set up */
  async confirm(tx: EntityManager, userId: number, typed: string): Promise<boolean> {
    const app = await this.factors.app(tx, userId);
    const now = this.clock.now();
    if (!app?.pendingSecret || !app.pendingUntil || app.pendingUntil.getTime() <= now) return false;
    const step = this.stepOf(userId, app.pendingSecret, typed);
    if (step === undefined) return false;
    return this.factors.confirm(tx, userId, app.pendingSecret, step, new Date(now));
  }

  /** Is this the code of now? It is used up by the question. */
  async matches(userId: number, typed: string): Promise<boolean> {
    const app = await this.factors.app(this.db, userId);
    const step = app?.secret ? this.stepOf(userId, app.secret, typed) : undefined;
    return step !== undefined && (await this.factors.useStep(this.db, userId, step));
  }

  /** The time step whose code this is. */
  private stepOf(userId: number, sealed: Buffer, typed: string): number | undefined {
    const token = readCode(typed);
    if (token === undefined) return undefined;
    const { digits, periodSeconds: period, window } = totp;
    const bytes = this.box.open(sealed, context(userId));
    const secret = new Secret({ buffer: new Uint8Array(bytes).buffer });
    const timestamp = this.clock.now();
    const delta = TOTP.validate({ token, secret, digits, period, timestamp, window });
    return delta === null ? undefined : TOTP.counter({ period, timestamp }) + delta;
  }
}

const context = (userId: number) => `authenticator_apps:${userId}`;
