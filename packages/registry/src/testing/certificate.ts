import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** A self-signed certificate for tests, and its key. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
  /** The certificate in DER, base64, as in the `x5c` header of a JWT. */
  readonly x5c: string;
  readonly privateKey: KeyObject;
}

/**
 * Makes a self-signed certificate (P-256) for `localhost`, `127.0.0.1` and `[::1]` that is good for a day on either side of `now`, so that
 * no key has to lie in the repository and no program has to be installed.
 *
 * Source: RFC 5280 §4.1; the structure is written out in DER below.
 */
export function makeCertificate(commonName: string, now: Date): TestCertificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(tlv(0x31, sequence(oid("550403"), tlv(0x0c, Buffer.from(commonName)))));
  const day = 86_400_000;
  const body = sequence(
    tlv(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(0x01), randomBytes(8)])),
    ecdsaWithSha256,
    name,
    sequence(utcTime(new Date(now.getTime() - day)), utcTime(new Date(now.getTime() + day))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    tlv(0xa3, sequence(basicConstraints, alternativeNames)),
  );
  const signature = sign("sha256", body, privateKey);
  const der = sequence(body, ecdsaWithSha256, tlv(0x03, Buffer.concat([Buffer.of(0), signature])));
  const x5c = der.toString("base64");
  const cert = `-----BEGIN CERTIFICATE-----\n${x5c.replace(/.{64}/g, "$&\n").trimEnd()}\n-----END CERTIFICATE-----\n`;
  return { cert, key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(), x5c, privateKey };
}

function tlv(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(content);
  const { length } = value;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}

function sequence(...content: readonly Uint8Array[]): Buffer {
  return tlv(0x30, ...content);
}

function integer(value: Buffer): Buffer {
  return tlv(0x02, value);
}

function oid(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, "hex"));
}

function utcTime(at: Date): Buffer {
  return tlv(0x17, Buffer.from(`${at.toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`));
}

/** 1.2.840.10045.4.3.2 */
const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"));

/** 2.5.29.19, critical: a certificate authority. */
const basicConstraints = sequence(
  oid("551d13"),
  tlv(0x01, Buffer.of(255)),
  tlv(0x04, sequence(tlv(0x01, Buffer.of(255)))),
);

/** 2.5.29.17: localhost, 127.0.0.1, ::1. */
const alternativeNames = sequence(
  oid("551d11"),
  tlv(
    0x04,
    sequence(
      tlv(0x82, Buffer.from("localhost")),
      tlv(0x87, Buffer.of(127, 0, 0, 1)),
      tlv(0x87, Buffer.concat([Buffer.alloc(15), Buffer.of(1)])),
    ),
  ),
);
