const KiB = 1024;
const MiB = 1024 * KiB;

/**
 * Every limit of mail intake, with its arithmetic. Beyond `raw` nothing is refused: a mail that breaks a limit is kept
 * whole as a raw file; what could be read of it reaches an agent as an unreadable mail.
 */
export const limits = {
  /**
   * Bytes of a raw mail over SMTP, announced as SIZE; the default of MAIL_MAX_BYTES. Base64 in lines of 76 characters
   * grows a file by 4/3 x 78/76 = 1.37, so an 18 MiB attachment still fits.
   */
  rawBytes: 25 * MiB,
  /** Bytes of a raw mail from IMAP. The mailbox took it already, so more is taken here: a 25 MiB file needs 34.3 MiB. */
  imapRawBytes: 35 * MiB,
  /** Bytes of one part's header. 10,000 recipients of 60 bytes are 600 kB; nothing honest comes near 1 MiB. */
  headerBytes: MiB,
  /** MIME parts below the root. A digest of 300 mails with three parts each has 900. */
  parts: 1000,
  /** Nested multiparts. Each level is a part, so no mail within `parts` can be deeper; Outlook makes 4, a digest 6. */
  depth: 1000,
  /** UTF-8 bytes of the text, and of the sanitized HTML, that go into the ticket: 150 pages of 80 lines of 85 characters. */
  bodyBytes: MiB,
  /** Characters of HTML read before sanitizing. Office writes about as much markup again as is left then. */
  htmlSourceLength: 2 * MiB,
  /** Open elements in HTML. Layout by nested tables reaches 60; the parser's time grows with the square of the depth. */
  htmlDepth: 500,
  /** Characters of a subject. RFC 5322 2.1.1 allows 998 in a line; folded ones get longer, and a list shows 200. */
  subjectLength: 1000,
  /** Message-IDs kept of References: the root and the newest. The longest threads seen have about 120. */
  references: 100,
  /** Characters of one Message-ID; it must fit a line (RFC 5322 2.1.1). */
  messageIdLength: 998,
  /** Mailboxes kept of each of To and Cc. The rest is in the raw mail; nobody writes to 50,000 on purpose. */
  correspondents: 100,
  /** Octets of an address: a path of 256 less its angle brackets (RFC 5321 4.5.3.1.3). */
  addressLength: 254,
  /** Characters of a display name. */
  nameLength: 500,
  /** UTF-8 bytes of a file name: what ext4, APFS and NTFS take. */
  fileNameBytes: 255,
  /** Bytes read to save what can be saved of the header of an unreadable mail: 64 times an ordinary one. */
  salvageBytes: 64 * KiB,
  /** Processor time one mail may take to be parsed. The worst of the hostile corpus takes a second. */
  parseMs: 10_000,
  /** Heap of a parser thread: 25 MiB raw, its decoded parts, and a body as UTF-16 several times over. */
  parserHeapMiB: 512,
  /** Starts of work on one mail before it is set aside; the start that kills the process counts. */
  attempts: 3,
} as const;
