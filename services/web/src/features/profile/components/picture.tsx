import { useLingui } from '@lingui/react/macro';
import { Button, FileButton, Group, Skeleton, UnstyledButton } from '@mantine/core';
import { IconTrash, IconUpload } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../../app/api.ts';
import { notifyDone } from '../../../ui/notify.tsx';
import { PersonAvatar } from '../../../ui/person-avatar.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { meQuery } from '../../session/queries.ts';
import { useMe } from '../../session/use-me.ts';
import { squareOf } from '../picture.ts';
import { avatarsQuery } from '../queries.ts';
import classes from './profile-page.module.css';

/** How others see one: a picture, or the initials. */
export function Picture() {
  const { t, i18n } = useLingui();
  const { me } = useMe();
  const cache = useQueryClient();
  const { data: avatars, error, refetch } = useQuery(avatarsQuery);
  const again = () =>
    Promise.all([
      cache.invalidateQueries({ queryKey: avatarsQuery.queryKey }),
      cache.invalidateQueries({ queryKey: meQuery.queryKey }),
      cache.invalidateQueries({ queryKey: ['people'] }),
    ]);
  const change = useMutation({
    mutationFn: async (wish: { file: File } | { show: number } | { remove: number }) => {
      if ('file' in wish) await call('createAvatar', { body: { avatar_resize: await drawn(wish.file) } });
      else if ('show' in wish) await call('chooseAvatar', { body: { id: wish.show } });
      else await call('deleteAvatar', { query: { id: wish.remove } });
    },
    onSuccess: () => notifyDone(t`This is how others see you from now on.`),
    onSettled: again,
  });
  const drawn = async (file: File): Promise<string> => {
    try {
      return await squareOf(file);
    } catch (cause) {
      throw new Error(t`Your browser cannot read this file as a picture.`, { cause });
    }
  };
  const name = `${me.firstname} ${me.lastname}`.trim() || me.login;
  const shown = avatars?.find((avatar) => avatar.default);
  const problem = change.error && (problemText(i18n, change.error) || change.error.message);
  return (
    <Section title={t`Picture`} lead={t`Everybody who is signed in here can see it beside your name.`}>
      <FormProblem>{problem}</FormProblem>
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {!avatars && !error && <Skeleton height={72} aria-label={t`Loading`} />}
      {avatars && (
        <>
          <ul className={classes.pictures} aria-label={t`Your pictures`}>
            {avatars.map(({ id, initial, store_hash }, place) => (
              <li key={id}>
                <UnstyledButton
                  className={classes.choice}
                  aria-pressed={id === shown?.id}
                  aria-label={initial ? t`Show my initials` : t`Show picture ${place}`}
                  disabled={change.isPending}
                  onClick={() => change.mutate({ show: id })}
                >
                  <PersonAvatar name={name} image={store_hash} size={56} />
                </UnstyledButton>
              </li>
            ))}
          </ul>
          <Group mt="md" gap="sm">
            <FileButton
              accept="image/png,image/jpeg,image/gif,image/webp"
              inputProps={{ 'aria-label': t`Picture file` }}
              onChange={(file) => file && change.mutate({ file })}
            >
              {(props) => (
                <Button
                  {...props}
                  variant="default"
                  leftSection={<IconUpload size={16} aria-hidden />}
                  loading={change.isPending}
                >
                  {t`Upload a picture`}
                </Button>
              )}
            </FileButton>
            {shown?.deletable && (
              <Button
                variant="default"
                leftSection={<IconTrash size={16} aria-hidden />}
                disabled={change.isPending}
                onClick={() => change.mutate({ remove: shown.id })}
              >
                {t`Delete this picture`}
              </Button>
            )}
          </Group>
        </>
      )}
    </Section>
  );
}
