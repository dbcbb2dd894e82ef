/**
 * What an accent changes of the looks: filled parts, links and what is chosen. White can be read on the light one, and
 * either as text on the grounds of its scheme (the server checked that).
 */
export function lookSheet({ light, dark }: { light: string; dark: string }): string {
  const both = (scheme: 'light' | 'dark', text: string) => `:root:root[data-mantine-color-scheme="${scheme}"] {
  --mantine-color-mesh-7: ${light};
  --mantine-color-mesh-filled: ${light};
  --mantine-color-mesh-filled-hover: color-mix(in srgb, ${light} 88%, #000);
  --mantine-color-mesh-text: ${text};
  --mantine-color-mesh-outline: ${text};
  --mantine-color-mesh-light: color-mix(in srgb, ${text} 8%, transparent);
  --mantine-color-mesh-light-hover: color-mix(in srgb, ${text} 12%, transparent);
  --mantine-color-mesh-light-color: ${text};
  --mantine-primary-color-filled: ${light};
  --mantine-color-anchor: ${text};
  --hm-link: ${text};
  --hm-agent: ${text};
  --hm-selected: color-mix(in srgb, ${text} 8%, var(--hm-surface));
}`;
  return `${both('light', light)}\n${both('dark', dark)}`;
}
