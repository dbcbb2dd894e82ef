import { Avatar } from '@mantine/core';

/** Initials; the name itself always stands beside it or in the label of the control around it. */
export function PersonAvatar({ name, size = 28 }: { name: string; size?: number }) {
  const words = name.split(/[\s@.]+/).filter(Boolean);
  const initials = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => word?.[0] ?? '').join('');
  return (
    <Avatar size={size} radius="xl" color="mesh" variant="light" aria-hidden>
      {initials.toLocaleUpperCase()}
    </Avatar>
  );
}
