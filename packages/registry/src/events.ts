import type { Digest } from "@lateen/kernel";

/** Progress events of reads and writes; past tense, plain data. */
export type RegistryEvent =
  | {
      readonly type: "tag-moved";
      readonly repository: string;
      readonly tag: string;
      readonly before: Digest | undefined;
      readonly after: Digest;
    }
  | { readonly type: "tag-settled"; readonly repository: string; readonly tag: string; readonly digest: Digest }
  | {
      readonly type: "tag-lagged";
      readonly repository: string;
      readonly tag: string;
      readonly seen: Digest | undefined;
    }
  | {
      readonly type: "blob-copied";
      readonly repository: string;
      readonly digest: Digest;
      readonly bytes: number;
      readonly how: "present" | "mounted" | "streamed";
    }
  | { readonly type: "manifest-copied"; readonly repository: string; readonly digest: Digest }
  | { readonly type: "registry-waited"; readonly host: string; readonly ms: number; readonly reason: string }
  | { readonly type: "registry-warned"; readonly host: string; readonly text: string };
