export interface Choice {
  value: string;
  label: string;
}

interface Node {
  name?: unknown;
  value?: unknown;
  children?: unknown;
}

/** What a field offers, in its order; `options` are an object of labels, or a list which may be a tree. */
export function choicesOf(type: string, options: unknown): Choice[] {
  const found = Array.isArray(options) ? below(options, '', '') : plain(options);
  // The same value twice would be one entry of two names.
  const unique = [...new Map(found.map((choice) => [choice.value, choice])).values()];
  return type === 'boolean' ? unique.sort((a, b) => (a.value > b.value ? -1 : 1)) : unique;
}

const plain = (options: unknown): Choice[] =>
  Object.entries((options ?? {}) as Record<string, unknown>).map(([value, label]) => ({ value, label: String(label) }));

function below(nodes: readonly Node[], path: string, labels: string): Choice[] {
  return nodes.flatMap(({ name, value, children }) => {
    const own = String(name ?? value ?? '');
    const key = typeof value === 'string' ? value : path ? `${path}::${own}` : own;
    const label = labels ? `${labels} › ${own}` : own;
    return [{ value: key, label }, ...(Array.isArray(children) ? below(children, key, label) : [])];
  });
}
