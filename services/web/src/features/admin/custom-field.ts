import type { ObjectAttribute } from './queries.ts';

/** What the form of a custom field holds. */
export interface FieldValues {
  object: ObjectAttribute['object'];
  name: string;
  display: string;
  type: string;
  /** Of an input: what is written in it. */
  kind: string;
  maxlength: number;
  regex: string;
  linktemplate: string;
  min: number;
  max: number;
  /** One a line: `value = label`, or of a tree the path of each node, `Europe::Berlin`. */
  options: string;
  yes: string;
  no: string;
  fallback: string;
  past: boolean;
  future: boolean;
  note: string;
  active: boolean;
  /** Cells that are ticked, as `screen/permission/shown`. */
  screens: readonly string[];
}

export const fieldTypes = [
  ...(['input', 'textarea', 'select', 'multiselect', 'tree_select', 'multi_tree_select'] as const),
  ...(['boolean', 'integer', 'date', 'datetime'] as const),
];

export const isChoice = (type: string) => type.endsWith('select');
export const isTree = (type: string) => type.endsWith('tree_select');

/** Screens and permissions that an object's fields have, as the API names them. */
export const screensOf: Record<FieldValues['object'], { screens: readonly string[]; permissions: readonly string[] }> =
  {
    Ticket: { screens: ['create_middle', 'edit'], permissions: ['ticket.agent', 'ticket.customer'] },
    User: { screens: ['create', 'edit', 'view'], permissions: ['admin.user', 'ticket.agent', 'ticket.customer'] },
    Organization: {
      screens: ['create', 'edit', 'view'],
      permissions: ['admin.organization', 'ticket.agent', 'ticket.customer'],
    },
    Group: { screens: ['create', 'edit'], permissions: ['admin.group'] },
  };

/** Everybody who works here sees a new field. */
export function standardScreens(object: FieldValues['object']): string[] {
  const { screens, permissions } = screensOf[object];
  const working = permissions.filter((permission) => permission !== 'ticket.customer');
  return screens.flatMap((screen) => working.map((permission) => `${screen}/${permission}/shown`)).sort();
}

export const newField: FieldValues = {
  ...{
    object: 'Ticket',
    name: '',
    display: '',
    type: 'input',
    kind: 'text',
    maxlength: 120,
    regex: '',
    linktemplate: '',
  },
  ...{ min: 0, max: 999_999_999, options: '', yes: 'yes', no: 'no', fallback: '', past: true, future: true, note: '' },
  active: true,
  screens: standardScreens('Ticket'),
};

interface Node {
  name: string;
  value: string;
  children?: Node[];
}

/** A name for the API made of what the field is called. */
export function nameFrom(display: string): string {
  const plain = display
    .toLowerCase()
    .replaceAll('ä', 'ae')
    .replaceAll('ö', 'oe')
    .replaceAll('ü', 'ue')
    .replaceAll('ß', 'ss');
  const name = plain
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '_');
  return name
    .replaceAll(/^[_0-9]+|_+$/g, '')
    .replace(/_ids?$/, '')
    .slice(0, 60);
}

/** Choices in the lines of the editor. */
export function choicesFrom(lines: string, tree: boolean): { value: string; label: string }[] {
  const texts = lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (tree) {
    const paths = texts.map((line) =>
      line
        .split('::')
        .map((step) => step.trim())
        .filter(Boolean),
    );
    const all = paths.flatMap((path) => path.map((_, i) => path.slice(0, i + 1)));
    const unique = new Map(all.map((path) => [path.join('::'), path.join(' › ')]));
    return [...unique].map(([value, label]) => ({ value, label }));
  }
  return texts.map((line) => {
    const at = line.indexOf('=');
    const [value, label] = at > 0 ? [line.slice(0, at).trim(), line.slice(at + 1).trim()] : [line, line];
    return { value, label: label || value };
  });
}

function optionsFrom(lines: string, tree: boolean): unknown {
  const choices = choicesFrom(lines, tree);
  if (!tree) return choices.map(({ value, label }) => ({ value, name: label }));
  const roots: Node[] = [];
  const known = new Map<string, Node>();
  for (const { value } of choices) {
    const steps = value.split('::');
    const node: Node = { name: steps.at(-1) ?? value, value };
    known.set(value, node);
    const parent = known.get(steps.slice(0, -1).join('::'));
    if (parent) parent.children = [...(parent.children ?? []), node];
    else roots.push(node);
  }
  return roots.map((root) => strip(root));
}

