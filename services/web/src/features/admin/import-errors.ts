/**
 * What is wrong with the rows of a file, a line each, to work through beside it. What begins like a formula is text in
 * every program that opens it.
 * @param errors  `Line 4: Invalid email`
 */
export function errorsAsCsv(errors: readonly string[]): string {
  const rows = errors.map((error) => {
    const [, line = '', message = error] = /^Line (\d+): (.*)$/s.exec(error) ?? [];
    return `${line},${cell(message)}\r\n`;
  });
  return `line,error\r\n${rows.join('')}`;
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
