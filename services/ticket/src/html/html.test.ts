import { escapeHtml } from '@helpmesh/kernel/template';
import { describe, expect, it } from 'vitest';
import { EXCERPT_LENGTH, excerptOf } from './excerpt.ts';
import { extractImages } from './inline-images.ts';
import { sanitize } from './sanitize.ts';
import { textOf } from './text.ts';

describe('sanitized HTML', () => {
  it.each([
    ['scripts', '<script>alert(1)</script>ok', 'ok'],
    ['handlers', '<p onclick="x()">ok</p>', '<p>ok</p>'],
    ['style elements', '<style>@import "//evil";</style>ok', 'ok'],
    ['frames and forms', '<iframe src="//e"></iframe><form action="//e"><input name="a">ok</form>', 'ok'],
    ['drawings', '<svg onload="x()"><text>no</text></svg>ok', 'ok'],
    ['overlays', '<div style="position:fixed;top:0;color:#fff">ok</div>', '<div style="color:#fff">ok</div>'],
    ['urls in styles', '<p style="background-color:url(//evil);color:expression(x)">ok</p>', '<p>ok</p>'],
    ['script links', '<a href="jav&#x09;ascript:x()">ok</a>', /^<a rel="[^"]*" target="_blank">ok<\/a>$/],
    ['data links', '<a href="data:text/html,x">ok</a>', /^<a rel="[^"]*" target="_blank">ok<\/a>$/],
    ['pages as images', '<img src="data:text/html;base64,AAAA">', '<img />'],
    ['ids and classes that could clash', '<p id="root" class="modal">ok</p>', '<p>ok</p>'],
  ])('loses %s', (_, html, expected) => {
    const clean = sanitize(html);
    if (typeof expected === 'string') expect(clean).toBe(expected);
    else expect(clean).toMatch(expected);
  });

  it('keeps what a mail is made of', () => {
    const html =
      '<blockquote type="cite" data-part="quote"><table border="1"><tbody><tr><td style="width:50%">a</td></tr></tbody></table></blockquote><img src="cid:x@y" alt="a" />';
    expect(sanitize(html)).toBe(html);
  });

  it('is the same when it is sanitized again', () => {
    const once = sanitize('<div><p>a<b>b</div><a href="https://x.org/?a=1&b=2">l</a>&lt;script&gt;');
    expect(sanitize(once)).toBe(once);
  });
});

it('text of HTML is what a person reads', () => {
  expect(textOf('<h1>Title</h1><p>a &amp; b</p><img src="cid:x">', 'text/html')).toBe('Title\n\na & b');
  expect(textOf('<b>plain</b>', 'text/plain')).toBe('<b>plain</b>');
  expect(escapeHtml(`<a href="x">'&`)).toBe('&lt;a href=&quot;x&quot;&gt;&#39;&amp;');
});

describe('how a message begins', () => {
  it.each([
    ['one line of what a person reads', '<h1>Hello</h1><p>a &amp;\n<b>b</b></p><img src="cid:x">', 'Hello a & b'],
    ['links by their words', 'see <a href="https://example.org/long">the page</a>', 'see the page'],
    ['no quote', '<p>Thanks!</p><blockquote type="cite">What I said</blockquote>', 'Thanks!'],
    ['a quote where there is nothing else', '<blockquote>What I said</blockquote>', 'What I said'],
    ['nothing of a picture', '<img src="cid:x">', ''],
    ['no signs that turn a text round', 'abc\u202edcba\u200b', 'abcdcba'],
  ])('of HTML: %s', (_, html, expected) => {
    expect(excerptOf(html, 'text/html')).toBe(expected);
  });

  it.each([
    ['as it is written', 'a <b>\r\n\r\n  c\td', 'a <b> c d'],
    ['below the quote it answers', 'On Monday Anna wrote:\n\n> Does it work?\n> Anna\n\nYes.', 'Yes.'],
    ['above its signature', 'Yes.\n-- \nAnna Bauer\nEngines Ltd', 'Yes.'],
    ['of a quote alone', '> Does it work?', '> Does it work?'],
    ['a line that ends with a colon and leads to no quote', 'Two things:\nfirst', 'Two things: first'],
  ])('of plain text: %s', (_, text, expected) => {
    expect(excerptOf(text, 'text/plain')).toBe(expected);
  });

  it.each(['x', '𝒳', '👩‍🚒'])('of %s is cut between characters, and said to be', (character) => {
    const excerpt = excerptOf(character.repeat(EXCERPT_LENGTH + 1), 'text/plain');
    expect([...excerpt].length).toBeLessThanOrEqual(EXCERPT_LENGTH);
    expect(excerpt).toMatch(/…$/);
    expect(excerpt.isWellFormed()).toBe(true);
    expect(excerptOf('x'.repeat(EXCERPT_LENGTH), 'text/plain')).toBe('x'.repeat(EXCERPT_LENGTH));
  });
});

it('images in a body become files with a content id', () => {
  const png = Buffer.from('png').toString('base64');
  const { html, images } = extractImages(
    `<p><img alt="a" src="data:image/PNG;base64,${png}"> <img src='data:image/svg+xml;base64,${png}'></p>`,
    (n) => `id${n}`,
  );
  expect(html).toBe(`<p><img alt="a" src="cid:id1"> <img src='data:image/svg+xml;base64,${png}'></p>`);
  expect(images).toEqual([
    { contentId: 'id1', contentType: 'image/png', filename: 'image1.png', data: Buffer.from('png') },
  ]);
});

describe('a body made to keep the service busy is done with at once', () => {
  const png = Buffer.from('png').toString('base64');
  it.each([
    ['quotes within quotes', '<blockquote>'.repeat(40_000)],
    ['tables within tables', '<table><tr><td>'.repeat(20_000)],
  ])('an excerpt of %s', (_, html) => {
    const started = performance.now();
    excerptOf(html, 'text/html');
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it.each([
    ['image tags that never end', '<img '.repeat(40_000)],
    ['attributes that never end', ` src${' '.repeat(40_000)}`.repeat(5)],
    ['images whose quote never ends', ` src="data:image/png;base64,${png}`.repeat(20_000)],
  ])('%s', (_, html) => {
    const started = performance.now();
    extractImages(html, (n) => `id${n}`);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it.each(['border', 'border-left', 'padding', 'color', 'font-family'])('a style %s of many spaces', (property) => {
    const started = performance.now();
    expect(sanitize(`<p style="${property}:1px${' '.repeat(40_000)}!">ok</p>`)).toBe('<p>ok</p>');
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('and lines around tables are kept', () => {
    const html = '<p style="border:1px solid #ccc;border-left:2px solid rgb(1, 2, 3)">ok</p>';
    expect(sanitize(html)).toBe(html);
  });
});
