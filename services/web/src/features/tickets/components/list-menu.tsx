import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { IconAdjustmentsHorizontal, IconCheck, IconDownload } from '@tabler/icons-react';
import { useActions } from '../../../app/actions/use-actions.ts';
import { keepChoice } from '../../../app/preferences.ts';
import { useShell } from '../../../app/shell/store.ts';
import { notifyProblem } from '../../../ui/notify.tsx';
import { timeZone } from '../../../ui/time.ts';
import type { ListState } from '../list-state.ts';

const previewLabel = msg`How the last message begins`;
const csvLabel = msg`Download this list (CSV)`;
const workbookLabel = msg`Download this list (Excel)`;

interface Props {
  state: ListState;
  /** There is nothing in it. */
  empty: boolean;
}

/** How lists look, and this one, from its first ticket to its last, as a file. */
export function ListMenu({ state: { view, overview, sort, order, q, group }, empty }: Props) {
  const { t, i18n } = useLingui();
  const { density, preview, setDensity, setPreview } = useShell();
  const query = new URLSearchParams({
    ...{ view: overview ?? view, sort, order },
    ...(q.trim() !== '' && { query: q.trim() }),
    ...(group !== null && { group_id: String(group) }),
  });
  const csv = `/api/v1/tickets/export?${query}`;
  const workbook = `${csv}&${new URLSearchParams({ format: 'xlsx', timezone: timeZone() })}`;
  const keep = (change: Parameters<typeof keepChoice>[1]) =>
    void keepChoice('appearance', change).catch((error) => notifyProblem(i18n, t`Your choice was not saved`, error));
  const choosePreview = () => {
    setPreview(!preview);
    keep({ list_preview: !preview });
  };
  const chooseDensity = () => {
    const wished = density === 'compact' ? 'comfortable' : 'compact';
    setDensity(wished);
    keep({ density: wished });
  };
  useActions([
    { id: 'list.preview', label: previewLabel, section: 'list', can: () => density !== 'compact', run: choosePreview },
    { id: 'list.compact', label: msg`Compact lines`, section: 'list', run: chooseDensity },
    { id: 'list.csv', label: csvLabel, section: 'list', can: () => !empty, run: () => download(csv) },
    { id: 'list.workbook', label: workbookLabel, section: 'list', can: () => !empty, run: () => download(workbook) },
  ]);
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <Tooltip label={t`Display and download`}>
          <ActionIcon variant="subtle" color="gray" aria-label={t`Display and download`}>
            <IconAdjustmentsHorizontal size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t`Lines show`}</Menu.Label>
        <Menu.CheckboxItem
          checked={preview}
          disabled={density === 'compact'}
          onChange={choosePreview}
          checkIcon={check}
        >
          {i18n._(previewLabel)}
        </Menu.CheckboxItem>
        <Menu.CheckboxItem checked={density === 'compact'} onChange={chooseDensity} checkIcon={check}>
          {t`Compact lines`}
        </Menu.CheckboxItem>
        {!empty && (
          <>
            <Menu.Divider />
            <Menu.Item component="a" href={csv} download leftSection={<IconDownload size={16} aria-hidden />}>
              {i18n._(csvLabel)}
            </Menu.Item>
            <Menu.Item component="a" href={workbook} download leftSection={<IconDownload size={16} aria-hidden />}>
              {i18n._(workbookLabel)}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

const check = <IconCheck size={16} aria-hidden />;

/** As if its link were pressed: the page stays. */
function download(href: string): void {
  Object.assign(document.createElement('a'), { href, download: '' }).click();
}
