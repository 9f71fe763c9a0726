import { crossChecks } from "./cross-checks.ts";
import { describeIssue, type Described, type Issue } from "./describe-issue.ts";
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
  return Object.entries(overlays).flatMap(([name, overlay]) =>
    name === chosen || !isRecord(overlay) ? [] : checkOverlay(file, name, overlay),
  );
}

function checkOverlay(file: unknown, name: string, overlay: Record<string, unknown>): readonly Described[] {
  const merged = merge(file, overlay);
  if (!isRecord(merged)) return [];
  const parsed = configSchema(merged).safeParse(merged);
  const issues = parsed.success
    ? []
    : parsed.error.issues.flatMap((issue) => describeIssue(issue as unknown as Issue, merged));
  return [...issues, ...crossChecks(merged)]
    .filter(({ path }) => path.length > 0 && holds(overlay, path))
    .map((issue) => ({ ...issue, path: ["environments", name, ...issue.path] }));
}
