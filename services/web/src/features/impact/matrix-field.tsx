import { useLingui } from '@lingui/react/macro';
import { Select, Switch, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { priorityLabel } from '../tickets/labels.ts';
import { prioritiesQuery } from '../tickets/queries.ts';
import classes from './impact.module.css';
import { levelLabels } from './labels.ts';
import { levels, type Matrix, startingMatrix } from './levels.ts';

interface Props {
  label: string;
  value: Matrix | null;
  onChange: (matrix: Matrix | null) => void;
}

/** Which priority follows from impact and urgency, if one does. */
export function MatrixField({ label, value, onChange }: Props) {
  const { t, i18n } = useLingui();
  const { data: priorities = [] } = useQuery(prioritiesQuery);
  const data = priorities.map(({ id, name }) => ({ value: String(id), label: priorityLabel(i18n, name) }));
  return (
    <>
      <Switch
        label={label}
        description={t`Agents then say how many are affected and how soon it matters. They can still choose another priority.`}
        checked={value !== null}
        disabled={priorities.length === 0}
        onChange={(event) =>
          onChange(event.currentTarget.checked ? startingMatrix(priorities.map(({ id }) => id)) : null)
        }
      />
      {value && (
        <Table.ScrollContainer minWidth={420} className={classes.matrix}>
          <Table withRowBorders={false} verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t`Impact`}</Table.Th>
                {levels.map((urgency) => {
                  const level = i18n._(levelLabels[urgency]);
                  return <Table.Th key={urgency} scope="col">{t`Urgency: ${level}`}</Table.Th>;
                })}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {levels.map((impact) => {
                const level = i18n._(levelLabels[impact]);
                return (
                  <Table.Tr key={impact}>
                    <Table.Th scope="row">{level}</Table.Th>
                    {levels.map((urgency) => {
                      const column = i18n._(levelLabels[urgency]);
                      return (
                        <Table.Td key={urgency}>
                          <Select
                            aria-label={t`Impact: ${level}, urgency: ${column}`}
                            allowDeselect={false}
                            data={data}
                            value={String(value[impact][urgency])}
                            onChange={(id) =>
                              id && onChange({ ...value, [impact]: { ...value[impact], [urgency]: Number(id) } })
                            }
                          />
                        </Table.Td>
                      );
                    })}
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </>
  );
}
