import type { Command } from "../command.ts";

export const serve: Command = {
  about:
    "The pipeline as a durable service: orders by HTTP, one rollout at a time per fleet, taken over when a machine dies. Needs the package @lateen/service.",
  options: {
    listen: { value: "HOST:PORT", about: "address of API and page; 127.0.0.1:7070" },
    database: {
      value: "URL",
      about: "a PostgreSQL of yours, which several services may share; without it one is started",
    },
    data: { value: "FOLDER", about: "folder of the service's own PostgreSQL and token (default: .lateen/service)" },
    tokens: {
      value: "FILE",
      about: "lines ROLE NAME TOKEN, roles read, operate, admin; without it one admin token is made",
    },
    engine: {
      value: "NAME",
      about: "table, or dbos, which needs the package @dbos-inc/dbos-sdk (default: service.engine, or table)",
    },
    grace: { value: "DURATION", about: "longest time for calls in flight to settle after SIGTERM; 20s" },
  },
  examples: [
    ["lateen serve", "on this machine, with a database of its own"],
    [
      "lateen serve --database postgres://db.example.com/lateen --listen 0.0.0.0:7070 --tokens /etc/lateen/tokens",
      "one of several",
    ],
  ],
  async run(context) {
    return (await import("./run.ts")).serveFleets(context);
  },
};
