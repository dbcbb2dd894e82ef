import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import {
  Alert,
  Anchor,
  Badge,
  Button,
  FileButton,
  Group,
  List,
  Menu,
  Modal,
  Progress,
  ScrollArea,
  Stack,
  Table,
  Text,
} from '@mantine/core';
import { IconChevronDown, IconDownload, IconFileSpreadsheet } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { ApiError, sendFormWatched } from '../../../app/api.ts';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { problemText } from '../../../ui/problem.ts';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { errorsAsCsv } from '../import-errors.ts';
import { readAnew } from '../queries.ts';

interface Imported {
  result: 'success' | 'failed';
  stats: { created: number; updated: number; unchanged: number };
  records: { line: number; name: string; what: 'created' | 'updated' | 'unchanged' }[];
  errors: string[];
}

/** How far it is, by the lines of the file. */
interface ImportProgress {
  phase: 'looking' | 'writing';
  line: number;
  lines: number;
}

type Kind = 'users' | 'organizations' | 'tickets';

/** Rows of the file that are shown; the numbers above are of all of them. */
const SHOWN = 100;
/** Of what is wrong; all of it can be downloaded. */
const SHOWN_ERRORS = 15;

/** People, organizations or tickets into a file, and from one: first it says what would happen, then it does it. */
export function ImportRows({ of }: { of: Kind }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const choose = useRef<HTMLButtonElement>(null);
  const reset = useRef<() => void>(null);
  const [progress, setProgress] = useState<ImportProgress | null>(null);
  const send = async (chosen: File, trial: boolean): Promise<Imported> => {
    const form = new FormData();
    form.append('try', String(trial));
    form.append('file', chosen);
    let done: Imported | undefined;
    await sendFormWatched(`/api/v1/${of}/import`, form, (line) => {
      const said = line as Partial<Imported> & { progress?: ImportProgress; error?: string; code?: string };
      if (said.error !== undefined) throw new ApiError(500, said.error, { code: said.code ?? '' });
      if (said.progress) setProgress(said.progress);
      else done = said as Imported;
    }).finally(() => setProgress(null));
    if (!done) throw new ApiError(0, '');
    return done;
  };
  const look = useMutation({
    mutationFn: (chosen: File) => send(chosen, true),
    onError: (error) => {
      notifyProblem(i18n, t`The file was not read`, error);
      close();
    },
  });
  const run = useMutation({ mutationFn: (chosen: File) => send(chosen, false) });
  const close = () => {
    setFile(null);
    reset.current?.();
    run.reset();
  };
  const carryOut = async (chosen: File) => {
    const done = await run.mutateAsync(chosen).catch(() => undefined);
    if (!done) return;
    if (of === 'tickets') await cache.invalidateQueries({ queryKey: ['tickets'] });
    else await readAnew(cache, [of]);
    if (done.result === 'failed') return;
    notifyDone(t`The file was imported.`);
    close();
  };
  const seen = run.data ?? look.data;
  const titles = {
    users: t`Import of users`,
    organizations: t`Import of organizations`,
    tickets: t`Import of tickets`,
  } as const satisfies Record<Kind, string>;
  const title = titles[of];
  return (
    <>
      <FileButton
        resetRef={reset}
        accept=".csv,text/csv,text/plain"
        inputProps={{ 'aria-label': t`CSV file` }}
        onChange={(chosen) => {
          if (!chosen) return;
          setFile(chosen);
          look.mutate(chosen);
        }}
      >
        {(props) => <button type="button" hidden ref={choose} {...props} />}
      </FileButton>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            variant="default"
            loading={look.isPending}
            rightSection={<IconChevronDown size={14} aria-hidden />}
            leftSection={<IconFileSpreadsheet size={16} aria-hidden />}
          >
            CSV
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => choose.current?.click()}>{t`Import a file`}</Menu.Item>
          <Menu.Item component="a" href={`/api/v1/${of}/import_example`} download>
            {t`Download an example`}
          </Menu.Item>
          <Menu.Item
            component="a"
            href={of === 'tickets' ? '/api/v1/tickets/export?view=all' : `/api/v1/${of}/export`}
            download
            leftSection={<IconDownload size={14} aria-hidden />}
          >
            {t`Export all`}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={file !== null && (seen !== undefined || look.isPending)}
        onClose={close}
        title={title}
        size="lg"
        closeButtonProps={{ 'aria-label': t`Close` }}
      >
        {look.isPending && <Watch progress={progress} />}
        {seen && !look.isPending && (
          <Stack>
            <FormProblem>{run.error && problemText(i18n, run.error)}</FormProblem>
            {seen.result === 'failed' ? (
              <Wrong of={of} seen={seen} written={run.data !== undefined} />
            ) : run.isPending ? (
              <Watch progress={progress} />
            ) : (
              <Preview of={of} seen={seen} />
            )}
            <Group justify="space-between">
              <Anchor href={`/api/v1/${of}/import_example`} download size="sm">
                {t`Download an example`}
              </Anchor>
              <Group>
                <Button variant="default" onClick={close}>
                  {run.data || run.isPending ? t`Close` : t`Cancel`}
                </Button>
                {seen.result === 'success' && file && (
                  <Button loading={run.isPending} onClick={() => void carryOut(file)}>
                    {t`Import`}
                  </Button>
                )}
              </Group>
            </Group>
          </Stack>
        )}
      </Modal>
    </>
  );
}

