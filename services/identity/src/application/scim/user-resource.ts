import { Schemas } from 'scimmy';
import { normalAddress, splitName } from '../../domain/address.ts';
import type { AccountRow } from '../../persistence/directory-account.store.ts';
import type { Membership } from '../../persistence/directory-group.store.ts';
import { ENTERPRISE_SCHEMA, USER_SCHEMA, withLibrary } from './library.ts';
import { asBoolean, attributeOf, isObject, type Operation, operationsOf, patched } from './patch.ts';
import { scimRefusals } from './refusals.ts';

type Json = Record<string, unknown>;

/** What a directory says of a person, as far as it is kept here. */
export interface Person {
  userName: string;
  externalId: string | null;
  firstname: string;
  lastname: string;
  /** In normal form; empty: none. */
  email: string;
  phone: string;
  mobile: string;
  department: string;
  locale: string | null;
  /** Undefined: nothing is said. */
  active: boolean | undefined;
}

/** Attributes that are kept, in lower case; of the others nothing is stored, be they known to the schema or not. */
const kept = [
  'schemas',
  'id',
  'externalid',
  'meta',
  'username',
  'name',
  'displayname',
  'active',
  'emails',
  'phonenumbers',
  'preferredlanguage',
  'department',
];
const keptNames = new Set([...kept, ENTERPRISE_SCHEMA.toLowerCase()]);

/** True for what the schema tells of: what is kept, and what is shown beside it. */
export function isTold(attribute: string): boolean {
  return keptNames.has(attribute.toLowerCase()) || attribute === 'groups';
}

const MOST_OPERATIONS = 200;
const LONGEST: Record<Exclude<keyof Person, 'active' | 'externalId' | 'locale'>, number> = {
  userName: 255,
  firstname: 100,
  lastname: 100,
  email: 254,
  phone: 100,
  mobile: 100,
  department: 255,
};
const control = /\p{Cc}/u;

/** A person out of the body of a POST or PUT. @throws AppError unreadable `scim.…` */
export async function personOf(body: unknown): Promise<Person> {
  if (!isObject(body)) throw scimRefusals.invalidSyntax('The body must be a User.');
  const named = Object.entries(body).filter(
    ([name]) => keptNames.has(name.toLowerCase()) || name.toLowerCase().startsWith(ENTERPRISE_SCHEMA.toLowerCase()),
  );
  const written = Object.fromEntries(named.map(([name, value]) => [name, readable(name, value)]));
  if (body.schemas !== undefined && !(Array.isArray(body.schemas) && body.schemas.includes(USER_SCHEMA))) {
    throw scimRefusals.invalidSyntax(`'schemas' must name ${USER_SCHEMA}.`);
  }
  return read(await withLibrary(() => new Schemas.User({ ...written, id: undefined, meta: undefined } as never, 'in')));
}

/** A person after a PATCH. @throws AppError unreadable `scim.…` */
export async function patchedPerson(row: AccountRow, body: unknown): Promise<Person> {
  const steps = (await operationsOf(body, MOST_OPERATIONS)).filter(({ path }) => {
    const attribute = attributeOf(path, [ENTERPRISE_SCHEMA, USER_SCHEMA]);
    // What the schema knows and nobody keeps is passed over; what it does not know, the library refuses.
    return attribute === '' || keptNames.has(attribute) || !known(attribute);
  });
  const current = new Schemas.User({ ...written(row), id: String(row.id) } as never);
  return read(await patched(current, steps.map(withReadableValue)));
}

function known(attribute: string): boolean {
  return [Schemas.User, Schemas.EnterpriseUser].some(({ definition }) =>
    definition.attributes.some(({ name }: { name: string }) => name.toLowerCase() === attribute),
  );
}

function withReadableValue(step: Operation): Operation {
  // A schema before the name of one of its own attributes says nothing more.
  const path = step.path.toLowerCase().startsWith(`${USER_SCHEMA.toLowerCase()}:`)
    ? step.path.slice(USER_SCHEMA.length + 1)
    : step.path;
  if (step.value === undefined) return { ...step, path };
  if (/\.primary$/i.test(path)) return { ...step, path, value: asBoolean(step.value) };
  return { ...step, path, value: readable(attributeOf(path, []), step.value) };
}

function readable(name: string, value: unknown): unknown {
  switch (name.toLowerCase()) {
    case 'active':
      return asBoolean(value);
    case 'emails':
    case 'phonenumbers':
      // Kinds of entries that the schema does not know would be refused with everything else.
      return Array.isArray(value) ? value.filter(isObject).map(entry) : isObject(value) ? [entry(value)] : value;
    default:
      return value;
  }
}

function entry({ value, type, primary }: Json): Json {
  return {
    ...(value !== undefined && { value }),
    ...(typeof type === 'string' && types.has(type.toLowerCase()) && { type: type.toLowerCase() }),
    ...(primary !== undefined && { primary: asBoolean(primary) }),
  };
}

