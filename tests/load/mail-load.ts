import { createTransport } from 'nodemailer';
import type { Outcome } from './http-load.ts';

/** About 6 KB of text and HTML, as people's mail programs send it. */
function mail(from: string, subject: string, words: string): { raw: string; envelope: { from: string; to: string } } {
  const raw = [
    `From: Bench <${from}>`,
    'To: helpdesk@localhost',
    `Subject: ${subject}`,
    `Date: ${new Date().toUTCString()}`,
    `Message-ID: <${from}>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain; charset=utf-8',
    '',
    words,
    '--b',
    'Content-Type: text/html; charset=utf-8',
    '',
    `<html><body>${words.replaceAll('\n', '<br>\n')}</body></html>`,
    '--b--',
    '',
  ].join('\r\n');
  return { raw, envelope: { from, to: 'helpdesk@localhost' } };
}

/** A mail program that keeps so many connections open. */
export function mailSender({ port, connections }: { port: number; connections: number }) {
  const transport = createTransport({
    host: '127.0.0.1',
    port,
    ignoreTLS: true,
    pool: true,
    maxConnections: connections,
    maxMessages: Number.POSITIVE_INFINITY,
  });
  return {
    /** Resolves with the 250. */
    send: async (from: string, subject: string, words: string): Promise<void> => {
      await transport.sendMail(mail(from, subject, words));
    },
    close: () => transport.close(),
  };
}

/** Sends mails over so many connections at once; `latency` is up to the 250. */
export async function mailLoad(options: {
  port: number;
  connections: number;
  mails: number;
  /** Part of every address: two runs are different people. */
  run: string;
  text(): string;
}): Promise<Outcome> {
  const { send, close } = mailSender(options);
  const times: number[] = [];
  let sent = 0;
  let failures = 0;
  const began = performance.now();
  const sender = async () => {
    while (sent < options.mails) {
      const n = sent++;
      const start = performance.now();
      await send(`${options.run}-${n}@bench.example`, `Bench ${options.run} ${n}`, options.text()).then(
        () => times.push(performance.now() - start),
        () => (failures += 1),
      );
    }
  };
  await Promise.all(Array.from({ length: options.connections }, sender));
  const seconds = (performance.now() - began) / 1000;
  close();
  times.sort((a, b) => a - b);
  const at = (share: number) => Math.round((times[Math.floor(times.length * share)] ?? 0) * 10) / 10;
  return {
    requests: times.length,
    perSecond: Math.round(times.length / seconds),
    p50: at(0.5),
    p99: at(0.99),
    failures,
  };
}
