import { absent, found, isShaPrefix, plainText, type Reading, ReleaseError, sameCommit, unknown } from "@lateen/kernel";
import { z } from "zod";
import { tryJson } from "../try-json.ts";

const stated = z.object({ git_sha: z.string() });

/**
 * The commit that a `proof` printed: a commit id of 7 to 40 digits, or JSON with `git_sha`; one line for each place that it
 * looked at.
 *
 * Two commits prove nothing: a tenant in the middle of a move shows both.
 */
export function readProof(stdout: string, tenant: string): Reading<string> {
  const said = statementsOf(stdout);
  if (said === undefined) return unknown(proofError("EXEC_PROOF_UNREADABLE", tenant, unreadable(stdout)));
  const strange = said.find((text) => !isShaPrefix(text));
  if (said.length === 0) return absent(`the proof of ${tenant} prints nothing`);
  if (strange !== undefined && said.every((text) => !isShaPrefix(text))) return absent(noCommit(tenant, strange));
  // The longest one decides: two commits may share the seven digits of a third spelling.
  const commit = said.reduce((longest, text) => (text.length > longest.length && isShaPrefix(text) ? text : longest));
  const other = said.find((text) => !sameCommit(text, commit));
  if (other === undefined) return found(commit);
  return unknown(proofError("EXEC_PROOF_MIXED", tenant, `names ${short(commit)} and ${short(other)}`));
}

/** Statement of each line; undefined if the output is neither JSON nor a word a line. */
function statementsOf(stdout: string): readonly string[] | undefined {
  const text = stdout.trim();
  const whole = text.startsWith("{") ? stated.safeParse(tryJson(text)) : undefined;
  if (whole?.success === true) return [whole.data.git_sha.trim().toLowerCase()];
  const lines = text.split("\n").map((line) => line.trim());
  const said = lines.filter((line) => line !== "").map(statementOf);
  return said.every((statement) => statement !== undefined) ? said : undefined;
}

function statementOf(line: string): string | undefined {
  if (line.startsWith("{")) return stated.safeParse(tryJson(line)).data?.git_sha.trim().toLowerCase();
  return /^[\w.+-]{1,80}$/.test(line) ? line.toLowerCase() : undefined;
}

function short(commit: string): string {
  return plainText(commit, 12);
}

function noCommit(tenant: string, word: string): string {
  return `the proof of ${tenant} names no commit: ${JSON.stringify(plainText(word, 40))}`;
}

function unreadable(stdout: string): string {
  return `is neither a commit id nor JSON with git_sha: ${JSON.stringify(plainText(stdout, 60))}`;
}

function proofError(code: string, tenant: string, what: string): ReleaseError {
  const message = `the proof of ${tenant} ${what}`;
  const fix = "print the commit that runs, alone, or a line for each place that was looked at";
  return new ReleaseError({ code, category: "unavailable", retryable: false, message, fix });
}
