import type { ParsedInputOf, signInSecondStep } from '@helpmesh/contracts';
import { transaction } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { record } from '../../events.ts';
import { CredentialLog } from '../audit/credential-log.ts';
import { AuthenticatorApp } from './authenticator-app.ts';
import { Passkeys } from './passkeys.ts';
import { RecoveryCodes } from './recovery-codes.ts';
import { TryLimit } from './try-limit.ts';

export type SecondFactor = Pick<ParsedInputOf<typeof signInSecondStep>, 'method' | 'payload'>;

/** Is this the second factor of that person, now? What was right is used up. */
@Injectable()
export class CheckSecondFactor {
  constructor(
    private readonly db: DataSource,
    private readonly app: AuthenticatorApp,
    private readonly codes: RecoveryCodes,
    private readonly passkeys: Passkeys,
    private readonly limit: TryLimit,
    private readonly log: CredentialLog,
  ) {}

  /** @throws AppError limited: codes can be guessed, so each place waits; the owner's own place does not */
  async run(userId: number, { method, payload }: SecondFactor, ip: string | undefined): Promise<boolean> {
    const right = await this.check(userId, { method, payload }, ip);
    record.secondFactorChecked(method, right ? 'ok' : 'wrong', userId);
    return right;
  }

  private async check(userId: number, { method, payload }: SecondFactor, ip: string | undefined): Promise<boolean> {
    if (typeof payload !== 'string') return method === 'security_keys' && this.byPasskey(userId, payload);
    const guessed = (attempt: () => Promise<boolean>) => this.limit.try(`#${userId} second factor`, ip, attempt);
    switch (method) {
      case 'authenticator_app':
        return guessed(() => this.app.matches(userId, payload));
      case 'recovery_codes':
        return guessed(() => this.byRecoveryCode(userId, payload, ip));
      case 'security_keys':
        return false;
    }
  }

  private async byPasskey(userId: number, response: Exclude<SecondFactor['payload'], string>): Promise<boolean> {
    const assertion = await this.passkeys.check(userId, response);
    return assertion !== undefined && transaction(this.db, (tx) => this.passkeys.use(tx, assertion));
  }

  private async byRecoveryCode(userId: number, typed: string, ip: string | undefined): Promise<boolean> {
    if (!(await this.codes.matches(userId, typed))) return false;
    const by = { kind: 'user' as const, userId, ...(ip !== undefined && { address: ip }) };
    await transaction(this.db, (tx) => this.log.changed(tx, by, userId, 'used', 'recovery-code'));
    return true;
  }
}
