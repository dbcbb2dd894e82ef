import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { AppError } from '@helpmesh/kernel';
import type { Credential, MailboxSource } from '../../application/ports.ts';

const LINE = Buffer.from('\r\n');
const DOT = 0x2e;
/** Longest line of an answer (RFC 1939 3 says 512), and longest list of mails. */
const LINE_BYTES = 8_192;
const LIST_BYTES = 16 * 1024 * 1024;
const WORDS = 300;

/** What a server said instead of +OK. */
export class Pop3Refusal extends Error {
  override readonly name = 'Pop3Refusal';
}

export interface Pop3Mail {
  /** Number in this connection only. */
  number: number;
  /** Of all connections (RFC 1939 7). */
  uidl: string;
  /** Bytes, as the server says. */
  size: number;
}

interface Waiting {
  /** Of how many bytes from the start of what came the answer is; undefined: it is not whole. */
  ends(bytes: Buffer): number | undefined;
  resolve(answer: Buffer): void;
  reject(error: Error): void;
}

/** One connection to a POP3 server (RFC 1939, 2595, 5034): one command at a time, each within the time given. */
export class Pop3Client {
  private socket: Socket | TLSSocket | undefined;
  /** What came and was not taken yet: the first `filled` bytes. */
  private bytes = Buffer.alloc(0);
  private filled = 0;
  private waiting: Waiting | undefined;
  private failure: Error | undefined;

  constructor(
    private readonly source: Pick<MailboxSource, 'host' | 'port' | 'ssl' | 'verifyTls' | 'user'>,
    private readonly silenceMs = 60_000,
  ) {}

  /** Connected, greeted and, where that is wished, encrypted. @throws Error */
  async connect(): Promise<void> {
    const { host, port, ssl } = this.source;
    this.listen(ssl === 'ssl' ? this.encrypted({ host, port }) : connectTcp({ host, port }));
    await this.answer(oneLine);
    if (ssl !== 'starttls') return;
    await this.command('STLS');
    const plain = this.socket as Socket;
    plain.removeAllListeners();
    // What was said before the encryption, by whomever, counts for nothing (RFC 2595 4).
    this.filled = 0;
    const secure = this.encrypted({ socket: plain });
    this.listen(secure);
    await new Promise<void>((resolve, reject) => {
      secure.once('secureConnect', resolve);
      secure.once('close', () => reject(this.failure ?? closed()));
    });
  }

  /** @throws Pop3Refusal; Error */
  async signIn(credential: Credential): Promise<void> {
    const { user } = this.source;
    if ('password' in credential) {
      await this.command(`USER ${user}`);
      await this.command(`PASS ${credential.password}`);
      return;
    }
    const token = Buffer.from(`user=${user}\x01auth=Bearer ${credential.accessToken}\x01\x01`).toString('base64');
    // The token is longer than the line of a command may be: it follows when it is asked for.
    const asked = await this.command('AUTH XOAUTH2', ['+OK', '+ ']);
    if (asked.startsWith('+OK')) return;
    const said = await this.command(token, ['+OK', '+ ']);
    if (said.startsWith('+OK')) return;
    // A refusal comes with its reason first; an empty line takes it in.
    const reason = Buffer.from(said.slice(2), 'base64').toString();
    await this.command('').catch(() => undefined);
    throw new Pop3Refusal(words(reason));
  }

  /** All mails there are, in the order of the server. @throws Pop3Refusal; Error */
  async mails(): Promise<Pop3Mail[]> {
    const sizes = new Map(pairs(await this.list('LIST', LIST_BYTES)).map(([number, size]) => [number, Number(size)]));
    const ids = pairs(await this.list('UIDL', LIST_BYTES));
    return ids.map(([number, uidl]) => ({ number, uidl, size: sizes.get(number) ?? 0 }));
  }

  /** @throws Pop3Refusal; AppError invalid `pop3.too-large`; Error */
  retrieve(number: number, maxBytes: number): Promise<Buffer> {
    return this.list(`RETR ${number}`, maxBytes);
  }

  /** The header. @throws like `retrieve` */
  head(number: number, maxBytes: number): Promise<Buffer> {
    return this.list(`TOP ${number} 0`, maxBytes);
  }

  /** The mail goes when the connection ends by `quit`. @throws Pop3Refusal; Error */
  async delete(number: number): Promise<void> {
    await this.command(`DELE ${number}`);
  }

  /** Ends the connection; what is to be deleted is deleted by this. @throws Pop3Refusal; Error */
  async quit(): Promise<void> {
    await this.command('QUIT');
    this.close();
  }

  /** Ends the connection at once; nothing is deleted. */
  close(): void {
    this.fail(closed());
  }

