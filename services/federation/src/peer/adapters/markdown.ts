/**
 * Plain text in GitLab's Markdown, which shows it as it was typed. Without that a line `/close` is an order that is
 * carried out under our account, and `@all` sends mail to everybody.
 */
export function inMarkdown(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[\\`*_{}[\]<>#!|~@$%^&]/g, (sign) => `\\${sign}`)
    .replace(/^([ \t]*)([/+=-]|\d+(?=[.)]))/gm, (_, blanks: string, sign: string) =>
      // A number of a list is quoted behind it.
      /\d/.test(sign) ? `${blanks}${sign}\\` : `${blanks}\\${sign}`,
    )
    .replace(/([^\n\\])\n(?=[^\n])/g, '$1\\\n');
}

/** What `inMarkdown` was given, but for blanks. */
export function asTyped(markdown: string): string {
  return markdown.replace(/\\([\\`*_{}[\]<>#!|~@$%^&/+=.)\n-])/g, '$1');
}
