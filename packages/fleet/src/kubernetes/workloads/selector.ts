import type { Workload } from "../api/wire.ts";

/** A selector as a query takes it. Source: Kubernetes documentation, "Labels and Selectors". */
export function formatSelector({ matchLabels, matchExpressions }: Workload["spec"]["selector"]): string {
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const expressed = matchExpressions.map(({ key, operator, values }) => {
    if (operator === "Exists") return key;
    if (operator === "DoesNotExist") return `!${key}`;
    return `${key} ${operator === "NotIn" ? "notin" : "in"} (${values.join(",")})`;
  });
  return [...equal, ...expressed].join(",");
}
