import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { bounded, Flag, Id, Instant, Row, text } from './common.ts';

const tag = 'OAuth applications';
const params = { id: Id };

/** A program of somebody else that people may let act for them (OAuth 2.0, authorization code). */
export const Application = Row.extend({
  name: z.string(),
  /** The `client_id`. */
  uid: z.string(),
  /** It has a secret: it runs where nobody else reads it. */
  confidential: z.boolean(),
  redirect_uris: z.array(z.string()),
  /** Permissions that it may ask for. */
  scopes: z.array(z.string()),
});

const withSecret = Application.extend({
  /** The `client_secret`, shown this once; null for public ones. */
  secret: z.string().nullable(),
});

const input = z.object({
  name: text(100),
  /** False: an app on people's own machines, or a page in a browser, which can keep no secret. */
  confidential: Flag.optional(),
  redirect_uris: bounded(text(2000), 20),
  scopes: bounded(text(100), 100),
});

const path = '/api/v1/applications';

export const applications = {
  list: defineEndpoint({
    id: 'listApplications',
    method: 'GET',
    path,
    question: 'rpc.identity.v1.list-applications',
    tag,
    summary: 'All applications, by id; with `admin.api`',
    response: z.array(Application),
  }),
  get: defineEndpoint({
    id: 'getApplication',
    method: 'GET',
    path: `${path}/:id`,
    question: 'rpc.identity.v1.get-application',
    tag,
    summary: 'One application',
    params,
    response: Application,
  }),
  create: defineEndpoint({
    id: 'createApplication',
    secretAnswer: true,
    method: 'POST',
    path,
    question: 'rpc.identity.v1.create-application',
    tag,
    summary: 'Registers an application; its secret is in this answer and nowhere else',
    status: 201,
    body: input,
    response: withSecret,
  }),
  update: defineEndpoint({
    id: 'updateApplication',
    method: 'PUT',
    path: `${path}/:id`,
    question: 'rpc.identity.v1.update-application',
    tag,
    summary: 'Changes an application; a scope that it loses ends at once for tokens that it has',
    params,
    body: input.omit({ confidential: true }).partial(),
    response: Application,
  }),
  renewSecret: defineEndpoint({
    id: 'renewApplicationSecret',
    secretAnswer: true,
    method: 'POST',
    path: `${path}/:id/secret`,
    question: 'rpc.identity.v1.renew-application-secret',
    tag,
    summary: 'Gives a confidential application a new secret, shown this once; the old one stops working',
    params,
    response: withSecret,
  }),
  delete: defineEndpoint({
    id: 'deleteApplication',
    method: 'DELETE',
    path: `${path}/:id`,
    question: 'rpc.identity.v1.delete-application',
    tag,
    summary: 'Removes an application with all that it was granted, at once',
    params,
  }),
};

const request = z.object({
  /** The query of the address `/oauth/authorize` that the application sent the browser to, as it came. */
  request: text(8000),
});

/** What somebody granted an application. */
const granted = z.object({
  /** Of the application. */
  id: z.number().int(),
  name: z.string(),
  scopes: z.array(z.string()),
  created_at: Instant,
  last_used_at: Instant.nullable(),
});

/** The application hears of it: the browser goes there. */
const redirect = z.object({ redirect_to: z.string() });

/**
 * How a person lets an application act for them: in person, with a session, never a token. They take it back, or an
 * administrator does.
 */
export const oauthGrants = {
  preview: defineEndpoint({
    id: 'previewAuthorization',
    method: 'POST',
    path: '/api/v1/oauth/authorizations/preview',
    question: 'rpc.identity.v1.preview-authorization',
    tag,
    summary: 'What the page that asks for consent shows; or where to go at once, when the request is not right',
    body: request,
    response: z.union([
      z.object({
        application: z.object({ name: z.string(), redirect_host: z.string() }),
        /** Of what is asked for, what the person may do. */
        scopes: z.array(z.string()),
      }),
      redirect,
    ]),
  }),
  decide: defineEndpoint({
    id: 'decideAuthorization',
    secretAnswer: true,
    method: 'POST',
    path: '/api/v1/oauth/authorizations',
    question: 'rpc.identity.v1.decide-authorization',
    tag,
    summary: 'Grants or denies what an application asks for; answers where the browser goes on to',
    body: request.extend({
      allow: z.boolean(),
      /** Those that the page showed: no other is granted, whatever the application is registered for by now. */
      scopes: bounded(text(100), 100),
    }),
    response: redirect,
  }),
  list: defineEndpoint({
    id: 'listGrantedApplications',
    method: 'GET',
    path: '/api/v1/oauth/grants',
    question: 'rpc.identity.v1.list-granted-applications',
    tag,
    summary: 'Applications that may act for the caller',
    response: z.array(granted),
  }),
  revoke: defineEndpoint({
    id: 'revokeGrantedApplication',
    method: 'DELETE',
    path: '/api/v1/oauth/grants/:id',
    question: 'rpc.identity.v1.revoke-granted-application',
    tag,
    summary: 'Takes back all that the caller granted an application; its tokens stop working at once',
    params,
  }),
  listOfUser: defineEndpoint({
    id: 'listUserAuthorizations',
    method: 'GET',
    path: '/api/v1/users/:id/authorizations',
    question: 'rpc.identity.v1.list-user-authorizations',
    tag,
    summary: 'Applications that may act for a user, for administrators',
    params,
    response: z.array(granted),
  }),
  revokeOfUser: defineEndpoint({
    id: 'revokeUserAuthorization',
    method: 'DELETE',
    path: '/api/v1/users/:id/authorizations/:application_id',
    question: 'rpc.identity.v1.revoke-user-authorization',
    tag,
    summary: 'Takes back all that a user granted an application, for administrators; the user is told by mail',
    params: { id: Id, application_id: Id },
  }),
};
