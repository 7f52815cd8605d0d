// The journey of ../JOURNEY.md, but for the calls themselves: each recipe makes them with its client.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { unzipSync } from "fflate";
import { byCertificate, bySecret, tokens } from "./tokens.js";

/** What a call came back with: the answer, or the body of an error. */
export interface Answer<T> {
  data?: T;
  error?: { message?: Maybe<string> };
  response: { status: number; headers: { get(name: string): unknown } };
}

/** The calls that the journey makes, with the members that it reads. A client's own types must fit. */
export interface Calls {
  listCustomers(query: {
    pageIndex?: number;
    pageSize: number;
  }): Promise<Answer<{ data?: List<Customer>; metadata?: Maybe<{ totalCount?: Maybe<number> }> }>>;
  listBackupJobs(id: string): Promise<Answer<{ value?: List<{ status?: Maybe<string>; endTime?: Maybe<string> }> }>>;
  listUsers(tenant: Tenant, query: { pageSize: number }): Promise<Answer<{ data?: List<User> }>>;
  updateUserGeneral(tenant: Tenant & { userId: string }, body: General): Promise<Answer<unknown>>;
  getUser(user: Tenant & { userId: string }): Promise<Answer<User>>;
  listSiteOverviews(body: { pageSize: number }): Promise<Answer<{ values?: List<{ siteUrl?: Maybe<string> }> }>>;
  exportSitePermissions(query: { siteUrls: string[] }): Promise<Answer<{ jobId?: Maybe<string> }>>;
  getExportJobStatus(jobId: string): Promise<Answer<{ jobStatus?: Maybe<number> }>>;
  downloadExportJobFile(jobId: string): Promise<Answer<ArrayBuffer>>;
}

type Maybe<T> = T | null;
type List<T> = Maybe<Maybe<T>[]>;
type Tenant = { customerId: string; tenantId: string };
type General = Record<"firstName" | "lastName" | "displayName" | "jobTitle" | "employeeId", string>;
type User = { id?: Maybe<string> } & { [name in keyof General]?: Maybe<string> };
interface Customer {
  id?: Maybe<string>;
  organization?: Maybe<string>;
  jobStatus?: Maybe<number>;
  managementMode?: Maybe<number>;
  tenants?: List<{ id?: Maybe<string> }>;
}

// When the world of the sandbox begins: what has ended before is the same for every run.
const BEGINNING = "2026-11-02T08:00:00Z";
const SCOPES = [
  "elements.customers.read.all",
  "elements.um.user.read.all",
  "elements.um.user.readwrite.all",
  "insights.graph.readwrite.all",
  "partner.jobs.read.all",
];

/** The calls of a client that calls this base URL with this access token. */
export type Connect = (baseUrl: string, token: () => Promise<string>) => Calls;

/** Makes the journey, and prints its document. */
export async function journey(connect: Connect): Promise<void> {
  const [identityUrl, clientId] = [variable("IDENTITY_URL"), variable("CLIENT_ID")];
  const secret = tokens(bySecret(identityUrl, clientId, variable("CLIENT_SECRET")));
  const pem = readFileSync(variable("CLIENT_CERTIFICATE_PATH"), "utf8");
  const assertion = tokens(await byCertificate(identityUrl, clientId, pem));
  const calls = connect(variable("BASE_URL"), async () => (await assertion(SCOPES)).access_token);

  const { customers, pages } = await listAll(calls);
  const document = {
    tokens: {
      secret: (await secret(SCOPES)).scope?.split(" ").sort(),
      assertion: (await assertion(SCOPES)).scope?.split(" ").sort(),
    },
    customers: {
      count: customers.length,
      pages,
      first: customers.at(0)?.organization ?? null,
      last: customers.at(-1)?.organization ?? null,
      byManagementMode: tally(customers.map((customer) => customer?.managementMode)),
    },
    jobs: await jobs(calls, customers.slice(0, 40)),
    user: await user(calls, customers[0]),
    export: await exported(calls),
    throttled: await throttled(calls),
    unknownCode: await afterFault(calls, "codes=unknown", ["jobStatus", "managementMode"]),
    nullMember: await afterFault(calls, "members=null", ["id", "organization", "tenants"]),
  };
  console.log(JSON.stringify(document));
}