/** How far the desk is with the file; it goes on when the page is closed. */
function Watch({ progress }: { progress: ImportProgress | null }) {
  const { t, i18n } = useLingui();
  const { phase = 'looking', line = 0, lines = 1 } = progress ?? {};
  const at = i18n.number(line);
  const all = i18n.number(lines);
  const text = phase === 'writing' ? t`Written: line ${at} of ${all}` : t`Looked at: line ${at} of ${all}`;
  return (
    <Stack gap={6}>
      <Progress.Root>
        <Progress.Section value={(line / lines) * 100} aria-label={text} />
      </Progress.Root>
      <Text size="sm" role="status">
        {progress ? text : t`The file is being read.`}
      </Text>
      {phase === 'writing' && (
        <Text size="sm" c="dimmed">
          {t`It goes on when you close this page.`}
        </Text>
      )}
    </Stack>
  );
}

function Wrong({ of, seen: { errors, stats }, written }: { of: Kind; seen: Imported; written: boolean }) {
  const { t } = useLingui();
  const count = stats.created + stats.updated;
  const rest = errors.length - SHOWN_ERRORS;
  return (
    <Alert color="red" title={written ? t`The import stopped` : t`Nothing can be imported`} role="alert">
      {written && (
        <Text size="sm" mb="xs">
          {of === 'tickets'
            ? plural(count, {
                0: 'Nothing was changed.',
                one: '# ticket was opened before that. Take its line out of the file before you send it again.',
                other: '# tickets were opened before that. Take their lines out of the file before you send it again.',
              })
            : plural(count, {
                0: 'Nothing was changed.',
                one: '# row was imported before that. Correct the file and send it again: what is there already is left alone.',
                other:
                  '# rows were imported before that. Correct the file and send it again: what is there already is left alone.',
              })}
        </Text>
      )}
      <List size="sm">
        {errors.slice(0, SHOWN_ERRORS).map((error) => (
          <List.Item key={error}>{error}</List.Item>
        ))}
      </List>
      {rest > 0 && (
        <Text size="sm" mt="xs">
          {plural(rest, { one: 'and # more row', other: 'and # more rows' })}
        </Text>
      )}
      <Button
        mt="sm"
        size="compact-sm"
        variant="default"
        leftSection={<IconDownload size={14} aria-hidden />}
        onClick={() => saveAs('import-errors.csv', errorsAsCsv(errors))}
      >
        {t`Download what is wrong`}
      </Button>
    </Alert>
  );
}

function Preview({ of, seen: { stats, records } }: { of: Kind; seen: Imported }) {
  const { t } = useLingui();
  const words = { created: t`new`, updated: t`changed`, unchanged: t`as it is` };
  const rest = records.length - SHOWN;
  return (
    <>
      <Text>
        {plural(stats.created, { one: '# is new,', other: '# are new,' })}{' '}
        {plural(stats.updated, { one: '# is changed,', other: '# are changed,' })}{' '}
        {plural(stats.unchanged, { one: '# stays as it is.', other: '# stay as they are.' })}
      </Text>
      <Text size="sm" c="dimmed">
        {of === 'tickets'
          ? t`Nothing is opened yet, and nobody is written to.`
          : t`Nothing is changed yet. An empty cell leaves what is there.`}
      </Text>
      <ScrollArea.Autosize
        mah={320}
        type="auto"
        viewportProps={{ tabIndex: 0, role: 'group', 'aria-label': t`Rows of the file` }}
      >
        <Table verticalSpacing={6} aria-label={t`Rows of the file`}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Line`}</Table.Th>
              <Table.Th>{t`Who or what`}</Table.Th>
              <Table.Th>{t`What happens`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {records.slice(0, SHOWN).map(({ line, name, what }) => (
              <Table.Tr key={line}>
                <Table.Td>{line}</Table.Td>
                <Table.Td>{name}</Table.Td>
                <Table.Td>
                  <Badge size="sm" variant="light" color={what === 'unchanged' ? 'gray' : 'mesh'}>
                    {words[what]}
                  </Badge>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
      {rest > 0 && (
        <Text size="sm" c="dimmed">
          {plural(rest, { one: 'and # more row', other: 'and # more rows' })}
        </Text>
      )}
    </>
  );
}

/** Hands a text to the browser as a file. */
function saveAs(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
