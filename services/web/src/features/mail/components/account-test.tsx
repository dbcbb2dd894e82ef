import { useLingui } from '@lingui/react/macro';
import { Button, Group, Stack, TextInput } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { problemText } from '../../../ui/problem.ts';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { FormProblem } from '../../session/components/entry-page.tsx';
import type { AccountTest } from '../account-values.ts';

interface Props {
  /** Tries what stands in the form. */
  run: (to: string) => Promise<AccountTest>;
  /** Whether a mail can be sent as a part of it. */
  sends?: boolean;
}

/** Tries an account as it stands in the form, saved or not, and says how far one gets. */
export function AccountTester({ run, sends = false }: Props) {
  const { t, i18n } = useLingui();
  const [to, setTo] = useState('');
  const test = useMutation({ mutationFn: () => run(to) });
  return (
    <Section
      title={t`Test`}
      lead={
        sends
          ? t`Tries what stands above, saved or not. With an address it gets a mail that says no more than that it is a test.`
          : t`Tries what stands above, saved or not. No mail is fetched or changed.`
      }
    >
      <Stack>
        <Group align="flex-end">
          {sends && (
            <TextInput
              label={t`Send a test to`}
              type="email"
              maxLength={254}
              value={to}
              onChange={(event) => setTo(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return;
                event.preventDefault();
                test.mutate();
              }}
            />
          )}
          <Button variant="default" loading={test.isPending} onClick={() => test.mutate()}>
            {t`Test`}
          </Button>
        </Group>
        <FormProblem>{test.isError && problemText(i18n, test.error)}</FormProblem>
        <div role="status">{test.data && <Steps test={test.data} />}</div>
      </Stack>
    </Section>
  );
}

function Steps({ test: { steps, ok } }: { test: AccountTest }) {
  const { t } = useLingui();
  const labels = {
    permission: t`Permission of the provider`,
    connect: t`Connection to the server`,
    'sign-in': t`Sign-in`,
    folder: t`Folder`,
    send: t`Sending`,
  };
  return (
    <ItemList label={ok ? t`Everything works` : t`It does not work yet`}>
      {steps.map(({ step, ok: well, detail }) => (
        <Item
          key={step}
          what={
            <Group gap={6} wrap="nowrap">
              {well ? (
                <IconCircleCheck size={18} color="var(--mantine-color-green-7)" aria-label={t`Works`} />
              ) : (
                <IconCircleX size={18} color="var(--mantine-color-red-7)" aria-label={t`Failed`} />
              )}
              {labels[step]}
            </Group>
          }
          facts={step === 'folder' && well ? t`Mails in it: ${detail}` : (detail ?? '')}
        />
      ))}
    </ItemList>
  );
}
