import { createHttp, createSender, secret } from "@lateen/kernel";
import { type ScriptedReply, startScriptedServer } from "@lateen/kernel/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createDispatcher, type Dispatcher } from "./create-dispatcher.ts";

type ScriptedServer = Awaited<ReturnType<typeof startScriptedServer>>;

const order = {
  file: "e2e.yml",
  ref: "main",
  inputs: { target: "t1", lateen_check: "lateen-1" },
  correlation: "lateen-1",
};
const path = "/repos/acme/core/actions";

let server: ScriptedServer;
afterEach(() => server.close());

async function dispatcher(
  kind: "github" | "gitea",
  ...script: readonly (ScriptedReply & { readonly on?: string })[]
): Promise<Dispatcher> {
  server = await startScriptedServer(script);
  const http = createHttp({ send: createSender(() => import("undici")) });
  return createDispatcher({ kind, api: server.url, repository: "acme/core", token: secret("t0ken"), http });
}

const run = (id: number, title: string, more: object = {}) => ({
  id,
  status: "completed",
  conclusion: "success",
  html_url: `https://git.example.com/runs/${id}`,
  display_title: title,
  path: ".github/workflows/e2e.yml@refs/heads/main",
  ...more,
});

describe("dispatch", () => {
  it("sends ref and inputs, and takes the id that the forge gives", async () => {
    const forge = await dispatcher("github", { body: { workflow_run_id: 7 } });
    expect(await forge.dispatch(order)).toEqual({ kind: "found", value: 7 });
    const [request] = server.requests;
    expect(`${request?.method} ${request?.path}`).toBe(`POST ${path}/workflows/e2e.yml/dispatches`);
    expect(request?.headers["authorization"]).toBe("Bearer t0ken");
    expect(JSON.parse(request?.body.toString() ?? "")).toEqual({
      ref: "main",
      inputs: order.inputs,
      return_run_details: true,
    });
  });

  it("does without the id if the server does not know the parameter", async () => {
    const forge = await dispatcher(
      "github",
      { status: 422, body: { message: "return_run_details is not permitted" } },
      { status: 204 },
    );
    expect(await forge.dispatch(order)).toEqual({ kind: "found", value: undefined });
    expect(JSON.parse(server.requests[1]?.body.toString() ?? "")).toEqual({ ref: "main", inputs: order.inputs });
  });

  it.each([
    [{ status: 404 }, "absent", undefined],
    [{ status: 401 }, "unknown", "DISPATCH_DENIED"],
    [{ status: 422, body: { message: "Unexpected inputs provided" } }, "unknown", "DISPATCH_REFUSED"],
    [{ status: 502 }, "unknown", "DISPATCH_LOST"],
    [{ fault: "reset" as const }, "unknown", "DISPATCH_LOST"],
  ])("answers %j with %s", async (reply, kind, code) => {
    const forge = await dispatcher("gitea", reply);
    const reading = await forge.dispatch(order);
    expect({ kind: reading.kind, code: reading.kind === "unknown" ? reading.cause.code : undefined }).toEqual({
      kind,
      code,
    });
    expect(server.requests).toHaveLength(1);
  });
});

describe("run", () => {
  it("is the one that carries the correlation, not the newest", async () => {
    const runs = [run(9, "e2e lateen-2", { conclusion: "failure" }), run(8, "e2e lateen-1"), run(7, "nightly")];
    const forge = await dispatcher("github", { body: { workflow_runs: runs } });
    expect(await forge.run(order, undefined)).toMatchObject({ kind: "found", value: { id: 8, state: "success" } });
  });

  it("is none if only others carry it, or if it is of another workflow", async () => {
    const other = run(8, "e2e lateen-1", { path: ".github/workflows/other.yml" });
    const forge = await dispatcher("gitea", { body: { workflow_runs: [run(9, "e2e lateen-2"), other] } });
    expect(await forge.run(order, undefined)).toMatchObject({ kind: "absent" });
  });

  it.each([
    [{ status: "completed", conclusion: "success" }, "success"],
    [{ status: "completed", conclusion: "failure" }, "failure"],
    [{ status: "completed", conclusion: "cancelled" }, "cancelled"],
    [{ status: "completed", conclusion: "skipped" }, "skipped"],
    [{ status: "in_progress", conclusion: null }, "pending"],
    [{ status: "completed", conclusion: "amazing" }, "unknown"],
  ])("by its id is judged by the gate's table: %j is %s", async (words, state) => {
    const forge = await dispatcher("github", { on: `GET ${path}/runs/7`, body: run(7, "x", words) });
    expect(await forge.run(order, 7)).toMatchObject({ kind: "found", value: { id: 7, state } });
  });

  it("is not there yet", async () => {
    const forge = await dispatcher("github", { status: 404 });
    expect(await forge.run(order, 7)).toMatchObject({ kind: "absent" });
  });

  it("is unknown if the forge is gone", async () => {
    const forge = await dispatcher("github", { status: 503 });
    expect(await forge.run(order, 7)).toMatchObject({ kind: "unknown" });
  });
});
