import { applications, oauthEndpoints, oauthGrants, type ParsedInputOf } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { Applications } from '../application/oauth/applications.ts';
import { Authorizations } from '../application/oauth/authorizations.ts';
import { OAuthTokens } from '../application/oauth/oauth-tokens.ts';
import { actorOf } from './answering.ts';

@Controller()
export class OAuthController {
  constructor(
    private readonly registered: Applications,
    private readonly authorizations: Authorizations,
    private readonly tokens: OAuthTokens,
  ) {}

  @Answers(applications.list)
  list(ctx: RpcContext) {
    return this.registered.list(actorOf(ctx));
  }

  @Answers(applications.get)
  get(ctx: RpcContext, { params }: ParsedInputOf<typeof applications.get>) {
    return this.registered.get(actorOf(ctx), params.id);
  }

  @Answers(applications.create)
  create(ctx: RpcContext, { body }: ParsedInputOf<typeof applications.create>) {
    return this.registered.create(actorOf(ctx), body);
  }

  @Answers(applications.update)
  update(ctx: RpcContext, { params, body }: ParsedInputOf<typeof applications.update>) {
    return this.registered.update(actorOf(ctx), params.id, body);
  }

  @Answers(applications.renewSecret)
  renewSecret(ctx: RpcContext, { params }: ParsedInputOf<typeof applications.renewSecret>) {
    return this.registered.renewSecret(actorOf(ctx), params.id);
  }

  @Answers(applications.delete)
  delete(ctx: RpcContext, { params }: ParsedInputOf<typeof applications.delete>) {
    return this.registered.delete(actorOf(ctx), params.id);
  }

  @Answers(oauthGrants.preview)
  preview(ctx: RpcContext, { body }: ParsedInputOf<typeof oauthGrants.preview>) {
    return this.authorizations.preview(actorOf(ctx), body.request);
  }

  @Answers(oauthGrants.decide)
  decide(ctx: RpcContext, { body }: ParsedInputOf<typeof oauthGrants.decide>) {
    return this.authorizations.decide(actorOf(ctx), body.request, body.allow, body.scopes);
  }

  @Answers(oauthGrants.list)
  granted(ctx: RpcContext) {
    return this.authorizations.list(actorOf(ctx));
  }

  @Answers(oauthGrants.revoke)
  revokeGranted(ctx: RpcContext, { params }: ParsedInputOf<typeof oauthGrants.revoke>) {
    return this.authorizations.revoke(actorOf(ctx), params.id);
  }

  @Answers(oauthGrants.listOfUser)
  grantedByUser(ctx: RpcContext, { params }: ParsedInputOf<typeof oauthGrants.listOfUser>) {
    return this.authorizations.ofUser(actorOf(ctx), params.id);
  }

  @Answers(oauthGrants.revokeOfUser)
  revokeOfUser(ctx: RpcContext, { params }: ParsedInputOf<typeof oauthGrants.revokeOfUser>) {
    return this.authorizations.revokeOfUser(actorOf(ctx), params.id, params.application_id);
  }

  @Answers(oauthEndpoints.token)
  token(_ctx: RpcContext, input: ParsedInputOf<typeof oauthEndpoints.token>) {
    return this.tokens.issue(input);
  }

  @Answers(oauthEndpoints.revoke)
  revoke(_ctx: RpcContext, input: ParsedInputOf<typeof oauthEndpoints.revoke>) {
    return this.tokens.revoke(input);
  }

  @Answers(oauthEndpoints.introspect)
  introspect(_ctx: RpcContext, input: ParsedInputOf<typeof oauthEndpoints.introspect>) {
    return this.tokens.introspect(input);
  }
}
