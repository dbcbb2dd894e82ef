import { useLingui } from '@lingui/react/macro';
import { Checkbox, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { offerQuery } from '../queries.ts';
import classes from './composer.module.css';

export interface Wishes {
  sign: boolean;
  encrypt: boolean;
}

/** Whether a mail is to be signed and encrypted: as somebody has said, else as the group wants it, as far as it can be. */
export function useSealing(groupId: number, recipients: readonly string[], byMail: boolean) {
  const [said, setSaid] = useState<Partial<Wishes>>({});
  const { data: offer } = useQuery({ ...offerQuery(groupId, recipients), enabled: byMail });
  const possible = { sign: offer?.sign.possible === true, encrypt: offer?.encryption.possible === true };
  // What somebody has chosen stays chosen when it becomes impossible: rather is the mail refused than sent otherwise.
  const wishes: Wishes = {
    sign: byMail && (said.sign ?? (possible.sign && offer?.wanted.sign === true)),
    encrypt: byMail && (said.encrypt ?? (possible.encrypt && offer?.wanted.encrypt === true)),
  };
  const preferences =
    wishes.sign || wishes.encrypt
      ? {
          security: {
            type: offer?.type ?? 'S/MIME',
            sign: { success: wishes.sign },
            encryption: { success: wishes.encrypt },
          },
        }
      : undefined;
  return { offer, wishes, say: (more: Partial<Wishes>) => setSaid((known) => ({ ...known, ...more })), preferences };
}

/** Nothing is shown on a desk that has no keys. */
export function SealingChoice({ sealing: { offer, wishes, say } }: { sealing: ReturnType<typeof useSealing> }) {
  const { t } = useLingui();
  if (!offer) return null;
  const { type, sign, encryption, wanted } = offer;
  const chosen = wishes.sign || wishes.encrypt;
  if (!sign.possible && !encryption.possible && !wanted.sign && !wanted.encrypt && !chosen) return null;
  const missing = encryption.missing.join(', ');
  const whyNotSigned =
    sign.reason === 'expired' ? t`The key of the group is no longer valid.` : t`The group has no key.`;
  const reasons = [
    ...(sign.possible ? [] : [whyNotSigned]),
    ...(encryption.reason === 'no-key' ? [t`There is no key to encrypt for ${missing}.`] : []),
  ];
  return (
    <Group gap="md" px="sm" py={6} className={classes.sealing}>
      <Checkbox
        size="xs"
        label={t`Sign`}
        checked={wishes.sign}
        disabled={!sign.possible && !wishes.sign}
        onChange={(event) => say({ sign: event.currentTarget.checked })}
      />
      <Checkbox
        size="xs"
        label={t`Encrypt`}
        checked={wishes.encrypt}
        disabled={!encryption.possible && !wishes.encrypt}
        onChange={(event) => say({ encrypt: event.currentTarget.checked })}
      />
      <Text size="xs" c="dimmed">
        {[type === 'PGP' ? 'OpenPGP' : type, ...reasons].join(' · ')}
      </Text>
    </Group>
  );
}
