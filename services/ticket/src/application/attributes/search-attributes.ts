import { type Attribute, AttributeBook } from '@helpmesh/attributes';
import type { Actor } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayTellTime, searchCondition } from '../../domain/list/search-condition.ts';
import { type CustomTerm, parseSearch, type SearchQuery } from '../../domain/list/search-query.ts';
import { DeskSettingStore } from '../../persistence/desk-setting.store.ts';
import { knownAttributes } from './known-attributes.ts';

/** Reads what somebody typed into a search box; custom attributes may be named like other fields. */
@Injectable()
export class SearchQueries {
  constructor(
    private readonly db: DataSource,
    private readonly attributes: AttributeBook,
    private readonly desk: DeskSettingStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @param actor  who asks, and is `me` in the query */
  async read({ userId }: Pick<Actor, 'userId'>, text: string): Promise<SearchQuery> {
    if (!text.includes(':')) return parseSearch(text);
    const attributes = await this.attributes.of('Ticket');
    const zone = mayTellTime(text) ? await this.desk.zone(this.db) : 'UTC';
    const clock = { now: this.clock.now(), zone, me: userId };
    const knowledge = { scope: 'tickets', attributes: knownAttributes(attributes) } as const;
    return parseSearch(text, {
      me: userId,
      attribute: (name, value) => {
        const attribute = attributes.get(name);
        return attribute && termOf(attribute, value);
      },
      condition: (term) => searchCondition(term, knowledge, clock),
    });
  }
}

function termOf(attribute: Attribute, value: string): CustomTerm {
  const { name, fallback } = attribute;
  const forCustomers = attribute.isFor((permission) => permission === 'ticket.customer');
  const none = { name, anyOf: [], parts: [], unset: false, agentsOnly: !forCustomers };
  if (attribute.isText) {
    const words = value.replaceAll('*', '').trim();
    const unset = typeof fallback === 'string' && fallback.toLowerCase().includes(words.toLowerCase());
    return { ...none, parts: [words], unset };
  }
  const wanted = wantedOf(attribute, value);
  if (wanted === undefined) return none;
  const unset = Array.isArray(fallback) ? fallback.includes(String(wanted)) : fallback === wanted;
  return { ...none, anyOf: [wanted], unset };
}

/** Undefined: nothing has such a value. */
function wantedOf(attribute: Attribute, text: string): string | number | boolean | undefined {
  if (attribute.isChoice) return attribute.choiceNamed(text);
  if (attribute.type === 'boolean') {
    const labels = { [attribute.shown(true) ?? 'true']: true, [attribute.shown(false) ?? 'false']: false };
    return Object.entries({ true: true, false: false, ...labels }).find(
      ([word]) => word.toLowerCase() === text.toLowerCase(),
    )?.[1];
  }
  try {
    return attribute.read(text) as string | number;
  } catch {
    return undefined;
  }
}
