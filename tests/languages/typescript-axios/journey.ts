import { type AxiosHeaders, type AxiosResponse, isAxiosError } from "axios";
import * as client from "./client/index.js";
import { type Answer, type Connect, journey } from "./typescript/journey.js";

export const connect = ((basePath, accessToken) => {
  const configuration = new client.Configuration({ basePath, accessToken });
  const customers = new client.ElementsV3CustomersApi(configuration);
  const jobs = new client.ElementsLegacyJobsApi(configuration);
  const users = new client.ElementsV3UsersApi(configuration);
  const sites = new client.InsightsSitesApi(configuration);
  const exports = new client.InsightsExportJobsApi(configuration);
  return {
    listCustomers: (query) =>
      answer(customers.elementsV3ListCustomers({ ...query, elementsV3ListCustomersRequest: {} })),
    listBackupJobs: (id) => answer(jobs.elementsLegacyListBackupJobs({ id })),
    listUsers: (path, query) =>
      answer(users.elementsV3ListUsers({ ...path, ...query, elementsV3ListUsersRequest: {} })),
    updateUserGeneral: (path, body) =>
      answer(users.elementsV3UpdateUserGeneral({ ...path, elementsV3UpdateUserGeneralRequest: body })),
    getUser: (path) => answer(users.elementsV3GetUser(path)),
    listSiteOverviews: (body) => answer(sites.insightsListSiteOverviews({ insightsListSiteOverviewsRequest: body })),
    exportSitePermissions: (query) => answer(sites.insightsExportSitePermissions(query)),
    getExportJobStatus: (jobId) => answer(exports.insightsGetExportJobStatus({ jobId })),
    // What the tool calls a File is what this names.
    downloadExportJobFile: (jobId) =>
      answer<unknown>(exports.insightsDownloadExportJobFile({ jobId }, { responseType: "arraybuffer" })) as Promise<
        Answer<ArrayBuffer>
      >,
  };
}) satisfies Connect;

/** What came, of a call that throws what is not 2xx; the bodies of errors are alike in all APIs. */
async function answer<T>(call: Promise<AxiosResponse<T>>): Promise<Answer<T>> {
  try {
    const { data, ...response } = await call;
    return { data, response: { status: response.status, headers: response.headers as AxiosHeaders } };
  } catch (error) {
    if (!isAxiosError<client.ElementsV3ErrorBody>(error) || !error.response) {
      throw error;
    }
    const { data, status, headers } = error.response;
    return { error: data, response: { status, headers: headers as AxiosHeaders } };
  }
}

await journey(connect);
