"""The journey of tests/languages/JOURNEY.md. Prints what it saw as one JSON document."""

import asyncio
import collections
import hashlib
import io
import itertools
import json
import os
import pathlib
import time
import typing
import zipfile

import httpx

from client import AuthenticatedClient
from client.api.elements_legacy_jobs import elements_legacy_list_backup_jobs
from client.api.elements_v3_customers import elements_v3_list_customers
from client.api.elements_v3_users import elements_v3_get_user, elements_v3_list_users, elements_v3_update_user_general
from client.api.insights_export_jobs import insights_download_export_job_file, insights_get_export_job_status
from client.api.insights_sites import insights_export_site_permissions, insights_list_site_overviews
from client.models.elements_legacy_backup_job_list import ElementsLegacyBackupJobList
from client.models.elements_v3_customer import ElementsV3Customer
from client.models.elements_v3_customer_page import ElementsV3CustomerPage
from client.models.elements_v3_error_body import ElementsV3ErrorBody
from client.models.elements_v3_list_customers_request import ElementsV3ListCustomersRequest
from client.models.elements_v3_list_users_request import ElementsV3ListUsersRequest
from client.models.elements_v3_update_user_general_request import ElementsV3UpdateUserGeneralRequest
from client.models.elements_v3_user_page import ElementsV3UserPage
from client.models.elements_v3_user_profile import ElementsV3UserProfile
from client.models.insights_export_job_status import InsightsExportJobStatus
from client.models.insights_list_site_overviews_request import InsightsListSiteOverviewsRequest
from client.models.insights_site_overview_page import InsightsSiteOverviewPage
from client.models.insights_started_export import InsightsStartedExport
from client.types import File, Response, Unset
from tokens import Tokens

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


def good(answer: Response[typing.Any], kind: type[T]) -> T:
    """What the service answered, if the call went well."""
    if not isinstance(answer.parsed, kind):
        raise RuntimeError(f"{answer.status_code}: {answer.content.decode()}")
    return answer.parsed


def there(value: T | Unset | None) -> T:
    """A member that the journey needs."""
    if value is None or isinstance(value, Unset):
        raise RuntimeError("a member is missing")
    return value


def control(what: str, body: Json) -> None:
    """Tells the sandbox what is to happen next."""
    httpx.post(f"{BASE_URL}/_sandbox/{what}", json=body).raise_for_status()


def granted(tokens: Tokens) -> list[str]:
    with httpx.Client() as client:
        answer = client.send(tokens.request())
    tokens.accept(answer)
    return sorted(answer.json()["scope"].split())


def list_customers(
    api: AuthenticatedClient, size: int, index: int = 1
) -> Response[ElementsV3CustomerPage | ElementsV3ErrorBody]:
    body = ElementsV3ListCustomersRequest()
    return elements_v3_list_customers.sync_detailed(client=api, body=body, page_index=index, page_size=size)


def pages(api: AuthenticatedClient) -> typing.Iterator[list[ElementsV3Customer]]:
    came = 0
    for index in itertools.count(1):
        page = good(list_customers(api, 100, index), ElementsV3CustomerPage)
        yield (customers := [there(customer) for customer in there(page.data)])
        came += len(customers)
        if came >= there(there(page.metadata).total_count):
            return


async def jobs(api: AuthenticatedClient, customers: list[ElementsV3Customer]) -> Json:
    at_once = asyncio.Semaphore(8)

    async def listed(customer: ElementsV3Customer) -> ElementsLegacyBackupJobList:
        async with at_once:
            answer = await elements_legacy_list_backup_jobs.asyncio_detailed(there(customer.id), client=api)
        return good(answer, ElementsLegacyBackupJobList)

    async with api:
        lists = await asyncio.gather(*map(listed, customers))
    found = [there(job) for jobs in lists for job in there(jobs.value)]
    states = collections.Counter(there(job.status) for job in found if there(job.end_time) < BEGINNING)
    return {"customers": len(lists), "jobs": states.total(), "byState": states}


