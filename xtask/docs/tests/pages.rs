//! The vendor's pages, read whole: what the extraction does not understand today must stand out tomorrow.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use xtask_docs::drift::measure;
use xtask_docs::extract::{Extraction, extract};
use xtask_docs::finding::Kind;
use xtask_docs::input::Pages;
use xtask_docs::source::ExternalPage;
use xtask_spec::api::APIS;

/// The pages that the specs and locks are made from.
const TODAY: &str = env!("VENDOR_PAGES");

/// An older state of them.
const EARLIER: &str = env!("EARLIER_PAGES");

/// The folder with the states of the vendor's pages.
fn shared() -> PathBuf {
    PathBuf::from(env!("SHARED_PAGES"))
}

/// The pages in a folder of the vendor's repository.
fn pages(root: &Path, folder: &str) -> Vec<Extraction> {
    let mut folders = vec![root.join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder can be listed") {
            let path = entry.expect("the folder can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                files.push(path);
            }
        }
    }
    files.sort();
    files.iter().map(|file| page(root, file)).collect()
}

fn page(root: &Path, file: &Path) -> Extraction {
    let name = file
        .strip_prefix(root)
        .unwrap_or(file)
        .to_string_lossy()
        .replace('\\', "/");
    extract(&name, &std::fs::read(file).expect("the page can be read"))
}

/// Asserts that all of the pages was read, and counts their operations.
fn read_whole(pages: &[Extraction]) -> usize {
    // They have tables that say nothing of any operation.
    const PROSE: [&str; 2] = ["Use-AvePoint-Graph-API.md", "register-app.md"];
    for page in pages {
        let name = &page.page.page;
        let unread = page.unread.iter();
        let unread: Vec<_> = unread
            .map(|unread| format!("{name}:{} {}", unread.line, unread.what))
            .collect();
        assert!(unread.is_empty(), "{}", unread.join("\n"));
        let is_prose = PROSE.iter().any(|prose| name.ends_with(prose));
        assert_eq!(page.coverage.is_whole(), !is_prose, "{name}: {:?}", page.coverage);
    }
    pages.iter().map(|page| page.page.operations.len()).sum()
}

#[test]
#[cfg_attr(
    not(shared_pages),
    ignore = "the vendor's pages are missing; name their folder with AVEPOINT_SHARED"
)]
fn every_row_of_the_pages_is_read() {
    for (root, folder, operations) in [
        (EARLIER, "docs/elements", 53),
        (EARLIER, "docs/docs/services-and-features/elements", 11),
        (EARLIER, "docs/docs/services-and-features/insights", 23),
        // One operation stands on two pages.
        (TODAY, "docs", 69 + 1 + 11 + 23),
    ] {
        let mut pages = pages(Path::new(root), folder);
        // A page of links alone.
        pages.retain(|page| page.page.page != "docs/index.md");
        assert_eq!(read_whole(&pages), operations, "{root}: {folder}");
    }
}

#[test]
#[cfg_attr(
    not(shared_pages),
    ignore = "the vendor's pages are missing; name their folder with AVEPOINT_SHARED"
)]
fn the_pages_about_all_operations_are_read() {
    let root = Path::new(TODAY);
    let read = ["Overview", "Use-AvePoint-Graph-API", "change-log"].map(|name| {
        let page = page(root, &root.join(format!("docs/docs/{name}.md")));
        read_whole(std::slice::from_ref(&page));
        page.page
    });
    let [overview, use_api, change_log] = read;
    // The regions of Azure and Google Cloud, and the clouds: shared/FACTS.md, section 2.
    assert_eq!(overview.hosts.len(), 15 + 5 + 3);
    assert!(use_api.statuses.iter().any(|status| status.value == "500"));
    assert_eq!(change_log.operations, []);
}

#[test]
#[cfg_attr(
    not(shared_pages),
    ignore = "the vendor's pages are missing; name their folder with AVEPOINT_SHARED"
)]
fn older_states_of_pages_are_read() {
    let shared = shared();
    let folder = shared.join("seeds");
    let mut endpoints = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if ["000", "001", "002"].iter().any(|start| name.starts_with(start)) {
            let page = page(&folder, &path);
            assert_eq!(read_whole(std::slice::from_ref(&page)), 1, "{name}");
            endpoints.push(page.page.operations[0].endpoint.clone());
        }
    }
    endpoints.sort();
    assert_eq!(
        endpoints,
        [
            "/Customers/{id}/ScanProfilesDailyNew/ProfileId/{ProfileId}",
            "/partner/external/v3/general/customers/{customerId}/scan-profiles",
            "partner/external/v3/general/customers/{customerId}/scan-profiles-v2/{scanProfileId}",
        ]
    );
}

