import {
  Agreement,
  Application,
  Article,
  AuditEntry,
  DataPrivacyTask,
  Directory,
  type EndpointDefinition,
  EntitlementMapping,
  endpoints,
  type FederationRoute,
  federationRoutes,
  Group,
  LegalHold,
  OpenIdIdentity,
  OpenIdProvider,
  Organization,
  OutboundMail,
  Peer,
  Role,
  Ticket,
  TicketListRow,
  TicketPriority,
  TicketState,
  User,
} from '@helpmesh/contracts';
import { z } from 'zod';

type Json = Record<string, unknown>;

type OwnRoute = [id: string, method: string, path: string, tag: string, summary: string, status?: number];

/** Routes of the gateway itself, which no service answers. Their status is 200 where none is given. */
const ownRoutes: readonly OwnRoute[] = [
  [
    'signIn',
    'POST',
    '/api/v1/signin',
    'Sign-in',
    'Opens a session: sets the cookie, answers the CSRF token in a header; 422 `two_factor_required` tells what is needed',
    201,
  ],
  [
    'signInSecondFactor',
    'POST',
    '/api/v1/signin/second_factor',
    'Sign-in',
    'Second step of a sign-in: `token` of the first, `method` and `payload` (code, recovery code, passkey answer)',
    201,
  ],
  [
    'passkeySignInOptions',
    'POST',
    '/api/v1/signin/passkey/options',
    'Sign-in',
    'Options for `navigator.credentials.get`, to sign in with a passkey alone',
  ],
  [
    'signInWithPasskey',
    'POST',
    '/api/v1/signin/passkey',
    'Sign-in',
    'Opens a session by the answer of a passkey (`credential`), without a name or password',
    201,
  ],
  [
    'signInByLink',
    'POST',
    '/api/v1/signin/link',
    'Sign-in',
    'Opens a session by the `token` of a link that was mailed, once',
    201,
  ],
  [
    'showBranding',
    'GET',
    '/api/v1/branding',
    'Branding',
    'How the pages look for whoever comes by this address: name, logo, colours, support line, footer, languages',
  ],
  [
    'exportConfiguration',
    'GET',
    '/api/v1/configuration',
    'Configuration',
    'The configuration as a file: objects by kind, references by name, without secrets; for `admin`',
  ],
  [
    'diffConfiguration',
    'POST',
    '/api/v1/configuration/diff',
    'Configuration',
    'What would be created, changed and deleted for the desk to be as the file `document` says',
  ],
  [
    'importConfiguration',
    'POST',
    '/api/v1/configuration/import',
    'Configuration',
    'Makes the desk as `document` says, object by object, and tells each; `kinds` names some, `delete: true` also deletes',
  ],
  [
    'searchAll',
    'GET',
    '/api/v1/search',
    'Search',
    'Tickets, users and organizations that fit `query`; `by_object=true` with totals',
  ],
  ['searchAllByPost', 'POST', '/api/v1/search', 'Search', 'The same search with its input in the body'],
  [
    'searchSome',
    'GET',
    '/api/v1/search/:objects',
    'Search',
    'The same of some kinds, as in `Ticket-User`; `Group` as well',
  ],
  ['searchSomeByPost', 'POST', '/api/v1/search/:objects', 'Search', 'The same search with its input in the body'],
  [
    'formConfig',
    'POST',
    '/api/v1/form_config',
    'Integrations',
    'What a form on a page of others needs before it is shown: `fingerprint` in, `endpoint` and `token` out',
  ],
  [
    'formSubmit',
    'POST',
    '/api/v1/form_submit',
    'Integrations',
    'Opens a ticket from a form on a page of others, or says in `errors` what is wrong with it; takes files too',
  ],
  [
    'chatStatus',
    'POST',
    '/api/v1/chat/status',
    'Live chat',
    'For pages that are named in the settings: `online`, `busy`, `offline` or `off`, the title and the topics that somebody takes',
  ],
  [
    'chatStart',
    'POST',
    '/api/v1/chat/start',
    'Live chat',
    'Begins a chat: `session` (a secret of 32 to 64 characters that the page made), `name`, `email`, `topic`, `page`, `client_id`, `text`',
  ],
  [
    'chatMessage',
    'POST',
    '/api/v1/chat/messages',
    'Live chat',
    'The visitor says `text`; the same `client_id` again says nothing more',
  ],
  ['chatTyping', 'POST', '/api/v1/chat/typing', 'Live chat', 'The visitor is writing', 204],
  ['chatClose', 'POST', '/api/v1/chat/close', 'Live chat', 'The visitor ends the chat of `session`'],
  [
    'chatEvents',
    'POST',
    '/api/v1/chat/events',
    'Live chat',
    'Server-sent events of the chat of `session`: what it is like, with the messages after `after`, and `typing`',
  ],
  [
    'chatAgentTyping',
    'POST',
    '/api/v1/chat_sessions/:id/typing',
    'Live chat',
    'The agent is writing; the visitor is told at once',
    204,
  ],
  ['sipgateIn', 'POST', '/api/v1/sipgate/:token/in', 'Integrations', 'Incoming calls as sipgate tells of them; XML'],
  ['sipgateOut', 'POST', '/api/v1/sipgate/:token/out', 'Integrations', 'Outgoing calls as sipgate tells of them; XML'],
  ['placetel', 'POST', '/api/v1/placetel/:token', 'Integrations', 'Calls as Placetel tells of them; XML'],
  ['showVersion', 'GET', '/api/v1/version', 'Monitoring', 'Version of the installation, for administrators'],
  [
    'healthCheck',
    'GET',
    '/api/v1/monitoring/health_check',
    'Monitoring',
    'Is all well, and what is not; by `token` or with admin.monitoring',
  ],
  [
    'monitoringStatus',
    'GET',
    '/api/v1/monitoring/status',
    'Monitoring',
    'How many there are of what, and the newest of them; by `token` or with admin.monitoring',
  ],
  [
    'amountCheck',
    'GET',
    '/api/v1/monitoring/amount_check',
    'Monitoring',
    'Tickets opened in the last `periode`, within `max_critical`, `max_warning`, `min_critical`, `min_warning` or not',
  ],
  [
    'restartFailedJobs',
    'POST',
    '/api/v1/monitoring/restart_failed_jobs',
    'Monitoring',
    'Messages that services gave up are handled again: how many of each service, null for one that is away',
  ],
  [
    'listDeadLetters',
    'GET',
    '/api/v1/monitoring/dead_letters',
    'Monitoring',
    'Messages that services gave up, the newest hundred of each, without their texts; null for a service that is away',
  ],
  [
    'replayDeadLetter',
    'POST',
    '/api/v1/monitoring/dead_letters/:service/:id/replay',
    'Monitoring',
    'One such message is handled again; it leaves the list when it is done',
  ],
  ['showSession', 'GET', '/api/v1/signshow', 'Sign-in', 'Who the session cookie stands for'],
  [
    'signOut',
    'DELETE',
    '/api/v1/signout',
    'Sign-in',
    'Ends the session; `end_session_url`: where to sign out at the provider',
  ],
  [
    'beginOpenIdSignIn',
    'GET',
    '/auth/openid/:provider',
    'Sign-in with OpenID Connect',
    'For browsers: leads to the provider, and back to `return_to` (a path of this site) when signed in',
    303,
  ],
  [
    'finishOpenIdSignIn',
    'GET',
    '/auth/openid/:provider/callback',
    'Sign-in with OpenID Connect',
    'For browsers: the redirect URI of the provider; opens a session, or leads to the sign-in page with `problem`',
    303,
  ],
  [
    'beginOpenIdLink',
    'POST',
    '/api/v1/users/linked_accounts',
    'Sign-in',
    'Begins to link an account at a provider (`provider`: its name) to the own one: answers `url`, where the browser goes',
  ],
  [
    'openIdBackchannelLogout',
    'POST',
    '/auth/openid/:provider/backchannel-logout',
    'Sign-in with OpenID Connect',
    'For providers: ends the sessions that a signed `logout_token` (form field) names',
  ],
  [
    'oauthToken',
    'POST',
    '/oauth/token',
    'OAuth applications',
    'Tokens for a code or a refresh token (form, RFC 6749 with PKCE); errors are `{error, error_description}`',
  ],
  ['oauthRevoke', 'POST', '/oauth/revoke', 'OAuth applications', 'Ends a token of the application (form, RFC 7009)'],
  [
    'oauthIntrospect',
    'POST',
    '/oauth/introspect',
    'OAuth applications',
    'What a token of the application is good for (form, RFC 7662)',
  ],
  [
    'oauthMetadata',
    'GET',
    '/.well-known/oauth-authorization-server',
    'OAuth applications',
    'Where all of it is, for client libraries (RFC 8414)',
  ],
  [
    'sayPresence',
    'PUT',
    '/api/v1/tickets/:id/presence',
    'Events',
    'Shows other agents that one is on the ticket, for 35 s: `page` (8 to 64 letters and digits of your own), `doing` (`viewing`, `noting`, `replying`); their streams tell it as `presence`',
    204,
  ],
  [
    'leavePresence',
    'DELETE',
    '/api/v1/tickets/:id/presence',
    'Events',
    'The `page` has left the ticket; so it has when the stream that was opened with `page` ends',
    204,
  ],
  ['events', 'GET', '/api/v1/events', 'Events', 'Live ticket events (text/event-stream), resumable by Last-Event-ID'],
  [
    'getAttachment',
    'GET',
    '/api/v1/ticket_attachment/:ticket/:article/:id',
    'Articles',
    'The bytes of an attachment, as a download',
  ],
  [
    'getPicture',
    'GET',
    '/api/v1/users/image/:hash',
    'Profile',
    'The picture of somebody, by the hash in `image` of a user',
  ],
  [
    'importUsers',
    'POST',
    '/api/v1/users/import',
    'Users',
    'Adds and changes users from CSV (`data`, or a form with a file); with `try=true` it says what would happen; with `Accept: application/x-ndjson` also how far it is',
  ],
  ['exampleUsers', 'GET', '/api/v1/users/import_example', 'Users', 'A file as the import reads it'],
  [
    'exportUsers',
    'GET',
    '/api/v1/users/export',
    'Users',
    'All users that the caller may see, as CSV, or with `format=xlsx` as a workbook',
  ],
  [
    'importOrganizations',
    'POST',
    '/api/v1/organizations/import',
    'Organizations',
    'Adds and changes organizations from CSV (`data`, or a form with a file); with `try=true` it says what would happen',
  ],
  [
    'exampleOrganizations',
    'GET',
    '/api/v1/organizations/import_example',
    'Organizations',
    'A file as the import reads it',
  ],
  [
    'exportOrganizations',
    'GET',
    '/api/v1/organizations/export',
    'Organizations',
    'All organizations that the caller may see, as CSV, or with `format=xlsx` as a workbook',
  ],
  [
    'importTickets',
    'POST',
    '/api/v1/tickets/import',
    'Tickets',
    'Opens tickets of the past from CSV, in import mode alone; with `try=true` it says what would happen',
  ],
  ['exampleTickets', 'GET', '/api/v1/tickets/import_example', 'Tickets', 'A file as the import reads it'],
  [
    'exportTickets',
    'GET',
    '/api/v1/tickets/export',
    'Tickets',
    'A list of tickets as CSV, all of it: `view`, `query`, `sort` and the filters of `GET /api/v1/ticket_list`; with `format=xlsx` as a workbook, whose times are those of the zone in `timezone`',
  ],
  ['getQuarantinedMail', 'GET', '/api/v1/mail/quarantine/:id/raw', 'Mail', 'A mail that was set aside, as it arrived'],
  ['getRawMail', 'GET', '/api/v1/ticket_article_plain/:id', 'Articles', 'The mail of an article as it arrived'],
  [
    'addHelpFile',
    'POST',
    '/api/v1/knowledge_bases/:knowledge_base_id/answers/:id/attachments',
    'Knowledge base',
    'Takes one file (multipart `file`) for an answer; needs `knowledge_base.editor`',
  ],
  [
    'getHelpFile',
    'GET',
    '/api/v1/knowledge_bases/:knowledge_base_id/answers/:id/attachments/:attachment_id',
    'Knowledge base',
    'The bytes of a file of an answer, as a download',
  ],
  [
    'addUpload',
    'POST',
    '/api/v1/upload_caches/:form',
    'Articles',
    'Takes one file (multipart `File`) for a new article',
  ],
  ['removeUploads', 'DELETE', '/api/v1/upload_caches/:form', 'Articles', 'Forgets all files of a form'],
  ['removeUpload', 'DELETE', '/api/v1/upload_caches/:form/items/:id', 'Articles', 'Forgets one file of a form'],
  [
    'exportAuditEntries',
    'GET',
    '/api/v1/audit/export',
    'Audit log',
    'All entries that the filters of the list let through, newest first, as a file: `format` is `csv` (default) or `json`',
  ],
  [
    'downloadDataExport',
    'GET',
    '/api/v1/data_exports/:id/download',
    'Data protection',
    'The archive (application/zip), for who ordered it',
  ],
  ['scimConfig', 'GET', '/scim/v2/ServiceProviderConfig', 'SCIM', 'What of SCIM 2.0 is supported (RFC 7643)'],
  ['scimResourceTypes', 'GET', '/scim/v2/ResourceTypes', 'SCIM', 'The types of resources: `User` and `Group`'],
  ['scimResourceType', 'GET', '/scim/v2/ResourceTypes/:id', 'SCIM', 'One of them'],
  ['scimSchemas', 'GET', '/scim/v2/Schemas', 'SCIM', 'The schemas, with the attributes that are kept'],
  ['scimSchema', 'GET', '/scim/v2/Schemas/:id', 'SCIM', 'One of them'],
  [
    'scimListUsers',
    'GET',
    '/scim/v2/Users',
    'SCIM',
    "The directory's people: `filter`, `sortBy`, `sortOrder`, `startIndex`, `count`, `attributes`, `excludedAttributes`",
  ],
  ['scimCreateUser', 'POST', '/scim/v2/Users', 'SCIM', 'Brings a person', 201],
  ['scimGetUser', 'GET', '/scim/v2/Users/:id', 'SCIM', 'One person of the directory, with its version as ETag'],
  [
    'scimReplaceUser',
    'PUT',
    '/scim/v2/Users/:id',
    'SCIM',
    'Replaces what the directory says of a person; takes `If-Match`',
  ],
  ['scimPatchUser', 'PATCH', '/scim/v2/Users/:id', 'SCIM', 'Changes a person (PatchOp); takes `If-Match`'],
  [
    'scimDeleteUser',
    'DELETE',
    '/scim/v2/Users/:id',
    'SCIM',
    'Closes the account of a person: sessions and tokens end, what was written stays',
    204,
  ],
  [
    'scimListGroups',
    'GET',
    '/scim/v2/Groups',
    'SCIM',
    "The directory's groups: `filter`, `sortBy`, `sortOrder`, `startIndex`, `count`, `attributes`, `excludedAttributes`",
  ],
  ['scimCreateGroup', 'POST', '/scim/v2/Groups', 'SCIM', 'Brings a group', 201],
  ['scimGetGroup', 'GET', '/scim/v2/Groups/:id', 'SCIM', 'One group of the directory, with its version as ETag'],
  [
    'scimReplaceGroup',
    'PUT',
    '/scim/v2/Groups/:id',
    'SCIM',
    'Replaces what the directory says of a group; takes `If-Match`',
  ],
  ['scimPatchGroup', 'PATCH', '/scim/v2/Groups/:id', 'SCIM', 'Changes a group (PatchOp); takes `If-Match`'],
  ['scimDeleteGroup', 'DELETE', '/scim/v2/Groups/:id', 'SCIM', 'Removes a group, and takes back what it gave', 204],
];

