import type { HelpRole } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { helpAccess } from '../../domain/help-access.ts';
import { RoleStore } from '../../persistence/role.store.ts';

/** Roles that may do something in the knowledge base. */
@Injectable()
export class HelpRoles {
  constructor(
    private readonly db: DataSource,
    private readonly roles: RoleStore,
  ) {}

  /** Active ones, in the order of their names. */
  async all(): Promise<HelpRole[]> {
    const rows = await this.roles.activePermissions(this.db);
    return rows.flatMap(({ id, name, permissions }): HelpRole[] => {
      const access = helpAccess(permissions);
      return access ? [{ id, name, access }] : [];
    });
  }
}
