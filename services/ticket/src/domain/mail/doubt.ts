/** What is known about the sender of a mail. */
export interface Claim {
  proof: { result: 'pass' | 'fail' | 'none' | 'unknown'; domain: string } | undefined;
  /** The mail is in the name of somebody who works here. */
  agent: boolean;
}

/**
 * The owner of the domain asks that the mail is not believed. Mail servers that report a failure speak for nobody, and
 * rarely can prove themselves.
 */
export const isDisowned = ({ proof, automatic }: { proof?: Claim['proof']; automatic: string }): boolean =>
  proof?.result === 'fail' && automatic !== 'bounce';

/**
 * Why a mail waits until somebody lets it in, where mails whose senders are not proven have to.
 * @returns undefined when it need not
 */
export function doubtAbout({ proof, agent }: Claim): string | undefined {
  if (proof?.result === 'fail')
    return `The checks that the owner of ${proof.domain} asks for say that it is not theirs.`;
  if (!agent || proof?.result === 'pass') return undefined;
  const name = 'It is in the name of somebody who works here';
  return proof?.result === 'unknown'
    ? `${name}, and it could not be looked up whether it comes from them.`
    : `${name}, and nothing proves that it comes from them.`;
}

/** Why an answer waits as well there: the numbers and ids that lead it to its ticket are known to everybody who saw a mail. */
export const ANSWER_IN_DOUBT = 'It would go on with a ticket, and nothing proves that its sender has a part in that.';
