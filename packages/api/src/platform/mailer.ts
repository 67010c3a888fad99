// Mails leave through one door. The real one is made by createMailer; tests pass their own.

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html?: string;
  /** Extra headers, as in List-Unsubscribe. */
  headers?: Record<string, string>;
}

export interface Mailer {
  /** Resolves when the provider has taken the mail; rejects when it has not. */
  send(mail: Mail): Promise<void>;
  close(): Promise<void>;
}
