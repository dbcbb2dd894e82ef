import {
  accountDeletion,
  avatars,
  deleteAccount,
  getAvatarImage,
  type ParsedInputOf,
  updateOutOfOffice,
  updatePreferences,
} from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { Avatars } from '../application/profile/avatars.ts';
import { DeleteAccount } from '../application/profile/delete-account.ts';
import { OutOfOffice } from '../application/profile/out-of-office.ts';
import { Preferences } from '../application/profile/preferences.ts';
import { refusals } from '../application/refusals.ts';
import { actorOf } from './answering.ts';

/** What signed-in people say about themselves and how they work. */
@Controller()
export class ProfileController {
  constructor(
    private readonly preferences: Preferences,
    private readonly away: OutOfOffice,
    private readonly pictures: Avatars,
    private readonly account: DeleteAccount,
  ) {}

  @Answers(updatePreferences)
  prefer(ctx: RpcContext, { body }: ParsedInputOf<typeof updatePreferences>) {
    return this.preferences.change(actorOf(ctx), body);
  }

  @Answers(updateOutOfOffice)
  outOfOffice(ctx: RpcContext, { body }: ParsedInputOf<typeof updateOutOfOffice>) {
    return this.away.own(actorOf(ctx), body);
  }

  @Answers(avatars.list)
  listAvatars(ctx: RpcContext) {
    return this.pictures.list(actorOf(ctx));
  }

  @Answers(avatars.create)
  addAvatar(ctx: RpcContext, { body }: ParsedInputOf<typeof avatars.create>) {
    return this.pictures.add(actorOf(ctx), body);
  }

  @Answers(avatars.choose)
  chooseAvatar(ctx: RpcContext, { body }: ParsedInputOf<typeof avatars.choose>) {
    return this.pictures.choose(actorOf(ctx), body.id);
  }

  @Answers(avatars.delete)
  deleteAvatar(ctx: RpcContext, { query, body }: ParsedInputOf<typeof avatars.delete>) {
    const id = query.id ?? body?.id;
    if (id === undefined) throw refusals.required('id');
    return this.pictures.delete(actorOf(ctx), id);
  }

  @Answers(getAvatarImage)
  image(ctx: RpcContext, { hash }: ParsedInputOf<typeof getAvatarImage>) {
    actorOf(ctx);
    return this.pictures.image(hash);
  }

  @Answers(accountDeletion)
  async accountDeletion(ctx: RpcContext) {
    return { deletable: await this.account.deletable(actorOf(ctx)) };
  }

  @Answers(deleteAccount)
  deleteAccount(ctx: RpcContext) {
    return this.account.run(actorOf(ctx));
  }
}
