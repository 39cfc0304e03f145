import { CapturedResponse } from "./captured_response.ts";
import { coverMembers, NativeRequest, RequestShape } from "./request_shape.ts";
import { ServerRequest } from "./server_request.ts";

/** A proxy, not a subclass: prototype, `instanceof`, name and subclasses stay what they are. */
const AppRequest = new Proxy(NativeRequest, {
  construct(target, [input, ...rest], newTarget) {
    return Reflect.construct(target, [ServerRequest.toNative(input, rest[0]), ...rest], newTarget);
  },
});

/**
 * Replaces two classes of the web standard, in all that an app can see by the same. Called before the app is loaded.
 *
 * - `new Response()` remembers what it was made from; {@link CapturedResponse} says which number that buys.
 * - `new Request(input, init)` takes a {@link ServerRequest}, which says which number that buys. Bun 1.4.5 takes it
 *   without this, but forgets its method when there is an `init`.
 *
 * There are no other replaced globals.
 */
export function replaceGlobals(): void {
  globalThis.Response = CapturedResponse;
  if (!readsMembers()) return;
  globalThis.Request = AppRequest;
  NativeRequest.prototype.constructor = AppRequest;
}

/** Whether an app can get a {@link ServerRequest} and does not see that it has no native object. */
export function takesServerRequests(): boolean {
  return NativeRequest.prototype.constructor === AppRequest;
}

/** Whether the runtime's own code takes a request by its members, not its internal slots: true on Bun, false on Deno. */
function readsMembers(): boolean {
  class Probe extends RequestShape {
    static {
      coverMembers(this.prototype, (request) => request);
    }
    override get method(): string {
      return "PUT";
    }
  }
  try {
    return new NativeRequest(new Probe()).method === "PUT";
  } catch {
    // It asks for a native object.
    return false;
  }
}
