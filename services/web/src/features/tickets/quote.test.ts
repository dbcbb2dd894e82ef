import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldHtml, foldText, isPlainMarkup } from './quote.ts';

const pieces = fc.constantFrom(
  '<p>Hello</p>',
  '<div data-part="quote">',
  '<div data-part="signature">',
  '-- \n',
  '--\n',
  '<blockquote type="cite">',
  '</blockquote>',
  '</div>',
  '<br>',
  'On Tue, Ana wrote:\n',
  '> quoted\n',
  '>> deeper\n',
  'an answer\n',
  '-----Original Message-----\n',
  '\n',
  '\r\n',
  '&nbsp;',
);
const anyMessage = fc.oneof(
  fc.string(),
  fc.array(pieces).map((parts) => parts.join('')),
);

describe('quote folding', () => {
  it.each([
    ['text', foldText],
    ['HTML', foldHtml],
  ])('loses nothing of any %s: visible and folded are the original', (_, fold) => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const { visible, folded } = fold(message);
        expect(visible + folded).toBe(message);
        // Never an empty screen above a closed fold.
        if (folded !== '') expect(visible.trim()).not.toBe('');
      }),
    );
  });

  it('folds the quotation at the end of a text with its attribution', () => {
    const { visible, folded } = foldText('Thanks!\n\nOn 3 May 2026, Ana wrote:\n> Try again\n> please\n');
    expect(visible).toBe('Thanks!\n\n');
    expect(folded).toMatch(/^On 3 May/);
  });

  it('takes an attribution broken over two lines along', () => {
    expect(
      foldText('Ja.\n\nAm Di., 3. Mai 2026 um 10:00\nUhr schrieb Ana <a@b.example>:\n> Neu starten\n').visible,
    ).toBe('Ja.\n\n');
  });

  it.each([
    ['an answer below', '> Does it work?\nYes, it does.\n'],
    ['a forward without a word', '> everything\n> quoted\n'],
    ['no quotation', 'a > b\nis true\n'],
  ])('shows a text with %s whole', (_, message) => {
    expect(foldText(message)).toEqual({ visible: message, folded: '', quotes: false });
  });

  it('keeps answers between the quoted lines and folds only what trails', () => {
    const { visible } = foldText('> one?\nyes\n> two?\nno\n> three\n');
    expect(visible).toBe('> one?\nyes\n> two?\nno\n');
  });

  it.each([
    ['Gmail', '<div>Thanks</div><div data-part="quote">On … wrote:<blockquote>x</blockquote></div>'],
    ['Apple Mail', '<div>Thanks</div><blockquote type="cite"><div>x</div></blockquote>'],
    ['Thunderbird', '<p>Thanks</p><div data-part="quote-head">On … wrote:</div><blockquote type="cite">x</blockquote>'],
    ['Outlook', '<p>Thanks</p><div data-part="quote-rest"></div><hr><div>From: x</div>'],
    ['a nested quotation', '<p>Thanks</p><blockquote>a<blockquote>b</blockquote>c</blockquote><br>&nbsp;'],
  ])('folds the quotation of %s', (_, html) => {
    const { visible, folded } = foldHtml(html);
    expect(visible).toMatch(/^<(div|p)>Thanks<\/(div|p)>$/);
    expect(folded).not.toBe('');
  });

  it('leaves an answer inside or below the quotation visible', () => {
    const html = '<blockquote>Does it work?</blockquote><p>Yes</p>';
    expect(foldHtml(`<p>Hi</p>${html}`).folded).toBe('');
    expect(foldHtml(`<p>Hi</p><div data-part="quote-head">On … wrote:</div>${html}`).folded).toBe('');
  });
});

