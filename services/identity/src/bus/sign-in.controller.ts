import {
  authenticate,
  changePassword,
  createToken,
  deleteToken,
  listTokens,
  type ParsedInputOf,
  passkeySignInOptions,
  requestPasswordReset,
  requestSignInLink,
  setPasswordByToken,
  signIn,
  signInByLink,
  signInByPasskey,
  signInSecondStep,
  signOut,
  signUp,
  signUpSettings,
} from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { ApiTokens } from '../application/sign-in/api-tokens.ts';
import { Authenticate } from '../application/sign-in/authenticate.ts';
import { Maintenance } from '../application/sign-in/maintenance.ts';
import { PasswordReset } from '../application/sign-in/password-reset.ts';
import { SetPassword } from '../application/sign-in/set-password.ts';
import { SignIn } from '../application/sign-in/sign-in.ts';
import { SignInByLink } from '../application/sign-in/sign-in-by-link.ts';
import { SignUp } from '../application/sign-in/sign-up.ts';
import { actorOf } from './answering.ts';

@Controller()
export class SignInController {
  constructor(
    private readonly authentication: Authenticate,
    private readonly signing: SignIn,
    private readonly passwords: SetPassword,
    private readonly resets: PasswordReset,
    private readonly signUps: SignUp,
    private readonly links: SignInByLink,
    private readonly tokens: ApiTokens,
    private readonly maintenance: Maintenance,
  ) {}

  @Answers(authenticate)
  authenticate({ requestId }: RpcContext, input: ParsedInputOf<typeof authenticate>) {
    return this.authentication.run(input, requestId);
  }

  @Answers(signIn)
  signIn(_ctx: RpcContext, input: ParsedInputOf<typeof signIn>) {
    return this.signing.in(input);
  }

  @Answers(signInSecondStep)
  secondStep(_ctx: RpcContext, input: ParsedInputOf<typeof signInSecondStep>) {
    return this.signing.secondStep(input);
  }

  @Answers(passkeySignInOptions)
  passkeySignInOptions() {
    return this.signing.passkeyOptions();
  }

  @Answers(signInByPasskey)
  signInByPasskey(_ctx: RpcContext, input: ParsedInputOf<typeof signInByPasskey>) {
    return this.signing.byPasskey(input);
  }

  @Answers(requestSignInLink)
  requestLink(_ctx: RpcContext, { body }: ParsedInputOf<typeof requestSignInLink>) {
    return this.links.request(body);
  }

  @Answers(signInByLink)
  signInByLink(_ctx: RpcContext, input: ParsedInputOf<typeof signInByLink>) {
    return this.links.in(input);
  }

  @Answers(signOut)
  signOut(_ctx: RpcContext, input: ParsedInputOf<typeof signOut>) {
    return this.signing.out(input);
  }

  @Answers(signUpSettings)
  async signUpSettings() {
    const [user_create_account, user_sign_in_by_link, maintenance] = await Promise.all([
      this.signUps.allowed(),
      this.links.allowed(),
      this.maintenance.shown(),
    ]);
    return { user_create_account, user_sign_in_by_link, ...maintenance };
  }

  @Answers(signUp)
  signUp(_ctx: RpcContext, { body }: ParsedInputOf<typeof signUp>) {
    return this.signUps.request(body);
  }

  @Answers(requestPasswordReset)
  requestReset(_ctx: RpcContext, { body }: ParsedInputOf<typeof requestPasswordReset>) {
    return this.resets.request(body);
  }

  @Answers(setPasswordByToken)
  setByToken(_ctx: RpcContext, { body }: ParsedInputOf<typeof setPasswordByToken>) {
    return this.passwords.byToken(body.token, body.password, body.end_tokens);
  }

  @Answers(changePassword)
  change(ctx: RpcContext, { body }: ParsedInputOf<typeof changePassword>) {
    return this.passwords.change(actorOf(ctx), body);
  }

  @Answers(listTokens)
  listTokens(ctx: RpcContext) {
    return this.tokens.list(actorOf(ctx));
  }

  @Answers(createToken)
  createToken(ctx: RpcContext, { body }: ParsedInputOf<typeof createToken>) {
    return this.tokens.create(actorOf(ctx), body);
  }

  @Answers(deleteToken)
  deleteToken(ctx: RpcContext, { params }: ParsedInputOf<typeof deleteToken>) {
    return this.tokens.delete(actorOf(ctx), params.id);
  }
}