/** Rows that many answers share; each is described once, under its name. */
const rows = {
  Peer,
  Agreement,
  Article,
  AuditEntry,
  DataPrivacyTask,
  Directory,
  EntitlementMapping,
  Group,
  LegalHold,
  OpenIdIdentity,
  OpenIdProvider,
  Organization,
  Application,
  OutboundMail,
  Role,
  Ticket,
  TicketListRow,
  TicketPriority,
  TicketState,
  User,
};

const refusals: Record<string, [name: string, description: string]> = {
  '400': ['Unreadable', 'The request cannot be read'],
  '401': ['Unauthenticated', 'The credential is wrong'],
  '403': ['Forbidden', 'No credential, or not allowed'],
  '404': ['NotFound', 'Not found, or not visible'],
  '409': ['Conflict', 'The present state forbids it'],
  '412': ['Changed', 'Not as it was read: see If-Match'],
  '422': ['Refused', 'Read and refused'],
  '429': ['TooManyRequests', 'Too many requests; see Retry-After'],
  '503': ['Unavailable', 'A part is not available; see Retry-After'],
};

/** The OpenAPI 3.1 document of everything this gateway answers, made of the table of endpoints. */
export function openApi(): Json {
  for (const [id, row] of Object.entries(rows)) z.globalRegistry.add(row, { id });
  const schemas: Record<string, Json> = {};
  const paths: Record<string, Json> = {};
  const add = (path: string, method: string, operation: Json) => {
    const key = path.replace(/:(\w+)/g, '{$1}');
    paths[key] = { ...paths[key], [method.toLowerCase()]: operation };
  };
  for (const endpoint of endpoints) add(endpoint.path, endpoint.method, operationOf(endpoint, schemas));
  for (const [operationId, method, path, tag, summary, status = 200] of ownRoutes) {
    add(path, method, {
      operationId,
      tags: [tag],
      summary,
      parameters: pathParameters(path),
      responses: responses(status),
    });
  }
  for (const route of federationRoutes) add(route.path, route.method, protocolOf(route, schemas));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Helpmesh',
      version: '1',
      description: 'REST API of the service desk, compatible with clients of Zammad.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }, { basic: [] }, { session: [] }],
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      securitySchemes: {
        token: { type: 'apiKey', in: 'header', name: 'Authorization', description: '`Token token=<API token>`' },
        basic: { type: 'http', scheme: 'basic' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-helpmesh_session' },
        helpdesk: {
          type: 'http',
          scheme: 'bearer',
          description: 'Of a helpdesk: its token, or what /oauth/token gave it',
        },
      },
      schemas: {
        ...schemas,
        Error: {
          type: 'object',
          required: ['error', 'error_human'],
          properties: { error: { type: 'string' }, error_human: { type: 'string' } },
        },
        Problem: problem,
      },
      responses: Object.fromEntries([
        ...Object.values(refusals).map(([name, description]) => [
          name,
          { description, content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
        ]),
        ...Object.values(problems).map(([name, description]) => [
          name,
          {
            description,
            content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
          },
        ]),
      ]),
    },
  };
}

