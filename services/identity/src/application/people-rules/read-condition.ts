import type { Attribute } from '@helpmesh/attributes';
import { type FieldType, type KnownAttribute, SelectorError } from '@helpmesh/conditions';
import type { Actor } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { type Condition, parsePeopleCondition, type RuleObject } from '../../domain/people-rule/fields.ts';
import type { Picked } from '../../persistence/people-rule.store.ts';
import { Attributes } from '../attributes/attributes.ts';

/** Conditions over people and organizations as REST has them. */
@Injectable()
export class ReadCondition {
  constructor(
    private readonly attributes: Attributes,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** For a schedule, where nobody looks. @returns null: it picks all @throws AppError invalid `condition.unsupported` */
  async ofRule(selector: unknown, object: RuleObject): Promise<Condition | null> {
    return this.run(selector, object, false);
  }

  /** What a search is narrowed to. @param given  the selector, or its text @throws AppError invalid */
  async ofSearch(actor: Actor, given: unknown, object: RuleObject): Promise<Picked | undefined> {
    if (isNone(given)) return undefined;
    const viewer = { userId: actor.userId, organizationIds: actor.organizationIds };
    return {
      condition: await this.run(typeof given === 'string' ? parsed(given) : given, object, true),
      circumstances: { now: this.clock.now(), viewer },
    };
  }

  private async run(selector: unknown, object: RuleObject, viewer: boolean): Promise<Condition | null> {
    const { known } = await this.attributes.set(object);
    const attributes = new Map(known.map((one) => [one.name, knownOf(one)]));
    try {
      return parsePeopleCondition(selector, object, attributes, viewer);
    } catch (error) {
      if (error instanceof SelectorError) throw new AppError('invalid', 'condition.unsupported', error.message);
      throw error;
    }
  }
}

const isNone = (given: unknown) => given === undefined || given === null || given === '';

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('invalid', 'condition.unsupported', 'A condition is JSON.', undefined, { cause });
  }
}

/** Of a search whose objects nothing can be asked of. @throws AppError invalid `condition.unsupported` */
export function refuseCondition(given: unknown, objects: 'groups' | 'roles'): void {
  if (isNone(given) || given === '{}' || (typeof given === 'object' && Object.keys(given ?? {}).length === 0)) return;
  throw new AppError('invalid', 'condition.unsupported', `A search of ${objects} takes no condition.`);
}

function knownOf(attribute: Attribute): KnownAttribute {
  return { type: typeOf(attribute), fallback: attribute.fallback, ofAgents: false };
}

function typeOf({ type, isSeveral }: Attribute): FieldType {
  if (isSeveral) return 'choices';
  if (type === 'integer') return 'number';
  if (type === 'boolean') return 'boolean';
  if (type === 'date') return 'day';
  return type === 'datetime' ? 'time' : 'text';
}
