// Progress lines of the scripts: what is being done, and how long after the start of the command.

/** Prints `pixora  1.2s  text` on stderr; the clock starts with the command, the installation included. */
export function makeLog() {
  const startedAt = Number(process.env.PIXORA_STARTED_AT) || Date.now();
  return (text) => {
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1).padStart(5);
    process.stderr.write(`pixora ${seconds}s  ${text}\n`);
  };
}