#[test]
#[cfg_attr(
    not(shared_pages),
    ignore = "the vendor's pages are missing; name their folder with AVEPOINT_SHARED"
)]
fn pages_locks_and_specs_are_in_step() {
    let shared = shared();
    let seeds = shared.join("seeds");
    let external = [
        ("elements-legacy", "000_95e106eeb011fda5.txt"),
        ("elements-v3", "001_783fff03fb1e799e.txt"),
        ("elements-v3", "002_557da14536ed3dd5.txt"),
        ("insights-legacy", "003_604635bffdfa6acd.txt"),
    ];
    let external = external.map(|(api, seed)| {
        let argument = format!("{api}={}", seeds.join(seed).display());
        ExternalPage::parse(&argument).expect("a page that is passed")
    });
    let pages = Pages::open(Some(TODAY.into()), false, external.into())
        .expect("a checkout")
        .expect("pages");
    for api in APIS {
        let drift = measure(api, Some(&pages)).expect("measured");
        assert!(drift.findings.is_empty(), "{}: {:#?}", api.name, drift.findings);
        assert!(drift.silenced > 0 && !drift.coverage.is_empty(), "{}", api.name);
    }
}

/// What the vendor added between the two states of the pages.
const ADDED: [&str; 16] = [
    "GET /partner/external/v3/acm/customers/{customerId}/tenants/{tenantId}/issues",
    "GET /partner/external/v3/asm/customers/{customerId}/tenants/{tenantId}/issues",
    "GET /partner/external/v3/general/customers/{customerId}/jobs/{jobId}/report-details",
    "GET /partner/external/v3/general/customers/{customerId}/m365/backup/modules/{module}/protected-objects",
    "GET /partner/external/v3/general/partners/report/auditlog/{date}",
    "GET /partner/external/v3/general/partners/t2-reseller/report/auditlog/{date}",
    "GET /partner/external/v3/um/customers/{customerId}/tenants/{tenantId}/agents",
    "POST /partner/external/v3/general/customers/connecttenant",
    "POST /partner/external/v3/general/partners/storage-profile/batch",
    "POST /partner/external/v3/general/partners/t2-reseller/licenses/batch",
    "POST /partner/external/v3/general/partners/t2-reseller/licenses/{licenseId}/usage/batch",
    "POST /partner/external/v3/general/partners/t2-reseller/resellers/batch",
    "POST /partner/external/v3/general/partners/t2-reseller/resellers/{resellerId}/licenses",
    "POST /partner/external/v3/general/partners/t2-reseller/resellers/{resellerId}/licenses/accept",
    "POST /partner/external/v3/general/partners/t2-reseller/resellers/{resellerId}/licenses/batch",
    "POST /partner/external/v3/general/partners/t2-reseller/resellers/{resellerId}/licenses/reject",
];

const ONBOARDS: &str = "POST /partner/external/v3/general/customers";
const OVERVIEW: &str = "GET /partner/external/v3/general/customers/{customerId}/cloud-backup-m365/overview";
const JOBS: &str = "POST /partner/external/v3/general/customers/{customerId}/avpt-products/jobs/batch";
const APPS: &str =
    "GET /partner/external/v3/general/customers/{customerId}/tenants/{tenantId}/product/{productName}/apps";
const AUTHORIZES: &str = "POST /partner/external/v3/general/customers/{customerId}/tenants/{tenantId}/apps/auth-link";
const ACCOUNT: &str =
    "PUT /partner/external/v3/um/customers/{customerId}/tenants/{tenantId}/users/{userId}/account-information";

/// What it changed, as it looks from the newer state: the fact, and how often it is told, once for each code.
const CHANGED: [(&str, &str, Kind, usize); 15] = [
    (ONBOARDS, "body.identityProviderType", Kind::MemberRemoved, 1),
    (ONBOARDS, "response.status", Kind::CodeLabel, 2),
    (OVERVIEW, "response.data[].tenantId", Kind::MemberRemoved, 1),
    (OVERVIEW, "response.data[].lastRunTime", Kind::MemberRemoved, 1),
    (JOBS, "body.jobModule", Kind::CodeAdded, 1),
    (JOBS, "body.jobModule", Kind::CodeRemoved, 1),
    (JOBS, "response.data[].jobModule", Kind::CodeAdded, 1),
    (JOBS, "response.data[].jobModule", Kind::CodeRemoved, 1),
    (APPS, "path.productName", Kind::CodeRemoved, 2),
    (APPS, "path.productName", Kind::CodeLabel, 1),
    (AUTHORIZES, "body.productNames", Kind::CodeRemoved, 2),
    (AUTHORIZES, "body.productNames", Kind::CodeLabel, 1),
    (AUTHORIZES, "body.isReAuth", Kind::CodeLabel, 1),
    // The lists of countries and languages are in their old places again, and so are the links to them.
    (ONBOARDS, "body.countryCode", Kind::StaleDeviation, 1),
    (ACCOUNT, "body.preferredLanguage", Kind::StaleDeviation, 1),
];

