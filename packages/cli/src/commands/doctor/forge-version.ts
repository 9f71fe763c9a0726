import { absent, asReleaseError, found, type HttpDeadlines, parseJson, type Reading, unknown } from "@lateen/kernel";
import { z } from "zod";
import type { ForgeConfig } from "../../config/config.ts";
import { supportsSince, versionOf } from "../init/gitea-version.ts";
import type { Wiring } from "../../wiring/wiring.ts";
import { failed, type Finding, well, warning } from "./finding.ts";

const versionSchema = z.object({ version: z.string() });

/**
 * The version that a Gitea says it has; with the token, since an instance may show nothing without. A Forgejo that reports only the
 * Gitea that it is compatible with is asked by its own name.
 */
export async function readNamedVersion(
  forge: Pick<ForgeConfig, "api" | "url">,
  ports: Pick<Wiring, "http" | "forgeToken">,
  signal: AbortSignal,
): Promise<Reading<string>> {
  const reading = await readForgeVersion(forge, ports, signal);
  if (reading.kind !== "found" || !isForgejoLike(reading.value)) return reading;
  const api = `${forge.url.replace(/\/+$/, "")}/api/forgejo/v1`;
  const own = await readForgeVersion({ api }, ports, signal);
  if (own.kind !== "found") return reading;
  const [name = ""] = own.value.split("+");
  return found(`${name}+gitea-${reading.value.replace(/[-+].*$/, "")}`);
}

/** Forgejo has been compatible with 1.22 since its version 8, and with no later one; its versions before that with earlier ones. */
function isForgejoLike(version: string): boolean {
  return !version.includes("+gitea-") && versionOf(version)?.[0] === 1 && !supportsSince(version, 23);
}

export async function readForgeVersion(
  { api }: Pick<ForgeConfig, "api">,
  { http, forgeToken }: Pick<Wiring, "http" | "forgeToken">,
  signal: AbortSignal,
  deadlines: HttpDeadlines = {},
): Promise<Reading<string>> {
  try {
    const token = forgeToken()?.reveal();
    const headers = token === undefined ? {} : { authorization: `token ${token}` };
    const response = await http.request({ url: `${api}/version`, headers, maxBytes: 65_536, deadlines }, signal);
    if (response.status !== 200) return absent(`HTTP ${response.status} instead of a version from ${response.url}`);
    return found(parseJson(response, versionSchema, "a version").version);
  } catch (error) {
    return unknown(asReleaseError(error));
  }
}

/** Meaning of the version for the gate: runs are listed since 1.25, commits are compared since 1.23. */
export function judgeForgeVersion(reading: Reading<string>): Finding {
  const check = "forge version";
  if (reading.kind === "unknown") return failed(check, reading.cause);
  if (reading.kind === "absent") return warning(check, reading.proof, "correct forge.url, forge.api or forge.token");
  const version = reading.value;
  const forgejo = /^(.+)\+gitea-/.exec(version)?.[1];
  if (forgejo !== undefined)
    return warning(
      check,
      `Forgejo ${forgejo} is read like the Gitea that it is compatible with: required workflows by commit statuses, and no run by its commit`,
      "nothing has to be done; compare what lateen gate reports with what the forge shows",
    );
  if (supportsSince(version, 25)) return well(check, `Gitea ${version}: statuses, workflow runs and variables`);
  const compares = supportsSince(version, 23);
  const lacks = `no list of workflow runs${compares ? "" : " and no comparison of commits"}`;
  return warning(
    check,
    `Gitea ${version} has ${lacks}: required workflows are read from commit statuses`,
    compares
      ? "nothing has to be done; 1.25 and later report whose run a status is of"
      : "leave inputs of manual runs out of workflows: this version refuses such files",
  );
}
