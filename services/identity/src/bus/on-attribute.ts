import { attributeChanged, attributeDeleted, type Message } from '@helpmesh/contracts';
import { Consumes } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import { Attributes } from '../application/attributes/attributes.ts';

/** Learns which custom attributes people, organizations and groups have. */
@Controller()
export class OnAttribute {
  constructor(private readonly attributes: Attributes) {}

  @Consumes(attributeChanged, attributeDeleted)
  async handle(
    { data, aggregateVersion }: Message<typeof attributeChanged> | Message<typeof attributeDeleted>,
    tx: EntityManager,
  ): Promise<void> {
    if ('attribute' in data) await this.attributes.learn(tx, data.object, data.attribute, aggregateVersion);
    else await this.attributes.drop(tx, data.object, data.id, data.name, aggregateVersion);
  }
}
