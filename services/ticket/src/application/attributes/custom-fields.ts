import { AttributeBook, type AttributeSet, createScreen, type Screen } from '@helpmesh/attributes';
import {
  type Actor,
  type AttributeObject,
  type CustomField,
  hasAnyPermission,
  hasPermission,
} from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';

/** Tells a person which custom attributes there are for them, for the forms they fill in. */
@Injectable()
export class CustomFields {
  constructor(private readonly book: AttributeBook) {}

  async of(actor: Actor): Promise<Record<AttributeObject, CustomField[]>> {
    return {
      Ticket: fields(await this.book.of('Ticket'), actor),
      User: fields(await this.book.of('User'), actor),
      Organization: fields(await this.book.of('Organization'), actor),
      Group: fields(await this.book.of('Group'), actor),
    };
  }
}

/** Agents and administrators know all of them, as lists and rules name them; the screens say where they are asked. */
function fields(set: AttributeSet, actor: Actor): CustomField[] {
  const permitted = (permission: string) => hasPermission(actor, permission);
  const everything = permitted('ticket.agent') || hasAnyPermission(actor, 'admin');
  return set.all.flatMap((attribute) => {
    if (!everything && !attribute.isFor(permitted)) return [];
    const { name, display, type, option, position } = attribute.definition;
    const on = (screen: Screen) => attribute.on(screen, permitted);
    const screens = { create: on(createScreen(set.object)), edit: on('edit'), view: on('view') };
    return [{ name, display, data_type: type, data_option: option, position, ...screens }];
  });
}
