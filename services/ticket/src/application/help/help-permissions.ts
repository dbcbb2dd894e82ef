import {
  type Actor,
  auditMessage,
  type Caller,
  changesBetween,
  type HelpAccess,
  type HelpPermissions,
  type HelpRole,
  recordAudit,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type HelpTree, inherited, least, type RoleAccess } from '../../domain/help/reader.ts';
import { HelpStore } from '../../persistence/help.store.ts';
import { invalidParam } from '../access.ts';
import { IDENTITY, type Identity } from '../ports.ts';
import { editorOf, requireEditing, requireHelpAdmin, requireStillOpen } from './help-access.ts';

/** What roles may do in the knowledge base and in its categories: who says so, and who may read it. */
@Injectable()
export class ManageHelpPermissions {
  constructor(
    private readonly db: DataSource,
    private readonly store: HelpStore,
    private readonly outbox: Outbox,
    @Inject(IDENTITY) private readonly identity: Identity,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @param categoryId  null: of the knowledge base itself */
  async get(actor: Actor, categoryId: number | null): Promise<HelpPermissions> {
    const tree = await this.store.tree(this.db);
    requireSaying(actor, tree, categoryId);
    return shown(tree, categoryId, await this.identity.helpRoles());
  }

  /**
   * @param given  by role id; none at all: as above. A role that is left out keeps what it had from above
   * @throws AppError invalid `help-permission.too-much`, `help-category.closed-to-you`
   */
  async set(actor: Caller, categoryId: number | null, given: RoleAccess): Promise<HelpPermissions> {
    const roles = await this.identity.helpRoles();
    for (const id of Object.keys(given)) {
      if (!roles.some((role) => String(role.id) === id)) throw invalidParam('permissions', id);
    }
    return transaction(this.db, async (tx) => {
      await this.store.lockTree(tx);
      const before = await this.store.tree(tx);
      requireSaying(actor, before, categoryId);
      const next = whole(given, roles, inherited(before, categoryId, idsOf(roles)));
      await this.store.setPermissions(tx, categoryId, next, actor.userId, this.clock.now());
      const after = await this.store.tree(tx);
      requireStillOpen(after, editorOf(actor), categoryId, 'permissions');
      const names = ['permissions'] as const;
      const changes = changesBetween(
        { permissions: saidAt(before, categoryId) },
        { permissions: saidAt(after, categoryId) },
        names,
      );
      if (Object.keys(changes).length > 0) {
        const [category] = categoryId === null ? [] : await this.store.categories(tx, [categoryId]);
        const label = category?.translations[0]?.title ?? 'Knowledge base';
        const told =
          categoryId === null
            ? { action: 'knowledge-base.changed', object: { type: 'KnowledgeBase', id: 1, label }, changes }
            : {
                ...{ action: 'help-category.changed', changes },
                object: { type: 'KnowledgeBase::Category', id: categoryId, label },
              };
        await this.outbox.add(tx, recordAudit, auditMessage(actor, told));
      }
      return shown(after, categoryId, roles);
    });
  }
}

/** @throws AppError forbidden; not-found for a category that is closed to the actor */
function requireSaying(actor: Actor, tree: HelpTree, categoryId: number | null): void {
  if (categoryId === null) requireHelpAdmin(actor);
  else requireEditing(tree, editorOf(actor), categoryId);
}

const idsOf = (roles: readonly HelpRole[]) => roles.map(({ id }) => id);

/** Said of every role, so that what is said later above it does not open what was closed here. */
function whole(given: RoleAccess, roles: readonly HelpRole[], above: RoleAccess): RoleAccess {
  if (Object.keys(given).length === 0) return {};
  return Object.fromEntries(
    roles.map(({ id, name, access }): [string, HelpAccess] => {
      const ceiling = least(access, above[id] ?? 'editor');
      const said = given[id] ?? ceiling;
      if (least(said, ceiling) === said) return [String(id), said];
      const detail = `The role "${name}" may be "${ceiling}" here at most.`;
      throw new AppError('invalid', 'help-permission.too-much', detail);
    }),
  );
}

function saidAt({ permissions, categories }: HelpTree, categoryId: number | null): RoleAccess {
  return categoryId === null ? permissions : (categories.find(({ id }) => id === categoryId)?.permissions ?? {});
}

function shown(tree: HelpTree, categoryId: number | null, roles: readonly HelpRole[]): HelpPermissions {
  const named = (access: HelpAccess) =>
    roles.filter((role) => role.access === access).map(({ id, name }) => ({ id, name }));
  const rows = (said: RoleAccess) => Object.entries(said).map(([id, access]) => ({ role_id: Number(id), access }));
  return {
    roles_reader: named('reader'),
    roles_editor: named('editor'),
    permissions: rows(saidAt(tree, categoryId)),
    inherited: rows(inherited(tree, categoryId, idsOf(roles))),
  };
}
