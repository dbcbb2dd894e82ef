import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { ActionIcon, Button, Group, Modal, Paper, Progress, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useLayoutEffect, useRef } from 'react';
import { call } from '../../../app/api.ts';
import { notifyProblem } from '../../../ui/notify.tsx';
import { deedOf, jobKey, jobQuery, refusedQuery, type TicketJob, targetOf, useWatchedJob } from '../jobs.ts';
import classes from './bulk.module.css';

/** How far the last change of many tickets is, what became of it, and the way back. */
export function JobWatch() {
  const { id, watch } = useWatchedJob();
  const { data: job } = useQuery({ ...jobQuery(id ?? 0), enabled: id !== null });
  return id !== null && job ? <Watched job={job} onClose={() => watch(null)} /> : null;
}

function Watched({ job, onClose }: { job: TicketJob; onClose: () => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { watch } = useWatchedJob();
  const [report, reportDialog] = useDisclosure(false);
  const section = useRef<HTMLElement>(null);
  const hasFocus = useRef(false);
  // Whoever pressed a button that is gone by now goes on here and not at the beginning of the page.
  useLayoutEffect(() => {
    const at = document.activeElement;
    if (at !== document.body) hasFocus.current = section.current?.contains(at) ?? false;
    else if (hasFocus.current) section.current?.focus();
  });
  const running = job.status === 'running';
  const done = job.total - job.waiting;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it ends
  useEffect(() => {
    if (!running) void cache.invalidateQueries({ queryKey: ['tickets'] });
  }, [running]);
  const undo = useMutation({
    mutationFn: () => call('undoTicketJob', { params: { id: job.id } }),
    onSuccess: (back) => {
      cache.setQueryData(jobKey(back.id), back);
      watch(back.id);
    },
    onError: (error) => notifyProblem(i18n, t`The change was not taken back`, error),
  });
  const stop = useMutation({
    mutationFn: () => call('cancelTicketJob', { params: { id: job.id } }),
    onSuccess: (stopped) => cache.setQueryData(jobKey(job.id), stopped),
    onError: (error) => notifyProblem(i18n, t`The change could not be stopped`, error),
  });
  const n = job.changed;
  const said = {
    change: {
      done: plural(n, { one: '# ticket changed', other: '# tickets changed' }),
      undone: plural(n, { one: '# ticket changed back', other: '# tickets changed back' }),
    },
    merge: {
      done: plural(n, { one: '# ticket merged', other: '# tickets merged' }),
      undone: plural(n, { one: '# merge undone', other: '# merges undone' }),
    },
    delete: { done: plural(n, { one: '# ticket deleted', other: '# tickets deleted' }), undone: '' },
  }[deedOf(job)];
  const targetId = targetOf(job);
  const title = running
    ? t`Changing tickets: ${done} of ${job.total}`
    : job.undo_of_id === null
      ? said.done
      : said.undone;
  return (
    <Paper
      component="section"
      aria-label={t`Change of many tickets`}
      ref={section}
      tabIndex={-1}
      onFocus={() => {
        hasFocus.current = true;
      }}
      onBlur={({ relatedTarget }) => {
        if (relatedTarget) hasFocus.current = section.current?.contains(relatedTarget) ?? false;
      }}
      withBorder
      shadow="md"
      className={classes.watch}
    >
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="sm" fw={550} role="status">
          {title}
          {!running &&
            job.unchanged > 0 &&
            ` · ${plural(job.unchanged, { one: '# was so already', other: '# were so already' })}`}
          {job.status === 'cancelled' && ` · ${t`stopped`}`}
        </Text>
        {!running && (
          <ActionIcon size={26} aria-label={t`Close`} onClick={onClose}>
            <IconX size={16} aria-hidden />
          </ActionIcon>
        )}
      </Group>
      {running && <Progress value={(100 * done) / job.total} aria-label={t`Progress`} my={8} />}
      <Group gap="xs" mt={4}>
        {running && (
          <Button size="compact-sm" variant="default" loading={stop.isPending} onClick={() => stop.mutate()}>
            {t`Stop`}
          </Button>
        )}
        {job.refused > 0 && (
          <Button size="compact-sm" variant="default" onClick={reportDialog.open}>
            {plural(job.refused, { one: '# was refused', other: '# were refused' })}
          </Button>
        )}
        {!running && targetId !== null && job.undo_of_id === null && (
          <Button
            size="compact-sm"
            variant="default"
            renderRoot={(root) => <Link {...root} to="/tickets/$id" params={{ id: String(targetId) }} />}
          >
            {t`Open the target`}
          </Button>
        )}
        {job.undo_until !== null && (
          <Button size="compact-sm" variant="default" loading={undo.isPending} onClick={() => undo.mutate()}>
            {t`Undo`}
          </Button>
        )}
      </Group>
      <Modal
        opened={report}
        onClose={reportDialog.close}
        title={t`Tickets that were not changed`}
        closeButtonProps={{ 'aria-label': t`Close` }}
      >
        <Refused id={job.id} />
      </Modal>
    </Paper>
  );
}

function Refused({ id }: { id: number }) {
  const { data: rows = [] } = useQuery(refusedQuery(id));
  return (
    <Stack component="ul" gap="xs" className={classes.refused}>
      {rows.map(({ place, ticket_id, number, title, reason }) => (
        <li key={place}>
          {number ? (
            <Link to="/tickets/$id" params={{ id: String(ticket_id) }}>
              #{number} {title}
            </Link>
          ) : (
            <Trans>A ticket that you do not see</Trans>
          )}
          <Text size="sm" c="dimmed">
            {reason}
          </Text>
        </li>
      ))}
    </Stack>
  );
}
