import {
  beginOpenIdLink,
  beginOpenIdSignIn,
  endOpenIdSessions,
  entitlementMappings,
  finishOpenIdLink,
  finishOpenIdSignIn,
  linkedAccounts,
  openIdIdentities,
  openIdProviders,
  openIdSignOutUrl,
  type ParsedInputOf,
  signInProviders,
} from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { FederatedLink } from '../application/federated/federated-link.ts';
import { FederatedSignIn } from '../application/federated/federated-sign-in.ts';
import { FederatedSignOut } from '../application/federated/federated-sign-out.ts';
import { Identities } from '../application/federated/identities.ts';
import { Mappings } from '../application/federated/mappings.ts';
import { Providers } from '../application/federated/providers.ts';
import { actorOf } from './answering.ts';

@Controller()
export class FederatedController {
  constructor(
    private readonly signIn: FederatedSignIn,
    private readonly signOut: FederatedSignOut,
    private readonly linking: FederatedLink,
    private readonly providers: Providers,
    private readonly mappings: Mappings,
    private readonly identities: Identities,
  ) {}

  @Answers(signInProviders)
  buttons() {
    return this.signIn.buttons();
  }

  @Answers(beginOpenIdSignIn)
  begin(_ctx: RpcContext, input: ParsedInputOf<typeof beginOpenIdSignIn>) {
    return this.signIn.begin(input);
  }

  @Answers(finishOpenIdSignIn)
  finish(_ctx: RpcContext, input: ParsedInputOf<typeof finishOpenIdSignIn>) {
    return this.signIn.finish(input);
  }

  @Answers(openIdSignOutUrl)
  signOutUrl(_ctx: RpcContext, input: ParsedInputOf<typeof openIdSignOutUrl>) {
    return this.signOut.url(input);
  }

  @Answers(endOpenIdSessions)
  endSessions(_ctx: RpcContext, input: ParsedInputOf<typeof endOpenIdSessions>) {
    return this.signOut.byProvider(input);
  }

  @Answers(beginOpenIdLink)
  beginLink(ctx: RpcContext, input: ParsedInputOf<typeof beginOpenIdLink>) {
    return this.linking.begin(actorOf(ctx), input);
  }

  @Answers(finishOpenIdLink)
  finishLink(ctx: RpcContext, input: ParsedInputOf<typeof finishOpenIdLink>) {
    return this.linking.finish(actorOf(ctx), input);
  }

  @Answers(linkedAccounts.list)
  listLinked(ctx: RpcContext) {
    return this.linking.list(actorOf(ctx));
  }

  @Answers(linkedAccounts.delete)
  unlinkOwn(ctx: RpcContext, { params }: ParsedInputOf<typeof linkedAccounts.delete>) {
    return this.linking.unlink(actorOf(ctx), params.id);
  }

  @Answers(openIdProviders.check)
  checkProvider(ctx: RpcContext, { body }: ParsedInputOf<typeof openIdProviders.check>) {
    return this.providers.check(actorOf(ctx), body.issuer);
  }

  @Answers(openIdProviders.list)
  listProviders(ctx: RpcContext) {
    return this.providers.list(actorOf(ctx));
  }

  @Answers(openIdProviders.get)
  getProvider(ctx: RpcContext, { params }: ParsedInputOf<typeof openIdProviders.get>) {
    return this.providers.get(actorOf(ctx), params.id);
  }

  @Answers(openIdProviders.create)
  createProvider(ctx: RpcContext, { body }: ParsedInputOf<typeof openIdProviders.create>) {
    return this.providers.create(actorOf(ctx), body);
  }

  @Answers(openIdProviders.update)
  updateProvider(ctx: RpcContext, { params, body }: ParsedInputOf<typeof openIdProviders.update>) {
    return this.providers.update(actorOf(ctx), params.id, body);
  }

  @Answers(openIdProviders.delete)
  deleteProvider(ctx: RpcContext, { params }: ParsedInputOf<typeof openIdProviders.delete>) {
    return this.providers.delete(actorOf(ctx), params.id);
  }

  @Answers(entitlementMappings.list)
  listMappings(ctx: RpcContext) {
    return this.mappings.list(actorOf(ctx));
  }

  @Answers(entitlementMappings.get)
  getMapping(ctx: RpcContext, { params }: ParsedInputOf<typeof entitlementMappings.get>) {
    return this.mappings.get(actorOf(ctx), params.id);
  }

  @Answers(entitlementMappings.create)
  createMapping(ctx: RpcContext, { body }: ParsedInputOf<typeof entitlementMappings.create>) {
    return this.mappings.create(actorOf(ctx), body);
  }

  @Answers(entitlementMappings.update)
  updateMapping(ctx: RpcContext, { params, body }: ParsedInputOf<typeof entitlementMappings.update>) {
    return this.mappings.update(actorOf(ctx), params.id, body);
  }

  @Answers(entitlementMappings.delete)
  deleteMapping(ctx: RpcContext, { params }: ParsedInputOf<typeof entitlementMappings.delete>) {
    return this.mappings.delete(actorOf(ctx), params.id);
  }

  @Answers(entitlementMappings.preview)
  preview(ctx: RpcContext, { body }: ParsedInputOf<typeof entitlementMappings.preview>) {
    return this.mappings.preview(actorOf(ctx), body);
  }

  @Answers(openIdIdentities.list)
  listIdentities(ctx: RpcContext, { query }: ParsedInputOf<typeof openIdIdentities.list>) {
    return this.identities.list(actorOf(ctx), query.user_id);
  }

  @Answers(openIdIdentities.create)
  link(ctx: RpcContext, { body }: ParsedInputOf<typeof openIdIdentities.create>) {
    return this.identities.link(actorOf(ctx), body);
  }

  @Answers(openIdIdentities.delete)
  unlink(ctx: RpcContext, { params }: ParsedInputOf<typeof openIdIdentities.delete>) {
    return this.identities.unlink(actorOf(ctx), params.id);
  }
}
