import { asReleaseError, plainText, type ReleaseError, type Secret } from "@lateen/kernel";
import { type OidcLogin, oidcLogin } from "./oidc-login.ts";
import { fleetError } from "../../errors.ts";

/** Source of the address and the credentials of a cluster. */
export type KubeconfigSource =
  /** A kubeconfig file, or several in one text as in `KUBECONFIG`. */
  | { readonly file: string }
  /** A kubeconfig itself. */
  | { readonly document: Secret }
  /** The service account of the pod that this runs in. */
  | {
      readonly serviceAccount: {
        readonly host: string;
        readonly port: string;
        /** @default "/var/run/secrets/kubernetes.io/serviceaccount" */
        readonly folder?: string | undefined;
      };
    };

/** A cluster as its kubeconfig names it. */
export interface ClusterAddress {
  readonly server: string;
  readonly serverName?: string | undefined;
  readonly skipVerification: boolean;
  readonly proxy?: string | undefined;
  /** Namespace of the context. */
  readonly namespace?: string | undefined;
}

export interface Credentials {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** When they expire, in milliseconds since the Unix epoch, if they say so. */
  readonly expiresAt?: number | undefined;
}

/** A program that hands credentials out. Source: client-go, "ExecConfig". */
export interface ExecPlugin {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly apiVersion: string;
}

export interface OpenContext {
  readonly cluster: ClusterAddress;
  readonly plugin: ExecPlugin | undefined;
  readonly oidc: OidcLogin | undefined;
  /** Certificates, tokens and token files. */
  credentials(): Promise<Credentials>;
}

/** The part of `@kubernetes/client-node` that is used: its configuration, and nothing of its client. */
type Kubernetes = typeof import("@kubernetes/client-node/dist/config.js");
type KubeConfig = InstanceType<Kubernetes["KubeConfig"]>;

const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * Opens a context of a kubeconfig, or the service account of a pod.
 *
 * @throws ReleaseError `KUBECONFIG_INVALID` `KUBERNETES_CLIENT_MISSING`
 */
export async function openKubeconfig(source: KubeconfigSource, context: string | undefined): Promise<OpenContext> {
  const { KubeConfig, bufferFromFileOrString } = await loadClient();
  const config = new KubeConfig();
  try {
    await read(config, source, () => new KubeConfig());
    if (context !== undefined) choose(config, context);
    const opened = open(config, () => new KubeConfig(), bufferFromFileOrString);
    const credentials = () =>
      opened.credentials().catch((error: unknown) => {
        throw asInvalid(error, source);
      });
    return { ...opened, credentials };
  } catch (error) {
    throw asInvalid(error, source);
  }
}

async function loadClient(): Promise<Kubernetes> {
  try {
    return await import("@kubernetes/client-node/dist/config.js");
  } catch (cause) {
    throw fleetError("KUBERNETES_CLIENT_MISSING", "input", {
      message: "a kubeconfig needs the package @kubernetes/client-node",
      fix: "install it: pnpm add @kubernetes/client-node",
      cause,
    });
  }
}

async function read(config: KubeConfig, source: KubeconfigSource, create: () => KubeConfig): Promise<void> {
  if ("document" in source) return config.loadFromString(source.document.reveal());
  if ("serviceAccount" in source) return readAccount(config, source.serviceAccount);
  const [first = "", ...others] = source.file.split(":").filter((file) => file !== "");
  config.loadFromFile(first);
  for (const file of others) {
    const other = create();
    other.loadFromFile(file);
    config.mergeConfig(other, true);
  }
}

