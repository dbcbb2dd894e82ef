import { useLingui } from '@lingui/react/macro';
import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { Confirm } from '../../../ui/confirm.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Section } from '../../../ui/section.tsx';
import { Cancelled, proven } from '../../account/proof.ts';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { accountDeletionQuery } from '../queries.ts';

/** The way out, for customers of a desk that lets them go by themselves. */
export function DeleteAccount() {
  const { t, i18n } = useLingui();
  const { data: deletable } = useQuery(accountDeletionQuery);
  const [asking, setAsking] = useState(false);
  const leave = useMutation({
    mutationFn: () => proven(() => call('deleteAccount')),
    // Nothing of what this page holds is anybody's any more.
    onSuccess: () => window.location.assign('/sign-in'),
  });
  if (!deletable) return null;
  const failed = leave.error && !(leave.error instanceof Cancelled) ? leave.error : null;
  return (
    <Section
      title={t`Delete the account`}
      lead={t`What is kept of you is erased for good. Your requests stay, without your name in them.`}
    >
      <FormProblem>{failed && problemText(i18n, failed)}</FormProblem>
      <Button color="red.9" loading={leave.isPending} onClick={() => setAsking(true)}>
        {t`Delete my account`}
      </Button>
      <Confirm
        opened={asking}
        title={t`Delete your account?`}
        label={t`Delete it for good`}
        onCancel={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          leave.mutate();
        }}
      >
        {t`You can neither sign in again nor read your requests afterwards. Nobody can bring the account back.`}
      </Confirm>
    </Section>
  );
}
