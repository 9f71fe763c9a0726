import {
  absent,
  found,
  type Http,
  type HttpResponse,
  parseJson,
  plainText,
  type Reading,
  ReleaseError,
  type Secret,
  toReading,
  unknown,
} from "@lateen/kernel";
import { z } from "zod";
import { tryJson } from "../forge/try-json.ts";
import { type CheckState, decideState } from "../checks/decide-state.ts";
import { unclearError } from "../errors.ts";

/** Forge and repository in which workflows are started. */
export interface DispatcherOptions {
  readonly kind: "github" | "gitea";
  /** Base address of the API. */
  readonly api: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly token?: Secret | undefined;
  readonly http: Http;
}

export interface DispatchOrder {
  /** Name of the workflow's file, such as `e2e.yml`. */
  readonly file: string;
  /** Branch or tag. */
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** A word that no other run has; one of the inputs has it, and the workflow's `run-name` shows it. */
  readonly correlation: string;
}

/** A run that was started, judged by the gate's table. */
export interface DispatchedRun {
  readonly id: number;
  readonly state: CheckState;
  readonly because: string;
  readonly url: string;
}

/** Starts workflows and finds their runs. */
export interface Dispatcher {
  /** State of a workflow, which has to be `active` to be started; absent if the forge does not know the file. Starts nothing. */
  stateOf(file: string, signal?: AbortSignal): Promise<Reading<string>>;
  /**
   * Starts a workflow; answers with the id of its run if the forge gives it.
   *
   * `DISPATCH_LOST` says that it may have been started; it is not sent again.
   */
  dispatch(order: DispatchOrder, signal?: AbortSignal): Promise<Reading<number | undefined>>;
  /** The run of an order, by its id or by the correlation in its title; absent if there is none yet. Never "the newest". */
  run(order: DispatchOrder, id: number | undefined, signal?: AbortSignal): Promise<Reading<DispatchedRun>>;
  urlOf(file: string): string;
}

const maxBytes = 4 * 1024 * 1024;
/** Rows of runs that are looked through for a run that was started a moment ago. */
const pageSize = 100;

const wireRun = z.object({
  id: z.number(),
  status: z.string().nullish(),
  conclusion: z.string().nullish(),
  html_url: z.string().nullish(),
  display_title: z.string().nullish(),
  name: z.string().nullish(),
  path: z.string().nullish(),
  inputs: z.record(z.string(), z.unknown()).nullish(),
});
const wireRuns = z.object({ workflow_runs: z.array(wireRun) });
const wireWorkflow = z.object({ state: z.string() });
const started = z.object({ workflow_run_id: z.number().optional() });
const complaint = z.object({ message: z.string() });

