import { absent, found, plainText, type Reading, type ReleaseError, toReading, unknown } from "@lateen/kernel";
import { gateError } from "../errors.ts";
import type { Variables } from "../ports/variables.ts";
import type { Answer, Client, OwnNotFound } from "./client.ts";
import { userSchema, variableSchema } from "./wire.ts";

const aVariable = { schema: variableSchema, what: "a variable" };

/** The path of a variable, behind that of its owner. */
export function variablePath(name: string): string {
  return `/actions/variables/${encodeURIComponent(name)}`;
}

/**
 * Makes a reader of variables as jobs see them: the repository's, else that of its owner, who is an organisation or a user.
 *
 * Source: `GetVariablesOfRun` in Gitea's `models/actions/variable.go`. Those of the whole site cannot be read by any call.
 */
export function createVariableReader(client: Client, repository: string): Variables["variable"] {
  const [owner = ""] = repository.split("/");
  return (name, signal) =>
    toReading(async () => {
      const path = variablePath(name);
      const own = await client.seek(path, aVariable, signal);
      if (isAnswer(own)) return found(own.value);
      const above = `//orgs/${encodeURIComponent(owner)}${path}`;
      const inherited = await client.seek(above, aVariable, signal);
      if (isAnswer(inherited)) return found(inherited.value);
      const last = isUnset(inherited) ? inherited : await readUsers(client, owner, name, signal);
      if (!("notFound" in last)) return last;
      // A repository that the token may not see is a 404 in other words than a variable that is not set.
      if (isUnset(last) && !isUnset(own)) return unknown(hidden(own, client.urlOf(path)));
      return absent(
        `the variable ${plainText(name, 80)} is not set: HTTP 404 from ${client.urlOf(path)}, and none above it`,
      );
    });
}

/** A variable of the user who owns the repository, which only that user can read. */
async function readUsers(
  client: Client,
  owner: string,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Reading<string> | OwnNotFound> {
  const user = await client.seek("//user", { schema: userSchema, what: "the token's user" }, signal);
  // Every Gitea has users; what answers that it knows none has no variables of one either.
  if (!isAnswer(user)) return user;
  if (user.value.login.toLowerCase() !== owner.toLowerCase()) return unknown(notTheOwner(owner, user));
  const variable = await client.seek(`//user${variablePath(name)}`, aVariable, signal);
  return isAnswer(variable) ? found(variable.value) : variable;
}

function isAnswer<T>(answer: Answer<T> | OwnNotFound): answer is Answer<T> {
  return "value" in answer;
}

/** Source: `GetVariable` in Gitea's `services/actions/variables.go`, the same since 1.22. */
function isUnset({ notFound }: OwnNotFound): boolean {
  return /^variable not found$/i.test(notFound.trim());
}

function hidden({ notFound }: OwnNotFound, url: string): ReleaseError {
  return gateError("FORGE_NOT_FOUND", "state", {
    retryable: false,
    message: "the forge does not know the repository, or hides it from this token",
    why: `${url}: ${plainText(notFound, 200)}`,
    fix: "check forge.repository, and whether the token may see it",
  });
}

function notTheOwner(owner: string, { url, value }: Answer<{ readonly login: string }>): ReleaseError {
  const [whose, token] = [owner, value.login].map((login) => plainText(login, 80));
  return gateError("FORGE_FORBIDDEN", "auth", {
    retryable: false,
    message: `the variables of the user ${whose} can be read with a token of ${whose} only; this one is of ${token}`,
    why: url,
    fix: `use a token of ${whose}, or a hold on a ref: killSwitch: { ref: true }`,
  });
}
