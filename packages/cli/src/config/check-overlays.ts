import { crossChecks } from "./cross-checks.ts";
import { type Described, describeIssues, type Issue } from "./describe-issue.ts";
import { holds, isRecord, merge } from "./layers.ts";
import { configSchema } from "./schema.ts";

/**
 * What is wrong with the overlays of a file, each laid over the rest of it: anyone who misspells a key for production must not learn
 * of it in production. What an overlay does not say itself is not its fault.
 *
 * @param chosen - The overlay that is in force, and therefore checked already.
 */
export function checkOverlays(file: unknown, chosen: string | undefined): readonly Described[] {
  const overlays = isRecord(file) && isRecord(file["environments"]) ? file["environments"] : {};
  const names = Object.keys(overlays);
  const { environments: _, ...base } = isRecord(file) ? file : {};
  if (names.length > mostOverlays || names.length * JSON.stringify(base).length > mostToCheck)
    return [
      {
        path: ["environments"],
        message: `${names.length} environments over a configuration of this length are too much to check; split the file`,
      },
    ];
  return Object.entries(overlays).flatMap(([name, overlay]) =>
    name === chosen || !isRecord(overlay) ? [] : checkOverlay(base, name, overlay),
  );
}

/** More environments than this are not written by a person. */
const mostOverlays = 500;

/** Characters that all overlays together may be laid over: 60 environments of a configuration of 64 KiB; takes half a second. */
const mostToCheck = 4 * 1024 * 1024;

function checkOverlay(
  file: Record<string, unknown>,
  name: string,
  overlay: Record<string, unknown>,
): readonly Described[] {
  const merged = merge(file, overlay);
  if (!isRecord(merged)) return [];
  const parsed = configSchema(merged).safeParse(merged);
  const issues = parsed.success ? [] : describeIssues(parsed.error.issues as unknown as readonly Issue[], merged);
  return [...issues, ...crossChecks(merged)]
    .filter(({ path }) => path.length > 0 && holds(overlay, path))
    .map((issue) => ({ ...issue, path: ["environments", name, ...issue.path] }));
}
