import { type HttpResponse, parseRetryAfter, ReleaseError } from "@lateen/kernel";
import { redactText } from "../../http/redact-text.ts";
import { status as statusSchema } from "./wire.ts";
import { tryJson } from "../../try-json.ts";

interface Kind {
  readonly code: string;
  readonly category: "auth" | "unavailable" | "state" | "input";
  readonly retryable: boolean;
  readonly fix: string;
}

// Source: Kubernetes API conventions, "HTTP Status codes"; 429 comes from API Priority and Fairness, 504 from the storage's deadline.
const kinds: Readonly<Record<number, Kind>> = {
  400: { code: "KUBERNETES_REFUSED", category: "input", retryable: false, fix: "see what the API server says" },
  401: { code: "KUBERNETES_AUTH", category: "auth", retryable: false, fix: "renew the credentials of the kubeconfig" },
  403: {
    code: "KUBERNETES_FORBIDDEN",
    category: "auth",
    retryable: false,
    fix: "lateen doctor prints the RBAC that is needed",
  },
  404: { code: "KUBERNETES_NOT_FOUND", category: "state", retryable: false, fix: "check whether it was deleted" },
  409: { code: "KUBERNETES_CONFLICT", category: "state", retryable: true, fix: "run it again" },
  410: { code: "KUBERNETES_EXPIRED", category: "unavailable", retryable: false, fix: "run it again" },
  422: { code: "KUBERNETES_REFUSED", category: "input", retryable: false, fix: "see what the API server says" },
  429: { code: "KUBERNETES_BUSY", category: "unavailable", retryable: true, fix: "run it again" },
};

/** The error of an answer that is not a success. */
export function apiError(name: string, response: HttpResponse, nowMs: number): ReleaseError {
  const { status } = response;
  const { code, category, retryable, fix } = kinds[status] ?? {
    code: "KUBERNETES_STATUS",
    category: "unavailable" as const,
    retryable: status >= 500,
    fix: "look at the API server",
  };
  const said = statusSchema.safeParse(tryJson(response.text())).data;
  const text = redactText(said?.message ?? "");
  const seconds = said?.details?.retryAfterSeconds;
  return new ReleaseError({
    code,
    // A quota or an admission webhook refuses with 403 too, and no other credentials would help: it names itself.
    category: status === 403 && /exceeded quota|admission webhook/.test(text) ? "state" : category,
    retryable,
    message: `the API server of ${name} answered ${status}${text === "" ? "" : `: ${text}`}`,
    why: response.url,
    fix,
    retryAfterMs:
      parseRetryAfter(response.header("retry-after"), nowMs) ?? (seconds === undefined ? undefined : seconds * 1_000),
  });
}
