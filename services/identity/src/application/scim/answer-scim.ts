import type { answerScim, Caller, ParsedInputOf } from '@helpmesh/contracts';
import { CONFIG } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { IdentityConfig } from '../../config.ts';
import { scimBase } from './base.ts';
import { DirectoryWrite } from './directory-write.ts';
import { resourceTypes, schemas, serviceProviderConfig } from './discovery.ts';
import { scimRefusals } from './refusals.ts';
import { ScimGroups } from './scim-groups.ts';
import { ScimUsers } from './scim-users.ts';
import { type Answer, matches } from './versions.ts';

type Input = ParsedInputOf<typeof answerScim>;

/** SCIM 2.0 (RFC 7644): which method of which resource means what. */
@Injectable()
export class AnswerScim {
  private readonly base: string;

  constructor(
    private readonly users: ScimUsers,
    private readonly groups: ScimGroups,
    private readonly writing: DirectoryWrite,
    @Inject(CONFIG) config: IdentityConfig,
  ) {
    this.base = scimBase(config);
  }

  /** @throws AppError as the resources do; not-found `scim.resource-unknown`; unreadable `scim.method-unknown` */
  async run(actor: Caller, input: Input): Promise<Answer> {
    switch (input.resource) {
      case 'Users':
        return this.of(this.users, actor, input);
      case 'Groups':
        return this.of(this.groups, actor, input);
      default:
        await this.writing.reading(actor);
        return this.told(input);
    }
  }

  private async of(resources: ScimUsers | ScimGroups, actor: Caller, input: Input): Promise<Answer> {
    const { method, id, query, body, ifMatch, ifNoneMatch } = input;
    if (id === undefined) {
      if (method === 'GET') return resources.list(actor, query);
      if (method === 'POST') return resources.create(actor, body, query);
      throw scimRefusals.methodNotAllowed();
    }
    switch (method) {
      case 'GET':
        return unlessKnown(await resources.get(actor, id, query), ifNoneMatch);
      case 'PUT':
        return resources.replace(actor, id, body, query, ifMatch);
      case 'PATCH':
        return resources.patch(actor, id, body, query, ifMatch);
      case 'DELETE':
        return resources.delete(actor, id, ifMatch);
      case 'POST':
        throw scimRefusals.methodNotAllowed();
    }
  }

  /** What the service provider tells of itself. */
  private told({ method, resource, id }: Input): Answer {
    if (method !== 'GET') throw scimRefusals.methodNotAllowed();
    const body =
      resource === 'ServiceProviderConfig' && id === undefined
        ? serviceProviderConfig(this.base)
        : resource === 'ResourceTypes'
          ? resourceTypes(this.base, id)
          : resource === 'Schemas'
            ? schemas(this.base, id)
            : undefined;
    if (!body) throw id === undefined ? scimRefusals.noSuchResource() : scimRefusals.notFound(resource, id);
    return { status: 200, body };
  }
}

/** RFC 7644 3.14: what the client has already is not sent again. */
function unlessKnown(answer: Answer, ifNoneMatch: string | undefined): Answer {
  const version = /"(.*)"/.exec(answer.etag ?? '')?.[1] ?? '';
  if (ifNoneMatch === undefined || !matches(ifNoneMatch, version)) return answer;
  return { status: 304, ...(answer.etag !== undefined && { etag: answer.etag }) };
}
