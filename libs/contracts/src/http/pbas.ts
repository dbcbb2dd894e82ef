import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { bounded, Flag, Instant, Page, text } from './common.ts';

/** How the guard header is made of the secret phrase and the bytes of the envelope; `auto` finds out, once. */
export const pbasSchemes = [
  'hmac-sha256',
  'hmac-sha1',
  'hmac-md5',
  'md5-secret-body',
  'md5-body-secret',
  'plain',
  'auto',
] as const;

/** The helpdesk that a PBA-S (HSPcomplete) control panel talks to; the secret phrase is never shown. */
export const PbasSettings = z.object({
  active: z.boolean(),
  scheme: z.enum(pbasSchemes),
  /** Headers that may carry the digest, the first that is there counts; compared without regard to case. */
  header_names: z.array(z.string()),
  /** Header with the second (Unix time) that the digest covers as well; empty: the panel sends none. */
  timestamp_header: z.string(),
  /** How long an envelope that opens a session is good for once only, and how far a time may be off; 0: not looked at. */
  replay_window_seconds: z.number().int(),
  /** Networks that may call, `192.0.2.7` or `192.0.2.0/24`; empty: all. */
  allowed_networks: z.array(z.string()),
  /** A sign-in link works only from the public address that it was asked for. */
  bind_address: z.boolean(),
  /** Counts contacts that were sent and are as they were. */
  count_unchanged: z.boolean(),
  /** What `greet` answers; empty: the product and the host. */
  greeting: z.string(),
  secret_set: z.boolean(),
  /** Until when the phrase before the present one is taken as well. */
  previous_secret_until: Instant.nullable(),
});
export type PbasSettings = z.output<typeof PbasSettings>;

const HeaderName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/)
  .refine((name) => !['authorization', 'cookie'].includes(name.toLowerCase()), 'is not for this');
const tag = 'PBA-S';

export const pbas = {
  settings: defineEndpoint({
    id: 'getPbasSettings',
    method: 'GET',
    path: '/api/v1/pbas_settings',
    question: 'rpc.federation.v1.get-pbas-settings',
    tag,
    summary: 'How a PBA-S control panel may use this helpdesk',
    response: PbasSettings,
  }),
  update: defineEndpoint({
    id: 'updatePbasSettings',
    method: 'PUT',
    path: '/api/v1/pbas_settings',
    question: 'rpc.federation.v1.update-pbas-settings',
    tag,
    summary: 'Changes what is named; a new secret phrase leaves the old one good for a day',
    body: z
      .object({
        active: Flag,
        scheme: z.enum(pbasSchemes),
        header_names: bounded(HeaderName, 10),
        timestamp_header: z.union([HeaderName, z.literal('')]),
        replay_window_seconds: z.coerce.number().int().min(0).max(86_400),
        allowed_networks: bounded(text(64), 100),
        bind_address: Flag,
        count_unchanged: Flag,
        greeting: text(200),
        secret: z.string().min(8).max(500),
        forget_previous_secret: Flag,
      })
      .partial(),
    response: PbasSettings,
  }),
  accounts: defineEndpoint({
    id: 'listPbasAccounts',
    paging: { standard: 100, max: 500 },
    method: 'GET',
    path: '/api/v1/pbas_accounts',
    question: 'rpc.federation.v1.list-pbas-accounts',
    tag,
    summary: 'Contacts of the control panel and the users they are here, by number',
    query: Page,
    response: z.array(
      z.object({
        id: z.number().int(),
        pbas_id: z.string(),
        user_id: z.number().int(),
        accounts: z.array(z.string()),
        created_at: Instant,
        updated_at: Instant,
      }),
    ),
  }),
};
