import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';

/** argon2id with 19 MiB, 2 passes, 1 lane (OWASP's minimum for it); about 50 ms of one core. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

@Injectable()
export class Passwords {
  /** Compared against when there is nobody to compare with, so that an unknown user costs the same time. */
  private readonly nobody = hash('no password is this one', cost);

  hash(password: string): Promise<string> {
    return hash(password, cost);
  }

  /** @param stored  null: there is no such user, or no password; same work, always false */
  async matches(stored: string | null, password: string): Promise<boolean> {
    const right = await verify(stored ?? (await this.nobody), password);
    return stored !== null && right;
  }
}
