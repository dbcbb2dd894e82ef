import { useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { call } from '../../../app/api.ts';
import { problemText } from '../../../ui/problem.ts';
import type { User } from '../queries.ts';
import { splitName } from '../split-name.ts';

interface Props {
  opened: boolean;
  /** What was typed into the search: an address or a name. */
  typed: string;
  onClose: () => void;
  onCreated: (user: User) => void;
}

export function NewCustomer({ opened, typed, onClose, onCreated }: Props) {
  const { t } = useLingui();
  return (
    <Modal opened={opened} onClose={onClose} title={t`New customer`} closeButtonProps={{ 'aria-label': t`Close` }}>
      {opened && <Form typed={typed} onClose={onClose} onCreated={onCreated} />}
    </Modal>
  );
}

function Form({ typed, onClose, onCreated }: Omit<Props, 'opened'>) {
  const { t, i18n } = useLingui();
  const form = useForm({
    initialValues: splitName(typed),
    validate: {
      email: (value) => (/^\S+@\S+\.\S+$/.test(value.trim()) ? null : t`Write an e-mail address.`),
    },
  });
  const create = useMutation({
    mutationFn: (values: typeof form.values) =>
      call('createUser', {
        query: { expand: true },
        body: {
          firstname: values.firstname.trim(),
          lastname: values.lastname.trim(),
          email: values.email.trim(),
          roles: ['Customer'],
        },
      }),
    onSuccess: onCreated,
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        // The dialog stands inside the form of the ticket as far as React's events know.
        event.stopPropagation();
        form.onSubmit((values) => create.mutate(values))(event);
      }}
    >
      <Stack>
        <div role="alert">{create.isError && problemText(i18n, create.error)}</div>
        <TextInput label={t`E-mail address`} inputMode="email" data-autofocus {...form.getInputProps('email')} />
        <Group grow align="flex-start">
          <TextInput label={t`First name`} {...form.getInputProps('firstname')} />
          <TextInput label={t`Last name`} {...form.getInputProps('lastname')} />
        </Group>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t`Cancel`}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {t`Create the customer`}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
