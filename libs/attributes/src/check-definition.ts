import {
  type AttributeDefinition,
  type AttributeObject,
  type AttributeScreens,
  type AttributeType,
  attributeTypes,
} from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { Attribute } from './attribute.ts';
import { type Choice, choicesOf, isObject } from './options.ts';
import { namesOf, reservedWords } from './reserved-names.ts';

/** What an administrator wrote. */
export interface DefinitionInput {
  name?: string | undefined;
  display?: string | undefined;
  data_type?: string | undefined;
  data_option?: Record<string, unknown> | undefined;
  screens?:
    | Record<string, Record<string, { shown?: boolean | undefined; required?: boolean | undefined }>>
    | null
    | undefined;
}

export type CheckedDefinition = Pick<AttributeDefinition, 'name' | 'display' | 'type' | 'option' | 'screens'>;

const LONGEST_NAME = 60;
const LONGEST_DISPLAY = 100;
const LONGEST_INPUT = 4_000;
const LONGEST_TEXTAREA = 20_000;
const LONGEST_REGEX = 500;
const LONGEST_CHOICE = 255;
const MOST_CHOICES = 2_000;
const DEEPEST_TREE = 10;
const LARGEST_OPTION = 300_000;
const LIMIT = 2_147_483_647;

const inputTypes = ['text', 'tel', 'fax', 'email', 'url'];
const plainTexts = ['note', 'linktemplate', 'link_template'];
const flags = ['null', 'nulloption', 'translate', 'multiple', 'customsort'];

const screensOf: Record<AttributeObject, readonly string[]> = {
  Ticket: ['create_middle', 'edit'],
  User: ['create', 'edit', 'view', 'signup', 'invite_agent', 'invite_customer'],
  Organization: ['create', 'edit', 'view'],
  Group: ['create', 'edit', 'view'],
};

const shown = { shown: true, required: false };
const agents = { 'ticket.agent': shown, 'admin.user': shown };
const standardScreens: Record<AttributeObject, AttributeScreens> = {
  Ticket: { create_middle: { 'ticket.agent': shown }, edit: { 'ticket.agent': shown } },
  User: { create: agents, edit: agents, view: agents },
  Organization: { create: agents, edit: agents, view: agents },
  Group: { create: { 'admin.group': shown }, edit: { 'admin.group': shown }, view: { 'admin.group': shown } },
};

/** Types between which every value stays a value. */
const alike: readonly (readonly AttributeType[])[] = [
  ['input', 'textarea', 'select', 'tree_select'],
  ['multiselect', 'multi_tree_select'],
];

/**
 * Reads what an administrator wrote over what there was.
 * @param before  undefined for a new attribute, which needs a name, something to be called and a type
 * @throws AppError invalid `attribute.name-invalid`, `attribute.definition-invalid`, `attribute.type-fixed`
 */
export function checkDefinition(
  object: AttributeObject,
  input: DefinitionInput,
  before?: CheckedDefinition,
): CheckedDefinition {
  const name = before?.name ?? nameOf(object, input.name);
  if (before && input.name !== undefined && input.name.toLowerCase() !== name) {
    throw refusedName('cannot change: values are stored under it');
  }
  const display = (input.display ?? before?.display ?? '').trim();
  if (display === '' || display.length > LONGEST_DISPLAY) {
    throw refused(display === '' ? "Display can't be blank" : `Display is longer than ${LONGEST_DISPLAY} characters.`);
  }
  const type = typeOf(input.data_type ?? before?.type);
  if (before && type !== before.type && !alike.some((types) => types.includes(type) && types.includes(before.type))) {
    const why =
      "Data type can't be altered after creation (delete the attribute and create another with the desired value)";
    throw new AppError('invalid', 'attribute.type-fixed', why);
  }
  if (JSON.stringify(input.data_option ?? {}).length > LARGEST_OPTION) {
    throw refused(`The options are more than ${LARGEST_OPTION} characters.`);
  }
  const option = input.data_option ? optionOf(type, input.data_option) : (before?.option ?? optionOf(type, {}));
  const screens = input.screens ? screensFrom(object, input.screens) : (before?.screens ?? standardScreens[object]);
  const checked = { name, display, type, option, screens };
  checkDefault(checked);
  return checked;
}

