/** Digits as they are shown: one decimal at least, none without need. @param digits  `15`, `1.50` */
export function shownUnits(digits: string): string {
  const [whole = '0', decimals = ''] = digits.split('.');
  return `${whole.replace(/^0+(?=\d)/, '')}.${decimals.replace(/0+$/, '') || '0'}`;
}
