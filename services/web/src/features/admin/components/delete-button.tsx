import { useLingui } from '@lingui/react/macro';
import { type LinkProps, useNavigate } from '@tanstack/react-router';
import type { ComponentProps } from 'react';
import { AskButton } from './ask-button.tsx';

interface Props extends Pick<ComponentProps<typeof AskButton>, 'done' | 'deed' | 'changes' | 'gone'> {
  /** What goes with it, and what stays. */
  question: string;
  /** The list that it was in. */
  back: NonNullable<LinkProps['to']>;
}

/** Deletes the record of a page, and leads back to the others. */
export function DeleteButton({ back, ...deed }: Props) {
  const { t } = useLingui();
  const navigate = useNavigate();
  return (
    <AskButton label={t`Delete`} color="red" variant="subtle" onDone={() => void navigate({ to: back })} {...deed} />
  );
}
