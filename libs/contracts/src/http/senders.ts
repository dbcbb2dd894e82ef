import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { boundedRecord, Flag, Id, optionalReference, Reading, Row, text, Walk } from './common.ts';

const tag = 'Addresses and signatures';
const params = { id: Id };

const EmailAddressInput = z.object({
  /** Shown as the sender, `Support <help@example.org>`. */
  name: text(250).nullish(),
  /** One address belongs to one such row, whatever its case. */
  email: text(255).nullish(),
  /** One of `/api/v1/channels_email_outbound`. */
  channel_id: optionalReference,
  preferences: boundedRecord(z.unknown(), 100).nullish(),
  note: text(250).nullish(),
  active: Flag.optional(),
});
export type EmailAddressInput = z.output<typeof EmailAddressInput>;

export const EmailAddress = Row.extend({
  name: z.string(),
  email: z.string(),
  /** The account that its mails leave by, one of `/api/v1/channels_email_outbound`; null: by the rules of those accounts. */
  channel_id: z.number().int().nullable(),
  preferences: z.record(z.string(), z.unknown()),
  note: z.string().nullable(),
  active: z.boolean(),
  /** Whose mails are sent from it. Mail to it lands in the first of those that are active. */
  group_ids: z.array(z.number().int()),
  groups: z.array(z.string()).optional(),
});

const SignatureInput = z.object({
  name: text(100).nullish(),
  /** HTML with variables, `{{user.firstname}}` or `#{user.firstname}`. */
  body: text(20_000).nullish(),
  note: text(250).nullish(),
  active: Flag.optional(),
});
export type SignatureInput = z.output<typeof SignatureInput>;

export const Signature = Row.extend({
  name: z.string(),
  body: z.string(),
  note: z.string().nullable(),
  active: z.boolean(),
  group_ids: z.array(z.number().int()),
  groups: z.array(z.string()).optional(),
});

const crud = <R extends z.ZodType, B extends z.ZodType>(
  noun: { one: string; many: string; id: string; ids: string },
  row: R,
  body: B,
) => {
  const { one, many, id, ids } = noun;
  const path = `/api/v1/${many.replaceAll(' ', '_')}`;
  const asked = (what: string) => `rpc.identity.v1.${what.replaceAll(' ', '-')}`;
  return {
    list: defineEndpoint({
      id: `list${ids}`,
      method: 'GET',
      path,
      question: asked(`list ${many}`),
      tag,
      summary: `All ${many}, by id`,
      query: Walk,
      paging: { standard: 500, max: 1000 },
      response: z.array(row),
    }),
    get: defineEndpoint({
      id: `get${id}`,
      method: 'GET',
      path: `${path}/:id`,
      question: asked(`get ${one}`),
      tag,
      summary: `One ${one}`,
      params,
      query: Reading,
      response: row,
    }),
    create: defineEndpoint({
      id: `create${id}`,
      method: 'POST',
      path,
      question: asked(`create ${one}`),
      tag,
      summary: `Adds one to the ${many}`,
      status: 201,
      query: Reading,
      body,
      response: row,
    }),
    update: defineEndpoint({
      id: `update${id}`,
      method: 'PUT',
      path: `${path}/:id`,
      question: asked(`update ${one}`),
      tag,
      summary: `Changes one of the ${many}; its groups send with it from then on`,
      params,
      query: Reading,
      body,
      response: row,
    }),
    delete: defineEndpoint({
      id: `delete${id}`,
      method: 'DELETE',
      path: `${path}/:id`,
      question: asked(`delete ${one}`),
      tag,
      summary: `Deletes one of the ${many} that no group uses`,
      params,
      response: z.object({}),
    }),
  };
};

/** Addresses that groups send from. */
export const emailAddresses = crud(
  { one: 'email address', many: 'email addresses', id: 'EmailAddress', ids: 'EmailAddresses' },
  EmailAddress,
  EmailAddressInput,
);

/** What stands below the mails of a group. */
export const signatures = crud(
  { one: 'signature', many: 'signatures', id: 'Signature', ids: 'Signatures' },
  Signature,
  SignatureInput,
);
