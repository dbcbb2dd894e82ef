/**
 * A form of the help desk for any page.
 *
 *   <div id="feedback"></div>
 *   <script src="https://desk.example.org/assets/form/form.js" data-into="feedback" defer></script>
 *
 * or with a script: HelpmeshForm('#feedback', { modal: true, attachmentSupport: true }). With jQuery on the page
 * $('#feedback').ZammadForm({ … }) does the same, so that pages that embed the form of Zammad need no change but the
 * address of the script.
 */
(() => {
  const script = document.currentScript;
  const base = script ? new URL('../../', script.src).href : `${location.origin}/`;
  const words = {
    en: {
      title: 'Contact us',
      submit: 'Send',
      thanks: 'Thank you for your request (#%s). We will answer as soon as possible.',
      labels: { name: 'Name', email: 'E-mail', title: 'Subject', body: 'Message', file: 'Files' },
      required: 'Please fill in this field.',
      invalid: 'This is not a valid e-mail address.',
      failed: 'Your request could not be sent. Please try again later.',
      off: 'This form is not available at the moment.',
      close: 'Close',
    },
    de: {
      title: 'Kontakt',
      submit: 'Absenden',
      thanks: 'Vielen Dank für Ihre Anfrage (#%s). Wir antworten so bald wie möglich.',
      labels: { name: 'Name', email: 'E-Mail', title: 'Betreff', body: 'Nachricht', file: 'Dateien' },
      required: 'Bitte füllen Sie dieses Feld aus.',
      invalid: 'Das ist keine gültige E-Mail-Adresse.',
      failed: 'Ihre Anfrage konnte nicht gesendet werden. Bitte versuchen Sie es später noch einmal.',
      off: 'Dieses Formular ist zurzeit nicht verfügbar.',
      close: 'Schließen',
    },
    fr: {
      title: 'Nous contacter',
      submit: 'Envoyer',
      thanks: 'Merci pour votre demande (nº %s). Nous vous répondrons dès que possible.',
      labels: { name: 'Nom', email: 'E-mail', title: 'Objet', body: 'Message', file: 'Fichiers' },
      required: 'Veuillez remplir ce champ.',
      invalid: 'Cette adresse e-mail n’est pas valide.',
      failed: 'Votre demande n’a pas pu être envoyée. Veuillez réessayer plus tard.',
      off: 'Ce formulaire n’est pas disponible pour le moment.',
      close: 'Fermer',
    },
    pl: {
      title: 'Kontakt',
      submit: 'Wyślij',
      thanks: 'Dziękujemy za zgłoszenie (nr %s). Odpowiemy tak szybko, jak to możliwe.',
      labels: { name: 'Imię i nazwisko', email: 'E-mail', title: 'Temat', body: 'Wiadomość', file: 'Pliki' },
      required: 'Proszę wypełnić to pole.',
      invalid: 'To nie jest prawidłowy adres e-mail.',
      failed: 'Nie udało się wysłać zgłoszenia. Proszę spróbować później.',
      off: 'Ten formularz jest obecnie niedostępny.',
      close: 'Zamknij',
    },
  };
  const style = `
    .helpmesh-form { display: grid; gap: 12px; max-width: 36rem; font: inherit; }
    .helpmesh-form label { display: grid; gap: 4px; }
    .helpmesh-form input, .helpmesh-form textarea { font: inherit; padding: 8px; border: 1px solid #767676; border-radius: 4px; }
    .helpmesh-form [aria-invalid='true'] { border-color: #b00020; }
    .helpmesh-form .helpmesh-wrong { color: #b00020; }
    .helpmesh-form button { justify-self: start; font: inherit; padding: 8px 16px; cursor: pointer; }
    .helpmesh-dialog { border: 0; border-radius: 8px; padding: 24px; width: min(40rem, calc(100vw - 32px)); box-sizing: border-box; }
    .helpmesh-dialog::backdrop { background: rgb(0 0 0 / 50%); }`;

  /** A name of this page's visit, no mark of whose browser it is. */
  const fingerprint = Array.from(crypto.getRandomValues(new Uint8Array(20)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

  const element = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  const post = async (url, body) => {
    const answer = await fetch(url, { method: 'POST', body, credentials: 'omit' });
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return answer.json();
  };

  function textsFor(lang) {
    const asked = String(lang || document.documentElement.lang || navigator.language || 'en').slice(0, 2);
    return words[asked.toLowerCase()] || words.en;
  }

  let ids = 0;
  let styled = false;

  function formOf(options, texts, config, done) {
    const fields = [
      ['name', 'input', { type: 'text', autocomplete: 'name', maxLength: 200 }],
      ['email', 'input', { type: 'email', autocomplete: 'email', maxLength: 254 }],
      ['title', 'input', { type: 'text', maxLength: 250 }],
      ['body', 'textarea', { rows: 6, maxLength: 100000 }],
    ];
    const inputs = {};
    const form = element('form', { className: 'helpmesh-form', noValidate: true });
    if (options.showTitle !== false) form.append(element('h2', { textContent: options.messageTitle || texts.title }));
    for (const [name, tag, properties] of fields) {
      const input = element(tag, { name, required: true, ...properties });
      const wrong = element('span', { className: 'helpmesh-wrong', id: `helpmesh-wrong-${++ids}`, hidden: true });
      input.setAttribute('aria-describedby', wrong.id);
      inputs[name] = { input, wrong };
      form.append(element('label', {}, element('span', { textContent: texts.labels[name] }), input, wrong));
    }
    if (options.attachmentSupport) {
      const files = element('input', { type: 'file', name: 'file[]', multiple: true });
      form.append(element('label', {}, element('span', { textContent: texts.labels.file }), files));
    }
    if (options.agreementMessage) {
      const box = element('input', { type: 'checkbox', required: true, name: 'agreement' });
      form.append(element('label', {}, element('span', {}, box, ` ${options.agreementMessage}`)));
    }
    const problem = element('div', { className: 'helpmesh-wrong' });
    problem.setAttribute('role', 'alert');
    const button = element('button', { type: 'submit', textContent: options.messageSubmit || texts.submit });
    form.append(problem, button);

    const show = (errors) => {
      let first;
      for (const [name, { input, wrong }] of Object.entries(inputs)) {
        const error = errors[name];
        input.setAttribute('aria-invalid', String(Boolean(error)));
        wrong.hidden = !error;
        wrong.textContent = error ? texts[error] || texts.required : '';
        if (error && !first) first = input;
      }
      if (first) first.focus();
    };
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      problem.textContent = '';
      const agreed = form.elements.agreement;
      if (agreed && !agreed.checked) return agreed.focus();
      const data = new FormData(form);
      data.delete('agreement');
      data.append('fingerprint', fingerprint);
      data.append('token', config.token);
      button.disabled = true;
      try {
        const answer = await post(config.endpoint, data);
        if (answer.errors) return show(answer.errors);
        const thanks = options.messageThankYou || texts.thanks;
        const note = element('p', { textContent: thanks.replace('%s', answer.ticket.number), tabIndex: -1 });
        note.setAttribute('role', 'status');
        form.replaceWith(note);
        note.focus();
        if (done) done(answer.ticket);
      } catch (error) {
        if (options.debug) reportError(error);
        problem.textContent = texts.failed;
      } finally {
        button.disabled = false;
      }
    });
    return form;
  }

  async function mount(target, given) {
    const options = given || {};
    const place = typeof target === 'string' ? document.querySelector(target) : target;
    if (!place) return;
    const texts = textsFor(options.lang);
    if (!styled && !options.noCSS) {
      document.head.append(element('style', { textContent: style }));
      styled = true;
    }
    const begin = async () => {
      const config = await post(`${base}api/v1/form_config`, new URLSearchParams({ fingerprint }));
      return formOf(options, texts, config, options.onSent);
    };
    if (!options.modal) {
      try {
        place.replaceChildren(await begin());
      } catch (error) {
        if (options.debug) reportError(error);
        place.textContent = texts.off;
      }
      return;
    }
    place.addEventListener('click', async (event) => {
      event.preventDefault();
      const close = element('button', { type: 'button', textContent: texts.close });
      const dialog = element('dialog', { className: 'helpmesh-dialog' });
      dialog.setAttribute('aria-label', options.messageTitle || texts.title);
      try {
        dialog.append(await begin());
      } catch (error) {
        if (options.debug) reportError(error);
        dialog.append(element('p', { textContent: texts.off }));
      }
      dialog.append(close);
      close.addEventListener('click', () => dialog.close());
      dialog.addEventListener('close', () => {
        dialog.remove();
        place.focus();
      });
      document.body.append(dialog);
      dialog.showModal();
    });
  }

  window.HelpmeshForm = mount;
  const query = window.jQuery;
  if (query?.fn) {
    query.fn.ZammadForm = function zammadForm(options) {
      return this.each((_, one) => void mount(one, options));
    };
  }
  const into = script?.dataset.into;
  if (into) {
    const go = () =>
      void mount(document.getElementById(into), {
        ...script.dataset,
        attachmentSupport: 'files' in script.dataset,
        modal: 'modal' in script.dataset,
      });
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', go);
    else go();
  }
})();
