/** Requests and failures of a tenant's users. */
export interface TenantTraffic {
  readonly slug: string;
  /** Commit that it runs. */
  readonly sha: string;
}

/** Counters of requests and of failures, by tenant, that rise with real time. */
export interface TenantMetrics {
  /** Counts the time until now at what a tenant runs; call it before that changes. */
  count(tenant: TenantTraffic): void;
  /** The page that Prometheus scrapes. */
  page(tenant: TenantTraffic): string;
}

/** Requests per second and tenant. */
const rate = 50;

/** Makes counters that start now; `failing` is the share of the requests that fail. */
export function createTenantMetrics(failing: (slug: string, sha: string) => number): TenantMetrics {
  const started = Date.now();
  const counters = new Map<string, { requests: number; errors: number; at: number }>();
  const count: TenantMetrics["count"] = ({ slug, sha }) => {
    const { requests, errors, at } = counters.get(slug) ?? { requests: 0, errors: 0, at: started };
    const now = Date.now();
    const more = (rate * (now - at)) / 1_000;
    counters.set(slug, { requests: requests + more, errors: errors + more * failing(slug, sha), at: now });
  };
  return {
    count,
    page(tenant) {
      count(tenant);
      const { requests = 0, errors = 0 } = counters.get(tenant.slug) ?? {};
      const line = (name: string, value: number): string =>
        `# TYPE ${name} counter\n${name}{slug="${tenant.slug}"} ${Math.floor(value)}\n`;
      return line("requests", requests) + line("errors", errors) + line("http_errors", errors);
    },
  };
}
