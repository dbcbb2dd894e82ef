import { useLingui } from '@lingui/react/macro';
import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { notifyDone } from '../../../ui/notify.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Section } from '../../../ui/section.tsx';
import { FormProblem } from '../../session/components/entry-page.tsx';
import classes from './admin-page.module.css';
import { PersonField } from './person-field.tsx';

/** Orders the archive of somebody else's data; it is fetched where one's own is. */
export function ArchiveOfPerson() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [person, setPerson] = useState<number | null>(null);
  const [internal, setInternal] = useState(false);
  const order = useMutation({
    mutationFn: () => call('createDataExport', { body: { user_id: person ?? 0, internal } }),
    onSuccess: () => {
      setPerson(null);
      notifyDone(t`The archive is being made. You fetch it from your account page.`);
      return cache.invalidateQueries({ queryKey: ['account', 'data-exports'] });
    },
  });
  return (
    <Section
      title={t`Archive of a person's data`}
      lead={t`What is kept about somebody, as a ZIP file. Look through it before you hand it on: texts may name others.`}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          order.mutate();
        }}
      >
        <FormProblem>{order.isError && problemText(i18n, order.error)}</FormProblem>
        <Stack>
          <PersonField label={t`Whose data`} value={person} onChange={setPerson} />
          <Checkbox
            label={t`With internal notes`}
            description={t`For the desk, not for the person.`}
            checked={internal}
            onChange={(event) => setInternal(event.currentTarget.checked)}
          />
          <Group>
            <Button type="submit" variant="default" loading={order.isPending} disabled={person === null}>
              {t`Order the archive`}
            </Button>
            <Text size="sm">
              <Link to="/account" className={classes.link}>
                {t`Archives you ordered`}
              </Link>
            </Text>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
