import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Button, Group, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { lazy, Suspense } from 'react';
import { useActions } from '../../../app/actions/use-actions.ts';
import { withTexts } from '../../../app/i18n.ts';
import { problemText } from '../../../ui/problem.ts';
import { CustomInputs } from '../../custom/components/custom-inputs.tsx';
import { useCustomForm } from '../../custom/use-custom-form.ts';
import { isBlank } from '../draft.ts';
import { type TicketValues, useOpenTicket } from '../use-open-ticket.ts';
import { GroupSelect } from './group-select.tsx';
import classes from './new-ticket-page.module.css';
import { TicketForm } from './ticket-form.tsx';
import { TicketText } from './ticket-text.tsx';

const Suggestions = lazy(() =>
  withTexts(() => import('../../help/suggestions.tsx')).then((file) => ({ default: file.Suggestions })),
);

/** What a customer fills in; everything else about the ticket is the desk's to decide. */
export function NewRequest() {
  const { t, i18n } = useLingui();
  const form = useForm<TicketValues>({
    initialValues: { title: '', group: null, service: null, body: '' },
    validate: {
      title: (value) => (value.trim() === '' ? t`Write a title.` : null),
      group: (value) => (value === null ? t`Choose a group.` : null),
      body: (value) => (isBlank(value) ? t`Write a text.` : null),
    },
    validateInputOnBlur: ['title'],
  });
  const custom = useCustomForm('Ticket');
  const { uploads, submit, isPending, error } = useOpenTicket({
    form,
    rest: () => ({ ...custom.values, article: { type: 'web' } }),
    complete: custom.check,
    done: (number) => t`Request #${number} sent`,
  });
  useActions([
    { id: 'new-request.send', label: msg`Send the request`, section: 'composer', key: '$mod+Enter', run: submit },
  ]);

  return (
    <TicketForm title={t`New request`} windowTitle={t`New request · Helpmesh`} onSubmit={submit}>
      <TextInput label={t`Title`} maxLength={250} data-field="title" {...form.getInputProps('title')} />
      <Suspense fallback={null}>
        <Suggestions title={form.values.title} />
      </Suspense>
      <GroupSelect form={form} />
      <CustomInputs {...custom.inputs} />
      <TicketText
        uploads={uploads}
        error={form.errors.body}
        onChange={(html) => form.setFieldValue('body', html)}
        onSubmit={submit}
      />
      <div role="alert" className={classes.error}>
        {error && problemText(i18n, error)}
      </div>
      <Group justify="flex-end">
        <Button type="submit" loading={isPending}>
          {t`Send the request`}
        </Button>
      </Group>
    </TicketForm>
  );
}
