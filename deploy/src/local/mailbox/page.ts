import type { Detail, Summary } from './store.ts';

const style = `
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { margin: 0 auto; max-width: 70rem; padding: 1rem; }
  header { display: flex; gap: 1rem; align-items: baseline; justify-content: space-between; }
  table { width: 100%; border-collapse: collapse; }
  th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid color-mix(in srgb, CanvasText 15%, Canvas); }
  td:first-child { width: 12rem; } .unread td { font-weight: 600; }
  a { color: LinkText; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  iframe { width: 100%; height: 32rem; border: 1px solid color-mix(in srgb, CanvasText 15%, Canvas); background: #fff; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; } dt { opacity: .7; } dd { margin: 0; }
`;

/** The list asks for its rows again every two seconds, so that a mail shows up by itself. */
const refresh = `
  const rows = document.getElementById('mails');
  setInterval(async () => {
    const text = await (await fetch('/rows')).text().catch(() => undefined);
    if (text !== undefined && text !== rows.dataset.last) { rows.innerHTML = text; rows.dataset.last = text; }
  }, 2000);
  document.getElementById('clear').onclick = async () => {
    await fetch('/api/v1/messages', { method: 'DELETE' });
    rows.innerHTML = '';
  };
`;

export function listPage(mails: Summary[], nonce: string): string {
  return page(
    'Local mailbox',
    `<header><h1>Local mailbox</h1><button id="clear" type="button">Delete all</button></header>
    <p>All mail that this local run sends arrives here; nothing leaves the machine.</p>
    <table><thead><tr><th>To</th><th>Subject</th><th>From</th><th>Arrived</th></tr></thead>
    <tbody id="mails">${listRows(mails)}</tbody></table><script nonce="${nonce}">${refresh}</script>`,
    nonce,
  );
}

export function listRows(mails: Summary[]): string {
  if (mails.length === 0) return '<tr><td colspan="4">No mail yet.</td></tr>';
  return mails
    .slice(0, 200)
    .map((mail) => {
      const to = [...mail.To, ...mail.Cc, ...mail.Bcc].map((entry) => entry.Address).join(', ');
      return `<tr${mail.Read ? '' : ' class="unread"'}><td>${escapeHtml(to)}</td>
      <td><a href="/view/${mail.ID}">${escapeHtml(mail.Subject || '(no subject)')}</a></td>
      <td>${escapeHtml(mail.From.Address)}</td><td>${escapeHtml(mail.Created.replace('T', ' ').slice(0, 19))}</td></tr>`;
    })
    .join('\n');
}

export function mailPage(mail: Detail, nonce: string): string {
  const line = (name: string, value: string) => (value ? `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>` : '');
  const list = (entries: Detail['To']) =>
    entries.map((entry) => (entry.Name ? `${entry.Name} <${entry.Address}>` : entry.Address)).join(', ');
  const parts = [...mail.Attachments, ...mail.Inline].map(
    (part) =>
      `<li><a href="/api/v1/message/${mail.ID}/part/${part.PartID}">${escapeHtml(part.FileName)}</a> ${part.Size} bytes</li>`,
  );
  // No scripts, no forms, no same-origin: what a mail brings cannot reach this page. Links open in a new tab.
  const html = mail.HTML
    ? `<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" title="HTML part" src="/view/${mail.ID}/html"></iframe>`
    : '';
  return page(
    mail.Subject || '(no subject)',
    `<p><a href="/">All mails</a> · <a href="/api/v1/message/${mail.ID}/raw">Source</a></p>
    <h1>${escapeHtml(mail.Subject || '(no subject)')}</h1>
    <dl>${line('From', list([mail.From]))}${line('To', list(mail.To))}${line('Cc', list(mail.Cc))}
    ${line('Bcc', list(mail.Bcc))}${line('Reply-To', list(mail.ReplyTo))}${line('Date', mail.Date)}</dl>
    ${html}<pre>${linked(mail.Text)}</pre>${parts.length ? `<h2>Attachments</h2><ul>${parts.join('')}</ul>` : ''}`,
    nonce,
  );
}

function page(title: string, body: string, nonce: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title>
  <style nonce="${nonce}">${style}</style></head><body>${body}</body></html>`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replaceAll(/[&<>"']/g, (sign) => entities[sign]!);
}

function linked(text: string): string {
  return escapeHtml(text).replaceAll(
    /https?:\/\/[^\s<>&]+(?:&amp;[^\s<>&]+)*/g,
    (url) => `<a href="${url}">${url}</a>`,
  );
}
