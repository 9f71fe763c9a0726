import { join } from "node:path";
import { plainText } from "@lateen/kernel";
import type { GitRefLogOptions } from "../git-ref-log.ts";
import type { Author } from "../log/log-entry.ts";
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
  const places = { HOME: dir, GIT_CONFIG_GLOBAL: join(dir, ".gitconfig"), GIT_DIR: join(dir, "log.git") };
  const habits = { GIT_CONFIG_NOSYSTEM: "1", GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" };
  const protocols = { GIT_ALLOW_PROTOCOL: remote.origin === undefined ? "file" : "http:https" };
  const config = configVariables(options, remote, dir);
  return Object.assign({}, Object.fromEntries(outer), config, places, habits, protocols);
}

/** The value of the Authorization header. */
export function authorization({ token, username = "x-access-token" }: GitRefLogOptions): string | undefined {
  return token && `Basic ${Buffer.from(`${username}:${token.reveal()}`).toString("base64")}`;
}

function configVariables(options: GitRefLogOptions, remote: Remote, dir: string): Record<string, string> {
  const header = authorization(options);
  const settings = {
    "core.hooksPath": "/dev/null",
    "credential.helper": "",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "push.gpgSign": "false",
    "protocol.version": "2",
    // A redirect would take the log, and the credentials, to another place than the one that was configured.
    "http.followRedirects": "false",
    ...(remote.origin && header ? { [`http.${remote.origin}.extraHeader`]: `Authorization: ${header}` } : {}),
    ...(options.ca ? { "http.sslCAInfo": join(dir, "ca.pem") } : {}),
  };
  const keys = Object.keys(settings).map((key, at) => [`GIT_CONFIG_KEY_${at}`, key]);
  const values = Object.values(settings).map((value, at) => [`GIT_CONFIG_VALUE_${at}`, value]);
  return { GIT_CONFIG_COUNT: String(keys.length), ...Object.fromEntries([...keys, ...values]) };
}

/** Author and committer of an entry, without what has a meaning in a commit. */
export function authorOf({ author }: GitRefLogOptions): Author {
  const name = cleanIdentity(author?.name) || "lateen";
  return { name, email: cleanIdentity(author?.email) || "lateen@localhost" };
}

function cleanIdentity(text = ""): string {
  return plainText(text.replace(/[<>]/g, ""), 100);
}