def user(api: AuthenticatedClient, customer: ElementsV3Customer) -> Json:
    tenant = there(there(there(customer.tenants)[0]).id)
    listed = elements_v3_list_users.sync_detailed(
        there(customer.id), tenant, client=api, body=ElementsV3ListUsersRequest(), page_size=1
    )
    before = there(there(good(listed, ElementsV3UserPage).data)[0])
    body = ElementsV3UpdateUserGeneralRequest(
        first_name=there(before.first_name),
        last_name=there(before.last_name),
        display_name="Journey",
        job_title=there(before.job_title),
        employee_id=there(before.employee_id),
    )
    place = there(customer.id), tenant, there(before.id)
    updated = elements_v3_update_user_general.sync_detailed(*place, client=api, body=body)
    good(updated, type(None))
    after = good(elements_v3_get_user.sync_detailed(*place, client=api), ElementsV3UserProfile)
    return {"id": before.id, "before": before.display_name, "after": after.display_name}


def export(api: AuthenticatedClient) -> Json:
    body = InsightsListSiteOverviewsRequest(page_size=3)
    listed = good(insights_list_site_overviews.sync_detailed(client=api, body=body), InsightsSiteOverviewPage)
    sites = [there(there(site).site_url) for site in there(listed.values)]
    started = insights_export_site_permissions.sync_detailed(client=api, site_urls=sites)
    job = there(good(started, InsightsStartedExport).job_id)
    status = 1
    while status == 1:
        control("time", {"advanceSeconds": 60})
        answer = insights_get_export_job_status.sync_detailed(job, client=api)
        status = there(good(answer, InsightsExportJobStatus).job_status)
    file = good(insights_download_export_job_file.sync_detailed(job, client=api), File)
    with zipfile.ZipFile(file.payload) as archive:
        files = [texts(archive, name) for name in sorted(archive.namelist())]
    return {"status": status, "files": files}


def texts(archive: zipfile.ZipFile, name: str) -> Json:
    with zipfile.ZipFile(io.BytesIO(archive.read(name))) as workbook:
        part = workbook.read("xl/sharedStrings.xml")
    return {"name": name, "bytes": len(part), "sha256": hashlib.sha256(part).hexdigest()}


def throttled(api: AuthenticatedClient) -> Json:
    control("faults", {"next": ["status=429,retry-after=1"]})
    refused = list_customers(api, 1)
    time.sleep(int(refused.headers["Retry-After"]))
    then = good(list_customers(api, 1), ElementsV3CustomerPage)
    return {
        "status": refused.status_code,
        "retryAfter": refused.headers["Retry-After"],
        "message": good(refused, ElementsV3ErrorBody).message,
        "then": len(there(then.data)),
    }


def first(api: AuthenticatedClient, fault: str, members: list[str]) -> Json:
    """Some members of the first customer in an answer that has met a fault."""
    control("faults", {"next": [fault]})
    page = good(list_customers(api, 1), ElementsV3CustomerPage)
    customer = there(there(page.data)[0]).to_dict()
    return {name: customer.get(name) for name in members}


def main() -> None:
    identity = os.environ["AVEPOINT_IDENTITY_URL"], os.environ["AVEPOINT_CLIENT_ID"], SCOPES
    certificate = pathlib.Path(os.environ["AVEPOINT_CLIENT_CERTIFICATE_PATH"])
    secret = Tokens(*identity, secret=os.environ["AVEPOINT_CLIENT_SECRET"])
    assertion = Tokens(*identity, certificate=certificate)
    tokens = {"secret": granted(secret), "assertion": granted(assertion)}

    # The client would keep one token for ever, so it has none of its own.
    auth = {"auth": assertion}
    with AuthenticatedClient(BASE_URL, token="", raise_on_unexpected_status=True, httpx_args=auth) as api:
        read = list(pages(api))
        customers = list(itertools.chain(*read))
        modes = collections.Counter(str(there(customer.management_mode)) for customer in customers)
        document = {
            "tokens": tokens,
            "customers": {
                "count": len(customers),
                "pages": len(read),
                "first": customers[0].organization,
                "last": customers[-1].organization,
                "byManagementMode": modes,
            },
            "jobs": asyncio.run(jobs(api, customers[:40])),
            "user": user(api, customers[0]),
            "export": export(api),
            "throttled": throttled(api),
            "unknownCode": first(api, "codes=unknown", ["jobStatus", "managementMode"]),
            "nullMember": first(api, "members=null", ["id", "organization", "tenants"]),
        }
    print(json.dumps(document))


main()
