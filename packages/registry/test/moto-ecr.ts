import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";
import { type ImageRecipe, type SeededImage, writeImage } from "../src/testing/seed-image.ts";
import { startEcr } from "../src/testing/start-ecr.ts";
import { startMoto } from "../src/testing/start-moto.ts";

/** Amazon ECR as moto plays it. */
export interface MotoEcr {
  /** Host of its image references. */
  readonly host: string;
  /** Address of its API and of `/v2/`. */
  readonly endpoint: string;
  readonly env: Readonly<Record<string, string>>;
  push(recipe: ImageRecipe): Promise<SeededImage>;
  close(): Promise<void>;
}

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "not-a-real-key" };
const aboutLayers = /(?:GetDownloadUrlForLayer|GetAuthorizationToken)$/;

/**
 * Starts moto, and what it lacks.
 *
 * moto 5.2 keeps manifests and tags, but gives no layers out and has no /v2/ API. So a front passes the calls about images on to moto and those
 * about layers to the fake ECR; a manifest that is pushed over /v2/ is given to both, as in ECR, where both are one.
 */
export async function startMotoEcr(program: string): Promise<MotoEcr> {
  const [moto, layers] = await Promise.all([startMoto(program), startEcr({ createOnPush: true })]);
  const client = new ECRClient({ region: "us-east-2", endpoint: moto.url, credentials });

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

  const front = createServer((message, response) => void serve(message, response).catch(() => response.destroy()));
  front.listen(0, "127.0.0.1");
  await once(front, "listening");
  return {
    host: layers.host,
    endpoint: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    env: { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey },
    push: (recipe) =>
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
    async close() {
      front.closeAllConnections();
      front.close();
      await Promise.all([moto.close(), layers.close()]);
    },
  };
}
