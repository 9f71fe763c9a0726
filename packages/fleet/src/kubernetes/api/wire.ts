import { z } from "zod";

// Only what is read of the Kubernetes API, version apps/v1 and v1; everything else passes by.

const texts = z.record(z.string(), z.string());

const metadata = z.object({
  name: z.string(),
  namespace: z.string(),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.number().default(1),
  labels: texts.default({}),
  annotations: texts.default({}),
  deletionTimestamp: z.string().optional(),
  ownerReferences: z
    .array(z.object({ kind: z.string(), uid: z.string(), controller: z.boolean().default(false) }))
    .default([]),
});

const container = z.object({ name: z.string(), image: z.string().default("") });

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(""),
  message: z.string().default(""),
});

const expression = z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).default([]) });

export const workload = z.object({
  metadata,
  spec: z.object({
    replicas: z.number().default(1),
    paused: z.boolean().default(false),
    selector: z.object({ matchLabels: texts.default({}), matchExpressions: z.array(expression).default([]) }),
    template: z.object({
      metadata: z.object({ annotations: texts.default({}) }).default({ annotations: {} }),
      spec: z.object({ containers: z.array(container), initContainers: z.array(container).default([]) }),
    }),
    updateStrategy: z
      .object({
        type: z.string().default("RollingUpdate"),
        rollingUpdate: z.object({ partition: z.number().default(0) }).default({ partition: 0 }),
      })
      .default({ type: "RollingUpdate", rollingUpdate: { partition: 0 } }),
  }),
  status: z
    .object({
      observedGeneration: z.number().default(0),
      replicas: z.number().default(0),
      updatedReplicas: z.number().default(0),
      readyReplicas: z.number().default(0),
      availableReplicas: z.number().default(0),
      currentRevision: z.string().default(""),
      updateRevision: z.string().default(""),
      conditions: z.array(condition).default([]),
    })
    .prefault({}),
});

const containerStatus = z.object({
  name: z.string(),
  imageID: z.string().default(""),
  state: z
    .object({
      waiting: z.object({ reason: z.string().default(""), message: z.string().default("") }).optional(),
      terminated: z.object({ reason: z.string().default(""), exitCode: z.number().default(0) }).optional(),
    })
    .default({}),
});

export const pod = z.object({
  metadata,
  spec: z.object({ containers: z.array(container) }),
  status: z
    .object({
      phase: z.string().default("Pending"),
      reason: z.string().default(""),
      conditions: z.array(condition).default([]),
      containerStatuses: z.array(containerStatus).default([]),
      initContainerStatuses: z.array(containerStatus).default([]),
    })
    .prefault({}),
});

export const page = z.object({
  metadata: z.object({ resourceVersion: z.string().default(""), continue: z.string().optional() }),
  items: z.array(z.unknown()).nullable(),
});

export const watchEvent = z.object({ type: z.string(), object: z.unknown() });

/** An error of the API. Source: Kubernetes API conventions, "Response Status Kind". */
export const status = z.object({
  kind: z.literal("Status"),
  message: z.string().default(""),
  reason: z.string().default(""),
  code: z.number().default(0),
  details: z.object({ retryAfterSeconds: z.number().optional() }).nullish(),
});

export const accessReview = z.object({ status: z.object({ allowed: z.boolean().default(false) }) });

/** A Deployment or a StatefulSet. */
export type Workload = z.infer<typeof workload>;
export type Pod = z.infer<typeof pod>;
