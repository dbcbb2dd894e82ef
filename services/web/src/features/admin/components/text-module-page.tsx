import { useLingui } from '@lingui/react/macro';
import { Alert, Code, MultiSelect, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { MessageFrame } from '../../tickets/components/message-frame.tsx';
import { TicketPicker } from '../../tickets/components/ticket-picker.tsx';
import { groupsQuery } from '../../tickets/queries.ts';
import type { Field } from '../edit.ts';
import type { TextModule } from '../library.ts';
import { useOwnGroups } from '../own-groups.ts';
import { keyOf } from '../queries.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import { AdminPage } from './admin-page.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { HtmlField } from './html-field.tsx';
import { RecordPage } from './record-page.tsx';

interface Values {
  name: string;
  keywords: string;
  content: string;
  groups: string[];
  active: boolean;
}

const fresh: Values = { name: '', keywords: '', content: '', groups: [], active: true };
const valuesOf = ({ name, keywords, content, group_ids, active }: TextModule): Values => ({
  ...{ name, keywords: keywords ?? '', content, groups: group_ids.map(String), active },
});
const bodyOf = ({ groups, ...rest }: Partial<Values>) => ({
  ...rest,
  ...(groups && { group_ids: groups.map(Number) }),
});
const changes = ['text-modules'];
const noFiles = new Map<string, string>();

export function TextModulePage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/text-modules/$id' }).id);
  const query = useQuery({
    queryKey: [...keyOf('text-modules'), id],
    queryFn: ({ signal }) => call('getTextModule', { params: { id }, signal }),
  });
  return (
    <RecordPage query={query} id={id} up="text-modules" title={t`Text module`}>
      {(module) => <Edit module={module} />}
    </RecordPage>
  );
}

function Edit({ module }: { module: TextModule }) {
  const { t } = useLingui();
  const { id, name } = module;
  const stored = useStored(module, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getTextModule', { params: { id } })),
    write: (_, changed) => call('updateTextModule', { params: { id }, body: bodyOf(changed) }),
    done: t`The text module was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="text-modules"
      action={
        <DeleteButton
          question={t`${name} will be gone for good. Texts that were written with it stay.`}
          done={t`The text module was deleted.`}
          deed={() => call('deleteTextModule', { params: { id } })}
          back="/admin/text-modules"
          changes={changes}
        />
      }
    >
      <TextModuleForm editor={editor} />
    </AdminPage>
  );
}

export function NewTextModulePage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, TextModule>({
    stored: fresh,
    write: (values) => call('createTextModule', { body: { ...bodyOf(values), user_id: null } }),
    onSaved: ({ id }) => void navigate({ to: '/admin/text-modules/$id', params: { id: String(id) }, replace: true }),
    done: t`The text module was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New text module`} up="text-modules">
      <TextModuleForm editor={editor} saveLabel={t`Create the text module`} />
    </AdminPage>
  );
}

function TextModuleForm({ editor, saveLabel }: { editor: Editor<Values>; saveLabel?: string }) {
  const { t } = useLingui();
  const { values, set } = editor;
  const { data: every = [] } = useQuery(groupsQuery);
  const { groups: own, all } = useOwnGroups('admin.text_module');
  const groups = all ? every : own;
  const labels: Record<Field<Values>, string> = {
    ...{ name: t`Name`, keywords: t`Keywords`, content: t`Text`, groups: t`Groups`, active: t`Active` },
  };
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section title={t`Text module`} lead={t`Agents write it by :: and a part of its name or keywords.`}>
          <Stack>
            <TextInput
              label={labels.name}
              required
              withAsterisk={false}
              maxLength={250}
              value={values.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <TextInput
              label={labels.keywords}
              maxLength={1000}
              value={values.keywords}
              onChange={(event) => set({ keywords: event.currentTarget.value })}
            />
            <HtmlField label={labels.content} value={values.content} onChange={(content) => set({ content })} />
            <Variables />
            <MultiSelect
              label={labels.groups}
              description={t`For agents of these groups; without any, for all.`}
              data={groups.map(({ id, name }) => ({ value: String(id), label: name }))}
              value={values.groups}
              onChange={(chosen) => set({ groups: chosen })}
            />
            <Switch
              label={labels.active}
              checked={values.active}
              onChange={(event) => set({ active: event.currentTarget.checked })}
            />
          </Stack>
        </Section>
        <Preview content={values.content} />
      </Stack>
    </EditForm>
  );
}

/** What can be written between braces. */
function Variables() {
  const { t } = useLingui();
  const lines: [written: string, what: string][] = [
    ['{{customer.firstname}}', t`A value; also of ticket, owner, group, organization, user and last_article`],
    ['{{#customer.organization}} … {{name}} … {{/customer.organization}}', t`Only where there is one`],
    ['{{^owner}} … {{/owner}}', t`Only where there is none`],
    ['#{ticket.title}', t`A value as rules write it; a hyphen where there is none`],
    ['\\{{customer.firstname}}', t`Stays as it is written, as do braces that name nothing known`],
  ];
  return (
    <details>
      <summary>{t`Variables`}</summary>
      <Stack component="ul" gap={4} mt="xs" mb={0}>
        {lines.map(([written, what]) => (
          <Text key={written} component="li" size="sm">
            <Code>{written}</Code> {what}
          </Text>
        ))}
      </Stack>
    </details>
  );
}

/** As agents get it, from the same place: in a ticket of choice, else where there is none yet. */
function Preview({ content }: { content: string }) {
  const { t } = useLingui();
  const [ticket, setTicket] = useState<number | null>(null);
  const [asked] = useDebouncedValue(content, 400);
  const { data, error, refetch } = useQuery({
    queryKey: keyOf('text-module-preview', asked, ticket),
    queryFn: ({ signal }) =>
      call('previewTextModule', { body: { content: asked, ...(ticket !== null && { ticket_id: ticket }) }, signal }),
    enabled: asked !== '',
    placeholderData: keepPreviousData,
  });
  const shown = asked === '' ? undefined : data;
  return (
    <Section title={t`Preview`} lead={t`Without a ticket only who writes and the desk are known.`}>
      <Stack>
        <TicketPicker label={t`In this ticket`} except={0} onChange={(picked) => setTicket(picked?.id ?? null)} />
        <div role="status">
          {error && <Failed error={error} onRetry={() => void refetch()} />}
          {shown && shown.errors.length > 0 && (
            <Alert color="red" variant="light" title={t`This cannot be used`}>
              {shown.errors.map((one) => (
                <Text key={one} size="sm">
                  {one}
                </Text>
              ))}
            </Alert>
          )}
        </div>
        {shown && <MessageFrame title={t`Preview of the text module`} html={shown.content} cids={noFiles} />}
      </Stack>
    </Section>
  );
}
