import { type UnzipFileInfo, unzipSync } from 'fflate';
import { Parser } from 'htmlparser2';

/** Bytes of one part, unpacked: a small file may claim to be a very large one. */
const MOST_OF_A_PART = 20_000_000;
const MOST_OF_ALL = 60_000_000;

/** Parts that hold what a person reads, of OOXML and of OpenDocument. */
const parts =
  /^(?:word\/(?:document|footnotes|endnotes|comments|header\d*|footer\d*)|ppt\/(?:slides|notesSlides)\/[^/]+|xl\/sharedStrings|xl\/worksheets\/[^/]+|content)\.xml$/;
/** Elements of OOXML that hold text; OpenDocument has nothing but text in its content. */
const texts = new Set(['w:t', 'a:t', 't']);
/** After these a new word begins; within a word there may be any number of others. */
const ends = new Set([
  'w:p',
  'w:tab',
  'w:br',
  'a:p',
  'a:br',
  'si',
  'is',
  'text:p',
  'text:h',
  'text:tab',
  'text:s',
  'text:line-break',
]);

/** The words of a document, table or presentation, in their order. @throws Error for what is none */
export function textOfOffice(file: Uint8Array, most: number): string {
  let room = MOST_OF_ALL;
  const wanted = ({ name, originalSize }: UnzipFileInfo) => {
    if (!parts.test(name) || originalSize > MOST_OF_A_PART || originalSize > room) return false;
    room -= originalSize;
    return true;
  };
  let text = '';
  for (const [name, bytes] of Object.entries(unzipSync(file, { filter: wanted })).sort(inOrder)) {
    const isOpen = name === 'content.xml';
    let within = 0;
    const parser = new Parser(
      {
        onopentagname: (tag) => {
          if (texts.has(tag)) within++;
        },
        ontext: (said) => {
          if ((isOpen || within > 0) && text.length < most) text += said;
        },
        onclosetag: (tag) => {
          if (texts.has(tag)) within--;
          if (ends.has(tag) && text.length < most) text += '\n';
        },
      },
      { xmlMode: true },
    );
    parser.end(new TextDecoder().decode(bytes));
    if (text.length >= most) break;
  }
  return text.slice(0, most);
}

const inOrder = ([a]: [string, unknown], [b]: [string, unknown]) => a.localeCompare(b, 'en', { numeric: true });
