"""The journey of tests/languages/JOURNEY.md. Prints what it saw as one JSON document."""

import collections
import concurrent.futures
import hashlib
import io
import itertools
import json
import os
import pathlib
import time
import typing
import zipfile
from collections.abc import Iterator

import avepoint
import urllib3
from avepoint.api.elements_legacy_jobs_api import ElementsLegacyJobsApi
from avepoint.api.elements_v3_customers_api import ElementsV3CustomersApi
from avepoint.api.elements_v3_users_api import ElementsV3UsersApi
from avepoint.api.insights_export_jobs_api import InsightsExportJobsApi
from avepoint.api.insights_sites_api import InsightsSitesApi
from tokens import Configuration, Tokens, by_certificate, by_secret

BASE_URL = os.environ["AVEPOINT_BASE_URL"]
SCOPES = [
    "elements.customers.read.all",
    "elements.um.user.read.all",
    "elements.um.user.readwrite.all",
    "insights.graph.readwrite.all",
    "partner.jobs.read.all",
]
BEGINNING = "2026-11-02T08:00:00Z"

Json = dict[str, typing.Any]
T = typing.TypeVar("T")


def there(value: T | None) -> T:
    """A member that the journey needs."""
    if value is None:
        raise RuntimeError("a member is missing")
    return value


def control(what: str, body: Json) -> None:
    """Tells the sandbox what is to happen next."""
    answer = urllib3.request("POST", f"{BASE_URL}/_sandbox/{what}", json=body)
    if answer.status != 200:
        raise RuntimeError(f"the sandbox refused {body}: {answer.data.decode()}")


def list_customers(client: avepoint.ApiClient, size: int, index: int = 1) -> avepoint.ElementsV3CustomerPage:
    body = avepoint.ElementsV3ListCustomersRequest()
    return ElementsV3CustomersApi(client).elements_v3_list_customers(body, page_index=index, page_size=size)


def pages(client: avepoint.ApiClient) -> Iterator[list[avepoint.ElementsV3Customer]]:
    came = 0
    for index in itertools.count(1):
        page = list_customers(client, 100, index)
        yield (customers := [there(customer) for customer in there(page.data)])
        came += len(customers)
        if came >= there(there(page.metadata).total_count):
            return


def jobs(client: avepoint.ApiClient, customers: list[avepoint.ElementsV3Customer]) -> Json:
    api = ElementsLegacyJobsApi(client)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        lists = list(pool.map(api.elements_legacy_list_backup_jobs, [there(c.id) for c in customers]))
    found = [there(job) for jobs in lists for job in there(jobs.value)]
    states = collections.Counter(there(job.status) for job in found if there(job.end_time) < BEGINNING)
    return {"customers": len(lists), "jobs": states.total(), "byState": states}


def user(client: avepoint.ApiClient, customer: avepoint.ElementsV3Customer) -> Json:
    api = ElementsV3UsersApi(client)
    tenant = there(customer.id), there(there(there(customer.tenants)[0]).id)
    listed = api.elements_v3_list_users(*tenant, avepoint.ElementsV3ListUsersRequest(), page_size=1)
    before = there(there(listed.data)[0])
    body = avepoint.ElementsV3UpdateUserGeneralRequest(
        firstName=there(before.first_name),
        lastName=there(before.last_name),
        displayName="Journey",
        jobTitle=there(before.job_title),
        employeeId=there(before.employee_id),
    )
    api.elements_v3_update_user_general(*tenant, there(before.id), body)
    after = api.elements_v3_get_user(*tenant, there(before.id))
    return {"id": before.id, "before": before.display_name, "after": after.display_name}


def export(client: avepoint.ApiClient) -> Json:
    sites, exports = InsightsSitesApi(client), InsightsExportJobsApi(client)
    listed = sites.insights_list_site_overviews(avepoint.InsightsListSiteOverviewsRequest(pageSize=3))
    started = sites.insights_export_site_permissions([there(there(site).site_url) for site in there(listed.values)])
    job = there(started.job_id)
    status: int | None = 1
    while status == 1:
        control("time", {"advanceSeconds": 60})
        status = exports.insights_get_export_job_status(job).job_status
    file = exports.insights_download_export_job_file(job)
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        files = [texts(archive, name) for name in sorted(archive.namelist())]
    return {"status": status, "files": files}


def texts(archive: zipfile.ZipFile, name: str) -> Json:
    with zipfile.ZipFile(io.BytesIO(archive.read(name))) as workbook:
        part = workbook.read("xl/sharedStrings.xml")
    return {"name": name, "bytes": len(part), "sha256": hashlib.sha256(part).hexdigest()}


def throttled(client: avepoint.ApiClient) -> Json:
    control("faults", {"next": ["status=429,retry-after=1"]})
    try:
        list_customers(client, 1)
    except avepoint.ApiException as error:
        refused = error
    else:
        raise RuntimeError("the call was not refused")
    retry_after = there(refused.headers)["Retry-After"]
    time.sleep(int(retry_after))
    return {
        "status": refused.status,
        "retryAfter": retry_after,
        "message": there(refused.data).message,
        "then": len(there(list_customers(client, 1).data)),
    }


def first(client: avepoint.ApiClient, fault: str) -> avepoint.ElementsV3Customer:
    """The first customer in an answer that has met a fault."""
    control("faults", {"next": [fault]})
    return there(there(list_customers(client, 1).data)[0])


def main() -> None:
    identity_url, client_id = os.environ["AVEPOINT_IDENTITY_URL"], os.environ["AVEPOINT_CLIENT_ID"]
    pem = pathlib.Path(os.environ["AVEPOINT_CLIENT_CERTIFICATE_PATH"]).read_bytes()
    secret = Tokens(identity_url, SCOPES, by_secret(client_id, os.environ["AVEPOINT_CLIENT_SECRET"]))
    assertion = Tokens(identity_url, SCOPES, by_certificate(client_id, pem))
    for tokens in (secret, assertion):
        tokens.current()

    client = avepoint.ApiClient(Configuration(BASE_URL, assertion))
    read = list(pages(client))
    customers = list(itertools.chain(*read))
    modes = collections.Counter(str(there(customer.management_mode)) for customer in customers)
    document = {
        "tokens": {"secret": secret.granted, "assertion": assertion.granted},
        "customers": {
            "count": len(customers),
            "pages": len(read),
            "first": customers[0].organization,
            "last": customers[-1].organization,
            "byManagementMode": modes,
        },
        "jobs": jobs(client, customers[:40]),
        "user": user(client, customers[0]),
        "export": export(client),
        "throttled": throttled(client),
    }
    unknown = first(client, "codes=unknown")
    document["unknownCode"] = {"jobStatus": unknown.job_status, "managementMode": unknown.management_mode}
    empty = first(client, "members=null")
    document["nullMember"] = {"id": empty.id, "organization": empty.organization, "tenants": empty.tenants}
    print(json.dumps(document))


main()
