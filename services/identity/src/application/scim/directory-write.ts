import type { Caller } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { transaction, violates } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type DirectoryRow, DirectoryStore } from '../../persistence/directory.store.ts';
import { scimRefusals } from './refusals.ts';

const taken = ['users_email_key', 'users_login_key'];

/** In whose name SCIM is spoken. */
@Injectable()
export class DirectoryWrite {
  constructor(
    private readonly db: DataSource,
    private readonly directories: DirectoryStore,
  ) {}

  /** The directory that the token is of. @throws AppError forbidden `scim.not-provisioning` */
  async reading(actor: Caller): Promise<DirectoryRow> {
    const { directoryId: id } = actor;
    return provisioning(id === undefined ? id : await this.directories.byId(this.db, id));
  }

  /**
   * One change of the directory's people or groups: changes of one directory come one after another.
   * @throws AppError forbidden `scim.not-provisioning`; what users are refused for, in the words of SCIM
   */
  async run<T>(actor: Caller, change: (tx: EntityManager, directory: DirectoryRow) => Promise<T>): Promise<T> {
    try {
      return await transaction(this.db, async (tx) => {
        const { directoryId: id } = actor;
        const directory = provisioning(id === undefined ? id : await this.directories.lock(tx, id));
        return change(tx, directory);
      });
    } catch (error) {
      if (taken.some((constraint) => violates(error, constraint))) throw addressTaken();
      throw error instanceof AppError ? inScim(error) : error;
    }
  }
}

/** Who has the address is none of the directory's business. */
export function addressTaken(): AppError {
  return scimRefusals.uniqueness('The e-mail address is taken.');
}

function inScim(error: AppError): AppError {
  switch (error.code) {
    case 'identity.email-taken':
    case 'identity.login-taken':
      return addressTaken();
    case 'identity.email-invalid':
      return scimRefusals.invalidValue(error.detail);
    case 'identity.last-admin':
      return scimRefusals.lastAdmin();
    default:
      return error;
  }
}

function provisioning(directory: DirectoryRow | undefined): DirectoryRow {
  if (directory?.enabled) return directory;
  throw scimRefusals.notProvisioning();
}
