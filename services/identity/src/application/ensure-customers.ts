import type { ensureCustomers, OutputOf, ParsedInputOf, UserSnapshot } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isAddress, normalAddress, splitName } from '../domain/address.ts';
import { record } from '../events.ts';
import { type Customer, CustomerStore } from '../persistence/customer.store.ts';
import { UserStore } from '../persistence/user.store.ts';
import { Announce } from './announce.ts';
import { Reachability } from './reachability.ts';

type Input = ParsedInputOf<typeof ensureCustomers>;
type Output = OutputOf<typeof ensureCustomers>;

/** Finds each address' user or makes a customer of it; the requests of one tick are answered together. */
@Injectable()
export class EnsureCustomers {
  constructor(
    private readonly db: DataSource,
    private readonly customers: CustomerStore,
    private readonly users: UserStore,
    private readonly announce: Announce,
    private readonly reachability: Reachability,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** One answer a request, its users in the order asked; an address that is none refuses its request alone. */
  async run(requests: readonly Input[]): Promise<(Output | AppError)[]> {
    const wanted = requests.map(({ customers }) => customers.map(toCustomer));
    const good = wanted.flat().filter((customer) => isAddress(customer.email));
    const byEmail = good.length > 0 ? await this.ensure(unique(good)) : new Map<string, UserSnapshot>();
    return wanted.map((customers) => {
      const bad = customers.find(({ email }) => !byEmail.has(email));
      if (bad) return new AppError('invalid', 'identity.email-invalid', `Invalid email '${bad.email}' of customer`);
      return { users: customers.map(({ email }) => byEmail.get(email) as UserSnapshot) };
    });
  }

  private async ensure(customers: Customer[]): Promise<Map<string, UserSnapshot>> {
    const emails = customers.map(({ email }) => email);
    let found = await this.customers.find(this.db, emails);
    if (found.some(({ id }) => id === null)) {
      const made = await transaction(this.db, async (tx) => {
        const created = await this.customers.make(
          tx,
          customers.filter((_, i) => found[i]?.id === null),
          new Date(this.clock.now()),
        );
        await this.announce.usersChanged(tx, 'created', created);
        return created.length;
      });
      record.usersCreated('mail', made);
      // Whoever made the same address at the same time has committed by now.
      found = await this.customers.find(this.db, emails);
    }
    const ids = found.map(({ id }) => id);
    const back = found.flatMap(({ id, undeliverable }, i) =>
      id !== null && undeliverable && customers[i]?.wrote ? [id] : [],
    );
    if (back.length > 0) await this.reachability.back(back);
    const known = ids.filter((id) => id !== null);
    const snapshots = await this.users.snapshots(this.db, [...new Set(known)]);
    const byId = new Map(snapshots.map(({ user }) => [user.id, user]));
    return new Map(
      emails.flatMap((email, i) => {
        const user = byId.get(ids[i] ?? 0);
        return user ? [[email, user] as const] : [];
      }),
    );
  }
}

function toCustomer({ email, name, wrote = false }: Input['customers'][number]): Customer {
  const address = normalAddress(email);
  return { email: address, wrote, ...splitName(name, address) };
}

/** The first name that comes with an address counts. */
function unique(customers: Customer[]): Customer[] {
  return [...new Map(customers.toReversed().map((customer) => [customer.email, customer])).values()];
}
