import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Button, Group, Paper, Select, Stack, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useActions } from '../../../app/actions/use-actions.ts';
import { call } from '../../../app/api.ts';
import { notifyDone } from '../../../ui/notify.tsx';
import { problemText } from '../../../ui/problem.ts';
import { isBlank, newFormId } from '../draft.ts';
import { groupsQuery, ticketKeys } from '../queries.ts';
import { useUploads } from '../use-uploads.ts';
import classes from './new-ticket-page.module.css';
import { focusFirst, TicketText } from './ticket-text.tsx';

interface Values {
  title: string;
  group: string | null;
  body: string;
}

/** What a customer fills in; everything else about the ticket is the desk's to decide. */
export function NewRequest() {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const { data: groups } = useQuery(groupsQuery);
  const [formId] = useState(newFormId);
  const uploads = useUploads(formId, []);
  const form = useForm<Values>({
    initialValues: { title: '', group: null, body: '' },
    validate: {
      title: (value) => (value.trim() === '' ? t`Write a title.` : null),
      group: (value) => (value === null ? t`Choose a group.` : null),
      body: (value) => (isBlank(value) ? t`Write a text.` : null),
    },
    validateInputOnBlur: ['title'],
  });
  const { setFieldValue } = form;
  const { group } = form.values;
  useEffect(() => {
    const only = groups?.length === 1 ? groups[0] : undefined;
    if (only && group === null) setFieldValue('group', String(only.id));
  }, [groups, group, setFieldValue]);

  const create = useMutation({
    mutationFn: ({ title, group, body }: Values) =>
      call('createTicket', {
        query: { expand: true },
        body: {
          title: title.trim(),
          group_id: Number(group),
          article: {
            type: 'web',
            subject: title.trim(),
            body,
            content_type: 'text/html' as const,
            ...(uploads.files.length > 0 ? { form_id: formId } : {}),
          },
        },
      }),
    onSuccess: (ticket) => {
      void cache.invalidateQueries({ queryKey: ticketKeys.lists });
      void cache.invalidateQueries({ queryKey: ticketKeys.counts });
      const { number } = ticket;
      notifyDone(t`Request #${number} sent`);
      void navigate({ to: '/tickets/$id', params: { id: String(ticket.id) } });
    },
  });
  const submit = () => {
    if (uploads.busy || create.isPending) return;
    const { hasErrors, errors } = form.validate();
    if (!hasErrors) create.mutate(form.values);
    else focusFirst(errors);
  };
  const latest = useRef(submit);
  latest.current = submit;
  const onSubmit = useCallback(() => latest.current(), []);
  const onBody = useCallback((html: string) => setFieldValue('body', html), [setFieldValue]);
  useActions([
    { id: 'new-request.send', label: msg`Send the request`, section: 'composer', key: '$mod+Enter', run: submit },
  ]);

  return (
    <div className={classes.page}>
      <title>{t`New request · Helpmesh`}</title>
      <Title order={1} mb="sm">
        {t`New request`}
      </Title>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Paper withBorder className={classes.paper}>
          <Stack gap="md">
            <TextInput label={t`Title`} maxLength={250} data-field="title" {...form.getInputProps('title')} />
            <Select
              label={t`Group`}
              placeholder={t`Choose a group`}
              searchable
              nothingFoundMessage={t`No such group`}
              data={(groups ?? []).map((each) => ({ value: String(each.id), label: each.name }))}
              data-field="group"
              {...form.getInputProps('group')}
            />
            <TicketText uploads={uploads} error={form.errors.body} onChange={onBody} onSubmit={onSubmit} />
            <div role="alert" className={classes.error}>
              {create.isError && problemText(i18n, create.error)}
            </div>
            <Group justify="flex-end">
              <Button type="submit" loading={create.isPending}>
                {t`Send the request`}
              </Button>
            </Group>
          </Stack>
        </Paper>
      </form>
    </div>
  );
}
