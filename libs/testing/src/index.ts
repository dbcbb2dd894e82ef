export { FakeClock } from './fake-clock.ts';
export { type FaultProxy, faultProxy } from './fault-proxy.ts';
export { type ImapMessage, type ImapServer, imapServer } from './imap-server.ts';
export { type Infra, type InfraAddresses, infra } from './infra.ts';
export { type TestKeys, testKeys } from './keys.ts';
export { Ledger, type LedgerVerdict } from './ledger.ts';
export { type RawMail, rawMail, sendRaw } from './raw-mail.ts';
export { type SmtpFailure, type SmtpSink, type SunkMail, smtpSink } from './smtp-sink.ts';
export { type WaitOptions, waitFor } from './wait-for.ts';
