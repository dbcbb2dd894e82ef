import { useLingui } from '@lingui/react/macro';
import { Badge, Button, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { problemText } from '../../../ui/problem.ts';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import classes from './admin-page.module.css';

/** What filters would say of a mail that somebody has at hand. */
export function FilterTester() {
  const { t, i18n } = useLingui();
  const [header, setHeader] = useState('');
  const [body, setBody] = useState('');
  const trial = useMutation({ mutationFn: () => call('testPostmasterFilters', { body: { header, body } }) });
  const { data, error } = trial;
  const met = data?.filters.filter(({ matches }) => matches).length ?? 0;
  return (
    <Section title={t`Try it`} lead={t`Paste the header of a mail; nothing is filed.`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          trial.mutate();
        }}
      >
        <Stack>
          <Textarea
            label={t`Header`}
            placeholder={'From: Ada <ada@example.org>\nSubject: Order 4711'}
            required
            withAsterisk={false}
            autosize
            minRows={3}
            maxRows={12}
            maxLength={65_536}
            value={header}
            onChange={(event) => setHeader(event.currentTarget.value)}
          />
          <Textarea
            label={t`Text`}
            autosize
            maxRows={8}
            maxLength={100_000}
            value={body}
            onChange={(event) => setBody(event.currentTarget.value)}
          />
          <div>
            <Button type="submit" variant="default" loading={trial.isPending}>
              {t`See what filters do`}
            </Button>
          </div>
          <div role="status">
            {error && (
              <Text size="sm" c="red">
                {problemText(i18n, error)}
              </Text>
            )}
            {data && (
              <Stack gap="xs">
                <Text size="sm">
                  {data.ignored
                    ? t`The mail would be ignored.`
                    : met === 0
                      ? t`No active filter would do anything.`
                      : t`The mail would be filed, with what these filters say.`}
                </Text>
                {data.filters.length > 0 && (
                  <ItemList label={t`Filters in force`}>
                    {data.filters.map(({ id, name, matches }) => (
                      <Item
                        key={id}
                        what={
                          <Link
                            to="/admin/mail/$kind/$id"
                            params={{ kind: 'filters', id: String(id) }}
                            className={classes.link}
                          >
                            {name}
                          </Link>
                        }
                        facts=""
                      >
                        <Badge size="sm" variant={matches ? 'light' : 'default'} color="mesh">
                          {matches ? t`Meets it` : t`Does not`}
                        </Badge>
                      </Item>
                    ))}
                  </ItemList>
                )}
              </Stack>
            )}
          </div>
        </Stack>
      </form>
    </Section>
  );
}