  private encrypted(to: { host: string; port: number } | { socket: Socket }): TLSSocket {
    const { host, verifyTls } = this.source;
    // An address of numbers is nobody's name (RFC 6066 3).
    const servername = /^[\d.]+$|:/.test(host) ? '' : host;
    return connectTls({ ...to, servername, rejectUnauthorized: verifyTls });
  }

  private listen(socket: Socket): void {
    this.socket = socket;
    socket.setTimeout(this.silenceMs, () => this.fail(new Error('the server says nothing')));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(closed()));
    socket.on('data', (chunk) => {
      this.add(chunk as Buffer);
      this.read();
    });
  }

  private add(chunk: Buffer): void {
    const filled = this.filled + chunk.length;
    if (filled > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(filled, this.bytes.length * 2));
      this.bytes.copy(larger, 0, 0, this.filled);
      this.bytes = larger;
    }
    chunk.copy(this.bytes, this.filled);
    this.filled = filled;
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.socket?.destroy();
    const waiting = this.waiting;
    this.waiting = undefined;
    waiting?.reject(this.failure);
  }

  private read(): void {
    const { waiting } = this;
    if (!waiting) return;
    try {
      const end = waiting.ends(this.bytes.subarray(0, this.filled));
      if (end === undefined) return;
      const answer = this.bytes.subarray(0, end);
      // The answer keeps the bytes it came in.
      this.bytes = Buffer.from(this.bytes.subarray(end, this.filled));
      this.filled = this.bytes.length;
      this.waiting = undefined;
      waiting.resolve(answer);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private answer(ends: Waiting['ends']): Promise<Buffer> {
    if (this.failure) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.waiting = { ends, resolve, reject };
      this.read();
    });
  }

  /** @returns the line of the answer */
  private async command(text: string, good: readonly string[] = ['+OK']): Promise<string> {
    this.write(text);
    const line = (await this.answer(oneLine)).toString().trimEnd();
    if (good.some((start) => line.startsWith(start) || line === start.trim())) return line;
    throw new Pop3Refusal(words(line.replace(/^-ERR ?/, '')));
  }

  /** @returns what stands between the first line and the last, as it was before it was sent */
  private async list(text: string, maxBytes: number): Promise<Buffer> {
    this.write(text);
    const answer = await this.answer(severalLines(maxBytes));
    const start = answer.indexOf(LINE) + 2;
    if (!answer.subarray(0, 3).equals(Buffer.from('+OK'))) {
      throw new Pop3Refusal(
        words(
          answer
            .subarray(0, start)
            .toString()
            .replace(/^-ERR ?/, '')
            .trimEnd(),
        ),
      );
    }
    return unstuffed(answer.subarray(start, -3));
  }

  private write(text: string): void {
    if (/[\r\n\0]/.test(text)) throw new AppError('invalid', 'pop3.unusable', 'A name or password is not one line.');
    if (!this.failure) this.socket?.write(`${text}\r\n`);
  }
}

function oneLine(bytes: Buffer): number | undefined {
  const at = bytes.indexOf(LINE);
  if (at >= 0) return at + 2;
  if (bytes.length > LINE_BYTES) throw new Error('the server answers with an endless line');
  return undefined;
}

/** A refusal is one line; the rest ends with a dot on a line of its own. */
function severalLines(maxBytes: number): Waiting['ends'] {
  let from = 0;
  return (bytes) => {
    const first = oneLine(bytes);
    if (first === undefined) return undefined;
    if (bytes[0] === 0x2d) return first;
    const at = bytes.indexOf('\r\n.\r\n', Math.max(first - 2, from - 4));
    if (at >= 0) return at + 5;
    from = bytes.length;
    if (bytes.length > maxBytes + LINE_BYTES) {
      throw new AppError('invalid', 'pop3.too-large', `The server answers with more than ${maxBytes} bytes.`);
    }
    return undefined;
  };
}

/** A dot at the start of a line was doubled on the way (RFC 1939 3). */
function unstuffed(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  const skip = (at: number) => {
    parts.push(bytes.subarray(from, at));
    from = at + 1;
  };
  if (bytes[0] === DOT) skip(0);
  for (let at = bytes.indexOf('\n.'); at >= 0; at = bytes.indexOf('\n.', at + 1)) skip(at + 1);
  parts.push(bytes.subarray(from));
  return parts.length === 1 ? bytes : Buffer.concat(parts);
}

function pairs(list: Buffer): [number: number, value: string][] {
  return list
    .toString('latin1')
    .split('\r\n')
    .flatMap((line) => {
      const [number = '', value = ''] = line.trim().split(/ +/);
      return /^\d+$/.test(number) && value !== '' ? [[Number(number), value] as [number, string]] : [];
    });
}

const closed = () => new Error('the connection was closed');

function words(text: string): string {
  return text === '' ? 'the server refuses it without a reason' : text.slice(0, WORDS);
}
