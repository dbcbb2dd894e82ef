/**
 * Live chat of the help desk for any page that the desk knows: a button in the corner, there while somebody takes chats.
 *
 *   <script src="https://desk.example.org/assets/chat/chat.js" defer></script>
 *
 * Of the script: data-lang, data-title. Of the page: `helpmesh-chat { --helpmesh-chat-colour: #0b667b }`.
 * Nothing is kept in the browser before a visitor begins a chat, and then for as long as the tab is open.
 */
(() => {
  if (customElements.get('helpmesh-chat')) return;
  const script = document.currentScript;
  const base = script ? new URL('../../', script.src).href : `${location.origin}/`;
  const given = script ? script.dataset : {};
  const KEY = `helpmesh-chat ${base}`;
  const words = {
    en: {
      title: 'Chat with us',
      lead: 'Ask us. Somebody is there.',
      name: 'Name',
      email: 'E-mail',
      emailWhy: 'If we are cut off we go on by mail.',
      topic: 'About',
      text: 'Your question',
      start: 'Start the chat',
      message: 'Message',
      send: 'Send',
      hide: 'Minimize',
      end: 'End the chat',
      sure: 'End it now?',
      no: 'Go on',
      first: 'You are next. Somebody will be with you at once.',
      queue: 'You are number %s in the queue.',
      with: 'You are talking to %s.',
      agent: 'our team',
      you: 'You',
      writes: '%s is writing …',
      soon: 'The chat ends in a moment unless you write.',
      lost: 'No connection. Trying again …',
      late: 'Not sent yet. Trying again …',
      refused: 'This message could not be sent.',
      ended: 'The chat has ended.',
      ticket: 'Your request has the number %s. You get our answer by mail.',
      again: 'New chat',
      required: 'Please fill in this field.',
      invalid: 'This is not a valid e-mail address.',
      gone: 'Nobody is free at the moment. Please try again in a while.',
      failed: 'That did not work. Please try again.',
      states: {
        online: 'Somebody takes chats: the button is shown.',
        busy: 'All who take chats are busy: no button is shown.',
        offline: 'Nobody takes chats at the moment: no button is shown.',
        off: 'The live chat is switched off.',
      },
    },
    de: {
      title: 'Chatten Sie mit uns',
      lead: 'Fragen Sie uns. Es ist jemand da.',
      name: 'Name',
      email: 'E-Mail',
      emailWhy: 'Bricht die Verbindung ab, geht es per Mail weiter.',
      topic: 'Thema',
      text: 'Ihre Frage',
      start: 'Chat beginnen',
      message: 'Nachricht',
      send: 'Senden',
      hide: 'Minimieren',
      end: 'Chat beenden',
      sure: 'Jetzt beenden?',
      no: 'Weiter',
      first: 'Sie sind als Nächstes dran. Gleich ist jemand für Sie da.',
      queue: 'Sie sind Nummer %s in der Warteschlange.',
      with: 'Sie sprechen mit %s.',
      agent: 'unserem Team',
      you: 'Sie',
      writes: '%s schreibt …',
      soon: 'Der Chat endet gleich, wenn Sie nichts schreiben.',
      lost: 'Keine Verbindung. Wir versuchen es wieder …',
      late: 'Noch nicht gesendet. Wir versuchen es wieder …',
      refused: 'Diese Nachricht konnte nicht gesendet werden.',
      ended: 'Der Chat ist beendet.',
      ticket: 'Ihre Anfrage hat die Nummer %s. Unsere Antwort kommt per Mail.',
      again: 'Neuer Chat',
      required: 'Bitte füllen Sie dieses Feld aus.',
      invalid: 'Das ist keine gültige E-Mail-Adresse.',
      gone: 'Im Moment ist niemand frei. Bitte versuchen Sie es etwas später noch einmal.',
      failed: 'Das hat nicht geklappt. Bitte versuchen Sie es noch einmal.',
      states: {
        online: 'Jemand nimmt Chats an: Der Knopf wird gezeigt.',
        busy: 'Alle, die Chats annehmen, sind beschäftigt: Kein Knopf wird gezeigt.',
        offline: 'Im Moment nimmt niemand Chats an: Kein Knopf wird gezeigt.',
        off: 'Der Live-Chat ist ausgeschaltet.',
      },
    },
    fr: {
      title: 'Discutez avec nous',
      lead: 'Posez votre question. Quelqu’un est là.',
      name: 'Nom',
      email: 'E-mail',
      emailWhy: 'En cas de coupure, nous continuons par e-mail.',
      topic: 'Sujet',
      text: 'Votre question',
      start: 'Commencer la discussion',
      message: 'Message',
      send: 'Envoyer',
      hide: 'Réduire',
      end: 'Terminer la discussion',
      sure: 'Terminer maintenant\u202f?',
      no: 'Continuer',
      first: 'C’est bientôt votre tour. Quelqu’un arrive.',
      queue: 'Vous êtes numéro %s dans la file d’attente.',
      with: 'Vous parlez avec %s.',
      agent: 'notre équipe',
      you: 'Vous',
      writes: '%s écrit…',
      soon: 'La discussion se termine bientôt si vous n’écrivez pas.',
      lost: 'Pas de connexion. Nouvel essai…',
      late: 'Pas encore envoyé. Nouvel essai…',
      refused: 'Ce message n’a pas pu être envoyé.',
      ended: 'La discussion est terminée.',
      ticket: 'Votre demande porte le numéro %s. Notre réponse vous parvient par e-mail.',
      again: 'Nouvelle discussion',
      required: 'Veuillez remplir ce champ.',
      invalid: 'Cette adresse e-mail n’est pas valide.',
      gone: 'Personne n’est libre pour le moment. Veuillez réessayer un peu plus tard.',
      failed: 'Cela n’a pas fonctionné. Veuillez réessayer.',
      states: {
        online: 'Quelqu’un prend les discussions\u00a0: le bouton est affiché.',
        busy: 'Tous sont occupés\u00a0: aucun bouton n’est affiché.',
        offline: 'Personne ne prend de discussion pour le moment\u00a0: aucun bouton n’est affiché.',
        off: 'La discussion en direct est désactivée.',
      },
    },
    pl: {
      title: 'Porozmawiaj z nami',
      lead: 'Zapytaj nas. Ktoś tu jest.',
      name: 'Imię i nazwisko',
      email: 'E-mail',
      emailWhy: 'Jeśli połączenie się zerwie, odpowiemy pocztą.',
      topic: 'Temat',
      text: 'Pytanie',
      start: 'Rozpocznij czat',
      message: 'Wiadomość',
      send: 'Wyślij',
      hide: 'Zminimalizuj',
      end: 'Zakończ czat',
      sure: 'Zakończyć teraz?',
      no: 'Kontynuuj',
      first: 'Twoja kolej. Za chwilę ktoś się odezwie.',
      queue: 'Twoje miejsce w kolejce: %s.',
      with: 'Rozmawia z Tobą: %s.',
      agent: 'nasz zespół',
      you: 'Ty',
      writes: '%s pisze…',
      soon: 'Czat zaraz się zakończy, jeśli nic nie napiszesz.',
      lost: 'Brak połączenia. Próbujemy ponownie…',
      late: 'Jeszcze nie wysłano. Próbujemy ponownie…',
      refused: 'Nie udało się wysłać tej wiadomości.',
      ended: 'Czat został zakończony.',
      ticket: 'Twoje zgłoszenie ma numer %s. Odpowiemy pocztą.',
      again: 'Nowy czat',
      required: 'Proszę wypełnić to pole.',
      invalid: 'To nie jest prawidłowy adres e-mail.',
      gone: 'W tej chwili nikt nie jest wolny. Proszę spróbować za chwilę.',
      failed: 'Nie udało się. Proszę spróbować ponownie.',
      states: {
        online: 'Ktoś przyjmuje czaty: przycisk jest widoczny.',
        busy: 'Wszyscy są zajęci: przycisku nie widać.',
        offline: 'W tej chwili nikt nie przyjmuje czatów: przycisku nie widać.',
        off: 'Czat na żywo jest wyłączony.',
      },
    },
  };
  const asked = String(given.lang || document.documentElement.lang || navigator.language || 'en').slice(0, 2);
  const texts = words[asked.toLowerCase()] || words.en;

  const STATUS_EVERY_MS = 30_000;
  const TYPING_EVERY_MS = 3_000;
  const TYPING_SHOWN_MS = 5_000;
  const WARN_MS = 60_000;
  const LATEST_TRY_MS = 15_000;
  const LONGEST = 2_000;

  const style = `
    :host { all: initial; --c: var(--helpmesh-chat-colour, #0b667b); color-scheme: light dark; }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    .launch, .panel { position: fixed; inset-block-end: 16px; inset-inline-end: 16px; z-index: 2147483000;
      font: 15px/1.45 system-ui, sans-serif; color: #182026; }
    button { font: inherit; min-height: 36px; padding: 6px 14px; border-radius: 8px; border: 1px solid var(--c);
      background: var(--c); color: #fff; cursor: pointer; }
    button.plain { background: none; color: inherit; border-color: transparent; }
    button:focus-visible, input:focus-visible, select:focus-visible, textarea:focus-visible, a:focus-visible,
    .log:focus-visible { outline: 3px solid #f2a900; outline-offset: 1px; }
    .launch { border-radius: 24px; min-height: 48px; padding: 0 20px; box-shadow: 0 4px 16px rgb(0 0 0 / 30%); }
    .panel { inline-size: min(360px, calc(100vw - 16px)); block-size: min(560px, calc(100vh - 32px)); display: flex;
      flex-direction: column; background: #fff; border: 1px solid #8b98a1; border-radius: 12px; overflow: hidden;
      box-shadow: 0 8px 32px rgb(0 0 0 / 30%); }
    @media (max-width: 400px) { .panel { inset-inline-end: 8px; inset-block-end: 8px; } }
    header { display: flex; align-items: center; gap: 8px; padding: 8px 8px 8px 14px; background: var(--c); color: #fff; }
    header h2 { font-size: 16px; margin: 0; flex: 1; overflow-wrap: anywhere; }
    header button { border-color: rgb(255 255 255 / 60%); background: none; padding: 2px 10px; min-height: 30px; }
    form, .talk { display: flex; flex-direction: column; gap: 10px; padding: 12px 14px; overflow: auto; flex: 1; }
    label { display: grid; gap: 3px; }
    input, select, textarea { font: inherit; color: inherit; background: #fff; padding: 7px 9px; border: 1px solid #67747d;
      border-radius: 6px; inline-size: 100%; resize: none; }
    [aria-invalid='true'] { border-color: #b00020; }
    .wrong { color: #b00020; } .why { color: #4a5760; font-size: 13px; } p { margin: 0; overflow-wrap: anywhere; }
    .talk { padding: 0; gap: 0; overflow: hidden; }
    .notice { padding: 8px 14px; background: #eff2f4; font-size: 14px; }
    .notice:empty { display: none; }
    .log { flex: 1; overflow: auto; padding: 12px 14px; display: flex; flex-direction: column; gap: 8px; }
    .said { max-inline-size: 85%; align-self: flex-start; background: #eff2f4; border-radius: 10px; padding: 7px 11px;
      white-space: pre-wrap; overflow-wrap: anywhere; }
    .said.mine { align-self: flex-end; background: #d9eef2; }
    .said.unsent { opacity: .75; }
    .who { display: block; font-size: 12px; color: #46535c; }
    .write { display: flex; gap: 8px; padding: 8px; border-block-start: 1px solid #d2d9de; align-items: end; flex: none;
      flex-direction: row; overflow: visible; }
    .foot { padding: 10px 14px; display: flex; gap: 8px; flex-wrap: wrap; align-items: center; border-block-start: 1px solid #d2d9de; }
    .quiet { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
    @media (prefers-color-scheme: dark) {
      .panel { background: #1a2126; color: #e6ecef; } input, select, textarea { background: #11161a; border-color: #8b98a1; }
      .notice, .said { background: #2a343b; } .said.mine { background: #0f4350; } .who, .why { color: #b4bfc6; }
      .wrong { color: #ff8a80; } .write, .foot { border-color: #37424a; } [aria-invalid='true'] { border-color: #ff8a80; }
    }`;

  const element = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  const fill = (text, value) => text.replace('%s', () => value);
  const random = (bytes) =>
    Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('');

  class Refused extends Error {
    constructor(status) {
      super(`refused: ${status}`);
      this.status = status;
    }
  }

  const ask = (path, body, signal) =>
    fetch(`${base}api/v1/chat/${path}`, {
      ...{ method: 'POST', credentials: 'omit', headers: { 'content-type': 'application/json' } },
      ...{ body: JSON.stringify(body), signal },
    });
  /** @throws Refused, or TypeError without a connection */
  const post = async (path, body) => {
    const answer = await ask(path, body);
    if (!answer.ok) throw new Refused(answer.status);
    return answer.status === 204 ? undefined : answer.json();
  };

  /** The secret of the chat, for as long as the tab is open; where the browser keeps nothing, for as long as the page is. */
  const memory = {
    value: null,
    get() {
      try {
        return sessionStorage.getItem(KEY) || this.value;
      } catch {
        return this.value;
      }
    },
    set(value) {
      this.value = value;
      try {
        if (value === null) sessionStorage.removeItem(KEY);
        else sessionStorage.setItem(KEY, value);
      } catch {
        // Kept in the page alone.
      }
    },
  };

  class HelpmeshChat extends HTMLElement {
    #root = this.attachShadow({ mode: 'open' });
    #door = { state: 'off', title: '', topics: [] };
    #session = null;
    #chat = null;
    #last = 0;
    #queue = [];
    /** Of this page's own messages: they are shown already. */
    #mine = new Set();
    #sending = false;
    #stream = null;
    #typedAt = 0;
    #timers = {};
    #parts = {};

    connectedCallback() {
      if (this.#parts.panel) return;
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(style);
      this.#root.adoptedStyleSheets = [sheet];
      const launch = element('button', { type: 'button', className: 'launch', hidden: true });
      const panel = element('div', { className: 'panel', hidden: true });
      panel.setAttribute('role', 'dialog');
      launch.setAttribute('aria-expanded', 'false');
      launch.addEventListener('click', () => this.#show(true));
      panel.addEventListener('keydown', (event) => {
        // Keys pressed in the chat are none of the page.
        event.stopPropagation();
        if (event.key === 'Escape') this.#show(false);
      });
      this.#parts = { launch, panel };
      this.#root.append(launch, panel);
      this.#session = memory.get();
      if (this.#session) void this.#listen();
      else void this.#look();
      document.addEventListener('visibilitychange', () => {
        if (!document.hidden && !this.#session) void this.#look();
      });
      window.addEventListener('online', () => this.#session && this.#listen());
    }

    get #title() {
      return given.title || this.#chat?.title || this.#door.title || texts.title;
    }

    /** Asks whether somebody is there, and again in a while. */
    async #look() {
      clearTimeout(this.#timers.look);
      this.#timers.look = setTimeout(() => !document.hidden && !this.#session && this.#look(), STATUS_EVERY_MS);
      try {
        this.#door = await post('status', {});
      } catch {
        this.#door = { state: 'off', title: '', topics: [] };
      }
      if (this.#session) return;
      const told = 'preview' in given && document.getElementById('helpmesh-chat-state');
      if (told) told.textContent = texts.states[this.#door.state];
      const { launch, panel } = this.#parts;
      launch.textContent = this.#title;
      // Who is writing already is not interrupted.
      if (panel.hidden) launch.hidden = this.#door.state !== 'online';
    }

    #show(open, focus = true) {
      const { launch, panel } = this.#parts;
      if (open && !this.#chat) this.#showForm();
      panel.hidden = !open;
      launch.hidden = open || (!this.#session && this.#door.state !== 'online');
      launch.textContent = this.#title;
      launch.setAttribute('aria-expanded', String(open));
      if (!focus) return;
      if (open) (panel.querySelector('input, textarea') || panel.querySelector('.log'))?.focus();
      else if (!launch.hidden) launch.focus();
    }

    #frame(...children) {
      const { panel } = this.#parts;
      const hide = element('button', { type: 'button', textContent: '–', title: texts.hide });
      hide.setAttribute('aria-label', texts.hide);
      hide.addEventListener('click', () => this.#show(false));
      panel.setAttribute('aria-label', this.#title);
      panel.replaceChildren(element('header', {}, element('h2', { textContent: this.#title }), hide), ...children);
    }

    #showForm() {
      if (this.#parts.form) return;
      const fields = {};
      const form = element('form', { noValidate: true });
      const add = (name, input, why) => {
        const wrong = element('span', { className: 'wrong', id: `wrong-${name}`, hidden: true });
        input.setAttribute('aria-describedby', wrong.id);
        fields[name] = { input, wrong };
        const label = element('label', {}, element('span', { textContent: texts[name] }), input, wrong);
        if (why) label.append(element('span', { className: 'why', textContent: why }));
        form.append(label);
      };
      form.append(element('p', { textContent: texts.lead }));
      add('name', element('input', { autocomplete: 'name', maxLength: 200, required: true }));
      const email = element('input', { type: 'email', autocomplete: 'email', maxLength: 254, required: true });
      add('email', email, texts.emailWhy);
      if (this.#door.topics.length > 1) {
        const choices = this.#door.topics.map((topic) => element('option', { textContent: topic, value: topic }));
        add('topic', element('select', {}, ...choices));
      }
      add('text', element('textarea', { rows: 4, maxLength: LONGEST, required: true }));
      const problem = element('p', { className: 'wrong' });
      problem.setAttribute('role', 'alert');
      const button = element('button', { type: 'submit', textContent: texts.start });
      form.append(problem, button);
      // Whoever presses again after a cut begins the same chat.
      const session = random(32);
      const client_id = random(12);
      form.addEventListener('submit', async (event) => {
        event.preventDefault();
        problem.textContent = '';
        const values = Object.fromEntries(Object.entries(fields).map(([name, { input }]) => [name, input.value]));
        button.disabled = true;
        try {
          const page = location.href.split('#')[0].slice(0, 2_000);
          const answer = await post('start', { topic: '', ...values, page, session, client_id });
          if (answer.errors) return this.#wrong(fields, answer.errors);
          this.#parts.form = undefined;
          this.#session = session;
          memory.set(session);
          this.#shown(answer);
          void this.#listen();
          this.#parts.input?.focus();
        } catch (error) {
          problem.textContent = error.status === 409 || error.status === 403 ? texts.gone : texts.failed;
        } finally {
          button.disabled = false;
        }
      });
      this.#parts.form = form;
      this.#frame(form);
    }

    #wrong(fields, errors) {
      let first;
      for (const [name, { input, wrong }] of Object.entries(fields)) {
        const error = errors[name];
        input.setAttribute('aria-invalid', String(Boolean(error)));
        wrong.hidden = !error;
        wrong.textContent = error ? texts[error] || texts.required : '';
        if (error && !first) first = input;
      }
      if (first) first.focus();
    }

    /** Hears what happens in the chat, and comes back when the connection is cut. */
    async #listen() {
      this.#stream?.abort();
      clearTimeout(this.#timers.listen);
      const stream = new AbortController();
      this.#stream = stream;
      let wait = 1_000;
      while (this.#stream === stream) {
        try {
          const answer = await ask('events', { session: this.#session, after: this.#last }, stream.signal);
          if (answer.status === 404) return this.#forget();
          if (!answer.ok) throw new Refused(answer.status);
          wait = 1_000;
          await this.#read(answer.body.pipeThrough(new TextDecoderStream()).getReader());
        } catch {
          if (this.#stream !== stream) return;
        }
        if (this.#stream !== stream) return;
        this.#notice(texts.lost);
        await new Promise((resolve) => {
          this.#timers.listen = setTimeout(resolve, wait);
        });
        wait = Math.min(wait * 2, LATEST_TRY_MS);
      }
    }

    async #read(reader) {
      let rest = '';
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        const blocks = (rest + piece.value).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          if (block.startsWith('event: typing')) this.#writes();
          else if (block.startsWith('data: ')) this.#shown(JSON.parse(block.slice(6)));
        }
      }
    }

    /** The chat is no longer known: it was deleted, or ended long ago. */
    #forget() {
      this.#stream?.abort();
      this.#stream = null;
      this.#session = null;
      this.#chat = null;
      this.#last = 0;
      this.#queue = [];
      this.#mine.clear();
      this.#parts.form = undefined;
      this.#parts.log = undefined;
      memory.set(null);
      this.#parts.panel.hidden = true;
      void this.#look();
    }

    #shown(chat) {
      const before = this.#chat;
      this.#chat = chat;
      if (!this.#parts.log) this.#showTalk();
      for (const message of chat.messages) if (message.id > this.#last) this.#say(message);
      if (before?.state !== chat.state || before?.ticket !== chat.ticket) this.#showFoot();
      this.#told();
      // A page that was loaded anew goes on where it was.
      const { launch, panel } = this.#parts;
      if (!before && panel.hidden) this.#show(true, false);
      if (chat.state === 'closed' && chat.ticket) {
        this.#stream?.abort();
        this.#stream = null;
      }
      launch.textContent = this.#title;
    }

    /** How the chat stands, in one sentence. */
    #told() {
      const { state, position, agent, ends_in: left } = this.#chat;
      clearTimeout(this.#timers.warn);
      if (state === 'waiting') return this.#notice(position > 1 ? fill(texts.queue, String(position)) : texts.first);
      if (state === 'closed') return this.#notice('');
      this.#notice(fill(texts.with, agent || texts.agent));
      if (left !== null) {
        this.#timers.warn = setTimeout(() => this.#notice(texts.soon), Math.max(0, left - WARN_MS));
      }
    }

    #notice(text) {
      if (this.#parts.notice) this.#parts.notice.textContent = text;
    }

    #writes() {
      this.#parts.writes.textContent = fill(texts.writes, this.#chat?.agent || '…');
      clearTimeout(this.#timers.writes);
      this.#timers.writes = setTimeout(() => this.#quiet(), TYPING_SHOWN_MS);
    }

    #quiet() {
      this.#parts.writes.textContent = '';
    }

    #showTalk() {
      const notice = element('p', { className: 'notice' });
      notice.setAttribute('role', 'status');
      const log = element('div', { className: 'log', tabIndex: 0 });
      log.setAttribute('role', 'log');
      log.setAttribute('aria-label', this.#title);
      const writes = element('p', { className: 'notice' });
      writes.setAttribute('aria-live', 'polite');
      const foot = element('div', {});
      Object.assign(this.#parts, { notice, log, writes, foot });
      this.#frame(element('div', { className: 'talk' }, notice, log, writes, foot));
    }

    #showFoot() {
      const { foot, panel } = this.#parts;
      if (this.#chat.state === 'closed') return this.#showEnd();
      if (foot.querySelector('.write')) return;
      const input = element('textarea', { rows: 2, maxLength: LONGEST });
      input.setAttribute('aria-label', texts.message);
      const form = element('form', { className: 'write' }, input, element('button', { textContent: texts.send }));
      const send = () => {
        const text = input.value.trim();
        if (text === '') return;
        input.value = '';
        this.#typedAt = 0;
        this.#enqueue(text);
      };
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        send();
      });
      input.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        send();
      });
      input.addEventListener('input', () => {
        const now = Date.now();
        if (this.#chat.state !== 'open' || now - this.#typedAt < TYPING_EVERY_MS) return;
        this.#typedAt = now;
        post('typing', { session: this.#session }).catch(() => undefined);
      });
      const end = element('button', { type: 'button', className: 'plain', textContent: texts.end });
      const sure = element('button', { type: 'button', textContent: texts.end, hidden: true });
      const no = element('button', { type: 'button', className: 'plain', textContent: texts.no, hidden: true });
      const doubt = element('span', { textContent: texts.sure, hidden: true });
      const turn = (asking) => {
        end.hidden = asking;
        for (const one of [doubt, sure, no]) one.hidden = !asking;
        (asking ? sure : end).focus();
      };
      end.addEventListener('click', () => turn(true));
      no.addEventListener('click', () => turn(false));
      sure.addEventListener('click', async () => {
        try {
          this.#shown(await post('close', { session: this.#session }));
        } catch {
          this.#notice(texts.failed);
        }
      });
      this.#parts.input = input;
      foot.replaceChildren(form, element('div', { className: 'foot' }, doubt, sure, no, end));
      if (!panel.hidden) input.focus();
    }

    #showEnd() {
      const { foot } = this.#parts;
      const { ticket } = this.#chat;
      const told = element('p', { textContent: ticket ? `${texts.ended} ${fill(texts.ticket, ticket)}` : texts.ended });
      told.setAttribute('role', 'status');
      const again = element('button', { type: 'button', textContent: texts.again });
      again.addEventListener('click', () => this.#forget());
      this.#quiet();
      foot.replaceChildren(element('div', { className: 'foot' }, told, again));
    }

    #say({ id, sender, body }) {
      this.#last = id;
      const mine = sender === 'visitor';
      const sent = mine ? this.#queue.find((one) => one.text === body) : undefined;
      if (!mine) this.#quiet();
      if (this.#mine.delete(id)) return;
      if (sent) this.#settle(sent);
      else this.#bubble(body, mine);
    }

    #bubble(body, mine) {
      const { log } = this.#parts;
      const who = element('span', {
        className: 'who',
        textContent: mine ? texts.you : this.#chat?.agent || texts.agent,
      });
      const bubble = element('div', { className: mine ? 'said mine' : 'said' }, who, ...(mine ? [body] : linked(body)));
      log.append(bubble);
      log.scrollTop = log.scrollHeight;
      return bubble;
    }

    #enqueue(text) {
      const bubble = this.#bubble(text, true);
      bubble.classList.add('unsent');
      this.#queue.push({ text, bubble, client_id: random(12) });
      if (!this.#sending) void this.#sendAll();
    }

    /** One after the other, each until it has arrived: what was accepted is never said twice. */
    async #sendAll() {
      this.#sending = true;
      let wait = 1_000;
      while (this.#queue.length > 0 && this.#session) {
        const [one] = this.#queue;
        try {
          const { id } = await post('messages', { session: this.#session, client_id: one.client_id, text: one.text });
          if (id > this.#last) this.#mine.add(id);
          this.#settle(one);
          wait = 1_000;
        } catch (error) {
          if (error.status >= 400 && error.status < 500 && error.status !== 429) {
            this.#settle(one);
            one.bubble.append(element('span', { className: 'wrong who', textContent: texts.refused }));
            continue;
          }
          this.#notice(texts.late);
          await new Promise((resolve) => setTimeout(resolve, wait));
          wait = Math.min(wait * 2, LATEST_TRY_MS);
        }
      }
      this.#sending = false;
    }

    #settle(one) {
      one.bubble.classList.remove('unsent');
      this.#queue = this.#queue.filter((other) => other !== one);
      if (this.#chat && this.#parts.notice?.textContent === texts.late) this.#told();
    }
  }

  /** A text with its addresses of pages as links; nothing in it is markup. */
  function linked(text) {
    return text
      .split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])/g)
      .map((piece, i) =>
        i % 2 === 0
          ? piece
          : element('a', { href: piece, textContent: piece, target: '_blank', rel: 'noopener noreferrer' }),
      );
  }

  customElements.define('helpmesh-chat', HelpmeshChat);
  const mount = () => document.body.append(document.createElement('helpmesh-chat'));
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', mount);
  else mount();
})();
