import { asReleaseError, parseSlug, plainText, type ReleaseError, type Slug } from "@lateen/kernel";
import type { Workload } from "../api/wire.ts";
import { fleetError } from "../../errors.ts";

const placeholder = /\{([^{}]*)\}/g;

/**
 * Holds a slug template to its placeholders: `{namespace}`, `{name}`, `{label:KEY}`.
 *
 * @throws ReleaseError `KUBERNETES_SLUG_TEMPLATE`
 */
export function checkSlugTemplate(template: string): void {
  const names = [...template.matchAll(placeholder)].map(([, name = ""]) => name);
  const unknown = names.find((name) => name !== "namespace" && name !== "name" && !/^label:\S+$/.test(name));
  if (unknown !== undefined) throw invalid(`${plainText(template, 100)} holds {${plainText(unknown, 60)}}`);
  if (names.length === 0) throw invalid(`${plainText(template, 100)} is the same slug for every tenant`);
}

/** The slug of a workload. @throws ReleaseError of category `input` that names the workload */
export function slugOf({ metadata }: Workload, template: string): Slug {
  const { namespace, name, labels } = metadata;
  const text = template.replaceAll(placeholder, (_, key: string) => {
    if (key === "namespace") return namespace;
    if (key === "name") return name;
    const label = key.slice("label:".length);
    const value = Object.hasOwn(labels, label) ? labels[label] : undefined;
    if (value === undefined || value === "") throw nameless(namespace, name, `it has no label ${label}`);
    return value;
  });
  try {
    return parseSlug(text);
  } catch (error) {
    throw nameless(namespace, name, asReleaseError(error).message);
  }
}

function nameless(namespace: string, name: string, why: string): ReleaseError {
  return fleetError("KUBERNETES_SLUG", "input", {
    message: `${namespace}/${name} cannot be named: ${why}`,
    fix: "correct the label, the slug template or the selector",
  });
}

function invalid(what: string): ReleaseError {
  return fleetError("KUBERNETES_SLUG_TEMPLATE", "input", {
    message: `the slug template ${what}`,
    fix: "make it of {namespace}, {name} and {label:KEY}",
  });
}
