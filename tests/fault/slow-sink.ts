import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A mail that was handed over to its last line. */
interface Taken {
  to: string;
  messageId: string;
}

/** An SMTP server with two doors, one of which can be made to let its clients wait for a word. */
export interface SlowSink {
  /** Answers at once. */
  readonly url: string;
  /** Answers what `hold` names when it is let go. */
  readonly slowUrl: string;
  /** Mails that came whole, oldest first, by whichever door. */
  readonly mails: readonly Taken[];
  /** Clients that wait now. */
  readonly waiting: number;
  hold(command: 'RCPT' | 'DATA'): void;
  /** Answers all that wait; the door is as quick as the other then. */
  letGo(): void;
  close(): Promise<void>;
}

export async function slowSink(): Promise<SlowSink> {
  const mails: Taken[] = [];
  const sockets = new Set<Socket>();
  let held: string | undefined;
  let waiting: { socket: Socket; answer(): void }[] = [];

  const serve = (slow: boolean) => (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    let to = '';
    let data: string[] | undefined;
    const say = (line: string) => void (socket.destroyed || socket.write(`${line}\r\n`));
    say('220 sink');
    createInterface({ input: socket })
      .on('error', () => undefined)
      .on('line', (line) => {
        if (data) {
          if (line !== '.') return void data.push(line);
          const id = data.find((one) => /^message-id:/i.test(one)) ?? '';
          mails.push({ to, messageId: id.slice(id.indexOf('<')) });
          data = undefined;
          return say('250 taken');
        }
        if (line.startsWith('RCPT TO:')) to = line.slice(line.indexOf('<') + 1, line.indexOf('>'));
        if (line === 'DATA') data = [];
        const answer = line === 'DATA' ? '354 go on' : line === 'QUIT' ? '221 bye' : '250 ok';
        if (slow && held !== undefined && line.startsWith(held)) waiting.push({ socket, answer: () => say(answer) });
        else say(answer);
      });
  };
  const servers = [serve(false), serve(true)].map((to) => createServer(to).listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const [url = '', slowUrl = ''] = servers.map(
    (server) => `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
  );
  const letGo = () => {
    held = undefined;
    for (const { answer } of waiting.splice(0)) answer();
  };
  return {
    ...{ url, slowUrl, mails, letGo },
    get waiting() {
      // Who has waited too long hangs up.
      return waiting.filter(({ socket }) => !socket.destroyed).length;
    },
    hold(command) {
      held = command;
      waiting = [];
    },
    async close() {
      letGo();
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
    },
  };
}
