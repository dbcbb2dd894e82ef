import { Schemas } from 'scimmy';
import { ENTERPRISE_SCHEMA, GROUP_SCHEMA, USER_SCHEMA } from './library.ts';
import { listResponse, MOST_RESULTS } from './listing.ts';
import { isTold } from './user-resource.ts';

type Json = Record<string, unknown>;

const core = 'urn:ietf:params:scim:schemas:core:2.0';

/** What this service provider can do (RFC 7643 5). */
export function serviceProviderConfig(base: string): Json {
  return {
    schemas: [`${core}:ServiceProviderConfig`],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: MOST_RESULTS },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Token of the directory',
        description: 'Authorization: Bearer <token>',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
  };
}

/** All of them, or the one that is asked for; undefined: there is none. */
export function resourceTypes(base: string, id?: string): Json | undefined {
  const type = (name: string, schema: string, more: Json = {}): Json => ({
    schemas: [`${core}:ResourceType`],
    id: name,
    name,
    endpoint: `/${name}s`,
    schema,
    ...more,
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${name}` },
  });
  return allOrOne(
    [
      type('User', USER_SCHEMA, { schemaExtensions: [{ schema: ENTERPRISE_SCHEMA, required: false }] }),
      type('Group', GROUP_SCHEMA),
    ],
    id,
  );
}

/** The library's schemas, without the attributes that nobody keeps here. */
export function schemas(base: string, id?: string): Json | undefined {
  const described = [Schemas.User, Schemas.EnterpriseUser, Schemas.Group].map(({ definition }) => {
    const schema = JSON.parse(JSON.stringify(definition.describe(`${base}/Schemas`))) as Json & {
      id: string;
      attributes: { name: string }[];
    };
    const attributes = schema.attributes.filter(({ name }) => schema.id === GROUP_SCHEMA || isTold(name));
    return { ...schema, attributes };
  });
  return allOrOne(described, id);
}

function allOrOne(all: readonly Json[], id: string | undefined): Json | undefined {
  return id === undefined ? listResponse(all, all.length, 1) : all.find((one) => one.id === id);
}
