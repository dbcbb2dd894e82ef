/** What selects offer, whichever way it was written down. */
export interface Choice {
  value: string;
  label: string;
}

/** Of a tree a value is the path to it, with this between the steps. */
export const STEP = '::';

/**
 * The choices of a `data_option.options`, in their order: an object of values and labels, or a list of
 * `{ name, value?, children? }` as trees and sorted lists have. Anything else offers nothing.
 */
export function choicesOf(options: unknown): Choice[] {
  if (Array.isArray(options)) return below(options, '', '');
  if (!isObject(options)) return [];
  return Object.entries(options).map(([value, label]) => ({ value, label: String(label) }));
}

function below(nodes: readonly unknown[], path: string, labels: string): Choice[] {
  return nodes.flatMap((node) => {
    if (!isObject(node)) return [];
    const name = String(node.name ?? node.value ?? '');
    const value = typeof node.value === 'string' ? node.value : path ? `${path}${STEP}${name}` : name;
    const label = labels ? `${labels} › ${name}` : name;
    const children = Array.isArray(node.children) ? node.children : [];
    return [{ value, label }, ...below(children, value, label)];
  });
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
