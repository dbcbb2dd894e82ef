const part = /^[a-z0-9_-]+(?:\/[a-z0-9_-]+)*\.json$/;
const LONGEST = 150;

/** Paths are made by services of ours; one that could leave the folder it is unpacked into is a bug of theirs. */
export const isPartPath = (path: string): boolean => part.test(path);

/**
 * Where the n-th file of a part lies. Senders of mails choose filenames, and people unpack them on any system: no
 * folders, no characters that some systems refuse, no hidden files; the number keeps equal names apart.
 * @param n  from 1
 */
export function fileInArchive(partPath: string, n: number, filename: string): string {
  const clean = filename
    .normalize('NFC')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069<>:"/\\|?*]/g, '_')
    .replace(/[. ]+$/, '');
  return `${partPath.slice(0, -'.json'.length)}/${n}-${shortened(clean)}`;
}

/** The end tells what kind of file it is, so the beginning is what is cut. */
function shortened(name: string): string {
  const signs = [...name];
  return signs.slice(-LONGEST).join('') || 'file';
}
