import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** SMTP word by word, so that a test can say what no library would. */
export class SmtpClient {
  private readonly socket: Socket;
  private text = '';
  private heard = (): void => undefined;
  private ended = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    const hear = () => this.heard();
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      this.text += chunk;
      hear();
    });
    socket
      .on('error', () => undefined)
      .on('close', () => {
        this.ended = true;
        hear();
      });
  }

  /** Connects, reads the greeting and says EHLO. */
  static async open(port: number): Promise<SmtpClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const client = new SmtpClient(socket);
    await client.reply();
    client.ehlo = await client.say('EHLO client.example');
    return client;
  }

  ehlo = '';

  /** Sends a line and waits for the whole reply. */
  say(line: string): Promise<string> {
    this.write(`${line}\r\n`);
    return this.reply();
  }

  write(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  /** The next reply, all of its lines. */
  async reply(): Promise<string> {
    for (;;) {
      const end = /^\d{3}(?: .*)?\r\n/m.exec(this.text);
      if (end) {
        const reply = this.text.slice(0, end.index + end[0].length);
        this.text = this.text.slice(reply.length);
        return reply.trimEnd();
      }
      if (this.ended) throw new Error(`the server hung up; it had said: ${this.text}`);
      await new Promise<void>((resolve) => {
        this.heard = resolve;
      });
    }
  }

  /** One whole mail; answers the last reply. */
  async send(raw: string, to = 'support@desk.example', from = 'ada@customer.example'): Promise<string> {
    await this.say(`MAIL FROM:<${from}>`);
    const admitted = await this.say(`RCPT TO:<${to}>`);
    if (!admitted.startsWith('250')) return admitted;
    await this.say('DATA');
    this.write(raw.replace(/^\./gm, '..'));
    return this.say(raw.endsWith('\r\n') ? '.' : '\r\n.');
  }

  /** Cuts the connection. */
  cut(): void {
    this.socket.resetAndDestroy();
  }

  close(): void {
    this.socket.end('QUIT\r\n');
  }
}