function operationOf(endpoint: EndpointDefinition, schemas: Record<string, Json>): Json {
  const schemaOf = (type: z.ZodType, io: 'input' | 'output') => describe(type, io, schemas);
  const { params, query, body } = (endpoint.input as unknown as z.ZodObject<Record<string, z.ZodType>>).shape;
  const written = body && !accepts(body) ? schemaOf(body, 'input') : undefined;
  return {
    operationId: endpoint.id,
    tags: [endpoint.tag],
    summary: endpoint.summary,
    ...(endpoint.access === 'public' && { security: [] }),
    parameters: [
      ...pathParameters(endpoint.path, params && schemaOf(params, 'input')),
      ...queryParameters(query && schemaOf(query, 'input')),
      ...headersOf(endpoint),
    ],
    ...(written && { requestBody: { content: { 'application/json': { schema: written } } } }),
    responses: responses(endpoint.status, schemaOf(endpoint.output, 'output'), answeredHeaders(endpoint)),
  };
}

/** RFC 9457. */
const problem = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string', description: 'Where /docs/errors says more of it' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    code: { type: 'string' },
    traceId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: { pointer: { type: 'string', description: 'RFC 6901' }, detail: { type: 'string' } },
      },
    },
  },
};

/** Refusals of the protocol between helpdesks. */
const problems: Record<string, [name: string, description: string]> = {
  '400': ['UnreadableProblem', 'The request cannot be read'],
  '401': ['UnauthenticatedProblem', 'There is no token, or it is not known here'],
  '403': ['ForbiddenProblem', 'No agreement allows it'],
  '404': ['NotFoundProblem', 'Not there, or not between us'],
  '409': ['ConflictProblem', 'The present state forbids it'],
  '410': ['GoneProblem', 'Not shared any more'],
  '412': ['ChangedProblem', 'Not as it was seen: see If-Match'],
  '413': ['TooLargeProblem', 'Larger than agreed'],
  '415': ['MediaTypeProblem', 'A body of another type than is read here'],
  '422': ['RefusedProblem', 'Read and refused; errors says where'],
  '428': ['PreconditionProblem', 'Say what you have seen'],
  '429': ['TooManyRequestsProblem', 'More calls than agreed; see Retry-After'],
  '503': ['UnavailableProblem', 'A part is not available; see Retry-After'],
};