const strip = ({ name, value, children }: Node): Node => ({
  name,
  value,
  ...(children && { children: children.map(strip) }),
});

function linesOf(options: unknown, tree: boolean): string {
  if (Array.isArray(options)) return tree ? paths(options, '').join('\n') : options.map(lineOf).join('\n');
  const entries = Object.entries((options ?? {}) as Record<string, unknown>);
  return entries.map(([value, label]) => lineOf({ value, name: String(label) })).join('\n');
}

function lineOf({ name, value = name }: { name?: string; value?: string | undefined }): string {
  return value === name ? String(name) : `${value} = ${name}`;
}

function paths(nodes: readonly Node[], above: string): string[] {
  return nodes.flatMap(({ name, value, children = [] }) => {
    const path = value ?? (above ? `${above}::${name}` : name);
    return [path, ...paths(children, path)];
  });
}

/** What waits to be carried out is what the form shows. */
export function valuesOf(attribute: ObjectAttribute): FieldValues {
  const { object, name, display, data_type: type, active, screens } = attribute;
  const option = Object.keys(attribute.data_option_new).length > 0 ? attribute.data_option_new : attribute.data_option;
  const words = (option.options ?? {}) as { true?: string; false?: string };
  const ticked = Object.entries(screens).flatMap(([screen, rules]) =>
    Object.entries(rules).flatMap(([permission, rule]) =>
      (['shown', 'required'] as const).flatMap((what) => (rule[what] ? [`${screen}/${permission}/${what}`] : [])),
    ),
  );
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const fallback = Array.isArray(option.default) ? option.default.join(', ') : String(option.default ?? '');
  return {
    ...newField,
    ...{ object, name, display, type, active, fallback },
    kind: text(option.type) || 'text',
    maxlength: Number(option.maxlength ?? newField.maxlength),
    regex: text(option.regex),
    linktemplate: text(option.linktemplate),
    min: Number(option.min ?? newField.min),
    max: Number(option.max ?? newField.max),
    options: isChoice(type) ? linesOf(option.options, isTree(type)) : '',
    yes: type === 'boolean' ? (words.true ?? 'yes') : 'yes',
    no: type === 'boolean' ? (words.false ?? 'no') : 'no',
    past: option.past !== false,
    future: option.future !== false,
    note: text(option.note),
    screens: ticked.sort(),
  };
}

/** As the API takes it. */
export function bodyOf(values: FieldValues) {
  const { object, name, display, type, active } = values;
  return {
    object,
    name,
    display: display.trim(),
    data_type: type,
    active,
    data_option: optionOf(values),
    screens: screensFrom(values),
  };
}

/** What of it a change writes: the options only when they are another, for those have to be carried out. */
export function changesOf(values: FieldValues, changed: readonly string[]) {
  const { data_type, data_option, display, active, screens } = bodyOf(values);
  const plain = ['display', 'active', 'screens'];
  const options = changed.some((field) => !plain.includes(field));
  return { display, active, screens, ...(options && { data_type, data_option }) };
}

export function optionOf(values: FieldValues): Record<string, unknown> {
  const { type, kind, maxlength, regex, linktemplate, min, max, options, yes, no, fallback, past, future, note } =
    values;
  const common = { default: defaultOf(type, fallback), ...(note.trim() !== '' && { note: note.trim() }) };
  if (isChoice(type)) return { ...common, options: optionsFrom(options, isTree(type)) };
  switch (type) {
    case 'input':
      return { ...common, type: kind, maxlength, ...(regex && { regex }), ...(linktemplate && { linktemplate }) };
    case 'textarea':
      return { ...common, maxlength };
    case 'integer':
      return { ...common, min, max };
    case 'boolean':
      return { ...common, options: { true: yes, false: no } };
    default:
      return { ...common, past, future };
  }
}

function defaultOf(type: string, fallback: string): unknown {
  const text = fallback.trim();
  if (text === '') return null;
  return type.startsWith('multi') ? text.split(',').map((one) => one.trim()) : text;
}

function screensFrom({ object, screens: ticked }: FieldValues) {
  const { screens, permissions } = screensOf[object];
  const has = (cell: string) => ticked.includes(cell);
  const rule = (screen: string, permission: string) => ({
    shown: has(`${screen}/${permission}/shown`),
    required: has(`${screen}/${permission}/required`),
  });
  return Object.fromEntries(
    screens.map((screen) => [screen, Object.fromEntries(permissions.map((one) => [one, rule(screen, one)]))]),
  );
}
