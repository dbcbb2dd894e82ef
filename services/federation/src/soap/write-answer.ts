import type { SoapCall } from './read-call.ts';

export type SoapResult = { string: string } | { int: number } | { list: readonly string[] };

const namespaces =
  'xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/" ' +
  'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ' +
  'soap:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"';
const INT = /^(0|[1-9]\d{0,8})$/;

/**
 * The answer to a call, in the call's namespace. Typed throughout: Perl's SOAP::Lite takes a list without both array
 * attributes for a hash.
 */
export function writeAnswer({ method, uri }: Pick<SoapCall, 'method' | 'uri'>, result: SoapResult): string {
  const [tag, bound] = uri === '' ? [`${method}Response`, ''] : [`m:${method}Response`, ` xmlns:m="${escaped(uri)}"`];
  return (
    `<?xml version="1.0" encoding="UTF-8"?><soap:Envelope ${namespaces}><soap:Body>` +
    `<${tag}${bound}>${written(result)}</${tag}></soap:Body></soap:Envelope>`
  );
}

function written(result: SoapResult): string {
  if ('string' in result) return `<result xsi:type="xsd:string">${escaped(result.string)}</result>`;
  if ('int' in result) return `<result xsi:type="xsd:int">${result.int}</result>`;
  const type = result.list.every((item) => INT.test(item)) ? 'xsd:int' : 'xsd:string';
  const items = result.list.map((item) => `<item xsi:type="${type}">${escaped(item)}</item>`).join('');
  const typed = `soapenc:arrayType="${type}[${result.list.length}]" xsi:type="soapenc:Array"`;
  return `<result ${typed}>${items}</result>`;
}

/** What XML 1.0 has no room for is left out. */
export function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff]/gu, '')
      .replace(/[&<>"']/g, (sign) => entities[sign] as string)
  );
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
