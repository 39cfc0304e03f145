import { setting } from "../setting.ts";
import { integer, umask } from "../types/number.ts";
import { address, list } from "../types/text.ts";

/** Where the server listens. */
export const SOCKET_SETTINGS = {
  bind: setting({
    flags: ["-b", "--bind"],
    type: list(address()),
    default: ["127.0.0.1:8000"],
    help: "Where to listen: HOST:PORT, [IPV6]:PORT, :PORT, HOST, unix:PATH or fd://N",
    apps: "all",
    fallback: { variable: "PORT", toText: (port) => `0.0.0.0:${port}` },
  }),
  backlog: setting({
    flags: ["--backlog"],
    type: integer({ min: 1, max: 65535 }),
    default: 2048,
    help: "Connections that may wait to be accepted, for each listening socket",
    apps: "all",
  }),
  umask: setting({
    flags: ["-m", "--umask"],
    type: umask(),
    default: 0o007,
    help: "Mode bits that unix sockets are made without, in octal. 007 admits user and group",
    apps: "all",
    gunicorn: "0, so that every user of the machine may connect",
  }),
};
