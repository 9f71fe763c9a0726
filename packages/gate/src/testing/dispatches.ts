import type { RecordedRequest, ScriptedReply } from "@lateen/kernel/testing";
import type { CommitGraph } from "./commit-graph.ts";
import type { ForgeDispatch, NewRun } from "./forge-facts.ts";
import { json } from "./http-fake.ts";

/** Facts that a fake forge needs to accept a dispatch. */
export interface DispatchTaker {
  readonly kind: "github" | "gitea";
  readonly graph: CommitGraph;
  /** Folder of the workflow files. */
  readonly folder: string;
  readonly setRun: (run: NewRun) => number;
  /** Refuses workflows of another state than `active`; undefined if nothing was said of it. */
  readonly stateOf: (file: string) => string | undefined;
  readonly dispatches: ForgeDispatch[];
}

/**
 * Answers `POST …/actions/workflows/{file}/dispatches`: the run is queued until a test sets its end by its id.
 *
 * Seen on a Gitea 1.26.0: it takes any input, whether the workflow declares it or not; GitHub refuses what is not declared.
 */
export async function takeDispatch(
  { method, path, body }: RecordedRequest,
  taker: DispatchTaker,
): Promise<ScriptedReply | undefined> {
  const url = new URL(path, "http://forge");
  const [, file = ""] = /\/actions\/workflows\/([^/]+)\/dispatches$/.exec(url.pathname) ?? [];
  if (method !== "POST" || file === "") return undefined;
  const { kind, graph, folder, setRun, stateOf, dispatches } = taker;
  const order = JSON.parse(body.toString()) as DispatchBody;
  const sha = await graph.head(order.ref);
  const text = sha === undefined ? undefined : await graph.file(`${folder}/${file}`, sha);
  if (sha === undefined || text === undefined) return json({ message: `workflow "${file}" doesn't exist` }, {}, 404);
  const { inputs = {} } = order;
  if ((stateOf(file) ?? "active") !== "active") return json({ message: "workflow is disabled" }, {}, 403);
  const surplus = kind === "github" ? Object.keys(inputs).filter((name) => !text.includes(`${name}:`)) : [];
  if (surplus.length > 0) return json({ message: `Unexpected inputs provided: ${JSON.stringify(surplus)}` }, {}, 422);
  const name = titleOf(text, inputs) ?? (await graph.commit(sha))?.message ?? file;
  const id = setRun({ sha, file, name, event: "workflow_dispatch", branch: order.ref, status: "queued" });
  dispatches.push({ id, sha, file, ref: order.ref, inputs, name });
  const wantsDetails = order.return_run_details === true || url.searchParams.get("return_run_details") === "true";
  return wantsDetails ? json({ workflow_run_id: id }) : { status: 204, body: "" };
}

interface DispatchBody {
  readonly ref: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly return_run_details?: boolean;
}

/** The `run-name` of a workflow with its inputs filled in. */
function titleOf(text: string, inputs: Readonly<Record<string, string>>): string | undefined {
  return /^run-name: *(.+)$/m
    .exec(text)?.[1]
    ?.replaceAll(/\$\{\{ *inputs\.(\w+) *\}\}/g, (_, name: string) => inputs[name] ?? "");
}
