import { useLingui } from '@lingui/react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type CallInput, call } from '../../app/api.ts';
import { notifyProblem } from '../../ui/notify.tsx';
import { jobKey, useWatchedJob } from './jobs.ts';

export type JobOrder = NonNullable<CallInput<'createTicketJob'>['body']>;

/** Orders a change of tickets in the background, and shows how far it is. @param failed  what is said when it was refused */
export function useOrderJob(onOrdered: () => void, failed: string) {
  const { i18n } = useLingui();
  const cache = useQueryClient();
  const watch = useWatchedJob((watched) => watched.watch);
  return useMutation({
    mutationFn: (body: JobOrder) => call('createTicketJob', { body }),
    onSuccess: (job) => {
      cache.setQueryData(jobKey(job.id), job);
      watch(job.id);
      onOrdered();
    },
    onError: (error) => notifyProblem(i18n, failed, error),
  });
}