describe('signatures', () => {
  const quoted = 'On 3 May, Ana wrote:\n> Try\n';
  it.each([
    ['alone', 'Thanks!\n', '-- \nAda\nSeven Ltd\n', false],
    ['whose dashes lost their space', 'Thanks!\n', '--\r\nAda\r\n', false],
    ['above the quotation', 'Thanks!\n', `-- \nAda\n\n${quoted}`, true],
    ['below the quotation', 'Thanks!\n\n', `${quoted}\n-- \nAda\n`, true],
    ['below an answer below', '> Does it?\nYes.\n', '-- \nAda\n', false],
  ])('of a text, %s, are folded', (_, visible, folded, quotes) => {
    expect(foldText(visible + folded)).toEqual({ visible, folded, quotes });
  });

  it.each([
    ['nothing else', '-- \nAda\n'],
    ['as many words below as no signature has', `Hi\n-- \n${'a line\n'.repeat(30)}`],
    ['long words below', `Hi\n-- \n${'word '.repeat(500)}\n`],
    ['dashes within a line', 'Hi\n-- not one\n--- nor this\n'],
  ])('a text of %s is shown whole', (_, message) => {
    expect(foldText(message).visible).toBe(message);
  });

  const sign = '<span data-part="signature">-- </span><br><div data-part="signature"><div>Ada</div></div>';
  const quote = '<div data-part="quote">On …<blockquote>x</blockquote></div>';
  it.each([
    ['alone', sign, false],
    ['above the quotation', `${sign}<br>${quote}`, true],
    ['below the quotation', `${quote}${sign}`, true],
    ['in a text as it was', '<pre data-part="signature">-- \nAda</pre>', false],
  ])('of HTML, %s, are folded', (_, folded, quotes) => {
    expect(foldHtml(`<p>Thanks</p>${folded}`)).toEqual({ visible: '<p>Thanks</p>', folded, quotes });
  });

  it.each([
    ['words behind it', `<p>Hi</p>${sign}<p>P.S. one more thing</p>`],
    ['nothing before it', sign],
    ['more in it than a signature has', `<p>Hi</p><div data-part="signature">${'word '.repeat(500)}</div>`],
  ])('HTML with %s is shown whole', (_, html) => {
    expect(foldHtml(html).visible).toBe(html);
  });
});

describe('markup that may follow the theme', () => {
  it.each([
    ['<p>Hello <strong>you</strong></p><ul><li>a</li></ul>', true],
    ['<p style="color:red">a</p>', false],
    ['<table><tr><td>a</td></tr></table>', false],
    ['<p>style = good</p>', true],
    ['<img src="cid:a">', false],
  ])('%s: %s', (html, plain) => {
    expect(isPlainMarkup(html)).toBe(plain);
  });
});

it.each([
  ['angle brackets', '<'.repeat(200_000)],
  ['tags that never end', '<div '.repeat(40_000)],
  ['quotations that never end', '<blockquote '.repeat(20_000)],
  ['quotations within quotations', '<blockquote>'.repeat(20_000)],
  ['classes that never end', `<div ${'class="'.repeat(30_000)}`],
  ['ends of nothing', '</blockquote'.repeat(20_000)],
  ['signatures', '<div data-part="signature">'.repeat(8_000)],
  ['signatures that never end', `<div ${'data-part="signature" '.repeat(9_000)}`],
  ['words that open nothing', '<a data-part="signatur'.repeat(10_000)],
  ['lines of dashes', '-- \n'.repeat(50_000)],
  ['dashes', `${'-- '.repeat(60_000)}original message`],
  ['underlines', `${'_'.repeat(200_000)} x`],
  ['spaces', `${' '.repeat(200_000)}x`],
  ['words of an attribution', 'On wrote: '.repeat(20_000)],
  ['colons', `wrote${':'.repeat(200_000)}x`],
  ['lines that are quoted', '> x\n'.repeat(50_000)],
  ['empty lines', '\n'.repeat(200_000)],
])('S06: reads a long run of %s in no time', (_, text) => {
  const before = process.cpuUsage();
  foldText(`Hello\n${text}\n> quoted\n`);
  foldHtml(`<p>Hello</p>${text}`);
  isPlainMarkup(text);
  // Reading the rest again from each sign took minutes.
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000);
});
