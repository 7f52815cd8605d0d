import * as client from "./client/index.js";
import { type Answer, type Connect, journey } from "./typescript/journey.js";

export const connect = ((basePath, token) => {
  // The tool sets no "Bearer" before it.
  const configuration = new client.Configuration({ basePath, accessToken: async () => `Bearer ${await token()}` });
  const customers = new client.ElementsV3CustomersApi(configuration);
  const jobs = new client.ElementsLegacyJobsApi(configuration);
  const users = new client.ElementsV3UsersApi(configuration);
  const sites = new client.InsightsSitesApi(configuration);
  const exports = new client.InsightsExportJobsApi(configuration);
  return {
    listCustomers: (query) =>
      answer(customers.elementsV3ListCustomersRaw({ ...query, elementsV3ListCustomersRequest: {} })),
    listBackupJobs: (id) => answer(jobs.elementsLegacyListBackupJobsRaw({ id })),
    listUsers: (path, query) =>
      answer(users.elementsV3ListUsersRaw({ ...path, ...query, elementsV3ListUsersRequest: {} })),
    updateUserGeneral: (path, body) =>
      answer(users.elementsV3UpdateUserGeneralRaw({ ...path, elementsV3UpdateUserGeneralRequest: body })),
    getUser: (path) => answer(users.elementsV3GetUserRaw(path)),
    listSiteOverviews: (body) => answer(sites.insightsListSiteOverviewsRaw({ insightsListSiteOverviewsRequest: body })),
    exportSitePermissions: (query) => answer(sites.insightsExportSitePermissionsRaw(query)),
    getExportJobStatus: (jobId) => answer(exports.insightsGetExportJobStatusRaw({ jobId })),
    downloadExportJobFile: async (jobId) => {
      const { data, ...rest } = await answer(exports.insightsDownloadExportJobFileRaw({ jobId }));
      return { data: await data?.arrayBuffer(), ...rest };
    },
  };
}) satisfies Connect;

/** What came, of a call that throws what is not 2xx; the bodies of errors are alike in all APIs. */
async function answer<T>(call: Promise<client.ApiResponse<T>>): Promise<Answer<T>> {
  try {
    const came = await call;
    return { data: await came.value(), response: came.raw };
  } catch (error) {
    if (!(error instanceof client.ResponseError)) {
      throw error;
    }
    const { response } = error;
    return { error: client.ElementsV3ErrorBodyFromJSON(await response.json()), response };
  }
}

await journey(connect);