const text = { type: 'string' };
const rateHeaders = {
  'RateLimit-Policy': { description: 'Calls in a window, `"fed";q=600;w=60`', schema: text },
  RateLimit: { description: 'Calls that are left, and seconds until there are all again', schema: text },
};

/** A route of the protocol between helpdesks. */
function protocolOf(route: FederationRoute, schemas: Record<string, Json>): Json {
  const { operationId, method, path, summary, status, open, query, body, bodyType, answer, file } = route;
  const headers = {
    ...(!open && rateHeaders),
    ...(route.versioned && etagHeader),
    ...(route.paged && { Link: { description: 'rel="next" (RFC 8288), when there is more', schema: text } }),
    ...(file === 'out' && { 'Content-Digest': { description: 'sha-256 (RFC 9530)', schema: text } }),
  };
  const content = answer
    ? { 'application/json': { schema: describe(answer, 'output', schemas) } }
    : file === 'out' && { '*/*': { schema: { type: 'string', format: 'binary' } } };
  const written = body
    ? { [bodyType ?? 'application/json']: { schema: describe(body, 'input', schemas) } }
    : file === 'in' && { '*/*': { schema: { type: 'string', format: 'binary' } } };
  const needed = (name: string, description: string) => ({
    name,
    in: 'header',
    required: true,
    description,
    schema: text,
  });
  return {
    operationId,
    tags: ['Federation protocol'],
    summary,
    security: open ? [] : [{ helpdesk: [] }],
    parameters: [
      ...pathParameters(path),
      ...queryParameters(query && describe(query, 'input', schemas)),
      ...(method === 'POST' ? [idempotencyKey] : []),
      ...(route.versioned && method === 'GET' ? [ifNoneMatch] : []),
      ...(route.precondition === 'If-Match'
        ? [needed('If-Match', 'The ETag that was seen; 412 when it has moved')]
        : []),
      ...(route.precondition === 'If-None-Match' ? [needed('If-None-Match', '`*`: it is to be new')] : []),
      ...(file === 'in' ? [needed('Content-Digest', 'sha-256 of the bytes (RFC 9530)')] : []),
    ],
    ...(written && { requestBody: { required: true, content: written } }),
    responses: {
      [status]: {
        description: 'Done',
        ...(Object.keys(headers).length > 0 && { headers }),
        ...(content && { content }),
      },
      ...(route.versioned && method === 'GET' && { 304: { description: 'As it was seen', headers: etagHeader } }),
      ...(method === 'PUT' &&
        body &&
        status === 202 &&
        path.includes('/comments/') && { 200: { description: 'It is there' } }),
      ...Object.fromEntries(
        Object.entries(problems).map(([code, [name]]) => [code, { $ref: `#/components/responses/${name}` }]),
      ),
    },
  };
}

