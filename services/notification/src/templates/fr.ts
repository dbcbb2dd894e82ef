import { action, type Language, list, note, quote, text, verbatim } from './words.ts';

const hello = text('Bonjour{{#name}} {{name}}{{/name}},');
const validity = '{{#validity}}Ce lien est valable {{validity}} et ne fonctionne qu’une seule fois.{{/validity}}';
const answer = text('Pour ajouter une précision, répondez simplement à ce message.');

export const fr: Language = {
  tag: 'fr',
  plainLink: 'Si le bouton ne fonctionne pas, ouvrez cette adresse dans votre navigateur :',
  footer: 'Ce message a été envoyé automatiquement par {{brand}}.',
  files: {
    heading: 'Fichiers trop volumineux pour ce message :',
    until: 'Ils peuvent être téléchargés jusqu’au {{date}}, sans se connecter.',
  },
  changes: {
    password: 'Le mot de passe a été modifié.',
    email: 'L’adresse électronique a été modifiée. Les messages iront désormais à la nouvelle.',
    'authenticator-app-added': 'Une application d’authentification a été configurée comme second facteur.',
    'authenticator-app-removed': 'L’application d’authentification a été retirée.',
    'passkey-added': 'Une clé d’accès a été ajoutée.',
    'passkey-removed': 'Une clé d’accès a été retirée.',
    'recovery-codes-replaced': 'De nouveaux codes de secours ont été créés ; les anciens ne sont plus valables.',
    'recovery-code-used': 'Quelqu’un s’est connecté avec un code de secours.',
    'second-factors-removed': 'Tous les seconds facteurs ont été retirés.',
    'token-added': 'Un jeton d’API a été créé.',
    'token-removed': 'Un jeton d’API a été révoqué.',
    'application-granted': 'Une application a été autorisée à agir en votre nom.',
    'application-revoked': 'L’autorisation d’une application à agir en votre nom a été retirée.',
    'provider-linked': 'Un compte chez un fournisseur d’identité a été associé.',
    'provider-unlinked': 'Un compte chez un fournisseur d’identité a été dissocié.',
  },
  reasons: {
    mentioned: 'Vous êtes mentionné dans ce ticket.',
    owner: 'Ce ticket vous est attribué.',
    replacement: 'Vous remplacez la personne absente à qui ce ticket est attribué.',
    subscribed: 'Vous êtes abonné à ce ticket.',
    unassigned: 'Ce ticket n’est encore attribué à personne.',
    group: 'Vous suivez tous les tickets de ce groupe.',
  },
  kinds: {
    create: 'nouveau',
    update: 'modifié',
    reminder_reached: 'rappel',
    escalation: 'en retard',
    escalation_warning: 'bientôt dû',
  },
  fields: {
    ...{ title: 'Titre', group: 'Groupe', state: 'État', priority: 'Priorité', owner: 'Propriétaire' },
    ...{ merged_into: 'Fusionné dans', received_merge: 'A reçu', merge_undone: 'Fusion annulée' },
  },
  templates: {
    'notice-create': {
      subject: 'Nouveau ticket : {{title}}',
      blocks: [
        hello,
        text(
          '{{#by}}{{by}} a ouvert un nouveau ticket dans {{group}} :{{/by}}{{^by}}Il y a un nouveau ticket dans {{group}} :{{/by}}',
        ),
        quote('{{title}}'),
        verbatim('{{said}}'),
        text('{{#encrypted}}Le message est chiffré : son texte ne figure que dans le ticket.{{/encrypted}}'),
        action('Ouvrir le ticket'),
        note('{{reason}} Vous choisissez dans votre profil ce dont vous êtes averti.'),
      ],
    },
    'notice-update': {
      subject: 'Modifié : {{title}}',
      blocks: [
        hello,
        quote('{{title}}'),
        text('{{changes}}'),
        text(
          '{{#said}}{{by}}{{^by}}Le système{{/by}} a écrit{{#internal}} une note interne{{/internal}} :{{/said}}{{^said}}{{^encrypted}}{{#by}}{{by}} a modifié ce ticket.{{/by}}{{^by}}Ce ticket a été modifié.{{/by}}{{/encrypted}}{{/said}}{{#encrypted}}{{by}}{{^by}}Le système{{/by}} a écrit.{{/encrypted}}',
        ),
        verbatim('{{said}}'),
        text('{{#encrypted}}Le message est chiffré : son texte ne figure que dans le ticket.{{/encrypted}}'),
        action('Ouvrir le ticket'),
        note('{{reason}} Vous choisissez dans votre profil ce dont vous êtes averti.'),
      ],
    },
    'notice-reminder_reached': {
      subject: 'Rappel : {{title}}',
      blocks: [
        hello,
        text('le moment est venu de reprendre ce ticket :'),
        quote('{{title}}'),
        action('Ouvrir le ticket'),
        note('{{reason}} Vous choisissez dans votre profil ce dont vous êtes averti.'),
      ],
    },
    'notice-escalation': {
      subject: 'En retard : {{title}}',
      blocks: [
        hello,
        text('ce qui était promis pour ce ticket n’a pas été fait à temps :'),
        quote('{{title}}'),
        text('L’échéance était le {{at}}.'),
        action('Ouvrir le ticket'),
        note('{{reason}} Vous choisissez dans votre profil ce dont vous êtes averti.'),
      ],
    },
    'notice-digest': {
      subject: 'Du nouveau dans les tickets',
      blocks: [
        hello,
        text('voici ce qui est arrivé aux tickets :'),
        list('{{lines}}'),
        action('Ouvrir les tickets'),
        note('Vous choisissez dans votre profil ce dont vous êtes averti, et quand.'),
      ],
    },
    'notice-escalation_warning': {
      subject: 'Bientôt dû : {{title}}',
      blocks: [
        hello,
        text('une promesse faite pour ce ticket risque de ne pas être tenue :'),
        quote('{{title}}'),
        text('L’échéance est le {{at}}.'),
        action('Ouvrir le ticket'),
        note('{{reason}} Vous choisissez dans votre profil ce dont vous êtes averti.'),
      ],
    },
    'auto-reply-new-ticket': {
      subject: 'Nous avons reçu votre demande',
      blocks: [
        text('Bonjour,'),
        text(
          'merci pour votre message. Votre demande est enregistrée sous le numéro {{number}} ' +
            'et nous vous répondrons bientôt.',
        ),
        answer,
        action('Voir votre demande'),
        note('Ce lien ouvre votre demande sans connexion : il n’est destiné qu’à vous.'),
      ],
    },
    'call-received': {
      subject: 'Votre appel : {{title}}',
      blocks: [
        hello,
        text('merci pour votre appel. Votre demande est enregistrée sous le numéro {{number}} :'),
        quote('{{title}}'),
        answer,
        action('Voir votre demande'),
        note('Ce lien ouvre votre demande sans connexion : il n’est destiné qu’à vous.'),
      ],
    },
    'call-made': {
      subject: 'Notre appel : {{title}}',
      blocks: [
        hello,
        text('nous vous avons appelé au sujet suivant, enregistré sous le numéro {{number}} :'),
        quote('{{title}}'),
        answer,
        action('Voir votre demande'),
        note('Ce lien ouvre votre demande sans connexion : il n’est destiné qu’à vous.'),
      ],
    },
    'rating-request': {
      subject: 'Comment cela s’est-il passé ? {{title}}',
      blocks: [
        hello,
        text('nous avons fermé votre demande {{number}} :'),
        quote('{{title}}'),
        text('Êtes-vous satisfait ? Un choix suffit, et une phrase si vous le souhaitez.'),
        action('Donner un avis'),
        text('Si elle n’est pas résolue, répondez simplement à ce message : votre demande sera rouverte.'),
        note('Le lien fonctionne sans connexion pendant 30 jours : il n’est destiné qu’à vous.'),
      ],
    },
    'sign-in-link': {
      subject: 'Connexion à {{brand}}',
      blocks: [
        hello,
        text('quelqu’un, sans doute vous, souhaite se connecter à {{brand}} avec cette adresse.'),
        action('Se connecter'),
        text(validity),
        note(
          'Si vous n’êtes pas à l’origine de cette demande, ignorez ce message. Ne le transmettez pas : qui possède le lien est connecté.',
        ),
      ],
    },
    'password-reset': {
      subject: 'Nouveau mot de passe pour {{brand}}',
      blocks: [
        hello,
        text('quelqu’un, sans doute vous, a demandé un nouveau mot de passe pour votre compte {{brand}}.'),
        action('Choisir un nouveau mot de passe'),
        text(validity),
        note('Si vous n’êtes pas à l’origine de cette demande, ignorez ce message. Votre mot de passe reste inchangé.'),
      ],
    },
    invitation: {
      subject: 'Votre invitation à {{brand}}',
      blocks: [
        hello,
        text(
          '{{#inviter}}{{inviter}} vous invite à rejoindre {{brand}}.{{/inviter}}' +
            '{{^inviter}}vous êtes invité à rejoindre {{brand}}.{{/inviter}}',
        ),
        text('Choisissez un mot de passe et votre compte est prêt.'),
        action('Choisir un mot de passe'),
        text(validity),
        note('Si vous n’attendiez pas cette invitation, vous pouvez ignorer ce message.'),
      ],
    },
    'sign-up': {
      subject: 'Votre compte {{brand}}',
      blocks: [
        text('Bonjour,'),
        text('quelqu’un, sans doute vous, souhaite un compte {{brand}} avec cette adresse.'),
        text('Choisissez un mot de passe et il est prêt.'),
        action('Terminer le compte'),
        text(validity),
        note('Si ce n’était pas vous, ignorez ce message. Rien ne se passe sans le lien.'),
      ],
    },
    'sign-up-known': {
      subject: 'Vous avez un compte {{brand}}',
      blocks: [
        text('Bonjour,'),
        text('quelqu’un, sans doute vous, souhaite un compte {{brand}} avec cette adresse, qui en a déjà un.'),
        text('Si vous avez oublié le mot de passe, définissez-en un nouveau.'),
        action('Définir un nouveau mot de passe'),
        note('Si ce n’était pas vous, ignorez ce message. Votre compte reste inchangé.'),
      ],
    },
    'account-changed': {
      subject: 'Votre compte {{brand}} a été modifié',
      blocks: [
        hello,
        text('la façon dont vous vous connectez à {{brand}} a changé :'),
        quote('{{change}}'),
        text('{{at}}{{#by}}, par {{by}}{{/by}}'),
        action('Voir votre compte'),
        note(
          'Si ce n’était pas vous, définissez tout de suite un nouveau mot de passe, fermez les sessions inconnues et prévenez l’administration de {{brand}}.',
        ),
      ],
    },
    'data-export-ready': {
      subject: 'Les données que vous avez demandées à {{brand}}',
      blocks: [
        hello,
        text('l’archive de données personnelles que vous avez demandée à {{brand}} est prête.'),
        text('Elle peut être téléchargée jusqu’au {{at}} ; elle est supprimée ensuite.'),
        action('Télécharger l’archive'),
        note(
          'Vous seul pouvez la télécharger, une fois connecté. Si vous ne l’avez pas demandée, prévenez un administrateur de {{brand}}.',
        ),
      ],
    },
    'webhook-disabled': {
      subject: 'Un webhook de {{brand}} a été désactivé',
      blocks: [
        hello,
        text(
          'le webhook « {{webhook}} » n’aboutit plus ; il a donc été désactivé. Les envois en attente ont été abandonnés.',
        ),
        text('{{#error}}Dernière erreur : {{error}}{{/error}}'),
        note('Son journal montre chaque appel ; chacun peut être renvoyé une fois le webhook réactivé.'),
      ],
    },
    redirect: {
      subject: '{{title}}',
      blocks: [
        text('{{requester}} a adressé la demande suivante, destinée à {{group}}, à {{brand}}.'),
        verbatim('{{body}}'),
        note(
          '{{brand}} redirige les demandes destinées à {{group}} vers cette liste et garde le numéro {{number}} comme ' +
            'redirigé. Merci de répondre à l’expéditeur : une réponse à ce message lui parvient, et non à {{brand}}.',
        ),
      ],
    },
  },
};
