import { type Message, mailSignUp } from '@helpmesh/contracts';
import { Consumes, type Verdict } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SignUp } from '../application/sign-in/sign-up.ts';

/** Carries out what the request for an account only wrote down. */
@Controller()
export class OnSignUpOrder {
  constructor(private readonly signUps: SignUp) {}

  @Consumes(mailSignUp)
  handle(order: Message<typeof mailSignUp>, tx: EntityManager): Promise<Verdict> {
    return this.signUps.mail(tx, order);
  }
}
