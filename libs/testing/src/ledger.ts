import { randomBytes } from 'node:crypto';

export interface LedgerVerdict {
  /** Accepted by the system, and seen nowhere. */
  lost: string[];
  /** Seen more than once. */
  doubled: string[];
  accepted: number;
  seen: number;
}

/**
 * The oracle of a fault test, outside the system: it knows which mails or calls were offered and which of them the
 * system promised to keep (answered 250 or 201). Put the token into the subject or title, read it back from there.
 */
export class Ledger {
  readonly #run = randomBytes(4).toString('hex');
  readonly #accepted = new Set<string>();
  #offered = 0;

  /** A token that occurs nowhere else. */
  offer(): string {
    this.#offered += 1;
    return `ledger-${this.#run}-${String(this.#offered).padStart(6, '0')}`;
  }

  /** The system said that it has it: from now on it must not be lost. */
  accept(token: string): void {
    this.#accepted.add(token);
  }

  get offered(): number {
    return this.#offered;
  }

  get accepted(): number {
    return this.#accepted.size;
  }

  /** @param texts  one text per thing that the system shows (a ticket's title, a mail's subject) */
  verify(texts: Iterable<string>): LedgerVerdict {
    const times = new Map<string, number>();
    const pattern = new RegExp(`ledger-${this.#run}-\\d{6}`, 'g');
    for (const text of texts) {
      for (const token of new Set(text.match(pattern))) times.set(token, (times.get(token) ?? 0) + 1);
    }
    return {
      lost: [...this.#accepted].filter((token) => !times.has(token)),
      doubled: [...times].filter(([, count]) => count > 1).map(([token]) => token),
      accepted: this.#accepted.size,
      seen: times.size,
    };
  }
}
