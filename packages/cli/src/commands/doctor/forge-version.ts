import type { Reading } from "@lateen/kernel";
import { supportsSince } from "../init/gitea-version.ts";
import { failed, type Finding, well, warning } from "./finding.ts";

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
