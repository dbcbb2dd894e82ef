import { useLingui } from '@lingui/react/macro';
import { Anchor, Button, Stack, TextInput } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '../../../app/api.ts';
import { problemText } from '../../../ui/problem.ts';
import { answerByPasskey, type FactorMethod, type SecondStep, signInSecondStep } from '../queries.ts';
import { EntryPage, FormProblem } from './entry-page.tsx';

interface Props {
  step: SecondStep;
  /** The session is open. */
  onDone: () => Promise<unknown>;
  /** Back to name and password. */
  onAgain: () => void;
}

/** The password was right; now something the person has. */
export function SecondStepPage({ step, onDone, onAgain }: Props) {
  const { t } = useLingui();
  const methods: FactorMethod[] = [
    ...step.available_two_factor_authentication_methods,
    ...(step.recovery_codes_available ? (['recovery_codes'] as const) : []),
  ];
  const [method, setMethod] = useState<FactorMethod>(methods[0] ?? 'recovery_codes');
  const others: Record<FactorMethod, string> = {
    security_keys: t`Use a passkey instead`,
    authenticator_app: t`Use a code of the authenticator app instead`,
    recovery_codes: t`Use a recovery code instead`,
  };
  const leads: Record<FactorMethod, string> = {
    security_keys: t`Confirm with your passkey that it is you.`,
    authenticator_app: t`Enter the code that your authenticator app shows.`,
    recovery_codes: t`Enter one of your recovery codes. Each works once.`,
  };
  return (
    <EntryPage title={t`Second step`} lead={leads[method]}>
      <Stack>
        <Factor key={method} method={method} step={step} onDone={onDone} />
        {methods
          .filter((other) => other !== method)
          .map((other) => (
            <Anchor key={other} component="button" type="button" size="sm" ta="center" onClick={() => setMethod(other)}>
              {others[other]}
            </Anchor>
          ))}
        <Anchor component="button" type="button" size="sm" ta="center" onClick={onAgain}>
          {t`Back to sign in`}
        </Anchor>
      </Stack>
    </EntryPage>
  );
}

function Factor({ method, step, onDone }: { method: FactorMethod } & Omit<Props, 'onAgain'>) {
  const { t, i18n } = useLingui();
  const [typed, setTyped] = useState('');
  const keys = method === 'security_keys';
  const attempt = useMutation({
    mutationFn: async () => {
      const { token, passkey_options: options } = step;
      await signInSecondStep(token, method, keys && options ? await answerByPasskey(options) : typed.trim());
      return onDone();
    },
    onError: () => setTyped(''),
  });
  const problem = () => {
    const { error } = attempt;
    if (error instanceof ApiError && error.status === 401) {
      if (error.code === 'identity.second-step-over') return t`This sign-in took too long. Please start again.`;
      if (keys) return t`This passkey was not accepted.`;
      return method === 'recovery_codes' ? t`This recovery code is not right.` : t`This code is not right.`;
    }
    if (error && !(error instanceof ApiError)) return t`The passkey did not answer. Please try again.`;
    return attempt.isError && problemText(i18n, error);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        attempt.mutate();
      }}
    >
      <FormProblem>{problem()}</FormProblem>
      <Stack>
        {!keys && (
          <TextInput
            label={method === 'recovery_codes' ? t`Recovery code` : t`Code`}
            name="code"
            autoComplete="one-time-code"
            inputMode={method === 'authenticator_app' ? 'numeric' : 'text'}
            autoCapitalize="none"
            spellCheck={false}
            required
            withAsterisk={false}
            autoFocus
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        )}
        <Button
          type="submit"
          loading={attempt.isPending}
          fullWidth
          autoFocus={keys}
          {...(keys && { leftSection: <IconFingerprint size={18} aria-hidden /> })}
        >
          {keys ? t`Use the passkey` : t`Confirm`}
        </Button>
      </Stack>
    </form>
  );
}