const types = new Set(['work', 'home', 'other', 'mobile', 'fax', 'pager']);

interface Entry {
  value?: string;
  type?: string;
  primary?: boolean;
}

function read(resource: Schemas.User): Person {
  const user = JSON.parse(JSON.stringify(resource)) as {
    userName?: string;
    externalId?: string;
    name?: { givenName?: string; familyName?: string; formatted?: string };
    displayName?: string;
    active?: boolean;
    emails?: Entry[];
    phoneNumbers?: Entry[];
    preferredLanguage?: string;
    [ENTERPRISE_SCHEMA]?: { department?: string };
  };
  const { givenName = '', familyName = '', formatted } = user.name ?? {};
  const email = normalAddress(preferred(user.emails, 'work')?.value ?? '');
  const whole = splitName(formatted ?? user.displayName ?? '', email);
  const split = givenName.trim() === '' && familyName.trim() === '';
  const mobile = user.phoneNumbers?.find(({ type }) => type === 'mobile');
  const fixed = (user.phoneNumbers ?? []).filter(({ type }) => !['mobile', 'fax', 'pager'].includes(type ?? ''));
  const person: Person = {
    userName: (user.userName ?? '').trim(),
    externalId: user.externalId === undefined || user.externalId === '' ? null : user.externalId,
    firstname: split ? whole.firstname : givenName.trim(),
    lastname: split ? whole.lastname : familyName.trim(),
    email,
    phone: (preferred(fixed, 'work')?.value ?? '').trim(),
    mobile: (mobile?.value ?? '').trim(),
    department: (user[ENTERPRISE_SCHEMA]?.department ?? '').trim(),
    locale: localeOf(user.preferredLanguage),
    active: user.active,
  };
  checkTexts(person);
  return person;
}

function preferred(entries: readonly Entry[] | undefined, type: string): Entry | undefined {
  // Whoever adds another one that is to be preferred means the new one.
  const last = (fits: (one: Entry) => boolean) => entries?.findLast(fits);
  return last(({ primary }) => primary === true) ?? last((one) => one.type === type) ?? entries?.at(0);
}

/** The first of an Accept-Language list; null for what is no language tag. */
function localeOf(language: string | undefined): string | null {
  const tag = /^\s*([a-z]{2,3}(?:[-_][a-z0-9]{2,8}){0,2})\s*(?:[,;]|$)/i.exec(language ?? '')?.[1];
  return tag === undefined ? null : tag.replaceAll('_', '-').toLowerCase();
}

function checkTexts(person: Person): void {
  if (person.userName === '') throw scimRefusals.invalidValue("'userName' is required.");
  for (const [field, longest] of Object.entries(LONGEST)) {
    const text = person[field as keyof typeof LONGEST];
    if (text.length > longest || control.test(text))
      throw scimRefusals.invalidValue(`'${field}' is too long or unreadable.`);
  }
  const { externalId } = person;
  if (externalId !== null && (externalId.length > 255 || control.test(externalId))) {
    throw scimRefusals.invalidValue("'externalId' is too long or unreadable.");
  }
}

/** What was written, as it would be written again. */
function written(row: AccountRow): Json {
  const { firstname, lastname, email, phone, mobile, department, locale } = row;
  const name = [firstname, lastname].filter((part) => part !== '').join(' ');
  const phoneNumbers = [
    ...(phone === '' ? [] : [{ value: phone, type: 'work' }]),
    ...(mobile === '' ? [] : [{ value: mobile, type: 'mobile' }]),
  ];
  return {
    ...(row.external_id !== null && { externalId: row.external_id }),
    userName: row.user_name,
    ...(name !== '' && {
      name: {
        formatted: name,
        ...(firstname !== '' && { givenName: firstname }),
        ...(lastname !== '' && { familyName: lastname }),
      },
      displayName: name,
    }),
    active: row.open,
    ...(email !== '' && { emails: [{ value: email, type: 'work', primary: true }] }),
    ...(phoneNumbers.length > 0 && { phoneNumbers }),
    ...(locale !== null && { preferredLanguage: locale }),
    ...(department !== '' && { [ENTERPRISE_SCHEMA]: { department } }),
  };
}

/** A person as SCIM shows them; the library leaves out what was not asked for. */
export function userResource(row: AccountRow, groups: readonly Membership[], base: string): Json {
  const direct = groups.map(({ id, display }) => ({
    value: String(id),
    $ref: `${base}/Groups/${id}`,
    display,
    type: 'direct',
  }));
  return {
    id: String(row.id),
    ...written(row),
    ...(direct.length > 0 && { groups: direct }),
    meta: {
      created: row.created_at.toISOString(),
      lastModified: row.updated_at.toISOString(),
      version: `W/"${row.version}"`,
    },
  };
}