/** An endpoint without a body of its own takes anything, also nothing: not worth describing. */
function accepts(body: z.ZodType): boolean {
  return (body.def as { innerType?: z.ZodType }).innerType?.def.type === 'unknown';
}

/** Headers that mean something for this operation. */
function headersOf({ method, path }: EndpointDefinition): Json[] {
  if (method === 'POST') return [idempotencyKey];
  if (!path.endsWith('/:id')) return [];
  return method === 'GET' ? [ifNoneMatch] : [ifMatch];
}

function answeredHeaders({ method, path, paging }: EndpointDefinition): Json | undefined {
  if (paging) return pageHeaders;
  return method === 'GET' && path.endsWith('/:id') ? etagHeader : undefined;
}

const pageHeaders = {
  Link: { description: 'first, prev, next and last page (RFC 8288), as far as known', schema: { type: 'string' } },
  'X-Total-Count': {
    description: 'Of all pages: when this is the last one, when it costs nothing, or by with_total_count=true',
    schema: { type: 'integer' },
  },
};

const etagHeader = {
  ETag: { description: 'For If-Match and If-None-Match', schema: { type: 'string' } },
};

const ifMatch = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'An ETag of the object: the request is refused with 412 when the object was changed since',
  schema: { type: 'string' },
};

const ifNoneMatch = {
  name: 'If-None-Match',
  in: 'header',
  required: false,
  description: 'An ETag that was answered before: 304 without a body when the answer would be the same',
  schema: { type: 'string' },
};

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key within 24 hours gives the first answer again and has no second effect',
  schema: { type: 'string', maxLength: 255 },
};

