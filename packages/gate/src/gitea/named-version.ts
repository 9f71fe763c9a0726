import { absent, asReleaseError, found, type Reading } from "@lateen/kernel";
import type { Client } from "./client.ts";
import { featuresOf } from "./features.ts";
import { versionSchema } from "./wire.ts";

const expected = { schema: versionSchema, what: "a version" };

/**
 * The version that a server reports. A Forgejo that reports only the Gitea that it is compatible with is asked by its own name: since its
 * version 8 that is 1.22, before that an earlier one.
 */
export async function readNamedVersion(client: Client, signal?: AbortSignal): Promise<Reading<string>> {
  const answer = await client.find("//version", expected, signal);
  if (answer === undefined) return absent(`there is no version at ${client.urlOf("//version")} (HTTP 404)`);
  const { version } = answer.value;
  if (version.includes("+gitea-") || featuresOf(version).comparesCommits) return found(version);
  const own = await readOwnVersion(client, signal);
  return found(own === undefined ? version : `${own.split("+")[0]}+gitea-${version.replace(/[-+].*$/, "")}`);
}

/** The version of a Forgejo by its own API; undefined on a Gitea, which has no such call, or has a login page in its place. */
async function readOwnVersion(client: Client, signal?: AbortSignal): Promise<string | undefined> {
  try {
    return (await client.find("//../forgejo/v1/version", expected, signal))?.value.version;
  } catch (thrown) {
    const error = asReleaseError(thrown);
    if (error.retryable || error.category === "interrupted") throw error;
    return undefined;
  }
}
