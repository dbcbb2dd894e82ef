import type { HelpRole } from '@helpmesh/contracts';

const editing = ['admin', 'admin.knowledge_base', 'knowledge_base', 'knowledge_base.editor'];

/** Permissions that give a role a part in the knowledge base. */
export const helpPermissions = [...editing, 'knowledge_base.reader'];

/** What a role with these permissions may do in the knowledge base at most; undefined: it has no part in it. */
export function helpAccess(permissions: readonly string[]): HelpRole['access'] | undefined {
  if (permissions.some((held) => editing.includes(held))) return 'editor';
  return permissions.includes('knowledge_base.reader') ? 'reader' : undefined;
}
