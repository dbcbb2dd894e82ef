import { useLingui } from '@lingui/react/macro';
import { Title } from '@mantine/core';
import { useMe } from '../../session/use-me.ts';
import classes from './account-page.module.css';
import { ApiTokens } from './api-tokens.tsx';
import { ConfirmPassword } from './confirm-password.tsx';
import { GrantedApplications } from './granted-applications.tsx';
import { Password } from './password.tsx';
import { SecondFactors } from './second-factors.tsx';
import { Sessions } from './sessions.tsx';

/** How one signs in, and where one is signed in. */
export function AccountPage() {
  const { t } = useLingui();
  const { me } = useMe();
  const permissions = Array.isArray(me.permissions) ? me.permissions.map(String) : [];
  const may = (name: string) => permissions.some((held) => held === name || name.startsWith(`${held}.`));
  return (
    <div className={classes.page}>
      <title>{`${t`Account security`} · Helpmesh`}</title>
      <div className={classes.inner}>
        <Title order={1}>{t`Account security`}</Title>
        {may('user_preferences.two_factor_authentication') && <SecondFactors />}
        <Sessions />
        {may('user_preferences.password') && <Password />}
        <GrantedApplications />
        {may('user_preferences.access_token') && <ApiTokens />}
      </div>
      <ConfirmPassword />
    </div>
  );
}
