import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { bounded, Flag, Id, text } from './common.ts';

/** What people look after themselves about how they work here: preferences, absence, picture, the account itself. */
const tag = 'Profile';
const message = z.object({ message: z.string() });
const done = z.object({});

/** A name of the time zone database. */
export const TimeZone = text(60).refine(isTimeZone, 'This is no time zone.');

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format() !== '';
  } catch {
    return false;
  }
}

const told = z.object({
  criteria: z.object({
    owned_by_me: Flag.optional(),
    owned_by_nobody: Flag.optional(),
    subscribed: Flag.optional(),
    /** Everything else that may be seen. */
    no: Flag.optional(),
  }),
  channel: z.object({ email: Flag.optional(), online: Flag.optional() }),
});

/** `22:30` */
const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

/** Of what agents are told, and how: event by whose ticket it is by channel. */
export const NotificationConfig = z.object({
  matrix: z.object({
    create: told.optional(),
    update: told.optional(),
    reminder_reached: told.optional(),
    escalation: told.optional(),
  }),
  /** Only of these groups, where a ticket is not one's own; `-` alone, or nothing, for all. */
  group_ids: bounded(z.union([Id, z.literal('-')]), 1000).optional(),
  /**
   * When no mails are wanted, by the own time zone (`timezone` of the preferences, else that of the standard calendar);
   * through midnight where `until` is before `from`. What comes meanwhile comes in one mail when it is over.
   */
  quiet: z.object({ from: TimeOfDay, until: TimeOfDay, weekends: Flag.optional() }).nullish(),
  /** Mails come together: at each full hour, or once a day at `digest_at` (08:00). Null: each at once. */
  digest: z.enum(['hourly', 'daily']).nullish(),
  digest_at: TimeOfDay.nullish(),
});

/** One key, or `g` and one more. */
const ShortcutKey = z.string().regex(/^(g )?[^\s\p{Lu}\p{C}]$/u);

/** Null takes a choice back. */
export const PreferencesInput = z.object({
  /** `de`, `de-de` */
  locale: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z]{2,4})?$/)
    .nullish(),
  timezone: TimeZone.nullish(),
  theme: z.enum(['auto', 'light', 'dark']).nullish(),
  density: z.enum(['comfortable', 'compact']).nullish(),
  /** Whether the lines of lists show how the last message begins. */
  list_preview: Flag.nullish(),
  /** Shortcuts of a single key. */
  shortcuts: Flag.nullish(),
  /** Own keys by id of the action, `ticket.reply`; an empty key for none. */
  shortcut_keys: z
    .record(z.string().regex(/^[a-z][a-z.-]{2,60}$/), z.union([z.literal(''), ShortcutKey]))
    .refine((keys) => Object.keys(keys).length <= 100, 'has more than 100 keys')
    .nullish(),
  /** What an agent sees after closing a ticket: still that one, the list it stood in, or the next one of that list. */
  after_close: z.enum(['stay', 'list', 'next']).nullish(),
  notification_config: NotificationConfig.nullish(),
  notification_sound: z.object({ enabled: Flag.optional(), file: text(100).optional() }).nullish(),
});
export type PreferencesInput = z.output<typeof PreferencesInput>;

export const updatePreferences = defineEndpoint({
  id: 'updatePreferences',
  method: 'PUT',
  path: '/api/v1/users/preferences',
  question: 'rpc.identity.v1.update-preferences',
  tag,
  summary: 'Changes those of the own preferences that are named, and leaves the others',
  body: PreferencesInput,
  response: message,
});

/** `YYYY-MM-DD`, or an instant of that day. */
const Day = z
  .string()
  .max(40)
  .transform((written) => written.slice(0, 10))
  .pipe(z.iso.date());

/** Empty texts are what forms send for nothing. */
const orNothing = <S extends z.ZodType>(schema: S) => z.union([z.literal('').transform(() => null), schema]).nullish();

/** As `PUT /users/out_of_office` takes it, and among the other fields of a user for administrators. */
export const outOfOfficeFields = {
  out_of_office: Flag.optional(),
  out_of_office_start_at: orNothing(Day),
  out_of_office_end_at: orNothing(Day),
  out_of_office_replacement_id: orNothing(Id),
};

export const updateOutOfOffice = defineEndpoint({
  id: 'updateOutOfOffice',
  method: 'PUT',
  path: '/api/v1/users/out_of_office',
  question: 'rpc.identity.v1.update-out-of-office',
  tag,
  summary: 'Says from which day to which the caller is away, and who stands in meanwhile',
  body: z.object(outOfOfficeFields),
  response: message,
});

/** Characters of a `data:` address: an image of 512 KiB in base64, and what is said before it. */
const MAX_DATA_URL = 700_000;

export const Avatar = z.object({
  id: z.number().int(),
  /** Shown at present. */
  default: z.boolean(),
  /** Without an image of one's own: the initials. */
  initial: z.boolean(),
  deletable: z.boolean(),
  /** Of `GET /users/image/:hash`; null for the initials. */
  store_hash: z.string().nullable(),
  created_at: z.iso.datetime(),
});

export const avatars = {
  list: defineEndpoint({
    id: 'listAvatars',
    method: 'GET',
    path: '/api/v1/users/avatar',
    question: 'rpc.identity.v1.list-avatars',
    tag,
    summary: 'The own pictures, and which of them is shown',
    response: z.object({ avatars: z.array(Avatar) }),
  }),
  create: defineEndpoint({
    id: 'createAvatar',
    method: 'POST',
    path: '/api/v1/users/avatar',
    question: 'rpc.identity.v1.create-avatar',
    tag,
    summary: 'Takes a PNG, JPEG, GIF or WebP of at most 512 KiB as the picture that is shown',
    body: z.object({
      /** `data:image/png;base64,…`: the picture, and as it was before it was cut; the former counts. */
      avatar_resize: text(MAX_DATA_URL).optional(),
      avatar_full: z.string().optional(),
    }),
    response: z.object({ avatar: Avatar }),
  }),
  choose: defineEndpoint({
    id: 'chooseAvatar',
    method: 'POST',
    path: '/api/v1/users/avatar/set',
    question: 'rpc.identity.v1.choose-avatar',
    tag,
    summary: 'Shows another one of the own pictures; the initials have the id 0',
    body: z.object({ id: z.union([z.literal(0), z.literal('0').transform(() => 0), Id]) }),
    response: done,
  }),
  delete: defineEndpoint({
    id: 'deleteAvatar',
    method: 'DELETE',
    path: '/api/v1/users/avatar',
    question: 'rpc.identity.v1.delete-avatar',
    tag,
    summary: 'Deletes one of the own pictures, by its id in the query or the body',
    query: z.object({ id: Id.optional() }),
    body: z.object({ id: Id.optional() }).optional(),
    response: done,
  }),
};

/** Is `deleteAccount` for the caller? */
export const accountDeletion = defineEndpoint({
  id: 'accountDeletion',
  method: 'GET',
  path: '/api/v1/users/account',
  question: 'rpc.identity.v1.account-deletion',
  tag,
  summary: 'May the caller delete the own account?',
  response: z.object({ deletable: z.boolean() }),
});

export const deleteAccount = defineEndpoint({
  id: 'deleteAccount',
  method: 'DELETE',
  path: '/api/v1/users/account',
  question: 'rpc.identity.v1.delete-account',
  tag,
  summary:
    'Erases the caller and everything personal that is kept of them, where the setting `user_delete_account` allows ' +
    'it; for customers, in person, and soon after they signed in or confirmed their password',
  response: done,
});
