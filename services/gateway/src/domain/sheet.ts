import { ZoneClock } from './zone-clock.ts';

/**
 * What a cell of a sheet holds: text, which is never read as a formula; numbers; `at`, days since 1899-12-30 as a clock
 * shows them, with or without the time of day.
 */
export type Cell = string | number | boolean | null | { at: number; withTime: boolean };

/** Lines of one sheet, the head among them (ECMA-376: what spreadsheets open). */
export const SHEET_LINES = 1_048_576;
/** Characters of one cell. */
const CELL_LENGTH = 32_767;
/** 1970-01-01. */
const EPOCH_DAY = 25_569;
const DAY_MS = 86_400_000;
/** Before 1900-03-01 spreadsheets disagree about which day a number is. */
const FIRST_DAY = 61;
/** Styles of the sheet (stylesXml). */
const HEAD = 1;
const TIME = 2;
const DAY = 3;

const namespace = 'http://schemas.openxmlformats.org';
const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/**
 * A value as a row of an export has it.
 * @param mayBeTime  texts that are times or days are that; else they are texts, whatever they look like
 */
export function cellOf(value: unknown, mayBeTime: boolean, clock: ZoneClock): Cell {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map((one) => (typeof one === 'object' ? JSON.stringify(one) : one)).join(', ');
  if (typeof value !== 'string') return JSON.stringify(value);
  return (mayBeTime && momentOf(value, clock)) || value;
}

function momentOf(text: string, clock: ZoneClock): Cell {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text)) {
    const instant = Date.parse(text);
    return dayNumber(instant + clock.aheadAt(instant), true);
  }
  return /^\d{4}-\d\d-\d\d$/.test(text) ? dayNumber(Date.parse(text), false) : null;
}

function dayNumber(shown: number, withTime: boolean): Cell {
  const at = EPOCH_DAY + shown / DAY_MS;
  return at >= FIRST_DAY ? { at, withTime } : null;
}

/** @param widths  of the columns, in characters */
export function sheetBegin(widths: readonly number[]): string {
  const columns = widths.map((width, i) => `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`);
  return [
    `${declaration}<worksheet xmlns="${namespace}/spreadsheetml/2006/main">`,
    '<sheetViews><sheetView workbookViewId="0">',
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>',
    `<cols>${columns.join('')}</cols><sheetData>`,
  ].join('');
}

/** @param line  counted from 1 */
export function headXml(names: readonly string[], line = 1): string {
  return `<row r="${line}">${names.map((name, i) => textXml(placeOf(i, line), name, HEAD)).join('')}</row>`;
}

export function rowXml(cells: readonly Cell[], line: number): string {
  return `<row r="${line}">${cells.map((cell, i) => cellXml(cell, placeOf(i, line))).join('')}</row>`;
}

/** @param lines  that the sheet has, its head included */
export const sheetEnd = (columns: number, lines: number): string =>
  `</sheetData><autoFilter ref="A1:${placeOf(columns - 1, lines)}"/></worksheet>`;

function cellXml(cell: Cell, place: string): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return `<c r="${place}"><v>${cell}</v></c>`;
  if (typeof cell === 'boolean') return `<c r="${place}" t="b"><v>${Number(cell)}</v></c>`;
  if (typeof cell === 'object') return `<c r="${place}" s="${cell.withTime ? TIME : DAY}"><v>${cell.at}</v></c>`;
  return textXml(place, cell);
}

function textXml(place: string, text: string, style = 0): string {
  const shown = xmlText(text.slice(0, CELL_LENGTH));
  return `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${shown}</t></is></c>`;
}

/** `A1`, `AB12`. */
function placeOf(column: number, line: number): string {
  let name = '';
  for (let rest = column; rest >= 0; rest = Math.floor(rest / 26) - 1) {
    name = String.fromCharCode(65 + (rest % 26)) + name;
  }
  return `${name}${line}`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** XML 1.0 has no place for other control characters, and `_x0041_` would be read as one letter. */
function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll(/_(?=x[0-9a-f]{4}_)/gi, '_x005F_')
    .replaceAll(/[&<>"]/g, (sign) => entities[sign] as string);
}

/** The parts of a file beside its sheets, by their paths. @param title  of the first sheet */
export function workbookParts(title: string, sheets: number): Record<string, string> {
  const names = Array.from({ length: sheets }, (_, i) => (i === 0 ? title : `${title} ${i + 1}`));
  const relations = `${namespace}/officeDocument/2006/relationships`;
  const packaged = `${namespace}/package/2006`;
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  return {
    'xl/workbook.xml': [
      `${declaration}<workbook xmlns="${namespace}/spreadsheetml/2006/main" xmlns:r="${relations}"><sheets>`,
      ...names.map((name, i) => `<sheet name="${xmlText(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`),
      '</sheets></workbook>',
    ].join(''),
    'xl/_rels/workbook.xml.rels': [
      `${declaration}<Relationships xmlns="${packaged}/relationships">`,
      ...names.map(
        (_, i) =>
          `<Relationship Id="rId${i + 1}" Type="${relations}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`,
      ),
      `<Relationship Id="rId${sheets + 1}" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
    ].join(''),
    'xl/styles.xml': stylesXml,
    '_rels/.rels': [
      `${declaration}<Relationships xmlns="${packaged}/relationships">`,
      `<Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ].join(''),
    '[Content_Types].xml': [
      `${declaration}<Types xmlns="${packaged}/content-types">`,
      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>',
      `<Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/>`,
      `<Override PartName="/xl/styles.xml" ContentType="${type}.styles+xml"/>`,
      ...names.map(
        (_, i) => `<Override PartName="/xl/worksheets/sheet${i + 1}.xml" ContentType="${type}.worksheet+xml"/>`,
      ),
      '</Types>',
    ].join(''),
  };
}

/** As they are, bold, date and time, date: the last two as the reader's own country writes them (22, 14). */
const stylesXml = [
  `${declaration}<styleSheet xmlns="${namespace}/spreadsheetml/2006/main">`,
  '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>',
  '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>',
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>',
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>',
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4">',
  '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>',
  '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>',
  '<xf numFmtId="22" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>',
  '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>',
  '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
].join('');
