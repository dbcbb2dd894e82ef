import { type Message, mailPasswordReset } from '@helpmesh/contracts';
import { Consumes, type Verdict } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PasswordReset } from '../application/sign-in/password-reset.ts';

/** Carries out what the request for a reset link only wrote down. */
@Controller()
export class OnResetOrder {
  constructor(private readonly resets: PasswordReset) {}

  @Consumes(mailPasswordReset)
  handle(order: Message<typeof mailPasswordReset>, tx: EntityManager): Promise<Verdict> {
    return this.resets.mail(tx, order);
  }
}
