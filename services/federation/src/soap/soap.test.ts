import { describe, expect, it } from 'vitest';
import { digestOf, matchingScheme } from './guard.ts';
import { fields, readCall, scalar, structures } from './read-call.ts';
import { writeAnswer } from './write-answer.ts';

/** As SOAP::Lite 1.27 writes it, but for what stands in the body. */
const perl = (body: string) =>
  Buffer.from(
    '<?xml version="1.0" encoding="UTF-8"?><soap:Envelope soap:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/" ' +
      'xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/" ' +
      'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
      `<soap:Body>${body}</soap:Body></soap:Envelope>`,
  );
const alter = (inner: string) => perl(`<alter_contacts xmlns="urn:HSPC/Helpdesk">${inner}</alter_contacts>`);
const people = (envelope: Buffer) =>
  structures(readCall(envelope).values).map((one) => Object.fromEntries(fields(one)));
const item = (name: string, inner: string) => `<${name}>${inner}</${name}>`;
const id = (n: number) => `<id xsi:type="xsd:int">${n}</id>`;

describe('a call', () => {
  it('without arguments has none', () => {
    const call = readCall(perl('<greet xmlns="urn:HSPC/Helpdesk" xsi:nil="true" />'), '"urn:HSPC/Helpdesk#greet"');
    expect(call).toEqual({ method: 'greet', uri: 'urn:HSPC/Helpdesk', values: [] });
  });

  it('gives its arguments by place', () => {
    const { values } = readCall(
      perl(
        '<init_session xmlns="u"><c-gensym19 xsi:type="xsd:int">7</c-gensym19>' +
          '<c-gensym21 xsi:type="xsd:string">192.0.2.1</c-gensym21><c-gensym23 xsi:type="xsd:string">list</c-gensym23></init_session>',
      ),
    );
    expect(values.map(({ element }) => scalar(element))).toEqual(['7', '192.0.2.1', 'list']);
  });

  it.each([
    [
      'one array',
      `<soapenc:Array soapenc:arrayType="xsd:anyType[2]" xsi:type="soapenc:Array">${item('item', id(1))}${item('item', id(2))}</soapenc:Array>`,
    ],
    [
      'a named array',
      `<contacts soapenc:arrayType="xsd:anyType[2]" xsi:type="soapenc:Array">${item('item', id(1))}${item('item', id(2))}</contacts>`,
    ],
    ['a list without types', `<contacts>${item('contact', id(1))}${item('contact', id(2))}</contacts>`],
    ['several values', item('c-gensym9', id(1)) + item('c-gensym11', id(2))],
    [
      'references',
      '<contacts soapenc:arrayType="xsd:anyType[2]" xsi:type="soapenc:Array"><item href="#a"/><item href="#b"/></contacts>',
    ],
  ])('finds two contacts in %s', (form, inner) => {
    const apart =
      form === 'references'
        ? `<multiRef id="a">${id(1)}</multiRef><multiRef id="b"><id href="#c"/></multiRef><multiRef id="c">2</multiRef>`
        : '';
    const envelope = perl(`<alter_contacts xmlns="u">${inner}</alter_contacts>${apart}`);
    expect(people(envelope)).toEqual([{ id: '1' }, { id: '2' }]);
  });

  it.each([
    ['one structure', item('c-gensym14', id(1)), 1],
    ['an empty array', '<soapenc:Array soapenc:arrayType="xsd:anyType[0]" xsi:type="soapenc:Array" />', 0],
    ['nothing', '<c-gensym3 xsi:nil="true"/>', 0],
  ])('finds in %s as many as there are', (_form, inner, count) => {
    expect(people(alter(inner))).toHaveLength(count);
  });

  it('leaves values as they were written, whatever their type says', () => {
    const inner = '<ID xsi:type="xsd:int">007</ID><email xsi:type="xsd:float">1.50</email><suffix xsi:nil="true" />';
    expect(people(alter(item('s', inner)))).toEqual([{ id: '007', email: '1.50', suffix: '' }]);
  });

  it.each([
    ['UTF-8', Buffer.from('Jörg Ünal', 'utf8')],
    ['Latin-1', Buffer.from('Jörg Ünal', 'latin1')],
  ])('reads base64 of %s', (_name, bytes) => {
    const inner = `<last_name xsi:type="xsd:base64Binary">${bytes.toString('base64')}</last_name>`;
    expect(people(alter(item('s', inner)))[0]?.last_name).toBe('Jörg Ünal');
  });

  it('reads what older versions of the client write, a mark at the start and an envelope in Latin-1', () => {
    const older =
      '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Body>' +
      '<namesp1:greet xmlns:namesp1="urn:x">é</namesp1:greet></SOAP-ENV:Body></SOAP-ENV:Envelope>';
    for (const bytes of [Buffer.from(`\ufeff${older}`), Buffer.from(older, 'latin1')]) {
      expect(readCall(bytes, 'urn:x#greet')).toMatchObject({ method: 'greet', uri: 'urn:x' });
    }
  });

  it.each([
    ['no XML', 'hello', 'soap.malformed'],
    ['nothing', '', 'soap.malformed'],
    ['another document', '<html/>', 'soap.no-call'],
    ['an empty body', perl('').toString(), 'soap.no-call'],
    ['an unknown entity', perl('<greet>&boom;</greet>').toString(), 'soap.malformed'],
    ['a loop of references', perl('<a><x href="#a"/></a><b id="a" href="#a"/>').toString(), 'soap.no-call'],
    [
      'a billion laughs',
      `<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>${perl('<greet>&b;</greet>').toString()}`,
      'soap.doctype',
    ],
    ['a document type', '<!DOCTYPE l SYSTEM "file:///etc/passwd"><l/>', 'soap.doctype'],
    ['a tower', `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`, 'soap.too-complex'],
    ['a crowd', `<a>${'<b/>'.repeat(200_001)}</a>`, 'soap.too-complex'],
    [
      'a header that must be understood',
      perl('<greet/>')
        .toString()
        .replace('<soap:Body>', '<soap:Header><t soap:mustUnderstand="1"/></soap:Header><soap:Body>'),
      'soap.must-understand',
    ],
  ])('S07: of %s is refused', (_what, text, code) => {
    expect(() => readCall(Buffer.from(text))).toThrow(expect.objectContaining({ code }));
  });

  it('is refused when SOAPAction names another method', () => {
    const envelope = perl('<greet/>');
    expect(() => readCall(envelope, '"urn:x#list_contacts"')).toThrow(
      expect.objectContaining({ code: 'soap.action-differs' }),
    );
    expect(readCall(envelope, '""').method).toBe('greet');
  });

  it('S07: that refers to one thing very often does not become as large as what it stands for', () => {
    const many = (href: string) => `<item href="#${href}"/>`.repeat(50_000);
    const parts = `<r id="a">${many('b')}</r><r id="b">${many('c')}</r><r id="c">x</r>`;
    const found = structures(readCall(perl(`<alter_contacts><c>${many('a')}</c></alter_contacts>${parts}`)).values);
    expect(found.map((one) => fields(one).size)).toEqual(Array(50_000).fill(1));
  });
});

