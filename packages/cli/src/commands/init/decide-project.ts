import type { Reading, ReleaseError } from "@lateen/kernel";
import { type Finding, warning, well } from "../doctor/finding.ts";
import type { ForgeSurvey, ForgeWorkflow } from "./ask-forge.ts";
import { findImages, isImage } from "./find-images.ts";
import type { WorkflowText } from "./read-clone.ts";

type ForgeImages = Awaited<ReturnType<ForgeSurvey["images"]>>;

/** A choice, and the line that says where it comes from. */
export interface Decided<T> {
  readonly value: T;
  readonly findings: readonly Finding[];
}

/** More names are not shown on one line. */
const mostShown = 12;

/** The branch whose commits ship: the given one, else as the forge says, else the clone. */
export function decideBranch(
  given: string | undefined,
  forge: Reading<string> | undefined,
  clone: string | undefined,
): Decided<string> {
  const check = "branch";
  if (given !== undefined) return { value: given, findings: [well(check, `${given}, as --branch says`)] };
  const asked = forge?.kind === "found" ? forge.value : undefined;
  if (asked !== undefined && isBranch(asked))
    return { value: asked, findings: [well(check, `${asked}, the default branch of the forge`)] };
  if (clone !== undefined) return { value: clone, findings: [well(check, `${clone}, as this clone says`)] };
  return { value: "main", findings: [warning(check, "main is a guess", "correct forge.branch, or give --branch")] };
}

/** True for a name that a configuration and a workflow hold as it is. */
export function isBranch(name: string): boolean {
  return name.length <= 200 && /^\w[\w./-]*$/.test(name);
}

/** The workflows that count: those of the clone and of the forge, except those that are disabled there. */
export function decideWorkflows(
  clone: readonly WorkflowText[],
  forge: Reading<readonly ForgeWorkflow[]>,
): Decided<readonly WorkflowText[]> {
  const check = "workflows";
  const named = (texts: readonly { readonly file: string }[]): string => listed(texts.map(({ file }) => file));
  if (forge.kind !== "found")
    return { value: clone, findings: clone.length === 0 ? [] : [well(check, `${named(clone)}, as in this clone`)] };
  const rowOf = (file: string): ForgeWorkflow | undefined => forge.value.find((row) => row.file === file);
  const disabled = forge.value.filter(({ isActive }) => !isActive);
  const both = clone.filter(({ file }) => rowOf(file)?.isActive === true);
  const own = clone.filter(({ file }) => rowOf(file) === undefined);
  const missing = forge.value.filter(({ file, isActive }) => isActive && !clone.some((each) => each.file === file));
  const read = missing.flatMap(({ file, text }) => (text === undefined ? [] : [{ file, text }]));
  const unread = missing.filter(({ text }) => text === undefined);
  const fact = (texts: readonly { readonly file: string }[], where: string): readonly Finding[] =>
    texts.length === 0 ? [] : [well(check, `${named(texts)}, ${where}`)];
  const unused = (texts: readonly ForgeWorkflow[], why: string, fix: string): readonly Finding[] =>
    texts.length === 0 ? [] : [warning(check, `${named(texts)}: ${why}`, fix)];
  return {
    value: [...both, ...own, ...read],
    findings: [
      ...fact(both, "as the forge and this clone have them"),
      ...fact(read, "as the forge has them; this clone lacks them"),
      ...fact(own, "in this clone only; the forge has not seen them yet"),
      ...unused(
        disabled,
        "disabled on the forge, so not required",
        "enable them there and run init again, if a release must wait for them",
      ),
      ...unused(unread, "on the forge, and could not be read", "pull the branch, and run init again"),
    ],
  };
}

/** Images that the workflows push, else those that the forge links to the repository, else a guess by its name. */
export function decideImages(
  registry: string,
  repository: string,
  workflows: readonly WorkflowText[],
  forge: ForgeImages,
): Decided<readonly string[]> {
  const check = "images";
  const pushed = findImages(
    workflows.map(({ text }) => text),
    repository,
  );
  const own = repository.toLowerCase();
  const rows = forge.kind === "found" ? forge.value : [];
  const of = (wanted: (row: (typeof rows)[number]) => boolean): readonly string[] =>
    rows
      .filter(wanted)
      .map(({ path }) => `${registry}/${path}`)
      .filter(isImage)
      .slice(0, mostShown);
  const linked = of((row) => row.repository?.toLowerCase() === own);
  const named = of(({ path, repository: of_ }) => of_ === undefined && (path === own || path.startsWith(`${own}/`)));
  if (pushed.length > 0) {
    const further = linked.filter((image) => !pushed.includes(image));
    const fact = `${listed(further)}: of this repository on the forge, and named by no workflow`;
    const more = further.length === 0 ? [] : [warning(check, fact, "add to release.images what belongs to a release")];
    return { value: pushed, findings: [well(check, `${listed(pushed)}, as the workflows push them`), ...more] };
  }
  const known = linked.length > 0 ? linked : named;
  if (known.length > 0)
    return { value: known, findings: [well(check, `${listed(known)}, as the forge has them for this repository`)] };
  const guess = `${registry}/${own.replaceAll(/^[._-]+/g, "")}`;
  const fact = `${guess} is a guess by the repository's name`;
  return { value: [guess], findings: [warning(check, fact, "correct release.images")] };
}

/** The lines for what could not be asked, each cause once. */
export function describeUnasked(readings: Readonly<Record<string, Reading<unknown> | undefined>>): readonly Finding[] {
  const causes = new Map<
    string,
    { readonly what: string[]; readonly fact: string; readonly fix: string | undefined }
  >();
  for (const [what, reading] of Object.entries(readings)) {
    if (reading === undefined || reading.kind === "found") continue;
    const { fact, fix } = reading.kind === "absent" ? { fact: reading.proof, fix: undefined } : causeOf(reading.cause);
    // The words name what was asked for; the trouble of a server, and what can be done about it, are the same for all.
    const key = reading.kind === "absent" ? fact : `${reading.cause.code} ${fix}`;
    const same = causes.get(key);
    if (same === undefined) causes.set(key, { what: [what], fact, fix });
    else same.what.push(what);
  }
  return [...causes.values()].map(({ what, fact, fix }) => ({
    check: "not known from the forge",
    verdict: "warning",
    fact: `${what.join(", ")}: ${fact}`,
    ...(fix === undefined ? {} : { fix }),
  }));
}

function causeOf({ message, why, fix }: ReleaseError): { readonly fact: string; readonly fix: string | undefined } {
  return { fact: [message, why].filter(Boolean).join(": "), fix };
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostShown).join(", ");
  return names.length <= mostShown ? shown : `${shown} and ${names.length - mostShown} more`;
}
