// Mails leave through one door. The real one is made by createMailer; tests pass their own.

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html?: string;
  /** Extra headers, as in List-Unsubscribe. */
  headers?: Record<string, string>;
}

/** The provider has certainly not taken a mail. Of any other failure to send nobody knows whether it arrives. */
export class MailRefusedError extends Error {
  override readonly name = "MailRefusedError";
  /** It never will: there is no such mailbox, or it does not want this mail. */
  readonly isFinal: boolean;

  // Without its cause: a provider that refuses connections must not pass for a database that is away.
  constructor(message: string, options: { isFinal: boolean }) {
    super(message);
    this.isFinal = options.isFinal;
  }
}

export interface Mailer {
  /** Resolves when the provider has taken the mail; rejects, where it surely has not with MailRefusedError. */
  send(mail: Mail): Promise<void>;
  close(): Promise<void>;
}