/// Which pages of the one state the other does not have.
fn pages_without(state: &str, other: &str) -> BTreeSet<String> {
    let names = |root: &str| -> BTreeSet<_> {
        let pages = pages(Path::new(root), "docs").into_iter();
        pages.map(|page| page.page.page).collect()
    };
    &names(state) - &names(other)
}

/// The older pages in the place of the vendor's next release.
#[test]
#[cfg_attr(
    not(shared_pages),
    ignore = "the vendor's pages are missing; name their folder with AVEPOINT_SHARED"
)]
fn older_pages_show_every_difference_again_and_no_other() {
    let pages = Pages::open(Some(EARLIER.into()), false, Vec::new())
        .expect("a checkout")
        .expect("pages");
    let (mut gone, mut moved, mut worded) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut changed = BTreeMap::new();
    for api in APIS {
        for finding in measure(api, Some(&pages)).expect("measured").findings {
            match finding.kind {
                Kind::OperationRemoved => drop(gone.insert(finding.operation)),
                Kind::PageMoved => drop(moved.insert(finding.is)),
                Kind::PageWording => drop(worded.insert(finding.page)),
                kind => *changed.entry((finding.operation, finding.place, kind)).or_insert(0) += 1,
            }
        }
    }
    assert_eq!(gone, ADDED.map(str::to_owned).into());
    assert_eq!(moved, pages_without(EARLIER, TODAY));
    let texts = [
        "docs/docs/change-log.md",
        "docs/elements/change-log.md",
        "docs/elements/overview.md",
        "docs/elements/register-app.md",
    ];
    assert_eq!(worded, texts.map(str::to_owned).into());
    let expected = CHANGED
        .map(|(operation, place, kind, times)| ((operation.to_owned(), place.to_owned(), kind), times))
        .into();
    assert_eq!(changed, expected);
}

/// The slips of the vendor's samples, each once.
const SLIPS: &str = r#"# Find Beds

## Permission

| API | Permission |
| --- | --- |
| `/garden/beds/{bedId}` | garden.beds.read |

## Request

| Method | Endpoint | Description |
| --- | --- | --- |
| GET | `/garden/beds/{bedId}` | Finds beds. |

## URL Parameters

| Parameter | Description | Type | Required |
| --- | --- | --- | --- |
| BedId | The bed. | string | Yes |

## Response

A 200 OK response.

| Response | Description | Type |
| --- | --- | --- |
| status | The state.<br><ul><li>**0** - Sown</li><li>**1** - Fallow</li></ul> | integer |
| colour | The colour. | integer |
| lastSignIn | When. | datetime |
| crops | The crops. | list |

## Response Sample

```json
[
  { // a wrapper that no table lists
    "status": [0, 7],
    "colour": "blue"
    "LastSignIn": "N/A",
    "crops": null,
    "extra": {"name": "Ada",},
  }
]

## See Also
"#;

#[test]
fn a_page_with_each_slip_of_the_vendors_is_read() {
    let found = extract("docs/elements/find-beds.md", SLIPS.as_bytes());
    let operation = &found.page.operations[0];
    let sample = operation.response.as_ref().expect("a sample");
    let slips: Vec<_> = sample
        .slips
        .iter()
        .map(|slip| (slip.line, slip.value.as_str()))
        .collect();
    let expected = [
        (38, "missing comma"),
        (41, "trailing comma"),
        (45, "the fence is not closed"),
    ];
    assert_eq!(slips, expected);
    let shape: Vec<_> = sample
        .shape
        .iter()
        .map(|(place, kinds)| format!("{place}: {kinds}"))
        .collect();
    let expected = [
        ": array",
        "[]: object",
        "[].LastSignIn: string",
        "[].colour: string",
        "[].crops: null",
        "[].extra: object",
        "[].extra.name: string",
        "[].status: array",
        "[].status[]: integer",
    ];
    assert_eq!(shape, expected);
    assert_eq!(
        sample.codes["[].status[]"],
        [0, 7],
        "a code that the page does not list"
    );
    let unread: Vec<_> = found
        .unread
        .iter()
        .map(|unread| (unread.line, unread.what.as_str()))
        .collect();
    assert_eq!(unread, [(45, "a sample contains headings or tables")]);
}
