import {
  attributeField,
  type Field as FieldOf,
  type FieldType,
  type KnownAttribute,
  type Condition as Of,
  readSelector,
  type Value,
} from '@helpmesh/conditions';

export type RuleObject = 'User' | 'Organization';

type Row = Readonly<Record<string, unknown>>;

/** What is known of whom a rule looks at: their row, and for people that of their organization. */
export interface Facts {
  row: Row;
  organization?: Row | undefined;
  change?: undefined;
}
type Read = 'organization';
export type Condition = Of<Facts, Read>;
export type Field = FieldOf<Facts, Read>;

const each = (type: FieldType, ...names: string[]) => names.map((name) => [name, type] as const);

const fieldsOf: Record<RuleObject, ReadonlyMap<string, FieldType>> = {
  User: new Map([
    ...each('user', 'id', 'created_by_id', 'updated_by_id', 'out_of_office_replacement_id'),
    ...each('text', 'login', 'firstname', 'lastname', 'email', 'web', 'phone', 'fax', 'mobile', 'department'),
    ...each('text', 'street', 'zip', 'city', 'country', 'address', 'note', 'source'),
    ...each('boolean', 'vip', 'verified', 'active', 'out_of_office'),
    ...each('number', 'login_failed'),
    ...each('time', 'last_login', 'created_at', 'updated_at'),
    ...each('organization', 'organization_id'),
    ...each('users', 'organization_ids', 'role_ids'),
  ]),
  Organization: new Map([
    ...each('organization', 'id'),
    ...each('text', 'name', 'domain', 'note'),
    ...each('boolean', 'shared', 'domain_assignment', 'active', 'vip'),
    ...each('time', 'created_at', 'updated_at'),
    ...each('user', 'created_by_id', 'updated_by_id'),
    ...each('users', 'member_ids', 'secondary_member_ids'),
  ]),
};

/** What of it holds one value. */
export const knownNames = (object: RuleObject): string[] =>
  [...fieldsOf[object]].flatMap(([name, type]) => (type === 'users' ? [] : [name]));

/** Of the organization of a person: what it is, not who belongs to it. */
const ofOrganization = [...fieldsOf.Organization].filter(([, type]) => type !== 'users');
const calendar: Field = { name: 'execution_time.calendar_id', type: 'calendar', value: () => null };

const asValue = (value: unknown): Value | readonly Value[] => {
  if (value instanceof Date) return value.getTime();
  // What is empty is not set.
  if (value === '' || value === undefined) return null;
  return value as Value | readonly Value[];
};

function own(object: RuleObject): Field[] {
  const prefix = object.toLowerCase();
  const fields = [...fieldsOf[object]].map(
    ([name, type]): Field => ({ name: `${prefix}.${name}`, type, value: ({ row }) => asValue(row[name]) }),
  );
  const related = ofOrganization.map(
    ([name, type]): Field => ({
      ...{ name: `organization.${name}`, type, reads: 'organization' },
      value: ({ organization }) => (organization ? asValue(organization[name]) : null),
    }),
  );
  return [...fields, ...(object === 'User' ? related : []), calendar];
}

const known: Record<RuleObject, ReadonlyMap<string, Field>> = {
  User: new Map(own('User').map((field) => [field.name, field])),
  Organization: new Map(own('Organization').map((field) => [field.name, field])),
};

/**
 * Reads the selector JSON of a condition over people or organizations, `{ "user.active": { … } }`.
 * @param attributes  the custom ones of the object, by name
 * @param viewer  whether somebody looks, who `current_user.id` is
 * @returns null for an empty selector, which stands for all
 * @throws SelectorError that names the line
 */
export function parsePeopleCondition(
  selector: unknown,
  object: RuleObject,
  attributes: ReadonlyMap<string, KnownAttribute>,
  viewer: boolean,
): Condition | null {
  const prefix = `${object.toLowerCase()}.`;
  return readSelector<Facts, Read>(selector, {
    field: (name) => {
      const attribute = name.startsWith(prefix) ? attributes.get(name.slice(prefix.length)) : undefined;
      if (!attribute || known[object].has(name)) return known[object].get(name);
      return attributeField<Facts>(
        name,
        attribute,
        ({ row }) => row.custom as Readonly<Record<string, unknown>> | null,
      );
    },
    names: () => [...known[object].keys(), ...[...attributes.keys()].map((name) => `${prefix}${name}`)],
    clock: true,
    viewer,
    changes: false,
    keyOf: (text) => text,
  });
}

/**
 * Whether the answer is this one whoever is asked about: nothing is asked of them, as by no lines, by groups without any,
 * or by the working time alone.
 */
export function isAlways(answer: boolean, condition: Condition): boolean {
  const each = (one: Condition) => isAlways(condition.op === 'none' ? !answer : answer, one);
  switch (condition.op) {
    case 'test':
      return condition.test.is === 'working-time';
    case 'all':
      return answer ? condition.of.every(each) : condition.of.some(each);
    case 'any':
    case 'none':
      return answer === (condition.op === 'any') ? condition.of.some(each) : condition.of.every(each);
  }
}
