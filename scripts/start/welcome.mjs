// What a person sees when Pixora is up: where it is, who can sign in, and one line to try.

const PASSWORD = "pixora-demo";
const DEMO_HANDLES = ["alice", "bob", "carol"];

/** Whether a server at this address listens on all of the machine's. */
function isWildcard(host) {
  return host === "0.0.0.0" || host === "::";
}

/** Where this machine reaches a server that listens at this address. */
export function urlOf({ host, port }) {
  if (isWildcard(host)) return `http://127.0.0.1:${port}`;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Whether an address reaches only programs of this machine. */
export function isLoopback(host) {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** What to say of who else can reach the server: the password of the demo people is in this repository. */
function describeReach({ host, hasDemoPeople }) {
  if (isLoopback(host)) return ["  Only this machine reaches it; HOST=0.0.0.0 opens it to your network."];
  const warning = hasDemoPeople ? " So do strangers as alice, bob and carol: their password is published." : "";
  return [`  Your network reaches it too (HOST=${host}).${warning}`];
}

/** How the demo people sign in, and a line to try. */
function describeDemo(url) {
  const signIn = `curl -s ${url}/trpc/auth.signIn -H 'content-type: application/json' -d '{"login":"alice","password":"${PASSWORD}"}'`;
  const token = `grep -o '"accessToken":"[^"]*' | cut -d'"' -f4`;
  const feed = `curl -s ${url}/trpc/feed.home -H "authorization: Bearer $(${signIn} | ${token})"`;
  return [
    `  Sign in as ${DEMO_HANDLES.join(", ")} with the password ${PASSWORD}`,
    "  Read alice's feed:",
    "",
    `    ${feed}`,
    "",
  ];
}

/** The text printed once the server answers. */
export function describeStart({ url, host, services, hasDemoPeople }) {
  const where = services.started.map(({ name, handle }) => `${name} 127.0.0.1:${handle.port}`).join(", ");
  return [
    "",
    `  Pixora is up at ${url}`,
    ...(where === "" ? [] : [`  Private services: ${where} (data under .pixora)`]),
    ...describeReach({ host, hasDemoPeople }),
    ...(hasDemoPeople ? describeDemo(url) : []),
    "  Ctrl-C stops everything.",
    "",
    "",
  ].join("\n");
}
