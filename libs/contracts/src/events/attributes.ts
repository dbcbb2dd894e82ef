import { z } from 'zod';
import { defineEvent } from '../define.ts';

/** Objects that take custom attributes, by the names that REST has for them. */
export const attributeObjects = ['Ticket', 'User', 'Organization', 'Group'] as const;
export type AttributeObject = (typeof attributeObjects)[number];

export const attributeTypes = [
  ...(['input', 'textarea', 'integer', 'boolean', 'date', 'datetime'] as const),
  ...(['select', 'multiselect', 'tree_select', 'multi_tree_select'] as const),
] as const;
export type AttributeType = (typeof attributeTypes)[number];

/** What holds on a screen for whoever has the permission, or `-all-`. */
const ScreenRule = z.looseObject({ shown: z.boolean().optional(), required: z.boolean().optional() });

/** By screen and permission: `{"edit": {"ticket.agent": {"shown": true, "required": false}}}`. */
export const AttributeScreens = z.record(z.string(), z.record(z.string(), ScreenRule));
export type AttributeScreens = z.output<typeof AttributeScreens>;

/** A custom attribute as it is in force. */
export const AttributeDefinition = z.object({
  id: z.number().int(),
  /** The key under which values are stored and answered. */
  name: z.string(),
  display: z.string(),
  type: z.enum(attributeTypes),
  /** Zammad's `data_option`: default, maxlength, regex, options and so on, as the type needs them. */
  option: z.record(z.string(), z.unknown()),
  screens: AttributeScreens,
  active: z.boolean(),
  position: z.number().int(),
});
export type AttributeDefinition = z.output<typeof AttributeDefinition>;

/**
 * The aggregate is the set of attributes of one object, so that what happens to a name is told in its order: the
 * version of the event is the revision of the set.
 */
export const attributeChanged = defineEvent(
  'attribute.v1.changed',
  z.object({ object: z.enum(attributeObjects), attribute: AttributeDefinition }),
);

/** The attribute is gone, and its values go with it. */
export const attributeDeleted = defineEvent(
  'attribute.v1.deleted',
  z.object({ object: z.enum(attributeObjects), id: z.number().int(), name: z.string() }),
);
