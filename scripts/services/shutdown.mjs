// One orderly end for a script: whatever was started is stopped once, last started first, on Ctrl-C, SIGTERM, a lost
// parent or an error, and the process ends with the code that tells which.

const stops = [];
let ending = null;

/** Registers how to stop something that has just been started. */
export function onShutdown(stop) {
  stops.push(stop);
}

export function isShuttingDown() {
  return ending !== null;
}

/** Stops everything and exits; a second call waits for the first. */
export function shutDown(code) {
  ending ??= (async () => {
    for (const stop of stops.reverse()) {
      try {
        await stop();
      } catch (error) {
        process.stderr.write(`${error.message}\n`);
      }
    }
    process.exit(code);
  })();
  return ending;
}

/** Makes signals and the loss of the starting process end this one in order. */
export function shutDownOnSignals(announce = () => {}) {
  const end = (code) => {
    if (!isShuttingDown()) announce();
    void shutDown(code);
  };
  process.on("SIGINT", () => end(130));
  process.on("SIGTERM", () => end(143));
  process.on("SIGHUP", () => end(129));
  if (process.channel) {
    process.on("disconnect", () => end(1));
    process.channel.unref();
  }
  // A closed terminal must not turn the last messages into a crash half-way through stopping.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}
