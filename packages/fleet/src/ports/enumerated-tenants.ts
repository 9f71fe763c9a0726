import { absent, found, type Reading, type Slug } from "@lateen/kernel";

/** What a control plane enumerates, by tenant. */
export interface EnumeratedTenants<T> {
  /** Enumerates now. */
  read(signal?: AbortSignal): Promise<Reading<readonly T[]>>;
  /** One of the last enumeration; a rollout that is resumed asks for tenants before it enumerates any. */
  find(slug: Slug): Promise<Reading<T>>;
}

/** Remembers the last answer of `enumerate`. */
export function rememberTenants<T extends { readonly slug: Slug }>(
  name: string,
  enumerate: EnumeratedTenants<T>["read"],
): EnumeratedTenants<T> {
  let known: ReadonlyMap<Slug, T> | undefined;
  let reading: Promise<Reading<readonly T[]>> | undefined;
  const read: EnumeratedTenants<T>["read"] = async (signal) => {
    const answer = await enumerate(signal);
    if (answer.kind !== "unknown")
      known = new Map(answer.kind === "found" ? answer.value.map((one) => [one.slug, one]) : []);
    return answer;
  };
  return {
    read,
    async find(slug) {
      const tenant = known?.get(slug);
      if (tenant !== undefined) return found(tenant);
      const answer = await (reading ??= read().finally(() => (reading = undefined)));
      if (answer.kind === "unknown") return answer;
      const listed = answer.kind === "found" ? answer.value.find((one) => one.slug === slug) : undefined;
      return listed === undefined ? absent(`${name} does not enumerate ${slug}`) : found(listed);
    },
  };
}