/**
 * Makes a {@link Dispatcher} for GitHub or Gitea, whose calls are alike.
 *
 * Sources: https://docs.github.com/en/rest/actions/workflows#create-a-workflow-dispatch-event (`return_run_details` since
 * February 2026) and Gitea's `ActionsDispatchWorkflow` (1.24 and later).
 */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const base = `${options.api.replace(/\/+$/, "")}/repos/${options.repository.split("/").map(encodeURIComponent).join("/")}/actions`;
  // The secret is opened with the first request.
  const headersOf = (): Record<string, string> => ({
    accept: "application/json",
    ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token.reveal()}` }),
  });
  const urlOf = (file: string): string => `${base}/workflows/${encodeURIComponent(file)}`;
  const send = (url: string, body: unknown, signal: AbortSignal | undefined): Promise<HttpResponse> =>
    options.http.request(
      {
        url,
        method: "POST",
        headers: { ...headersOf(), "content-type": "application/json" },
        body: JSON.stringify(body),
        maxBytes,
      },
      signal,
    );
  const read = (url: string, signal: AbortSignal | undefined): Promise<HttpResponse> =>
    options.http.request({ url, headers: headersOf(), maxBytes }, signal);
  return {
    urlOf,
    stateOf: (file, signal) =>
      toReading(async () => {
        const response = await read(urlOf(file), signal);
        if (response.status === 404) return absent(notThere(file, response.url));
        return found(plainText(parseJson(requireOk(response), wireWorkflow, "a workflow").state, 40));
      }),
    dispatch: (order, signal) =>
      toReading(async () => {
        const { file, ref, inputs } = order;
        const url = `${urlOf(file)}/dispatches${options.kind === "gitea" ? "?return_run_details=true" : ""}`;
        const details = options.kind === "github" ? { return_run_details: true } : {};
        const sent = await send(url, { ref, inputs, ...details }, signal).catch((error: unknown) => lost(url, error));
        // A server that does not know the parameter has refused the whole request, so nothing was started.
        const isUnknown = sent.status === 422 && sent.text().includes("return_run_details");
        return readStart(isUnknown ? await send(url, { ref, inputs }, signal) : sent, file);
      }),
    run: (order, id, signal) =>
      toReading(async () => {
        if (id !== undefined) {
          const response = await read(`${base}/runs/${id}`, signal);
          return response.status === 404
            ? absent(`${response.url} is not there yet`)
            : found(judge(parseJson(requireOk(response), wireRun, "a workflow run")));
        }
        const size = options.kind === "gitea" ? "limit" : "per_page";
        const response = await read(`${base}/runs?event=workflow_dispatch&${size}=${pageSize}`, signal);
        const { workflow_runs: runs } = parseJson(requireOk(response), wireRuns, "a list of workflow runs");
        const own = runs.find((run) => carries(run, order));
        return own === undefined ? absent(`no run carries ${order.correlation}`) : found(judge(own));
      }),
  };
}

type WireRun = z.infer<typeof wireRun>;

function carries({ display_title: title, name, inputs, path }: WireRun, { correlation, file }: DispatchOrder): boolean {
  const isOther = path != null && path !== "" && !path.replace(/@.*$/s, "").endsWith(file);
  const given = inputs == null ? [] : Object.values(inputs);
  return (
    !isOther && (given.includes(correlation) || [title, name].some((text) => text?.includes(correlation) === true))
  );
}

function judge({ id, status, conclusion, html_url: url }: WireRun): DispatchedRun {
  const word = (text: string | null | undefined): string => plainText(text ?? "", 40).toLowerCase();
  const { state, because } = decideState("run", { status: word(status), conclusion: word(conclusion) });
  return { id, state, because, url: plainText(url ?? "", 300) };
}

function readStart(response: HttpResponse, file: string): Reading<number | undefined> {
  const { status, url } = response;
  if (status === 204) return found(undefined);
  if (status === 200 || status === 201) {
    const body = response.text().trim();
    return found(body === "" ? undefined : parseJson(response, started, "a started workflow run").workflow_run_id);
  }
  if (status === 404) return absent(notThere(file, url));
  if (status >= 500) return unknown(lostError(url, `answered ${status}`));
  return unknown(refused(response, file));
}

function notThere(file: string, url: string): string {
  return `${file} is not a workflow of this branch, or the token may not start it (${url})`;
}

function refused(response: HttpResponse, file: string): ReleaseError {
  const { status, url } = response;
  const said = complaint.safeParse(tryJson(response.text()));
  const because = said.success ? `: ${plainText(said.data.message, 200)}` : "";
  return new ReleaseError({
    code: status === 401 || status === 403 ? "DISPATCH_DENIED" : "DISPATCH_REFUSED",
    category: status === 401 || status === 403 ? "auth" : "state",
    message: `the forge does not start ${file}: ${status}${because}`,
    why: url,
    fix: "let the workflow run on workflow_dispatch with an input lateen_check, and the token write actions",
  });
}

function requireOk(response: HttpResponse): HttpResponse {
  if (response.status === 200) return response;
  throw new ReleaseError({
    code: response.status === 401 || response.status === 403 ? "FORGE_FORBIDDEN" : "FORGE_UNAVAILABLE",
    category: response.status === 401 || response.status === 403 ? "auth" : "unavailable",
    message: `${response.url} answered ${response.status}`,
  });
}

function lost(url: string, cause: unknown): never {
  throw lostError(url, "did not answer", cause);
}

function lostError(url: string, what: string, cause?: unknown): ReleaseError {
  return unclearError("DISPATCH_LOST", { message: `${url} ${what}; the workflow may have been started`, cause });
}
