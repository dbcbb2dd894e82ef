import { useLingui } from '@lingui/react/macro';
import { Title } from '@mantine/core';
import { useMe } from '../../session/use-me.ts';
import classes from './account-page.module.css';
import { ApiTokens } from './api-tokens.tsx';
import { ConfirmPassword } from './confirm-password.tsx';
import { DataExports } from './data-exports.tsx';
import { GrantedApplications } from './granted-applications.tsx';
import { LinkedAccounts } from './linked-accounts.tsx';
import { Password } from './password.tsx';
import { SecondFactors } from './second-factors.tsx';
import { Sessions } from './sessions.tsx';

/** How one signs in, where one is signed in, and what is kept about one. */
export function AccountPage() {
  const { t } = useLingui();
  const { may } = useMe();
  return (
    <div className={classes.page}>
      <title>{`${t`Account security`} · Helpmesh`}</title>
      <div className={classes.inner}>
        <Title order={1}>{t`Account security`}</Title>
        {may('user_preferences.two_factor_authentication') && <SecondFactors />}
        <Sessions />
        {may('user_preferences.password') && <Password />}
        {may('user_preferences.linked_accounts') && <LinkedAccounts />}
        {may('user_preferences.access_token') && <ApiTokens />}
        <GrantedApplications />
        <DataExports />
      </div>
      <ConfirmPassword />
    </div>
  );
}
