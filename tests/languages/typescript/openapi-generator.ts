// Finds the operations of the clients that openapi-generator makes, at run time, for `carry`.
import type { Case } from "./carry.js";

type Call = (argument: object, options?: object) => Promise<unknown>;
type Api = new (configuration: unknown) => Record<string, Call>;

/** The class that has the operation. */
export function apiOf(client: object, { operation }: Case): Api {
  const api = Object.values(client).find((it) => it?.prototype && Object.hasOwn(it.prototype, operation));
  if (!api) {
    throw new Error(`the client has no method ${operation}`);
  }
  return api;
}

/** The one argument of a method, in whose source stands what it has; what is no parameter is the body. */
export function argumentOf(method: Function | undefined, of: Case, body: unknown): object {
  const parameters = new Map(of.parameters.map(({ name, value }) => [plain(name), value]));
  return Object.fromEntries(
    namesIn(method).map((name) => [name, parameters.has(plain(name)) ? parameters.get(plain(name)) : body]),
  );
}

/** The type that the client has for the body of a request, or for the answer that `result` is. */
export function typeOf(client: object, method: Function | undefined, of: Case, result: string) {
  const call = `client.${apiOf(client, of).name}["${of.operation}"]`;
  if (of.side === "request") {
    const parameters = of.parameters.map(({ name }) => plain(name));
    const body = namesIn(method).find((name) => !parameters.includes(plain(name)));
    return `NonNullable<Parameters<${call}>[0]>["${body}"]`;
  }
  // Those of errors have none.
  return of.status < 300 ? `Awaited<ReturnType<${call}>>${result}` : undefined;
}

function namesIn(method: Function | undefined): string[] {
  return [...String(method).matchAll(/requestParameters(?:\.|\[['"])(\w+)/g)].map(([, name]) => name ?? "");
}

/** A name without what the generator changes in it. */
function plain(name: string): string {
  return name.replaceAll(/\W|_/g, "").toLowerCase();
}
