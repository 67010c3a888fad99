// For password keepers: whose password a form is about. People do not see it.

export function UsernameHint({ name = "" }: { name?: string }) {
  return <input type="text" name="username" autoComplete="username" defaultValue={name} readOnly hidden />;
}
