import { Schemas } from 'scimmy';
import type { MemberStep } from '../../domain/scim/members.ts';
import type { DirectoryGroupRow, DirectoryGroupValues } from '../../persistence/directory-group.store.ts';
import { readFilter } from './filter.ts';
import { GROUP_SCHEMA, withLibrary } from './library.ts';
import { attributeOf, isObject, type Operation, operationsOf } from './patch.ts';
import { scimRefusals } from './refusals.ts';

type Json = Record<string, unknown>;

/** What a group is to be, and how it comes to its members. */
export interface GroupChange {
  values: DirectoryGroupValues;
  steps: readonly MemberStep[];
}

/** Members, in one request, and operations on them. */
const MOST_MEMBERS = 5_000;
const control = /\p{Cc}/u;

/** A group out of the body of a POST or PUT. @throws AppError unreadable `scim.…` */
export async function groupOf(body: unknown): Promise<GroupChange> {
  if (!isObject(body)) throw scimRefusals.invalidSyntax('The body must be a Group.');
  if (body.schemas !== undefined && !(Array.isArray(body.schemas) && body.schemas.includes(GROUP_SCHEMA))) {
    throw scimRefusals.invalidSyntax(`'schemas' must name ${GROUP_SCHEMA}.`);
  }
  const at = (name: string) => Object.entries(body).find(([key]) => key.toLowerCase() === name)?.[1];
  const [displayName, externalId, members] = [at('displayname'), at('externalid'), at('members')];
  return {
    values: await valuesOf({ displayName, externalId }),
    steps: [{ do: 'set', ids: idsOf(members ?? []) }],
  };
}

/** @throws AppError unreadable `scim.…` */
export async function groupChangeOf(row: DirectoryGroupRow, body: unknown): Promise<GroupChange> {
  const written: { displayName: unknown; externalId: unknown } = {
    displayName: row.display_name,
    externalId: row.external_id ?? undefined,
  };
  const steps: MemberStep[] = [];
  for (const operation of await operationsOf(body, MOST_MEMBERS)) {
    const gone = operation.op === 'remove';
    switch (attributeOf(operation.path, [GROUP_SCHEMA])) {
      case 'members':
        steps.push(await memberStep(operation));
        break;
      case 'displayname':
        written.displayName = gone ? undefined : operation.value;
        break;
      case 'externalid':
        written.externalId = gone ? undefined : operation.value;
        break;
      // Entra ID sends the id along, and it is what it was.
      case 'id':
      case 'schemas':
        break;
      default:
        throw scimRefusals.invalidPath(
          `A group has no attribute '${operation.path.slice(0, 100)}' that can be written.`,
        );
    }
  }
  const named = steps.reduce((sum, step) => sum + (step.do === 'clear' ? 0 : step.ids.length), 0);
  if (named > MOST_MEMBERS) throw tooMany();
  return { values: await valuesOf(written), steps };
}

async function memberStep({ op, path, value }: Operation): Promise<MemberStep> {
  const [, filter, rest = ''] = /^[^[]*\[(.*)\](.*)$/.exec(path) ?? [];
  if (filter !== undefined) {
    if (op !== 'remove' || rest !== '') throw scimRefusals.invalidPath('Members are added and removed, not changed.');
    return { do: 'remove', ids: await idsIn(filter) };
  }
  if (/\./.test(path.slice(path.toLowerCase().lastIndexOf('members')))) {
    throw scimRefusals.invalidPath('Members are added and removed, not changed.');
  }
  if (op === 'remove') return value === undefined ? { do: 'clear' } : { do: 'remove', ids: idsOf(value) };
  return { do: op === 'add' ? 'add' : 'set', ids: idsOf(value) };
}

/** `value eq "7" or value eq "8"` */
async function idsIn(filter: string): Promise<string[]> {
  return (await readFilter(filter)).map((all) => {
    const [one, ...others] = all;
    const fits = one?.attribute === 'value' && one.operator === 'eq' && !one.not && others.length === 0;
    if (!fits || typeof one.value !== 'string') throw scimRefusals.invalidPath("Members are named by 'value eq'.");
    return one.value;
  });
}

function idsOf(members: unknown): string[] {
  const list = Array.isArray(members) ? members : [members];
  if (list.length > MOST_MEMBERS) throw tooMany();
  return list.map((member) => {
    const value: unknown = isObject(member) ? member.value : member;
    if (typeof value === 'string') return value;
    throw scimRefusals.invalidValue("Each of 'members' must have the id of a user as its 'value'.");
  });
}

function tooMany() {
  return scimRefusals.invalidValue(`At most ${MOST_MEMBERS} members are allowed in one request.`);
}

async function valuesOf(written: { displayName: unknown; externalId: unknown }): Promise<DirectoryGroupValues> {
  const { displayName, externalId } = await withLibrary(() => new Schemas.Group(written as never, 'in'));
  const values = {
    displayName: String(displayName ?? '').trim(),
    externalId: externalId === undefined || externalId === '' ? null : String(externalId),
  };
  if (values.displayName === '') throw scimRefusals.invalidValue("'displayName' is required.");
  for (const [name, text] of Object.entries(values)) {
    if (text !== null && (text.length > 255 || control.test(text))) {
      throw scimRefusals.invalidValue(`'${name}' is too long or unreadable.`);
    }
  }
  return values;
}

/** A group as SCIM shows it, without its members. */
export function groupResource(row: DirectoryGroupRow): Json {
  return {
    id: String(row.id),
    ...(row.external_id !== null && { externalId: row.external_id }),
    displayName: row.display_name,
    meta: {
      created: row.created_at.toISOString(),
      lastModified: row.updated_at.toISOString(),
      version: `W/"${row.version}"`,
    },
  };
}