async function listAll(calls: Calls) {
  const customers: Maybe<Customer>[] = [];
  for (let pages = 1; ; pages++) {
    const { data, metadata } = succeeded(await calls.listCustomers({ pageIndex: pages, pageSize: 100 }));
    customers.push(...(data ?? []));
    if (!data?.length || customers.length >= there(metadata?.totalCount)) {
      return { customers, pages };
    }
  }
}

async function jobs(calls: Calls, customers: Maybe<Customer>[]) {
  const states: Maybe<string>[] = [];
  const waiting = customers.values();
  // Eight take from the same row until it is empty.
  const takers = Array.from({ length: 8 }, async () => {
    for (const customer of waiting) {
      const { value } = succeeded(await calls.listBackupJobs(there(customer?.id)));
      const ended = value?.filter((job) => job?.endTime && job.endTime < BEGINNING) ?? [];
      states.push(...ended.map((job) => job?.status ?? null));
    }
  });
  await Promise.all(takers);
  return { customers: customers.length, jobs: states.length, byState: tally(states) };
}

async function user(calls: Calls, customer: Maybe<Customer> | undefined) {
  const tenant = { customerId: there(customer?.id), tenantId: there(customer?.tenants?.[0]?.id) };
  const user = there(succeeded(await calls.listUsers(tenant, { pageSize: 1 })).data?.[0]);
  const place = { ...tenant, userId: there(user.id) };
  const update = await calls.updateUserGeneral(place, {
    firstName: there(user.firstName),
    lastName: there(user.lastName),
    displayName: "Journey",
    jobTitle: there(user.jobTitle),
    employeeId: there(user.employeeId),
  });
  if (update.response.status !== 204) {
    throw new Error(`the update was answered with ${update.response.status}`);
  }
  const read = succeeded(await calls.getUser(place));
  return { id: place.userId, before: user.displayName ?? null, after: read.displayName ?? null };
}

async function exported(calls: Calls) {
  const { values } = succeeded(await calls.listSiteOverviews({ pageSize: 3 }));
  const siteUrls = there(values).map((site) => there(site?.siteUrl));
  const jobId = there(succeeded(await calls.exportSitePermissions({ siteUrls })).jobId);
  let status;
  do {
    await tellSandbox("time", { advanceSeconds: 60 });
    status = there(succeeded(await calls.getExportJobStatus(jobId)).jobStatus);
  } while (status === 1);
  const workbooks = unzipSync(new Uint8Array(succeeded(await calls.downloadExportJobFile(jobId))));
  const files = Object.keys(workbooks)
    .sort()
    .map((name) => {
      const texts = there(unzipSync(there(workbooks[name]))["xl/sharedStrings.xml"]);
      return { name, bytes: texts.length, sha256: createHash("sha256").update(texts).digest("hex") };
    });
  return { status, files };
}

async function throttled(calls: Calls) {
  await tellSandbox("faults", { next: ["status=429,retry-after=1"] });
  const { error, response } = await calls.listCustomers({ pageSize: 1 });
  const retryAfter = response.headers.get("retry-after");
  await setTimeout(Number(retryAfter) * 1000);
  const then = succeeded(await calls.listCustomers({ pageSize: 1 }));
  return { status: response.status, retryAfter, message: error?.message ?? null, then: then.data?.length };
}

async function afterFault(calls: Calls, fault: string, members: (keyof Customer)[]) {
  await tellSandbox("faults", { next: [fault] });
  const first = there(succeeded(await calls.listCustomers({ pageSize: 1 })).data?.[0]);
  return Object.fromEntries(members.map((member) => [member, first[member] ?? null]));
}

async function tellSandbox(what: string, body: object): Promise<void> {
  const response = await fetch(`${variable("BASE_URL")}/_sandbox/${what}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  if (!response.ok) {
    throw new Error(`the sandbox refuses ${JSON.stringify(body)}: ${await response.text()}`);
  }
}

function succeeded<T>({ data, error, response }: Answer<T>): T {
  if (data === undefined) {
    throw new Error(`the service answered ${response.status}: ${error?.message}`);
  }
  return data;
}

function there<T>(value: T): NonNullable<T> {
  if (value === null || value === undefined) {
    throw new Error("a member that the journey needs is not there");
  }
  return value;
}

function tally(names: (string | number | null | undefined)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) {
    counts[String(name)] = (counts[String(name)] ?? 0) + 1;
  }
  return counts;
}

function variable(name: string): string {
  const value = process.env[`AVEPOINT_${name}`];
  if (!value) {
    throw new Error(`AVEPOINT_${name} is missing: the journey needs it`);
  }
  return value;
}
