import classes from './person-avatar.module.css';

/**
 * Their picture, or initials, drawn by the style sheet: they are an ornament, and must not become a part of the name of
 * the control around them. The name itself always stands beside it or in that control's label.
 */
export function PersonAvatar({ name, image, size = 28 }: { name: string; image?: unknown; size?: number }) {
  const words = name.split(/[\s@.]+/).filter(Boolean);
  const initials = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => word?.[0] ?? '').join('');
  const picture = typeof image === 'string' && image !== '' && `/api/v1/users/image/${encodeURIComponent(image)}`;
  if (picture) return <img src={picture} alt="" width={size} height={size} className={classes.picture} />;
  return (
    <span
      aria-hidden
      className={classes.avatar}
      data-initials={initials.toLocaleUpperCase()}
      style={{ inlineSize: size, blockSize: size, fontSize: size * 0.4 }}
    />
  );
}
