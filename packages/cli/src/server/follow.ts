import { isReleaseError, plainText, ReleaseError } from "@lateen/kernel";
import { senderOf } from "@lateen/registry/sender";
import type { CommandResult } from "../commands/command.ts";
import type { Context } from "../commands/context.ts";
import { usageError, cliError } from "../config/errors.ts";
import { namedCommit } from "../job/resolve-commit.ts";
import { describeHalt } from "../output/describe-halt.ts";
import { formatAnswer } from "../output/answer.ts";
import type { Outcome } from "../output/exit-codes.table.ts";
import type { ResultDocument } from "../output/result.ts";
import { readServerEvent, readServerResult } from "./read-answer.ts";
import { createServerClient, mostServerEvents, type ServerClient, type ServerRollout } from "./client.ts";

/** Milliseconds between two looks at a rollout. */
const lookMs = 400;

/** Milliseconds for which a service that does not answer is waited for: it may be restarted, and the rollout continues. */
const patienceMs = 60_000;

/** The client of the service that the command line names. */
export function serverOf({ args, host }: Context): ServerClient {
  return createServerClient({
    url: args.text("server") ?? "",
    fleet: args.text("env") ?? host.env["LATEEN_ENV"] ?? "default",
    token: host.env["LATEEN_SERVER_TOKEN"],
    send: senderOf({}, host.env),
    clock: host.clock,
  });
}

/** Orders the release of the commit that the command line names, and follows it to its end. */
export async function shipOverServer(context: Context): Promise<CommandResult> {
  const { args, host } = context;
  for (const name of ["only", "resume", "abandon"])
    if (args.has(name) || args.text(name) !== undefined)
      throw usageError(`--${name} and --server contradict each other`, "a service rolls whole fleets; use its acts");
  const named = namedCommit(args.text("sha"), host.env, host.files);
  if (named === undefined) throw usageError("no commit is named", "name it with --sha");
  const reason = args.text("reason");
  return orderAndFollow(context, "releases", {
    sha: named.text,
    ...(reason === undefined ? {} : { reason }),
    ...(context.dryRun ? { dryRun: true } : {}),
  });
}

/** Orders, and follows what was ordered. Interrupted, it only stops to follow. */
export async function orderAndFollow(
  context: Context,
  what: "releases" | "rollback",
  body: object,
): Promise<CommandResult> {
  if (context.overrides.size > 0)
    throw usageError(
      "--override and --server contradict each other",
      "give --override to the service: checks are waived by the process that runs the pipeline",
    );
  if (what === "rollback" && context.dryRun)
    throw usageError("a service has no dry run of a rollback", "run it without --server, next to the configuration");
  const client = serverOf(context);
  const { id, hasEnded } = await client.order(what, body, context.signal);
  const rollout = await follow(context, client, id);
  return concluded(rollout, hasEnded);
}

/** Follows the rollout that the fleet has under way, or else the first that waits; `detach` only stops to follow. */
export async function watchOverServer(context: Context, detach: AbortSignal): Promise<CommandResult> {
  const client = serverOf(context);
  const { running, queued } = await client.state(context.signal);
  const id = running?.rollout ?? queued[0]?.rollout;
  if (id === undefined) return watched(`no rollout of ${client.fleet} is running`);
  try {
    const rollout = await follow({ ...context, signal: AbortSignal.any([context.signal, detach]) }, client, id);
    const result = readServerResult(rollout.result);
    return watched(`the rollout ${id} ended ${result?.outcome ?? "without a result"}`, result);
  } catch (error) {
    if (!detach.aborted || context.signal.aborted) throw error;
    return watched(`the rollout ${id} continues; it is no longer watched`);
  }
}

function watched(reason: string, result?: ReturnType<typeof readServerResult>): CommandResult {
  const { commit, next } = result ?? {};
  const halt = result === undefined ? [] : describeHalt(result);
  return {
    outcome: "ok",
    document: { reason, ...(commit === undefined ? {} : { commit }), ...(halt.length === 0 ? {} : { next }) },
    answer: [plainText(reason, 300), ...halt.filter((line) => !line.startsWith("next:"))].join("\n"),
  };
}

async function follow(context: Context, client: ServerClient, id: string): Promise<ServerRollout> {
  const { host, signal, report } = context;
  const passOn = createKeys(context, client, id);
  let after = 0;
  const elapsed = (): number => host.clock.elapsed?.() ?? host.clock.now();
  let heardAt = elapsed();
  for (;;) {
    try {
      await passOn();
      const rollout = await client.rollout(id, signal);
      const events = await client.events(id, after, signal);
      for (const { id: position, data } of events) {
        after = position;
        const event = readServerEvent(data);
        if (event !== undefined) report(event);
      }
      heardAt = elapsed();
      if (events.length === mostServerEvents) continue;
      if (rollout.state === "ended") return rollout;
      await host.clock.sleep(lookMs, signal);
    } catch (error) {
      if (signal.aborted)
        throw cliError("DETACHED", "interrupted", {
          message: `the rollout ${id} continues without this program`,
          fix: "the same command again follows it",
        });
      const isAway = isReleaseError(error) && error.category === "unavailable";
      if (!isAway || elapsed() - heardAt >= patienceMs) throw error;
      await host.clock.sleep(lookMs, signal).catch(() => undefined);
    }
  }
}

/** What `p` at the terminal wishes for is ordered from the service; a wish that it refuses is a warning, and is not repeated. */
function createKeys({ pause, signal, report }: Context, client: ServerClient, id: string): () => Promise<void> {
  let known = "continue";
  return async () => {
    const wish = await pause.read(signal);
    if (wish === undefined || wish.kind === known) return;
    const verb = wish.kind === "pause" ? "pause" : "continue";
    try {
      await client.act(id, verb, "p at the terminal", signal);
    } catch (error) {
      if (!isReleaseError(error) || error.category === "unavailable") throw error;
      report({ type: "warned", message: error.message });
    }
    known = wish.kind;
  };
}

/** The result of the service as that of this command; one that was shipped before it was ordered is unchanged now. */
function concluded({ id, result }: ServerRollout, hadEnded: boolean): CommandResult {
  if (result === undefined) throw unfinished(id);
  const read = readServerResult(result);
  if (read === undefined) throw unreadable(id);
  const { schemaVersion: _, command: __, outcome: ended, ...document } = read;
  const outcome: Outcome = hadEnded && ended === "shipped" ? "unchanged" : ended;
  const error = outcome === "error" && document.error !== undefined ? errorOf(document.error) : undefined;
  const account = outcome === ended ? document : { ...document, reason: `shipped before, by the rollout ${id}` };
  return { outcome, document: account, answer: formatAnswer(outcome, account), error };
}

function errorOf(error: NonNullable<ResultDocument["error"]>): ReleaseError {
  const { code, message, why, fix } = error;
  const category = error.category === "auth" || error.category === "bug" ? error.category : "input";
  return new ReleaseError({ code, category, message, why, fix });
}

function unfinished(id: string): ReleaseError {
  const message = `the service says that ${id} has ended, and gives no result`;
  return cliError("SERVER_REFUSED", "unavailable", { message, fix: "see its log" });
}

function unreadable(id: string): ReleaseError {
  const message = `the result that the service gives for ${id} is no result document`;
  return cliError("SERVER_REFUSED", "unavailable", { message, fix: "compare the versions" });
}