function nameOf(object: AttributeObject, given = ''): string {
  const name = given.trim().toLowerCase();
  if (name === '') throw refusedName("can't be blank");
  if (/._ids?$/.test(name)) throw refusedName("can't get used because *_id and *_ids are not allowed");
  if (/\s/.test(name)) throw refusedName('spaces are not allowed');
  if (!/^[a-z0-9_]+$/.test(name)) throw refusedName('only letters from a-z, numbers from 0-9 and _ are allowed');
  if (!/^[a-z]/.test(name)) throw refusedName('must begin with a letter');
  if (name.length > LONGEST_NAME) throw refusedName(`is longer than ${LONGEST_NAME} characters`);
  if (reservedWords.has(name)) throw refusedName(`${name} is a reserved word!`);
  if (namesOf[object].has(name)) throw refusedName(`${name} already exists!`);
  return name;
}

function typeOf(given = ''): AttributeType {
  const type = attributeTypes.find((one) => one === given);
  if (!type) throw refused(`Data type ${given.slice(0, 60)} is not a valid data type`);
  return type;
}

/** Only what the type knows is kept. */
function optionOf(type: AttributeType, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const option: Record<string, unknown> = {};
  if ('default' in given) option.default = given.default;
  for (const name of flags) if (name in given) option[name] = isOn(given[name]);
  option.null ??= true;
  for (const name of plainTexts) {
    if (given[name] === undefined || given[name] === null) continue;
    if (typeof given[name] !== 'string' || given[name].length > 1_000) throw refused(`${name} must be a short text.`);
    option[name] = given[name];
  }
  switch (type) {
    case 'input':
      option.type = given.type ?? 'text';
      if (!inputTypes.includes(String(option.type))) {
        throw refused('Input field must be text, tel, fax, email or url type.');
      }
      option.maxlength = lengthOf(given.maxlength ?? 120, LONGEST_INPUT);
      return { ...option, ...regexOf(given.regex) };
    case 'textarea':
      option.maxlength = lengthOf(given.maxlength ?? 500, LONGEST_TEXTAREA);
      if (given.rows !== undefined) option.rows = integer(given.rows, 'Rows', 1, 100);
      return option;
    case 'integer':
      option.min = integer(given.min ?? 0, 'Minimal value', -LIMIT, LIMIT);
      option.max = integer(given.max ?? 999_999_999, 'Maximal value', -LIMIT, LIMIT);
      if ((option.min as number) > (option.max as number)) {
        throw refused('Maximal value must be higher than or equal to minimal value');
      }
      return option;
    case 'boolean':
      return { ...option, options: wordsOf(given.options) };
    case 'date':
    case 'datetime':
      option.future = given.future === undefined || isOn(given.future);
      option.past = given.past === undefined || isOn(given.past);
      if (!option.future && !option.past) throw refused('Either future or past dates must be allowed.');
      if (given.diff !== undefined && given.diff !== null && given.diff !== '') {
        option.diff = integer(given.diff, 'Diff', -100_000, 100_000);
      }
      return option;
    default:
      return { ...option, maxlength: LONGEST_CHOICE, options: choicesFrom(type, given.options) };
  }
}

function choicesFrom(type: AttributeType, options: unknown): unknown {
  if (options === undefined || options === null) throw refused('Options are required.');
  const isTree = type === 'tree_select' || type === 'multi_tree_select';
  if (isTree && !Array.isArray(options)) throw refused('The options of a tree are a list.');
  if (depthOf(options) > DEEPEST_TREE) throw refused(`Options are more than ${DEEPEST_TREE} levels deep.`);
  const choices = choicesOf(options);
  if (choices.length === 0) throw refused('Options are required.');
  if (choices.length > MOST_CHOICES) throw refused(`There are more than ${MOST_CHOICES} options.`);
  const seen = new Set<string>();
  for (const choice of choices) {
    checkChoice(choice);
    if (seen.has(choice.value)) throw refused(`The option "${choice.value}" is there twice.`);
    seen.add(choice.value);
  }
  return options;
}

