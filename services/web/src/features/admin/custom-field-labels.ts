import { useLingui } from '@lingui/react/macro';

/** What objects, types, screens and people are called. */
export function useFieldWords() {
  const { t } = useLingui();
  const types: Record<string, string> = {
    input: t`Line of text`,
    textarea: t`Several lines of text`,
    select: t`Choice`,
    multiselect: t`Several choices`,
    tree_select: t`Choice from a tree`,
    multi_tree_select: t`Several choices from a tree`,
    boolean: t`Yes or no`,
    integer: t`Whole number`,
    date: t`Date`,
    datetime: t`Date and time`,
  };
  const screens: Record<string, string> = {
    create_middle: t`New ticket`,
    create: t`New`,
    edit: t`Edit`,
    view: t`View`,
  };
  const people: Record<string, string> = {
    'ticket.agent': t`Agents`,
    'ticket.customer': t`Customers`,
    'admin.user': t`Administrators`,
    'admin.organization': t`Administrators`,
    'admin.group': t`Administrators`,
  };
  const objects = {
    Ticket: t`Tickets`,
    User: t`Users`,
    Organization: t`Organizations`,
    Group: t`Groups`,
  };
  return { types, screens, people, objects };
}