/** Source: Kubernetes documentation, "Accessing the Kubernetes API from a Pod". The kubelet renews the token file. */
function readAccount(
  config: KubeConfig,
  { host, port, folder = accountFolder }: Extract<KubeconfigSource, { serviceAccount: object }>["serviceAccount"],
): void {
  const server = `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const cluster = { name: "pod", server, caFile: `${folder}/ca.crt`, skipTLSVerify: false };
  const authProvider = { name: "tokenFile", config: { tokenFile: `${folder}/token` } };
  config.loadFromClusterAndUser(cluster, { name: "pod", authProvider });
}

function choose(config: KubeConfig, context: string): void {
  const names = config.getContexts().map(({ name }) => name);
  if (!names.includes(context)) throw new Error(`it has no context ${context}; it has ${names.join(", ") || "none"}`);
  config.setCurrentContext(context);
}

function open(
  config: KubeConfig,
  create: () => KubeConfig,
  readFileOrText: Kubernetes["bufferFromFileOrString"],
): OpenContext {
  const context = config.getContextObject(config.getCurrentContext());
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error("its current context names no cluster: give context");
  const user = config.getCurrentUser() ?? { name: "anonymous" };
  const { exec, authProvider, ...plain } = user;
  // A plugin is run by us: with a deadline, bounded, and once more after a 401. An id token is refreshed by us too: the client
  // (2.0.1) cannot, and continues as anonymous.
  const oidc = authProvider?.name === "oidc" ? oidcOf(authProvider.config ?? {}, readFileOrText) : undefined;
  const rest = create();
  const { proxyUrl, ...direct } = cluster as typeof cluster & { proxyUrl?: string };
  const { server, tlsServerName, skipTLSVerify } = direct;
  // It makes an agent too, which is not used, and refuses to for plain http.
  const secure = { ...direct, server: server.replace(/^http:/, "https:") };
  rest.loadFromClusterAndUser(secure, exec === undefined && oidc === undefined ? user : { ...plain });
  return {
    cluster: {
      server,
      serverName: tlsServerName,
      skipVerification: skipTLSVerify === true,
      proxy: proxyUrl,
      namespace: context?.namespace,
    },
    plugin: exec === undefined ? undefined : pluginOf(exec),
    oidc,
    credentials: () => credentialsOf(rest),
  };
}

function oidcOf(config: object, readFileOrText: Kubernetes["bufferFromFileOrString"]): OidcLogin {
  const login = oidcLogin.parse(config);
  const { "idp-certificate-authority": file, "idp-certificate-authority-data": data } = login;
  return { ...login, ca: readFileOrText(file, data)?.toString() };
}

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const options: { ca?: unknown; cert?: unknown; key?: unknown; auth?: string; headers?: Record<string, string> } = {};
  await config.applyToHTTPSOptions(options as Parameters<KubeConfig["applyToHTTPSOptions"]>[0]);
  const { ca, cert, key, auth, headers = {} } = options;
  const basic = auth === undefined ? {} : { Authorization: `Basic ${Buffer.from(auth).toString("base64")}` };
  return { ca: pem(ca), cert: pem(cert), key: pem(key), headers: { ...basic, ...headers } };
}

function pem(value: unknown): string | undefined {
  return Buffer.isBuffer(value) || typeof value === "string" ? value.toString() : undefined;
}

interface RawPlugin {
  readonly command?: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly apiVersion?: string;
}

function pluginOf(exec: RawPlugin): ExecPlugin {
  const { command = "", args, env, apiVersion = "client.authentication.k8s.io/v1" } = exec;
  if (command === "") throw new Error("its exec plugin names no command");
  const pairs = (env ?? []).map(({ name, value }) => [name, value] as const);
  return { command, args: args ?? [], env: Object.fromEntries(pairs), apiVersion };
}

function asInvalid(thrown: unknown, source: KubeconfigSource): ReleaseError {
  const place = "file" in source ? source.file : "document" in source ? "the kubeconfig" : "the pod's service account";
  const { code, message } = asReleaseError(thrown);
  if (code !== "UNEXPECTED") return asReleaseError(thrown);
  return fleetError("KUBECONFIG_INVALID", "input", {
    // A parser shows the lines around a fault, and a kubeconfig is made of secrets.
    message: `${plainText(place, 200)} cannot be used: ${plainText(message.split("\n")[0] ?? "", 200)}`,
    fix: "check kubeconfig and context; kubectl config view shows what is there",
    cause: thrown,
  });
}