function checkChoice({ value, label }: Choice): void {
  if (value === '' || label === '') throw refused('An option needs a value and a name.');
  if (value.length > LONGEST_CHOICE || label.length > LONGEST_CHOICE * DEEPEST_TREE) {
    throw refused(`The option "${value.slice(0, 40)}…" is longer than ${LONGEST_CHOICE} characters.`);
  }
  if (value.includes('\0') || !value.isWellFormed()) throw refused('An option has characters that cannot be stored.');
}

function depthOf(options: unknown): number {
  let level: unknown[] = Array.isArray(options) ? options : [];
  for (let depth = 0; ; depth++) {
    if (level.length === 0 || depth > DEEPEST_TREE) return depth;
    level = level.flatMap((node) => (isObject(node) && Array.isArray(node.children) ? node.children : []));
  }
}

/** What yes and no are called. */
function wordsOf(options: unknown): Record<string, string> {
  const words = isObject(options) ? options : {};
  const word = (value: unknown, otherwise: string) => String(value ?? otherwise).slice(0, 100);
  return { true: word(words.true, 'yes'), false: word(words.false, 'no') };
}

function regexOf(regex: unknown): { regex?: string } {
  if (regex === undefined || regex === null || regex === '') return {};
  if (typeof regex !== 'string' || regex.length > LONGEST_REGEX) {
    throw refused(`A regular expression has at most ${LONGEST_REGEX} characters.`);
  }
  return { regex };
}

/** The definition has to be usable, and its default has to be one of its values. */
function checkDefault(checked: CheckedDefinition): void {
  let attribute: Attribute;
  try {
    attribute = new Attribute({ ...checked, id: 0, active: true, position: 0 });
  } catch (error) {
    throw refused(`The regular expression cannot be used: ${(error as Error).message}`);
  }
  const value = checked.option.default;
  if (value === undefined || value === null || value === '') return;
  try {
    attribute.read(value);
  } catch (error) {
    throw refused(`Default: ${(error as Error).message}`);
  }
}

function screensFrom(object: AttributeObject, given: NonNullable<DefinitionInput['screens']>): AttributeScreens {
  const screens: AttributeScreens = {};
  for (const screen of screensOf[object]) {
    const rules = Object.hasOwn(given, screen) ? given[screen] : undefined;
    if (!rules) continue;
    const entries = Object.entries(rules).filter(([permission]) => /^(-all-|[a-z_]+(\.[a-z_]+)*)$/.test(permission));
    screens[screen] = Object.fromEntries(
      entries.map(([permission, { shown: isShown, required }]) => [
        permission,
        { shown: isShown ?? required === true, required: required === true },
      ]),
    );
  }
  return screens;
}

function lengthOf(given: unknown, most: number): number {
  if (!/^\d{1,6}$/.test(String(given))) throw refused('Max length must be an integer.');
  return integer(given, 'Max length', 1, most);
}

function integer(given: unknown, what: string, least: number, most: number): number {
  const number = typeof given === 'string' && /^-?\d{1,10}$/.test(given) ? Number(given) : given;
  if (typeof number !== 'number' || !Number.isInteger(number)) throw refused(`${what} must be an integer`);
  if (number < least) throw refused(`${what} must be higher than ${least - 1}`);
  if (number > most) throw refused(`${what} must be lower than ${most + 1}`);
  return number;
}

function isOn(value: unknown): boolean {
  return value === true || value === 'true' || value === 1 || value === '1';
}

function refused(why: string): AppError {
  return new AppError('invalid', 'attribute.definition-invalid', why);
}

function refusedName(why: string): AppError {
  return new AppError('invalid', 'attribute.name-invalid', `Name ${why}`);
}