function pathParameters(path: string, schema?: Json): Json[] {
  const properties = (schema?.properties ?? {}) as Record<string, Json>;
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: properties[name] ?? { type: 'string' },
  }));
}

function queryParameters(schema: Json | undefined): Json[] {
  return Object.entries((schema?.properties ?? {}) as Record<string, Json>).map(([name, property]) => ({
    name,
    in: 'query',
    required: false,
    schema: property,
  }));
}

function responses(status: number, schema?: Json, headers?: Json): Json {
  const content = schema && Object.keys(schema).length > 0 ? { content: { 'application/json': { schema } } } : {};
  const refused = Object.entries(refusals).map(([code, [name]]) => [code, { $ref: `#/components/responses/${name}` }]);
  return { [status]: { description: 'Done', ...(headers && { headers }), ...content }, ...Object.fromEntries(refused) };
}

/** The JSON Schema of a type; named rows in it become references, and are added to `schemas`. */
function describe(type: z.ZodType, io: 'input' | 'output', schemas: Record<string, Json>): Json {
  // Inside another object, so that a named row at the top becomes a reference as well.
  const made = z.toJSONSchema(z.object({ it: type }), { io, unrepresentable: 'any', reused: 'inline' });
  const moved = JSON.parse(JSON.stringify(made).replaceAll('"#/$defs/', '"#/components/schemas/')) as {
    properties: { it: Json };
    $defs?: Record<string, Json>;
  };
  for (const [name, { id: _id, ...schema }] of Object.entries(moved.$defs ?? {})) schemas[name] = schema;
  return moved.properties.it;
}
