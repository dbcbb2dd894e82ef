import type { Caller } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayProfile } from '../../domain/access.ts';
import { SettingStore } from '../../persistence/setting.store.ts';
import { ErasePeople } from '../privacy/erase-people.ts';
import { refusals } from '../refusals.ts';
import { Freshness } from '../sign-in/freshness.ts';

/** Customers who end it with this desk themselves. */
@Injectable()
export class DeleteAccount {
  constructor(
    private readonly db: DataSource,
    private readonly settings: SettingStore,
    private readonly fresh: Freshness,
    private readonly erasing: ErasePeople,
  ) {}

  async deletable(actor: Caller): Promise<boolean> {
    return mayProfile.deleteAccount(actor) && (await this.settings.value(this.db, 'user_delete_account')) === true;
  }

  /** @throws AppError forbidden, also `identity.account-kept`, `identity.proof-needed`; conflict `identity.legal-hold` */
  async run(actor: Caller): Promise<Record<string, never>> {
    if (!(await this.deletable(actor))) throw refusals.accountKept();
    await this.fresh.demand(actor);
    await this.erasing.orderOwn(actor);
    return {};
  }
}
