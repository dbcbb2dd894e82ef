import { useLingui } from '@lingui/react/macro';
import { Button, type ButtonProps } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Confirm } from '../../../ui/confirm.tsx';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { readAnew } from '../queries.ts';

interface Props extends Pick<ButtonProps, 'size' | 'variant' | 'color'> {
  label: string;
  /** What a screen reader hears, where several buttons have the same label. */
  name?: string;
  /** Asked before, in a dialog; absent: nothing is asked. */
  question?: ReactNode;
  /** What is said afterwards. */
  done: string;
  deed: () => Promise<unknown>;
  onDone?: () => void;
  /** Lists that are read anew. */
  changes: string[];
  /** What is not there any more afterwards: it is not asked for again. */
  gone?: readonly unknown[];
}

/** One deed beside a form: asks where it should, says what was done or why not. */
export function AskButton({ label, name, question, done, deed, onDone, changes, gone, ...look }: Props) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [asking, setAsking] = useState(false);
  const act = useMutation({
    mutationFn: deed,
    onSuccess: () => {
      if (gone) cache.removeQueries({ queryKey: gone });
      notifyDone(done);
      onDone?.();
    },
    onError: (error) => notifyProblem(i18n, t`Nothing was changed`, error),
    onSettled: () => {
      setAsking(false);
      return readAnew(cache, changes);
    },
  });
  return (
    <>
      <Button
        variant="default"
        {...look}
        {...(name !== undefined && { 'aria-label': name })}
        loading={act.isPending && !asking}
        onClick={() => (question === undefined ? act.mutate() : setAsking(true))}
      >
        {label}
      </Button>
      {question !== undefined && (
        <Confirm
          opened={asking}
          title={name ?? label}
          label={label}
          busy={act.isPending}
          onConfirm={() => act.mutate()}
          onCancel={() => setAsking(false)}
        >
          {question}
        </Confirm>
      )}
    </>
  );
}
