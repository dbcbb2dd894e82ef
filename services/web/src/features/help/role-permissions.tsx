import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Select, Stack, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Section } from '../../ui/section.tsx';
import { EditForm } from '../admin/components/edit-form.tsx';
import { useEditor, useStored } from '../admin/use-editor.ts';
import { type HelpPermissions, helpKey, permissionRows, permissionsQuery } from './queries.ts';

type Access = HelpPermissions['permissions'][number]['access'];
const ranks: readonly Access[] = ['none', 'reader', 'editor'];
const accessLabels = { none: msg`Only what is public`, reader: msg`Read`, editor: msg`Write` };

interface Values {
  /** By role id; null: all as above. */
  permissions: Record<string, Access> | null;
}
const valuesOf = ({ permissions }: HelpPermissions): Values => ({
  permissions:
    permissions.length === 0 ? null : Object.fromEntries(permissions.map((one) => [one.role_id, one.access])),
});

/** What each role may do in a category, or in all of the knowledge base (null). */
export function RolePermissions({ category }: { category: number | null }) {
  const { data } = useQuery(permissionsQuery(category));
  return data ? <Matrix key={category} category={category} said={data} /> : null;
}

function Matrix({ category, said }: { category: number | null; said: HelpPermissions }) {
  const { t, i18n } = useLingui();
  const editor = useEditor<Values>({
    stored: useStored(said, valuesOf),
    read: async () => valuesOf(await permissionRows.get(category)),
    write: ({ permissions }) => permissionRows.set(category, permissions ?? {}),
    done: t`The permissions were saved.`,
    changes: helpKey,
  });
  const { permissions } = editor.values;
  const above = new Map(said.inherited.map((one) => [one.role_id, one.access]));
  const roles = [
    ...said.roles_editor.map((role) => ({ ...role, most: 'editor' as Access })),
    ...said.roles_reader.map((role) => ({ ...role, most: 'reader' as Access })),
  ].map((role) => ({ ...role, most: least(role.most, above.get(role.id) ?? 'editor') }));
  return (
    <EditForm editor={editor} labels={{ permissions: t`What roles may do` }}>
      <Section
        title={t`What roles may do`}
        lead={t`It holds for all that is below. Of several roles of a person the best one counts.`}
      >
        <Stack>
          <Switch
            label={category === null ? t`As the permissions of the roles say` : t`As above it`}
            checked={permissions === null}
            onChange={({ currentTarget: { checked } }) =>
              editor.set({ permissions: checked ? null : Object.fromEntries(roles.map(({ id, most }) => [id, most])) })
            }
          />
          {permissions !== null &&
            roles.map(({ id, name, most }) => (
              <Select
                key={id}
                label={name}
                allowDeselect={false}
                data={ranks
                  .slice(0, ranks.indexOf(most) + 1)
                  .map((value) => ({ value, label: i18n._(accessLabels[value]) }))}
                value={least(permissions[id] ?? most, most)}
                onChange={(value) => editor.set({ permissions: { ...permissions, [id]: value as Access } })}
              />
            ))}
          {permissions !== null && (
            <Text size="sm" c="dimmed">
              {t`Nobody gets more than what their role may above. Administrators of the knowledge base see everything.`}
            </Text>
          )}
        </Stack>
      </Section>
    </EditForm>
  );
}

const least = (one: Access, other: Access): Access => (ranks.indexOf(one) < ranks.indexOf(other) ? one : other);