describe('an answer', () => {
  it('types a list so that Perl takes it for one', () => {
    const xml = writeAnswer({ method: 'list_contacts', uri: 'urn:x&y' }, { list: ['7', '9'] });
    expect(xml).toContain(
      '<m:list_contactsResponse xmlns:m="urn:x&amp;y"><result soapenc:arrayType="xsd:int[2]" xsi:type="soapenc:Array">',
    );
    expect(xml).toContain('<item xsi:type="xsd:int">9</item>');
    expect(writeAnswer({ method: 'm', uri: '' }, { list: ['007'] })).toContain(
      '<item xsi:type="xsd:string">007</item>',
    );
  });

  it('leaves out what XML has no room for', () => {
    expect(writeAnswer({ method: 'greet', uri: '' }, { string: 'a\u0000<b>\ud800 😀' })).toContain(
      '>a&lt;b&gt; 😀</result>',
    );
  });
});

describe('the guard', () => {
  const message = Buffer.from('<a/>');
  const vectors = {
    'md5-secret-body': '46a4906fdf89d358ffa8705d40258dc8',
    'md5-body-secret': 'a8f588d99327fb48ea266bec22753beb',
    'hmac-md5': 'f64ab79af1c7ecfc54ee878f96079615',
    'hmac-sha256': 'e33fd80c9998c67dbfa25a22dd8d654cd481876722ac87604741cd4109efd80a',
    plain: 's3cret',
  } as const;
  const options = { secrets: ['new phrase', 's3cret'], message, secure: true };

  it.each(Object.entries(vectors))('%s makes what is known', (scheme, digest) => {
    expect(digestOf(scheme as keyof typeof vectors, 's3cret', message)).toBe(digest);
    expect(matchingScheme(digest, { ...options, scheme: scheme as keyof typeof vectors })).toBe(scheme);
    expect(matchingScheme(digest, { ...options, scheme: 'auto' })).toBe(scheme);
  });

  it('does not mind the case of digits, but that of the phrase', () => {
    const upper = vectors['hmac-sha256'].toUpperCase();
    expect(matchingScheme(upper, { ...options, scheme: 'hmac-sha256' })).toBe('hmac-sha256');
    expect(matchingScheme('S3CRET', { ...options, scheme: 'plain' })).toBeUndefined();
  });

  it.each(['', 'x', vectors['md5-secret-body'].slice(1), vectors['md5-body-secret']])('refuses %j', (given) => {
    expect(matchingScheme(given, { ...options, scheme: 'md5-secret-body' })).toBeUndefined();
  });

  it('takes the phrase itself by https alone, and nothing when there is no phrase', () => {
    expect(matchingScheme('s3cret', { ...options, scheme: 'plain', secure: false })).toBeUndefined();
    expect(matchingScheme('s3cret', { ...options, scheme: 'auto', secure: false })).toBeUndefined();
    expect(matchingScheme('', { ...options, secrets: [], scheme: 'auto' })).toBeUndefined();
  });
});
