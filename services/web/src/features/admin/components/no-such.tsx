import { useLingui } from '@lingui/react/macro';
import { Anchor } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Empty } from '../../../ui/state-messages.tsx';
import { pageLabels } from '../labels.ts';
import type { AdminPageId } from '../pages.ts';

/** The address names something that is not there, or not any more. */
export function NoSuch({ up }: { up: AdminPageId }) {
  const { t, i18n } = useLingui();
  return (
    <Empty icon={IconMapOff} level={1} title={t`There is nothing at this address`}>
      <Anchor component={Link} to={`/admin/${up}`}>
        {i18n._(pageLabels[up])}
      </Anchor>
    </Empty>
  );
}
