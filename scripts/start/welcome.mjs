// What a person sees when Pixora is up: where it is, who can sign in, and one line to try.

const PASSWORD = "pixora-demo";
const DEMO_HANDLES = ["alice", "bob", "carol"];

/** The text printed once the server answers. */
export function describeStart({ url, services }) {
  const signIn = `curl -s ${url}/trpc/auth.signIn -H 'content-type: application/json' -d '{"login":"alice","password":"${PASSWORD}"}'`;
  const token = `grep -o '"accessToken":"[^"]*' | cut -d'"' -f4`;
  const feed = `curl -s ${url}/trpc/feed.home -H "authorization: Bearer $(${signIn} | ${token})"`;
  const where = services.started.map(({ name, handle }) => `${name} 127.0.0.1:${handle.port}`).join(", ");
  return [
    "",
    `  Pixora is up at ${url}`,
    ...(where === "" ? [] : [`  Private services: ${where} (data under .pixora)`]),
    `  Sign in as ${DEMO_HANDLES.join(", ")} with the password ${PASSWORD}`,
    "  Read alice's feed:",
    "",
    `    ${feed}`,
    "",
    "  Ctrl-C stops everything.",
    "",
    "",
  ].join("\n");
}
