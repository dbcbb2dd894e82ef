import { type Message, mailSignInLink } from '@helpmesh/contracts';
import { Consumes, type Verdict } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SignInByLink } from '../application/sign-in/sign-in-by-link.ts';

/** Carries out what the request for a link to sign in only wrote down. */
@Controller()
export class OnSignInLinkOrder {
  constructor(private readonly links: SignInByLink) {}

  @Consumes(mailSignInLink)
  handle(order: Message<typeof mailSignInLink>, tx: EntityManager): Promise<Verdict> {
    return this.links.mail(tx, order);
  }
}
