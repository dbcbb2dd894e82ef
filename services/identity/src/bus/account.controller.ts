import {
  addPasskey,
  checkPassword,
  deletePasskey,
  deleteSession,
  deleteSessions,
  generateRecoveryCodes,
  initiateAuthenticatorApp,
  listSessions,
  type ParsedInputOf,
  passkeyOptions,
  removeTwoFactor,
  removeUserTwoFactor,
  renamePasskey,
  signInSettings,
  twoFactorConfiguration,
  unlockUser,
  userTokens,
  userTwoFactor,
  verifyTwoFactor,
  viewAs,
} from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { Settings } from '../application/settings.ts';
import { ApiTokens } from '../application/sign-in/api-tokens.ts';
import { Freshness } from '../application/sign-in/freshness.ts';
import { SecondFactors } from '../application/sign-in/second-factors.ts';
import { Sessions } from '../application/sign-in/sessions.ts';
import { UnlockUser } from '../application/sign-in/unlock-user.ts';
import { ViewAs } from '../application/sign-in/view-as.ts';
import { actorOf } from './answering.ts';

/** What signed-in people look after themselves, and administrators for them. */
@Controller()
export class AccountController {
  constructor(
    private readonly unlocking: UnlockUser,
    private readonly sessions: Sessions,
    private readonly factors: SecondFactors,
    private readonly fresh: Freshness,
    private readonly settings: Settings,
    private readonly tokens: ApiTokens,
    private readonly views: ViewAs,
  ) {}

  @Answers(viewAs.begin)
  beginViewAs(ctx: RpcContext, { body }: ParsedInputOf<typeof viewAs.begin>) {
    return this.views.begin(actorOf(ctx), body.user_id);
  }

  @Answers(viewAs.end)
  endViewAs(ctx: RpcContext) {
    return this.views.end(actorOf(ctx));
  }

  @Answers(listSessions)
  listSessions(ctx: RpcContext, { query }: ParsedInputOf<typeof listSessions>) {
    return this.sessions.list(actorOf(ctx), query.user_id);
  }

  @Answers(deleteSession)
  deleteSession(ctx: RpcContext, { params }: ParsedInputOf<typeof deleteSession>) {
    return this.sessions.end(actorOf(ctx), params.id);
  }

  @Answers(deleteSessions)
  deleteSessions(ctx: RpcContext, { query }: ParsedInputOf<typeof deleteSessions>) {
    return this.sessions.endAll(actorOf(ctx), query.user_id);
  }

  @Answers(checkPassword)
  checkPassword(ctx: RpcContext, { body }: ParsedInputOf<typeof checkPassword>) {
    return this.fresh.prove(actorOf(ctx), body.password);
  }

  @Answers(twoFactorConfiguration)
  configuration(ctx: RpcContext) {
    return this.factors.configuration(actorOf(ctx));
  }

  @Answers(initiateAuthenticatorApp)
  initiateApp(ctx: RpcContext) {
    return this.factors.enrolApp(actorOf(ctx));
  }

  @Answers(verifyTwoFactor)
  verify(ctx: RpcContext, { body }: ParsedInputOf<typeof verifyTwoFactor>) {
    return this.factors.confirmApp(actorOf(ctx), body.payload);
  }

  @Answers(removeTwoFactor)
  remove(ctx: RpcContext, { query }: ParsedInputOf<typeof removeTwoFactor>) {
    return this.factors.remove(actorOf(ctx), query.method);
  }

  @Answers(generateRecoveryCodes)
  newRecoveryCodes(ctx: RpcContext) {
    return this.factors.newRecoveryCodes(actorOf(ctx));
  }

  @Answers(passkeyOptions)
  passkeyOptions(ctx: RpcContext) {
    return this.factors.passkeyOptions(actorOf(ctx));
  }

  @Answers(addPasskey)
  addPasskey(ctx: RpcContext, { body }: ParsedInputOf<typeof addPasskey>) {
    return this.factors.addPasskey(actorOf(ctx), body);
  }

  @Answers(renamePasskey)
  renamePasskey(ctx: RpcContext, { params, body }: ParsedInputOf<typeof renamePasskey>) {
    return this.factors.renamePasskey(actorOf(ctx), params.id, body.name);
  }

  @Answers(deletePasskey)
  deletePasskey(ctx: RpcContext, { params }: ParsedInputOf<typeof deletePasskey>) {
    return this.factors.deletePasskey(actorOf(ctx), params.id);
  }

  @Answers(userTwoFactor)
  ofUser(ctx: RpcContext, { params }: ParsedInputOf<typeof userTwoFactor>) {
    return this.factors.ofUser(actorOf(ctx), params.id);
  }

  @Answers(removeUserTwoFactor)
  removeOfUser(ctx: RpcContext, { params }: ParsedInputOf<typeof removeUserTwoFactor>) {
    return this.factors.removeOfUser(actorOf(ctx), params.id);
  }

  @Answers(unlockUser)
  unlock(ctx: RpcContext, { params }: ParsedInputOf<typeof unlockUser>) {
    return this.unlocking.run(actorOf(ctx), params.id);
  }

  @Answers(userTokens.list)
  tokensOfUser(ctx: RpcContext, { params }: ParsedInputOf<typeof userTokens.list>) {
    return this.tokens.ofUser(actorOf(ctx), params.id);
  }

  @Answers(userTokens.delete)
  revokeOfUser(ctx: RpcContext, { params }: ParsedInputOf<typeof userTokens.delete>) {
    return this.tokens.deleteOfUser(actorOf(ctx), params.id, params.token_id);
  }

  @Answers(signInSettings.list)
  listSettings(ctx: RpcContext) {
    return this.settings.list(actorOf(ctx));
  }

  @Answers(signInSettings.get)
  getSetting(ctx: RpcContext, { params }: ParsedInputOf<typeof signInSettings.get>) {
    return this.settings.get(actorOf(ctx), params.id);
  }

  @Answers(signInSettings.update)
  updateSetting(ctx: RpcContext, { params, body }: ParsedInputOf<typeof signInSettings.update>) {
    return this.settings.update(actorOf(ctx), params.id, body.state_current.value);
  }
}
