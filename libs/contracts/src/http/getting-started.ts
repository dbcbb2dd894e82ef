import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { text } from './common.ts';

const tag = 'Getting started';

/** Of an installation that nobody administers yet, and of every other one. */
export const gettingStarted = {
  status: defineEndpoint({
    id: 'gettingStarted',
    method: 'GET',
    path: '/api/v1/getting_started',
    question: 'rpc.identity.v1.getting-started',
    tag,
    summary: 'Has this installation been set up: was there ever an administrator?',
    access: 'public',
    response: z.object({
      setup_done: z.boolean(),
      import_mode: z.literal(false),
      import_backend: z.literal(''),
      system_online_service: z.literal(false),
    }),
  }),
  autoWizard: defineEndpoint({
    id: 'autoWizard',
    method: 'GET',
    path: '/api/v1/getting_started/auto_wizard',
    question: 'rpc.identity.v1.auto-wizard',
    tag,
    summary: 'The same for probes that wait for a setup without a person: done, or not set up that way',
    access: 'public',
    response: z.object({
      auto_wizard: z.boolean(),
      auto_wizard_success: z.boolean(),
      setup_done: z.boolean(),
    }),
  }),
  admin: defineEndpoint({
    id: 'createFirstAdmin',
    method: 'POST',
    path: '/api/v1/getting_started/admin',
    question: 'rpc.identity.v1.create-first-admin',
    tag,
    summary:
      'Makes the first administrator, by the code that the identity service writes to its log until there is one; ' +
      '404 ever after',
    access: 'public',
    status: 201,
    perHour: 20,
    body: z.object({
      /** Out of the log of the identity service. */
      token: text(200),
      email: text(255),
      password: text(1000),
      firstname: text(100).optional(),
      lastname: text(100).optional(),
      /** Language of the account. */
      locale: text(20).optional(),
    }),
    response: z.object({ message: z.string(), user_login: z.string() }),
  }),
};
