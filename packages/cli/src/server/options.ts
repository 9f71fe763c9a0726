import type { Options } from "../command-line/arguments.ts";

/** The option of every command that a service can carry out. */
export const serverOption: Options = {
  server: { value: "URL", about: "let this service do it and follow it; token in LATEEN_SERVER_TOKEN, fleet by --env" },
};

/** The same of a command that only reads. */
export const askServerOption: Options = {
  server: { value: "URL", about: "ask this service; token in LATEEN_SERVER_TOKEN, fleet by --env" },
};
