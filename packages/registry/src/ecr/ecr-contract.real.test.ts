import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, describe, test } from "vitest";
import { openRegistries } from "../index.ts";
import { describeRegistryContract, startEcr } from "../testing/index.ts";
import { writeImage } from "../testing/seed-image.ts";
import { type Moto, startMoto } from "../testing/start-moto.ts";
import type { FakeEcr } from "../testing/start-ecr.ts";

// moto 5.2 keeps manifests and tags, but gives no layers out and has no /v2/ API. So a front passes the calls about images on to
// moto and those about layers to the fake ECR; a manifest that is pushed over /v2/ is given to both, as in ECR, where both are one.
const program = globalThis.process.env["LATEEN_REAL_MOTO"];
const aboutLayers = /(?:GetDownloadUrlForLayer|GetAuthorizationToken)$/;
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "not-a-real-key" };

let moto: Moto;
let layers: FakeEcr;
let front: Server;
let client: ECRClient;
let endpoint: string;

// In CI a missing server fails in beforeAll; on a desk its name is in the list of what was skipped.
const isSkipped = program === undefined && globalThis.process.env["CI"] !== "true";

beforeAll(async () => {
  if (isSkipped) return;
  if (program === undefined) throw new Error("LATEEN_REAL_MOTO names no program");
  moto = await startMoto(program);
  layers = await startEcr({ createOnPush: true });
  client = new ECRClient({ region: "us-east-2", endpoint: moto.url, credentials });
  front = createServer((message, response) => void serve(message, response).catch(() => response.destroy()));
  front.listen(0, "127.0.0.1");
  await once(front, "listening");
  endpoint = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
});

afterAll(async () => {
  if (isSkipped) return;
  front.closeAllConnections();
  front.close();
  await Promise.all([moto.close(), layers.close()]);
});

async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const path = message.url ?? "/";
  const toLayers = path !== "/" || aboutLayers.test(String(message.headers["x-amz-target"]));
  const [, repository] = message.method === "PUT" ? (/^\/v2\/(.+)\/manifests\/sha256:/.exec(path) ?? []) : [];
  if (repository !== undefined) await putInMoto(repository, body, String(message.headers["content-type"]));
  const base = new URL(toLayers ? layers.url : moto.url);
  const onward = request(new URL(path, base), {
    method: message.method ?? "GET",
    headers: { ...message.headers, host: base.host },
  });
  onward.end(body);
  const [answer] = (await once(onward, "response")) as [IncomingMessage];
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(response);
}

async function putInMoto(repositoryName: string, bytes: Uint8Array, mediaType: string, tag?: string): Promise<void> {
  const known = (error: Error) => (/AlreadyExists/.test(error.name) ? undefined : Promise.reject(error));
  await client.send(new CreateRepositoryCommand({ repositoryName })).catch(known);
  const image = {
    repositoryName,
    imageManifest: Buffer.from(bytes).toString("utf8"),
    imageManifestMediaType: mediaType,
    // Without it moto makes a digest up (ecr/models.py, Image._create_digest).
    imageDigest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
    ...(tag === undefined ? {} : { imageTag: tag }),
  };
  await client.send(new PutImageCommand(image)).catch(known);
}

describe.skipIf(isSkipped)("moto", () => {
  describeRegistryContract(
    "ECR of moto",
    async () => ({
      registry: openRegistries({
        registries: { [layers.host]: { endpoint } },
        env: { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey },
      }),
      host: layers.host,
      seed: (recipe) =>
        writeImage(
          {
            addBlob: (repository, bytes) => layers.store.addBlob(repository, bytes),
            addManifest: async (repository, bytes, mediaType, tag) => {
              layers.store.addManifest(repository, bytes, mediaType);
              await putInMoto(repository, bytes, mediaType, tag);
            },
          },
          recipe,
        ),
    }),
    { describe, test },
  );
});
