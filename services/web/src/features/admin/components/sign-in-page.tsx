import { useLingui } from '@lingui/react/macro';
import { Badge, Button, Skeleton, Stack, Switch, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call } from '../../../app/api.ts';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { useMe } from '../../session/use-me.ts';
import { keyOf, providersQuery, rolesQuery, settingsQuery } from '../queries.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { Mappings } from './mappings.tsx';

export function SignInSettingsPage() {
  const { t } = useLingui();
  const { may } = useMe();
  return (
    <AdminPage title={t`Sign-in`}>
      <Settings />
      {/* Whom a provider vouches for gets into an account with its rights: that takes both permissions. */}
      {may('admin.user') ? (
        <>
          <Providers />
          <Mappings />
        </>
      ) : (
        <Section title={t`Providers`}>
          <Text size="sm">{t`Who looks after providers needs the permission to manage users as well.`}</Text>
        </Section>
      )}
    </AdminPage>
  );
}

/** Each switch is written at once: they are independent, and there is nothing to fill in. */
function Settings() {
  const { t, i18n } = useLingui();
  const { may } = useMe();
  const cache = useQueryClient();
  const settings = useQuery(settingsQuery);
  const { data: roles = [] } = useQuery({ ...rolesQuery, enabled: may('admin.role') || may('admin.user') });
  const update = useMutation({
    mutationFn: ({ id, value }: { id: number; value: unknown }) =>
      call('updateSetting', { params: { id }, body: { state_current: { value } } }),
    onSuccess: () => notifyDone(t`The setting was saved.`),
    onError: (error) => notifyProblem(i18n, t`Nothing was changed`, error),
    onSettled: () => cache.invalidateQueries({ queryKey: keyOf('sign-in', 'settings') }),
  });
  if (settings.isError) return <Failed error={settings.error} onRetry={() => void settings.refetch()} />;
  if (!settings.data) return <Skeleton height={160} />;
  const named = (name: string) => settings.data.find((setting) => setting.name === name);
  const signUp = named('user_create_account');
  const byLink = named('user_sign_in_by_link');
  const leaving = named('user_delete_account');
  const byToken = named('api_token_access');
  const byPassword = named('api_password_access');
  const demand = named('two_factor_authentication_enforce_role_ids');
  const demanding = Array.isArray(demand?.state_current.value) ? demand.state_current.value.map(Number) : [];
  return (
    <>
      {signUp && (
        <Section title={t`New accounts`}>
          <Switch
            label={t`People may make themselves an account`}
            description={t`With an address of their own, which a link in a mail proves.`}
            checked={signUp.state_current.value === true}
            disabled={update.isPending}
            onChange={(event) => update.mutate({ id: signUp.id, value: event.currentTarget.checked })}
          />
        </Section>
      )}
      {byLink && (
        <Section title={t`Without a password`}>
          <Switch
            label={t`Customers may sign in by a link in a mail`}
            description={t`It works once, for a quarter of an hour. Not for people of the desk, nor for who has a second factor.`}
            checked={byLink.state_current.value === true}
            disabled={update.isPending}
            onChange={(event) => update.mutate({ id: byLink.id, value: event.currentTarget.checked })}
          />
        </Section>
      )}
      {leaving && (
        <Section title={t`Leaving`}>
          <Switch
            label={t`Customers may delete their own account`}
            description={t`What is kept of them is erased; their requests stay without their name.`}
            checked={leaving.state_current.value === true}
            disabled={update.isPending}
            onChange={(event) => update.mutate({ id: leaving.id, value: event.currentTarget.checked })}
          />
        </Section>
      )}
      {byPassword && byToken && (
        <Section title={t`Programs`} lead={t`By what programs may show who they are for.`}>
          <Stack gap="sm">
            <Switch
              label={t`Programs may show API tokens`}
              checked={byToken.state_current.value === true}
              disabled={update.isPending}
              onChange={(event) => update.mutate({ id: byToken.id, value: event.currentTarget.checked })}
            />
            <Switch
              label={t`Programs may show a login and a password`}
              checked={byPassword.state_current.value === true}
              disabled={update.isPending}
              onChange={(event) => update.mutate({ id: byPassword.id, value: event.currentTarget.checked })}
            />
          </Stack>
        </Section>
      )}
      {demand && roles.length > 0 && (
        <Section
          title={t`Second factor`}
          lead={t`Who has one of these roles must set up a second factor at the next sign-in.`}
        >
          <Stack gap="sm" role="group" aria-label={t`Roles that need a second factor`}>
            {roles.map(({ id, name }) => (
              <Switch
                key={id}
                label={name}
                checked={demanding.includes(id)}
                disabled={update.isPending}
                onChange={(event) => {
                  const others = demanding.filter((each) => each !== id);
                  update.mutate({ id: demand.id, value: event.currentTarget.checked ? [...others, id] : others });
                }}
              />
            ))}
          </Stack>
        </Section>
      )}
    </>
  );
}

function Providers() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(providersQuery);
  return (
    <Section
      title={t`Providers`}
      lead={t`Sign-in by OpenID Connect: accounts that people have elsewhere.`}
      action={
        <Button variant="default" component={Link} to="/admin/sign-in/providers/new">
          {t`New provider`}
        </Button>
      }
    >
      {error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton height={56} />
      ) : data.length === 0 ? (
        <Text size="sm">{t`There are none: people sign in with a password or a passkey.`}</Text>
      ) : (
        <ItemList label={t`Providers`}>
          {data.map(({ id, title, issuer, enabled }) => (
            <Item
              key={id}
              what={
                <>
                  <Link to="/admin/sign-in/providers/$id" params={{ id: String(id) }} className={classes.link}>
                    {title}
                  </Link>{' '}
                  {!enabled && (
                    <Badge size="sm" variant="light" color="gray">
                      {t`Off`}
                    </Badge>
                  )}
                </>
              }
              facts={issuer}
            />
          ))}
        </ItemList>
      )}
    </Section>
  );
}
