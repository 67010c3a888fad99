// The proxies of docs/PROXIES.md as programs: what each is called here, and how it is started in a folder of its own on a
// port of this machine, in the foreground.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Place, readConfig } from "./pages.ts";

interface Setup extends Place {
  folder: string;
}

interface Kind {
  /** The system's package. */
  package: string;
  program: string;
  /** Writes what it reads; answers the rest of the command line. */
  prepare(setup: Setup): string[];
}

function write(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const apacheModules = [
  "mpm_event",
  "authz_core",
  "proxy",
  "proxy_http",
  "proxy_wstunnel",
  "headers",
  "http2",
  "filter",
  "deflate",
  "reqtimeout",
];

export const proxyKinds: Record<string, Kind> = {
  nginx: {
    package: "nginx-light",
    program: "nginx",
    prepare({ folder, ...place }) {
      const server = readConfig("nginx", place, [
        [/listen 443 ssl http2;/, `listen 127.0.0.1:${place.port};`],
        [/ *ssl_certificate [^;]*;\n/, ""],
        [/ *ssl_certificate_key [^;]*;\n/, ""],
      ]);
      const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map((name) => `${name}_temp_path ${folder}/${name};`)
        .join(" ");
      const text = `daemon off; worker_processes 1; worker_shutdown_timeout 60s; pid ${folder}/pid; error_log ${folder}/error.log;
        ${process.getuid?.() === 0 ? "user root;" : ""} events { worker_connections 256; }
        http { access_log off; ${temporary}\n${server} }`;
      return ["-p", folder, "-e", join(folder, "error.log"), "-c", write(folder, "nginx.conf", text)];
    },
  },
  haproxy: {
    package: "haproxy",
    program: "haproxy",
    prepare({ folder, ...place }) {
      const bind: readonly [RegExp, string] = [/bind :443 ssl.*/, `bind 127.0.0.1:${place.port}`];
      const text = `global\n  hard-stop-after 60s\n${readConfig("haproxy", place, [bind])}`;
      return ["-db", "-f", write(folder, "haproxy.cfg", text)];
    },
  },
  caddy: {
    package: "caddy",
    program: "caddy",
    prepare({ folder, ...place }) {
      const site: readonly [RegExp, string] = [/api\.example\.com/, `http://127.0.0.1:${place.port}`];
      const text = `{\n  admin off\n}\n${readConfig("caddy", place, [site])}`;
      return ["run", "--adapter", "caddyfile", "--config", write(folder, "Caddyfile", text)];
    },
  },
  apache: {
    package: "apache2",
    program: "apache2",
    prepare({ folder, ...place }) {
      const modules = apacheModules
        .filter((name) => existsSync(`/usr/lib/apache2/modules/mod_${name}.so`))
        .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`);
      const site = readConfig("apache", place, [[/Protocols h2 http\/1\.1/, "Protocols http/1.1"]]);
      const own = [`Listen 127.0.0.1:${place.port}`, "ServerName api.example.com", `PidFile ${folder}/pid`];
      const logs = [`ErrorLog ${folder}/error.log`, `DefaultRuntimeDir ${folder}`];
      const user = process.getuid?.() === 0 ? ["LoadModule unixd_module /usr/lib/apache2/modules/mod_unixd.so"] : [];
      const asUser = user.length > 0 && existsSync("/usr/lib/apache2/modules/mod_unixd.so") ? user : [];
      const text = [...modules, ...asUser, ...own, ...logs, site].join("\n");
      return ["-X", "-d", folder, "-f", write(folder, "apache.conf", text)];
    },
  },
  varnish: {
    package: "varnish",
    program: "varnishd",
    prepare({ folder, ...place }) {
      const file = write(folder, "site.vcl", readConfig("vcl", place));
      return ["-F", "-a", `127.0.0.1:${place.port}`, "-T", "none", "-f", file, "-n", folder, "-s", "malloc,64m"];
    },
  },
  squid: {
    package: "squid",
    program: "squid",
    prepare({ folder, ...place }) {
      const site = readConfig("squid", place, [[/http_port 80 accel/, `http_port 127.0.0.1:${place.port} accel`]]);
      const own = [
        `pid_filename ${folder}/pid`,
        `cache_log ${folder}/cache.log`,
        `coredump_dir ${folder}`,
        "access_log none",
      ];
      return ["-N", "-f", write(folder, "squid.conf", `${own.join("\n")}\nshutdown_lifetime 1 seconds\n${site}`)];
    },
  },
  h2o: {
    package: "h2o",
    program: "h2o",
    prepare({ folder, ...place }) {
      const listen: readonly [RegExp, string] = [
        /listen:\n[\s\S]*?(?= {4}paths)/,
        `listen:\n      host: 127.0.0.1\n      port: ${place.port}\n`,
      ];
      const site = readConfig("h2o", place, [listen]);
      const user = process.getuid?.() === 0 ? "user: root\n" : "";
      return [
        "-c",
        write(folder, "h2o.yaml", `${user}pid-file: ${folder}/pid\nerror-log: ${folder}/error.log\n${site}`),
      ];
    },
  },
  lighttpd: {
    package: "lighttpd",
    program: "lighttpd",
    prepare({ folder, ...place }) {
      const own = [`server.document-root = "${folder}"`, `server.port = ${place.port}`, 'server.bind = "127.0.0.1"'];
      const logs = [`server.errorlog = "${folder}/error.log"`, `server.upload-dirs = ( "${folder}" )`];
      return ["-D", "-f", write(folder, "lighttpd.conf", [...own, ...logs, readConfig("lighttpd", place)].join("\n"))];
    },
  },
};

const searched = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/usr/local/sbin"].filter(Boolean);

/** The program of a proxy on this machine, or null. */
export function findProxy(name: string): string | null {
  const program = proxyKinds[name]?.program ?? name;
  return searched.map((folder) => join(folder, program)).find((file) => existsSync(file)) ?? null;
}

export interface RunningProxy {
  url: string;
  stop(): Promise<void>;
}

/** Starts a proxy before a server; resolves when it takes connections. Throws with what it printed when it does not. */
export async function startProxy(name: string, place: Place): Promise<RunningProxy> {
  const file = findProxy(name);
  const kind = proxyKinds[name];
  if (file === null || kind === undefined) throw new Error(`${name} is not installed`);
  const folder = mkdtempSync(join(tmpdir(), `pixora-${name}-`));
  // Some of them give up root, and still have to write there.
  chmodSync(folder, 0o777);
  mkdirSync(join(folder, "home"));
  const env = { PATH: process.env.PATH, HOME: join(folder, "home"), XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = spawn(file, kind.prepare({ ...place, folder }), {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-4_000);
    });
  }
  async function stop(): Promise<void> {
    await endProxy(child);
    rmSync(folder, { recursive: true, force: true });
  }
  const isUp = await waitUntilOpen(child, place.port);
  if (isUp) return { url: `http://127.0.0.1:${place.port}`, stop };
  await stop();
  throw new Error(`${name} did not start:\n${output}`);
}

async function endProxy(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await ended;
  clearTimeout(timer);
}

async function waitUntilOpen(child: ChildProcess, port: number): Promise<boolean> {
  const deadlineMs = Date.now() + 20_000;
  while (Date.now() < deadlineMs && child.exitCode === null) {
    if (await takesConnections(port)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
