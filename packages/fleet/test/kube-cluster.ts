import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request } from "undici";
import { type KubeletManner, startKubelet } from "./kubelet.ts";

/** The programs of a control plane of Kubernetes. */
export interface KubePrograms {
  readonly etcd: string;
  readonly apiServer: string;
  readonly controllerManager: string;
}

/** A real API server with its controllers, and a stand-in of a kubelet that runs no containers. */
export interface KubeCluster {
  readonly folder: string;
  /** A kubeconfig of the administrator. */
  readonly kubeconfig: string;
  readonly url: string;
  /** One request of the administrator; throws on an error unless `allow` has its status. */
  call(method: string, path: string, body?: object, allow?: readonly number[]): Promise<unknown>;
  treat(namespace: string, manner: KubeletManner | undefined): void;
  /** Time that a pod takes to its readiness, in milliseconds. */
  setStart(ms: number): void;
  /** Paths that were patched with success by the driver, in order. */
  patches(): Promise<readonly string[]>;
  /** Requests so far of the driver and of kubectl. */
  requests(): Promise<number>;
  /** Ends the API server at once (SIGKILL), and starts it again. */
  killApiServer(): Promise<void>;
  startApiServer(): Promise<void>;
  close(): Promise<void>;
}

const auditPolicy = JSON.stringify({
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [
    { level: "None", users: ["system:apiserver"] },
    { level: "Metadata", verbs: ["get", "list", "watch", "patch"] },
    { level: "None" },
  ],
});
const token = "administrator-token";
const controllers = "deployment-controller,replicaset-controller,statefulset-controller,namespace-controller";

/** Starts etcd, the API server and the controllers on free ports of loopback. Source of the flags: a spike of November 2026. */
export async function startKubeCluster(programs: KubePrograms): Promise<KubeCluster> {
  const folder = await mkdtemp(join(tmpdir(), "lateen-kube-"));
  const [etcdPort, peerPort, apiPort, managerPort] = await Promise.all([0, 0, 0, 0].map(freePort));
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const at = (name: string) => join(folder, name);
  await mkdir(at("certs"));
  await writeFile(at("sa.key"), privateKey.export({ type: "pkcs1", format: "pem" }));
  await writeFile(at("token.csv"), `${token},admin,admin,system:masters\n`);
  await writeFile(at("audit.yaml"), auditPolicy);
  const running = new Set<ChildProcess>();
  const run = (name: string, program: string, args: readonly string[]): ChildProcess => {
    const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const log = createWriteStream(at(`${name}.log`), { flags: "a" });
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    running.add(child);
    child.once("exit", () => running.delete(child));
    return child;
  };
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const clients = [`--listen-client-urls=${etcdUrl}`, `--advertise-client-urls=${etcdUrl}`];
  const peers = [`--listen-peer-urls=http://127.0.0.1:${peerPort}`];
  run("etcd", programs.etcd, ["--data-dir=etcd", ...clients, ...peers, "--unsafe-no-fsync"]);
  const url = `https://127.0.0.1:${apiPort}`;
  const agent = new Agent({ connect: { rejectUnauthorized: false }, connections: 32 });
  const call: KubeCluster["call"] = async (method, path, body, allow = []) => {
    const type = method === "PATCH" ? "application/strategic-merge-patch+json" : "application/json";
    const headers = { authorization: `Bearer ${token}`, "content-type": type };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await request(url + path, { method: method as "GET", headers, dispatcher: agent, ...content });
    const text = await answer.body.text();
    if (answer.statusCode >= 300 && !allow.includes(answer.statusCode))
      throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`);
    return JSON.parse(text) as unknown;
  };
  let apiServer: ChildProcess | undefined;
  const startApiServer = async () => {
    apiServer = run("api", programs.apiServer, [
      `--etcd-servers=${etcdUrl}`,
      `--secure-port=${apiPort}`,
      "--bind-address=127.0.0.1",
      "--cert-dir=certs",
      "--service-account-issuer=https://local",
      "--service-account-key-file=sa.key",
      "--service-account-signing-key-file=sa.key",
      "--token-auth-file=token.csv",
      "--authorization-mode=RBAC",
      "--service-cluster-ip-range=10.0.0.0/24",
      "--disable-admission-plugins=ServiceAccount",
      "--endpoint-reconciler-type=none",
      "--audit-policy-file=audit.yaml",
      "--audit-log-path=audit.log",
    ]);
    await until(async () => (await call("GET", "/api/v1/namespaces").catch(() => undefined)) !== undefined, 90_000);
  };
  await startApiServer();
  const kubeconfig = at("kubeconfig");
  await writeFile(kubeconfig, configOf(url, token, join(folder, "certs/apiserver.crt")));
  const speed = ["--concurrent-deployment-syncs=20", "--concurrent-replicaset-syncs=20"];
  const budget = ["--kube-api-qps=500", "--kube-api-burst=1000", "--leader-elect=false"];
  const place = [`--kubeconfig=${kubeconfig}`, "--bind-address=127.0.0.1", `--secure-port=${managerPort}`];
  run("kcm", programs.controllerManager, [...place, `--controllers=${controllers}`, ...speed, ...budget]);
  const kubelet = startKubelet(call);
  return {
    folder,
    kubeconfig,
    url,
    call,
    treat: kubelet.treat,
    setStart: kubelet.setStart,
    async patches() {
      const lines = (await readFile(at("audit.log"), "utf8")).split("\n").filter((line) => line !== "");
      const events = lines.map((line) => JSON.parse(line) as AuditEvent);
      const ours = events.filter(
        ({ userAgent, verb, responseStatus }) =>
          userAgent === "lateen" && verb === "patch" && responseStatus?.code === 200,
      );
      return ours.map(({ requestURI }) => requestURI.split("?")[0] ?? "");
    },
    async requests() {
      const lines = (await readFile(at("audit.log"), "utf8")).split("\n");
      return lines.filter((line) => /"userAgent":"(?:lateen|kubectl)/.test(line)).length;
    },
    async killApiServer() {
      const ended = apiServer === undefined ? undefined : once(apiServer, "exit");
      apiServer?.kill("SIGKILL");
      await ended;
    },
    startApiServer,
    async close() {
      kubelet.stop();
      const ends = [...running].map((child) => once(child, "exit"));
      for (const child of running) child.kill("SIGKILL");
      await Promise.all(ends);
      await agent.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface AuditEvent {
  readonly userAgent?: string;
  readonly verb?: string;
  readonly requestURI: string;
  readonly responseStatus?: { readonly code?: number };
}

function configOf(server: string, secret: string, authority: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "real",
    clusters: [{ name: "real", cluster: { server, "certificate-authority": authority } }],
    contexts: [{ name: "real", context: { cluster: "real", user: "admin" } }],
    users: [{ name: "admin", user: { token: secret } }],
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Waits until something is so, or fails after `timeoutMs`. */
export async function until(isTrue: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  for (let waited = 0; !(await isTrue()); waited += 100) {
    if (waited > timeoutMs) throw new Error("it has not come to be so in time");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
