import { AppError } from '@helpmesh/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Person } from '../domain/ticket/people.ts';
import { ReplicaStore } from '../persistence/replica.store.ts';
import { IDENTITY, type Identity } from './ports.ts';

export interface Correspondent {
  email: string;
  name: string;
  /** A mail came from there. */
  wrote?: boolean;
}

/** Makes sure that the people who write to the desk exist; asks the network, so never inside a transaction. */
@Injectable()
export class EnsurePeople {
  constructor(
    private readonly db: DataSource,
    private readonly replicas: ReplicaStore,
    @Inject(IDENTITY) private readonly identity: Identity,
  ) {}

  /** The user of each address, by lower-case address; addresses that identity refuses are left out. */
  async run(customers: readonly Correspondent[]): Promise<Map<string, Person>> {
    const unique = [...new Map(customers.map((one) => [one.email.toLowerCase(), one])).values()];
    if (unique.length === 0) return new Map();
    try {
      return await this.ensure(unique);
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== 'invalid') throw error;
      // One bad address must not take the others with it.
      if (unique.length === 1) return new Map();
      const people = await Promise.all(unique.map((one) => this.run([one])));
      return new Map(people.flatMap((found) => [...found]));
    }
  }

  private async ensure(customers: Correspondent[]): Promise<Map<string, Person>> {
    const asked = customers.map((one) => ({ ...one, email: one.email.toLowerCase() }));
    const users = await this.identity.ensureCustomers(asked);
    await this.replicas.keepUsers(
      this.db,
      users.map((row) => ({ row, version: 0 })),
    );
    return new Map(users.map((user, i) => [asked[i]?.email ?? '', user]));
  }
}
