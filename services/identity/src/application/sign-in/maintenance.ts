import { AppError } from '@helpmesh/kernel';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { grants } from '../../domain/permissions.ts';
import { type Principal, PrincipalStore } from '../../persistence/principal.store.ts';
import { SettingStore } from '../../persistence/setting.store.ts';

/** While it lasts, the desk is for those who hold `admin.maintenance`, whichever way the others come. Mail is taken in all the same. */
@Injectable()
export class Maintenance {
  constructor(
    private readonly db: DataSource,
    private readonly settings: SettingStore,
    private readonly principals: PrincipalStore,
  ) {}

  /** @throws AppError forbidden `identity.maintenance` */
  async pass({ grants: held }: Pick<Principal, 'grants'>): Promise<void> {
    if (grants(held.permissions, 'admin.maintenance')) return;
    if (await this.isOn(this.db)) throw closed();
  }

  /** Before a session is opened. @throws AppError forbidden `identity.maintenance` */
  async passUser(tx: DataSource | EntityManager, userId: number): Promise<void> {
    if (!(await this.isOn(tx))) return;
    const principal = await this.principals.byId(tx, userId);
    if (!principal || !grants(principal.grants.permissions, 'admin.maintenance')) throw closed();
  }

  /** What strangers are told of it. */
  async shown(): Promise<{ maintenance_mode: boolean; maintenance_message: string | null }> {
    const [on, told, message] = await Promise.all([
      this.isOn(this.db),
      this.settings.value(this.db, 'maintenance_login'),
      this.settings.value(this.db, 'maintenance_login_message'),
    ]);
    const isTold = (on || told === true) && typeof message === 'string' && message.trim() !== '';
    return { maintenance_mode: on, maintenance_message: isTold ? message : null };
  }

  private async isOn(tx: DataSource | EntityManager): Promise<boolean> {
    return (await this.settings.value(tx, 'maintenance_mode')) === true;
  }
}

/** In the words that clients know (docs/zammad-api.md 2.2). */
function closed(): AppError {
  return new AppError('forbidden', 'identity.maintenance', 'Maintenance mode enabled!');
}
