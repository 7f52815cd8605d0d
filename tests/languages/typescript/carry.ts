// The program `carry` of a recipe, but for the call itself: the service, and what the client's types say of each case.
//
// It reads cases from standard input and writes one result for each: tests/languages/cases.py describes both.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import ts from "typescript";

export interface Case {
  operation: string;
  side: "request" | "answer";
  parameters: { name: string; in: string; value?: unknown }[];
  body?: unknown;
  status: number;
  media: string;
  answer?: unknown;
}

export interface Client {
  /** Makes the call, and says what came: the answer, or what the client has of an error's. */
  call(of: Case, baseUrl: string): Promise<unknown>;
  /** What `type` needs of the client, as TypeScript. */
  imports: string;
  /** The client's type of the request or answer, as TypeScript; nothing if it has none. */
  type(of: Case): string | undefined;
}

export async function carry(client: Client): Promise<void> {
  const cases = (await text(process.stdin))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Case);
  const refused = refusals(client, cases);
  let current: Case | undefined;
  let received = "";
  let target: string | undefined;
  const service = createServer(async (request, response) => {
    received = await text(request);
    target = `${request.method} ${request.url}`;
    if (current?.side !== "answer") {
      response.writeHead(204).end();
      return;
    }
    const answer = current.media === "application/json" ? JSON.stringify(current.answer) : String(current.answer);
    response.writeHead(current.status, { "content-type": current.media }).end(answer);
  });
  await once(service.listen(0, "127.0.0.1"), "listening");
  const baseUrl = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  for (current of cases) {
    received = "";
    const result = await client.call(current, baseUrl).then(
      (came) => ({ value: current?.side === "request" ? JSON.parse(received) : came, target }),
      // Whatever it is, it is what a caller would see.
      (error: unknown) => ({ error: String(error) }),
    );
    const refusal = refused.get(current);
    console.log(JSON.stringify(refusal ? { error: refusal } : result));
  }
  service.close();
}

/** The parameters of one kind, by their names. */
export function parameters(of: Case, kind: string): Record<string, unknown> {
  const given = of.parameters.filter((parameter) => parameter.in === kind && "value" in parameter);
  return Object.fromEntries(given.map(({ name, value }) => [name, value]));
}

/** The cases whose JSON does not have the type that the client gives it, each with what the compiler says. */
function refusals(client: Client, cases: Case[]): Map<Case, string> {
  const lines = cases.map((of) => {
    const type = of.media === "application/octet-stream" ? undefined : client.type(of);
    if (!type) {
      return "";
    }
    // A literal is not to have members that its type does not know; a value may, as an answer may.
    return of.side === "request"
      ? `{ const it: ${type} = ${JSON.stringify(of.body)}; }`
      : `{ const came = ${JSON.stringify(of.answer)}; const it: ${type} = came; }`;
  });
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile("tsconfig.json", ts.sys.readFile).config,
    ts.sys,
    ".",
  );
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile;
  const name = "cases.ts";
  host.getSourceFile = (file, version, ...rest) =>
    file === name
      ? ts.createSourceFile(name, [client.imports, ...lines].join("\n"), version)
      : read(file, version, ...rest);
  const program = ts.createProgram([name], options, host);
  const source = program.getSourceFile(name);
  const refused = new Map<Case, string>();
  for (const { start, messageText } of [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
  ]) {
    // The last line names the place.
    const message = ts.flattenDiagnosticMessageText(messageText, "\n").split("\n").at(-1) ?? "";
    const of = cases[(source?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0) - 1];
    if (!of) {
      throw new Error(`${client.imports}: ${message}`);
    }
    refused.set(of, message);
  }
  return refused;
}
