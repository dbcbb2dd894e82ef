import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Anchor, Button, Group, Text, TextInput } from '@mantine/core';
import { IconHistory, IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { problemText } from '../../../ui/problem.ts';
import { Item } from '../../../ui/section.tsx';
import { absoluteTime } from '../../../ui/time.ts';
import { type AuditFilter, exportAddress, formatAuditFilter, parseAuditFilter } from '../audit-filter.ts';
import { type AuditEntry, auditQueryOf, keyOf } from '../queries.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { RecordList } from './record-list.tsx';

export function AuditPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const search = useSearch({ from: '/app/admin/audit' });
  const filter = parseAuditFilter(search);
  const list = useInfiniteQuery(auditQueryOf(filter));
  const written = JSON.stringify(filter);
  return (
    <AdminPage title={t`Audit log`}>
      <Filter
        // The address changed without the form: it shows what the address says.
        key={written}
        value={filter}
        onChange={(value) => void navigate({ to: '/admin/audit', search: formatAuditFilter(value) })}
      />
      <Group gap="md">
        <Anchor href={exportAddress(filter, 'csv')} download>
          {t`Export as CSV`}
        </Anchor>
        <Anchor href={exportAddress(filter, 'json')} download>
          {t`Export as JSON`}
        </Anchor>
      </Group>
      <Verification />
      <RecordList
        label={t`Audit log`}
        icon={IconHistory}
        records={list.data?.pages.flatMap(({ entries }) => entries)}
        error={list.error}
        onRetry={() => void list.refetch()}
        narrowed={Object.values(filter).some((value) => value !== '')}
        none={t`Nothing was recorded yet`}
        more={list.hasNextPage ? { load: () => void list.fetchNextPage(), busy: list.isFetchingNextPage } : undefined}
      >
        {(entry) => <Entry key={entry.id} entry={entry} />}
      </RecordList>
    </AdminPage>
  );
}

function Filter({ value, onChange }: { value: AuditFilter; onChange: (value: AuditFilter) => void }) {
  const { t } = useLingui();
  const [typed, setTyped] = useState(value);
  const field = (name: keyof AuditFilter) => ({
    value: typed[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => setTyped({ ...typed, [name]: event.currentTarget.value }),
  });
  const none = { who: '', what: '', from: '', to: '' };
  return (
    <search>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onChange(parseAuditFilter({ ...typed }));
        }}
      >
        <div className={classes.filters}>
          <TextInput label={t`Who`} placeholder={t`Login, e-mail address or id`} {...field('who')} />
          <TextInput label={t`What`} placeholder="user, user.changed, role" {...field('what')} />
          <TextInput label={t`From`} type="date" {...field('from')} />
          <TextInput label={t`To`} type="date" {...field('to')} />
        </div>
        <Group justify="flex-end" gap="xs" mt="sm">
          {Object.values(value).some((each) => each !== '') && (
            <Button variant="default" onClick={() => onChange(none)}>
              {t`Show all`}
            </Button>
          )}
          <Button type="submit">{t`Filter`}</Button>
        </Group>
      </form>
    </search>
  );
}

/** Entries are chained by their hashes: whoever changes one breaks the chain behind it. */
function Verification() {
  const { t, i18n } = useLingui();
  const check = useQuery({
    queryKey: keyOf('audit', 'verification'),
    queryFn: ({ signal }) => call('verifyAuditLog', { signal }),
    // It reads the whole log: only when somebody asks.
    enabled: false,
    gcTime: 0,
    retry: false,
  });
  const { data, error } = check;
  const number = new Intl.NumberFormat(i18n.locale);
  return (
    <div>
      <Group gap="sm">
        <Button variant="default" loading={check.isFetching} onClick={() => void check.refetch()}>
          {t`Verify the log`}
        </Button>
        <Text size="sm" c="dimmed">
          {t`Checks that no entry was changed or taken away.`}
        </Text>
      </Group>
      <div role="status">
        {!check.isFetching && error && (
          <Alert color="red" variant="light" mt="sm">
            {problemText(i18n, error)}
          </Alert>
        )}
        {!check.isFetching && data?.ok && (
          <Alert
            color="mesh"
            variant="light"
            mt="sm"
            icon={<IconShieldCheck aria-hidden />}
            title={t`The log is whole`}
            style={{ overflowWrap: 'anywhere' }}
          >
            <Trans>
              {number.format(data.entries)} entries fit together. The last one has the hash {data.head}
            </Trans>
          </Alert>
        )}
        {!check.isFetching && data?.broken && (
          <Alert color="red" variant="light" mt="sm" icon={<IconShieldX aria-hidden />} title={t`The log was changed`}>
            <Trans>
              Entry {data.broken.id} is the first that does not fit: {data.broken.why}
            </Trans>
          </Alert>
        )}
      </div>
    </div>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { t, i18n } = useLingui();
  const { actor, actor_id, on_behalf_of, object_type, object_label, object_id, changes } = entry;
  const who = actor ?? (actor_id === null ? t`Nobody in particular` : `#${actor_id}`);
  const object = [object_type, object_label ?? (object_id && `#${object_id}`)].filter(Boolean).join(' ');
  const shown = Object.entries(changes);
  return (
    <Item
      what={
        <>
          <strong>{entry.action}</strong> {object}
        </>
      }
      facts={
        <>
          <time dateTime={entry.created_at}>{absoluteTime(i18n.locale, Date.parse(entry.created_at))}</time>
          {' · '}
          {on_behalf_of ? (
            <Trans>
              {who} for {on_behalf_of}
            </Trans>
          ) : (
            who
          )}
          {[entry.ip, entry.service].filter(Boolean).map((fact) => ` · ${fact}`)}
          {shown.length > 0 && (
            <ul className={classes.changes}>
              {shown.map(([field, change]) => (
                <li key={field}>
                  {field}:{' '}
                  {'from' in change || 'to' in change ? `${told(change.from)} → ${told(change.to)}` : t`changed`}
                </li>
              ))}
            </ul>
          )}
        </>
      }
    />
  );
}

/** Values as they were recorded; a dash for none, or for one that is not written down. */
const told = (value: unknown): string =>
  value === undefined || value === null || value === ''
    ? '–'
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
