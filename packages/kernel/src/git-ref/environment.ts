import { join } from "node:path";

import type { GitRefLogOptions } from "../git-ref.ts";
import { plainText } from "../plain-text.ts";
import type { Remote } from "./remote.ts";

/** Variables of the caller's environment that git may see: where programs, proxies and certificates are. */
const passedOn =
  /^(?:PATH|TMPDIR|SYSTEMROOT|(?:HTTPS?|ALL|NO)_PROXY|SSL_CERT_(?:FILE|DIR)|CURL_CA_BUNDLE|GIT_SSL_CA(?:INFO|PATH))$/i;

/**
 * The whole environment of git: no prompt, no configuration of the machine or the user, credentials for one origin only.
 *
 * Credentials travel as `GIT_CONFIG_*` variables, which other users cannot see, unlike arguments. git takes these away from the
 * `git receive-pack` of a repository on disk, whose own hooks therefore stay in force.
 * Source: git-config(1), "GIT_CONFIG_COUNT"; local_repo_env in git's environment.c.
 */
export function gitEnvironment(options: GitRefLogOptions, remote: Remote, dir: string): Record<string, string> {
  const outer = Object.entries(options.env ?? {}).filter(([name, value]) => passedOn.test(name) && value !== undefined);
  return {
    ...(Object.fromEntries(outer) as Record<string, string>),
    ...configVariables(settings(options, remote, dir)),
    ...identity(options),
    LC_ALL: "C",
    HOME: dir,
    GIT_DIR: join(dir, "log.git"),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: join(dir, ".gitconfig"),
    GIT_TERMINAL_PROMPT: "0",
    GIT_ALLOW_PROTOCOL: remote.origin === undefined ? "file" : "http:https",
  };
}

/** The user configuration in force. It is a file since git reads `safe.directory` from nowhere else on the remote's side. */
export const userConfiguration = "[safe]\n\tdirectory = *\n";

/** The value of the Authorization header, and what has to be hidden wherever git prints. */
export function authorization({ token, username = "x-access-token" }: GitRefLogOptions): string | undefined {
  return token && `Basic ${Buffer.from(`${username}:${token.reveal()}`).toString("base64")}`;
}

function settings(options: GitRefLogOptions, remote: Remote, dir: string): [string, string][] {
  const header = remote.origin === undefined ? undefined : authorization(options);
  return [
    ["core.hooksPath", "/dev/null"],
    ["credential.helper", ""],
    ["gc.auto", "0"],
    ["maintenance.auto", "false"],
    ["push.gpgSign", "false"],
    ["protocol.version", "2"],
    // A redirect would take the log, and an extra header, to another place than the one that was configured.
    ["http.followRedirects", "false"],
    ...(header === undefined
      ? []
      : [[`http.${remote.origin}.extraHeader`, `Authorization: ${header}`] as [string, string]]),
    ...(options.ca === undefined ? [] : [["http.sslCAInfo", join(dir, "ca.pem")] as [string, string]]),
  ];
}

function configVariables(list: readonly [string, string][]): Record<string, string> {
  const pairs = list.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(list.length), ...Object.fromEntries(pairs) };
}

function identity({ author }: GitRefLogOptions): Record<string, string> {
  const clean = (text: string | undefined, otherwise: string) =>
    plainText((text ?? "").replace(/[<>]/g, ""), 100) || otherwise;
  const name = clean(author?.name, "lateen");
  const email = clean(author?.email, "lateen@localhost");
  return { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
}
