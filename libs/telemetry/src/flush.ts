/** Where the preload leaves the running SDK, for the shutdown in the other module graph to find. */
export const SDK_KEY = Symbol.for('helpmesh.telemetry.sdk');

/** Sends the spans still in memory and stops the SDK. Does nothing when tracing is off; never throws. */
export async function stopTracing(): Promise<void> {
  const sdk: unknown = Reflect.get(globalThis, SDK_KEY);
  if (sdk === undefined) return;
  Reflect.deleteProperty(globalThis, SDK_KEY);
  // A collector that is away must not keep a service from stopping.
  await (sdk as { shutdown(): Promise<void> }).shutdown().catch(() => undefined);
}
