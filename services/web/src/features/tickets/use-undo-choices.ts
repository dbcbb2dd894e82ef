import { useLingui } from '@lingui/react/macro';

/** Times in which something sent may be taken back. @param chosen  seconds that must be among them */
export function useUndoChoices(chosen: number | null | undefined): { value: string; label: string }[] {
  const { t } = useLingui();
  const all = [...new Set([0, 5, 10, 20, 30, 60, ...(typeof chosen === 'number' ? [chosen] : [])])];
  return all
    .sort((a, b) => a - b)
    .map((seconds) => ({ value: String(seconds), label: seconds === 0 ? t`None: it goes at once` : t`${seconds} s` }));
}
