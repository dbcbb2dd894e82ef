import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { type CustomObject, type CustomValues, useCustomFields } from './queries.ts';
import { missingFields } from './values.ts';

const nothing: CustomValues = {};

/** The custom fields of a form that makes something new: what was written, and whether anything is missing. */
export function useCustomForm(object: CustomObject, start: CustomValues = nothing) {
  const { t } = useLingui();
  const fields = useCustomFields(object, 'create');
  const [values, setValues] = useState<CustomValues>(start);
  const [missing, setMissing] = useState<readonly string[]>([]);
  const check = () => {
    const names = missingFields(fields, 'create', nothing, values).map(({ name }) => name);
    setMissing(names);
    return names.length === 0;
  };
  const onChange = (next: CustomValues) => {
    setValues(next);
    setMissing((marked) => marked.filter((name) => next[name] === values[name]));
  };
  const missingText = t`This field must be filled in.`;
  const names = fields.map(({ name }) => name);
  return {
    values,
    names,
    check,
    inputs: { object, screen: 'create' as const, values, onChange, missing, missingText },
  };
}
