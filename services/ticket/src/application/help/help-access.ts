import { type Actor, hasPermission } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { type HelpTree, type Reader, standings } from '../../domain/help/reader.ts';
import { notAuthorized, notFound, requireAnyOf } from '../access.ts';

const EDITOR = 'knowledge_base.editor';
const READER = 'knowledge_base.reader';
const ADMIN = 'admin.knowledge_base';

/** The id of the one there is. */
const ONLY = 1;

/** As whom somebody reads the knowledge base. @throws AppError forbidden */
export function readerOf(actor: Actor): Reader {
  const admin = hasPermission(actor, ADMIN);
  const editor = admin || hasPermission(actor, EDITOR);
  if (editor || hasPermission(actor, READER)) {
    return { editor, admin, roleIds: actor.roleIds ?? [], roles: actor.helpRoles ?? {} };
  }
  if (hasPermission(actor, 'ticket.customer')) return 'public';
  throw notAuthorized();
}

/** @throws AppError forbidden */
export function editorOf(actor: Actor): Exclude<Reader, 'public'> {
  requireAnyOf(actor, [EDITOR, ADMIN]);
  return readerOf(actor) as Exclude<Reader, 'public'>;
}

/**
 * @param categoryId  null: the knowledge base itself, where topmost categories stand
 * @throws AppError forbidden; not-found for a category that the reader does not see
 */
export function requireEditing(tree: HelpTree, reader: Reader, categoryId: number | null): void {
  const standing = standings(tree, reader).get(categoryId);
  if (standing === 'editor') return;
  if (standing || categoryId === null) throw notAuthorized();
  throw notFound('KnowledgeBase::Category', categoryId);
}

/** @throws AppError forbidden for whoever is not of the desk */
export function requireStaff(actor: Actor): void {
  requireAnyOf(actor, [EDITOR, READER, ADMIN]);
}

/** @throws AppError forbidden */
export function requireHelpAdmin(actor: Actor): void {
  requireAnyOf(actor, [ADMIN]);
}

/** @throws AppError not-found */
export function requireBase(id: number): void {
  if (id !== ONLY) throw notFound('KnowledgeBase', id);
}

/**
 * Nobody may lock themselves out, and then not be told why the category is gone.
 * @param by  what would do it: `roles`, `permissions`
 * @throws AppError invalid `help-category.closed-to-you`
 */
export function requireStillOpen(tree: HelpTree, reader: Reader, categoryId: number | null, by: string): void {
  if (standings(tree, reader).get(categoryId) === 'editor') return;
  const why = `With these ${by} it would be closed to you yourself.`;
  throw new AppError('invalid', 'help-category.closed-to-you', why);
}
