import { useLingui } from '@lingui/react/macro';
import { Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { call } from '../../../app/api.ts';
import { Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { useMe } from '../../session/use-me.ts';
import { MessageFrame } from '../../tickets/components/message-frame.tsx';
import type { Field } from '../edit.ts';
import { keyOf } from '../queries.ts';
import { filledSignature, type Signature } from '../senders.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import { AdminPage } from './admin-page.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { HtmlField } from './html-field.tsx';
import { Loading } from './loading.tsx';

interface Values {
  name: string;
  body: string;
  note: string;
  active: boolean;
}

const fresh: Values = { name: '', body: '', note: '', active: true };
const valuesOf = ({ name, body, note, active }: Signature): Values => ({ name, body, note: note ?? '', active });
const changes = ['mail', 'groups'];
const noFiles = new Map<string, string>();

export function SignaturePage({ id }: { id: number }) {
  const { t } = useLingui();
  const query = useQuery({
    queryKey: keyOf('mail', 'signature', id),
    queryFn: ({ signal }) => call('getSignature', { params: { id }, query: { expand: true }, signal }),
  });
  if (query.error) {
    return (
      <AdminPage title={t`Signature`} up="mail">
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      </AdminPage>
    );
  }
  return query.data ? <Edit key={id} signature={query.data} /> : <Loading />;
}

function Edit({ signature }: { signature: Signature }) {
  const { t } = useLingui();
  const { id, name } = signature;
  const stored = useStored(signature, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getSignature', { params: { id } })),
    write: (_, changed) => call('updateSignature', { params: { id }, body: changed }),
    done: t`The signature was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="mail"
      action={
        <DeleteButton
          question={t`${name} will be gone for good. A signature that a group uses cannot be deleted.`}
          done={t`The signature was deleted.`}
          deed={() => call('deleteSignature', { params: { id } })}
          back="/admin/mail"
          changes={changes}
          gone={keyOf('mail', 'signature', id)}
        />
      }
    >
      <SignatureForm editor={editor} group={signature.groups?.[0]} />
    </AdminPage>
  );
}

export function NewSignaturePage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, Signature>({
    stored: fresh,
    write: (values) => call('createSignature', { body: values }),
    onSaved: () => void navigate({ to: '/admin/mail', replace: true }),
    done: t`The signature was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New signature`} up="mail">
      <SignatureForm editor={editor} saveLabel={t`Create the signature`} />
    </AdminPage>
  );
}

interface FormProps {
  editor: Editor<Values>;
  /** One that uses it. */
  group?: string | undefined;
  saveLabel?: string;
}

function SignatureForm({ editor, group, saveLabel }: FormProps) {
  const { t } = useLingui();
  const { me } = useMe();
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = {
    ...{ name: t`Name`, body: t`Text`, note: t`Note`, active: t`Active` },
  };
  const example = '#{user.firstname}';
  const name = `${me.firstname} ${me.lastname}`.trim() || me.email;
  const person = { 'user.firstname': me.firstname, 'user.lastname': me.lastname, 'user.email': me.email };
  const ofGroup = group ?? t`Support`;
  const shown = filledSignature(values.body, {
    ...{ ...person, 'user.name': name, 'user.fullname': name, 'group.name': ofGroup, 'ticket.group.name': ofGroup },
    ...{ 'ticket.number': '10042', 'ticket.title': t`The printer is on fire` },
  });
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section
          title={t`Signature`}
          lead={t`Of the variables, those of user and group are filled in, and number and title of the ticket: ${example}`}
        >
          <Stack>
            <TextInput
              label={labels.name}
              required
              withAsterisk={false}
              maxLength={100}
              value={values.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <HtmlField label={labels.body} value={values.body} onChange={(body) => set({ body })} />
            <Textarea
              label={labels.note}
              autosize
              maxLength={250}
              value={values.note}
              onChange={(event) => set({ note: event.currentTarget.value })}
            />
            <Switch
              label={labels.active}
              description={t`One that is not active stands below no mail.`}
              checked={values.active}
              onChange={(event) => set({ active: event.currentTarget.checked })}
            />
          </Stack>
        </Section>
        <Section title={t`Preview`} lead={t`As it would stand below a mail of yours.`}>
          {shown.trim() === '' ? (
            <Text size="sm" c="dimmed">{t`Nothing is written yet.`}</Text>
          ) : (
            <MessageFrame title={t`Preview of the signature`} html={shown} cids={noFiles} />
          )}
        </Section>
      </Stack>
    </EditForm>
  );
}
