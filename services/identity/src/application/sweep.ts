import { type Clock, epochMs } from '@helpmesh/kernel';
import { CLOCK, CONFIG } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { IdentityConfig } from '../config.ts';
import { limits } from '../domain/throttle.ts';
import { CredentialStore } from '../persistence/credential.store.ts';
import { OAuthGrantStore } from '../persistence/oauth-grant.store.ts';
import { PeopleRuleStore } from '../persistence/people-rule.store.ts';
import { DataExports } from './privacy/data-exports.ts';

const HOUR_MS = 3_600_000;
const EVERY_MS = 10 * 60_000;
/** A run of a schedule that stood still for so long is asked for by nobody any more. */
const RULE_DONE_MS = 7 * 24 * HOUR_MS;

/**
 * Removes ended sessions, expired one-time tokens, what applications were granted once, forgotten counts of tries,
 * what runs of schedules did to whom, and archives of personal data whose time is over. Any number of replicas may do it.
 */
@Injectable()
export class Sweep implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private readonly log = logger('sweep');

  constructor(
    private readonly db: DataSource,
    private readonly credentials: CredentialStore,
    private readonly oauth: OAuthGrantStore,
    private readonly exports: DataExports,
    private readonly rules: PeopleRuleStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: IdentityConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.run().catch((error) => this.log.warn({ err: error }, 'sweeping failed, the next round tries again'));
    }, EVERY_MS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  async run(): Promise<void> {
    const now = this.clock.now();
    await this.oauth.sweep(this.db, new Date(now));
    await this.credentials.sweep(this.db, {
      now: new Date(now),
      sessionSeen: new Date(now - this.config.SESSION_IDLE_HOURS * HOUR_MS),
      tries: new Date(now - limits.forgetAfterMs - limits.longestWaitMs),
    });
    await this.exports.removeOver();
    await this.rules.forgetDone(this.db, epochMs(now - RULE_DONE_MS));
  }
}
