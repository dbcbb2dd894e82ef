import type { Actor, StoredFile } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { HelpStore } from '../../persistence/help.store.ts';
import { ReplicaStore } from '../../persistence/replica.store.ts';
import { CreateTickets } from '../create-tickets.ts';
import { EnsurePeople } from '../ensure-people.ts';
import { firstGroup } from '../first-group.ts';
import { IntegrationSettings } from '../integrations/integration-settings.ts';
import { References, Wanted } from '../references.ts';

export interface PublicRequest {
  name: string;
  email: string;
  subject: string;
  text: string;
  groupId?: number | undefined;
  once: string;
}

/** What a form on a page of others asks for. */
export interface FormRequest {
  name: string;
  email: string;
  title: string;
  body: string;
  files: StoredFile[];
  once: string;
}

/** Tickets of people who have proven nothing, by the page of the help (ADR 0027) and by forms on pages of others. */
@Injectable()
export class PublicRequests {
  constructor(
    private readonly db: DataSource,
    private readonly store: HelpStore,
    private readonly replicas: ReplicaStore,
    private readonly people: EnsurePeople,
    private readonly references: References,
    private readonly creates: CreateTickets,
    private readonly settings: IntegrationSettings,
  ) {}

  /** Those that strangers choose from; one or none is no choice. */
  async groups(): Promise<{ id: number; name: string }[]> {
    const { request_group_ids: ids } = await this.store.base(this.db);
    const wanted = new Wanted();
    for (const id of ids) wanted.group(id);
    const refs = await this.references.resolve(wanted);
    return ids.flatMap((id) => {
      const group = refs.group(id);
      return group?.active ? [{ id, name: group.name }] : [];
    });
  }

  /**
   * @throws AppError forbidden `help.no-requests`; invalid `help.request-refused` for an address that cannot be one of
   *   a customer
   */
  async open({ name, email, subject, text, groupId, once }: PublicRequest): Promise<{ number: string }> {
    if (!(await this.store.base(this.db)).requests) {
      throw new AppError('forbidden', 'help.no-requests', 'Requests are not taken here.');
    }
    const groups = await this.groups();
    const group =
      groups.find(({ id }) => id === groupId)?.id ?? groups[0]?.id ?? (await firstGroup(this.replicas, this.db));
    const request = { name, email, title: subject, body: text, files: [], once: `request ${once}` };
    return { number: (await this.make(request, group)).number };
  }

  /**
   * @throws AppError forbidden `form.off`; invalid `help.request-refused` for an address that cannot be one of a customer
   */
  async openByForm(request: FormRequest): Promise<{ id: number; number: string }> {
    const { form_ticket_create: active, form_ticket_create_group_id: chosen } = await this.settings.current();
    if (!active) throw new AppError('forbidden', 'form.off', 'Not authorized');
    const known =
      chosen === null ? undefined : (await this.references.resolve(new Wanted().group(chosen))).group(chosen);
    const group = known?.active ? known.id : await firstGroup(this.replicas, this.db);
    return this.make({ ...request, once: `form ${request.once}` }, group);
  }

  private async make(request: FormRequest, group: number): Promise<{ id: number; number: string }> {
    const { name, email, title, body, files, once } = request;
    const person = (await this.people.run([{ email, name }])).get(email.toLowerCase());
    if (!person?.active) {
      throw new AppError('invalid', 'help.request-refused', 'A request cannot be taken from this address.');
    }
    // As a mail of theirs: theirs, and with no right of theirs.
    const actor: Actor = {
      ...{ kind: 'user', userId: person.id, login: person.login, permissions: ['ticket.customer'], groups: {} },
      ...{ organizationIds: [], sharedOrganizationIds: [], locale: person.locale, via: 'service' },
    };
    const attached = files.length > 0 && { attachments: files };
    const article = { type: 'web', body, content_type: 'text/plain' as const, ...attached };
    const input = { title, group_id: group, customer_id: person.id, article };
    const [made] = await this.creates.run([{ actor, input, flags: {}, key: once }]);
    if (typeof made !== 'string') throw made;
    const { id, number } = JSON.parse(made) as { id: number; number: string };
    return { id, number };
  }
}
