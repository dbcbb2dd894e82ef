export { Attribute, type Value, type Values } from './attribute.ts';
export { AttributeBook, type StoredSet } from './attribute-book.ts';
export { AttributeSet, currentValue, type Writer } from './attribute-set.ts';
export { type CheckedDefinition, checkDefinition, type DefinitionInput } from './check-definition.ts';
export { type Choice, choicesOf } from './options.ts';
export { createScreen, type OnScreen, type Permitted, type Screen } from './screens.ts';
