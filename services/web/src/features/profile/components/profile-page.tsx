import { useLingui } from '@lingui/react/macro';
import { Title } from '@mantine/core';
import { ConfirmPassword } from '../../account/components/confirm-password.tsx';
import { useMe } from '../../session/use-me.ts';
import { Absence } from './absence.tsx';
import { DeleteAccount } from './delete-account.tsx';
import { LanguageAndLooks } from './language-and-looks.tsx';
import { Notifications } from './notifications.tsx';
import { OverviewOrder } from './overview-order.tsx';
import { Picture } from './picture.tsx';
import classes from './profile-page.module.css';
import { Sending } from './sending.tsx';

/** How one is seen, how one likes to work, and when one does not. */
export function ProfilePage() {
  const { t } = useLingui();
  const { may, agent } = useMe();
  return (
    <div className={classes.page}>
      <title>{`${t`Profile`} · Helpmesh`}</title>
      <div className={classes.inner}>
        <Title order={1}>{t`Profile`}</Title>
        {may('user_preferences.avatar') && <Picture />}
        <LanguageAndLooks />
        {agent && may('user_preferences.notifications') && <Notifications />}
        {agent && <Sending />}
        {may('user_preferences.overview_sorting') && <OverviewOrder />}
        {agent && may('user_preferences.out_of_office') && <Absence />}
        <DeleteAccount />
      </div>
      <ConfirmPassword />
    </div>
  );
}
