//! What both Insights APIs tell of their tenant: sums are of what is listed, what is named is there, what is written is read.

use avepoint_sandbox::Sandbox;
use reqwest::{Client, Method};
use serde_json::{Value, json};

struct Api {
    sandbox: Sandbox,
    client: Client,
}

impl Api {
    async fn start() -> Self {
        let sandbox = Sandbox::builder()
            .without_tokens()
            .seed(7)
            .start()
            .await
            .expect("a sandbox");
        let client = Client::new();
        Self { sandbox, client }
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.sandbox.base_url()));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        (
            status,
            serde_json::from_str(&answer.text().await.expect("a body")).unwrap_or_default(),
        )
    }

    async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.call(Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// All rows of a list with tokens; `names` are those of the token, the size, the rows and the next token.
    async fn all(&self, path: &str, mut body: Value, names: [&str; 4]) -> Vec<Value> {
        let [token, size, rows, next] = names;
        let mut all = Vec::new();
        body[size] = json!(100);
        loop {
            let (status, answer) = self.call(Method::POST, path, Some(body.clone())).await;
            assert_eq!(status, 200, "{path}: {answer}");
            all.extend(answer[rows].as_array().expect("rows").clone());
            match &answer[next] {
                Value::Null => return all,
                more => body[token] = more.clone(),
            }
        }
    }

    async fn insights(&self, path: &str, body: Value) -> Vec<Value> {
        self.all(path, body, ["nextLink", "pageSize", "values", "nextLink"])
            .await
    }

    async fn records(&self, body: Value) -> Vec<Value> {
        let path = "/insights/api/v1/DetailRecord/query";
        self.all(path, body, ["token", "pageSize", "results", "nextToken"])
            .await
    }

    /// All rows of a list with numbered pages.
    async fn pages(&self, path: &str, rows: &str) -> Vec<Value> {
        let mut all = Vec::new();
        for page in 1.. {
            let answer = self.get(&format!("{path}?startPage={page}&pageSize=100")).await;
            let rows = answer[rows].as_array().expect("rows").clone();
            if rows.is_empty() {
                break;
            }
            all.extend(rows);
        }
        all
    }
}

fn text<'v>(row: &'v Value, name: &str) -> &'v str {
    row[name].as_str().unwrap_or_default()
}

fn segment(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    bytes.collect()
}

#[tokio::test]
async fn counts_of_sites_are_of_the_objects_that_are_listed() {
    let api = Api::start().await;
    let sites = api.insights("/insights/sites/overview", json!({})).await;
    assert!(sites.len() > 12);
    let records = api.records(json!({})).await;
    for site in &sites {
        let id = api
            .get(&format!("/insights/sites/{}/siteId", segment(text(site, "siteUrl"))))
            .await;
        let body = json!({ "siteId": id["values"][0] });
        let own = api.insights("/insights/sites/detailRecords", body).await;
        let count = |member: &str, none: &[&str]| own.iter().filter(|row| !none.contains(&text(row, member))).count();
        let counts = json!({
            "siteName": site["siteName"],
            "siteUrl": site["siteUrl"],
            "riskItemCount": count("riskLevel", &["No risk", "N/A"]),
            "sensitiveItemCount": count("sensitivityLevel", &["Not sensitive", "N/A"]),
            "exposureItemCount": count("exposureLevel", &["N/A"]),
        });
        assert_eq!(site, &counts);
        let legacy = records.iter().filter(|row| row["webUrl"] == site["siteUrl"]);
        assert!(legacy.map(|row| &row["id"]).eq(own.iter().map(|row| &row["id"])));
    }
    let overviews = [2, 3, -2, 0, 1].map(|level| json!({ "riskLevel": [level] }));
    let mut sum = 0;
    for body in overviews {
        sum += api.insights("/insights/sites/overview", body).await.len();
    }
    assert_eq!(sum, sites.len());
}

#[tokio::test]
async fn permissions_are_of_known_objects_users_groups_and_links() {
    let api = Api::start().await;
    let sites = api.insights("/insights/sites/overview", json!({})).await;
    let urls: Vec<_> = sites.iter().map(|site| site["siteUrl"].clone()).collect();
    let users = api.pages("/insights/users/summary", "results").await;
    let groups = api.pages("/insights/groups/summary", "values").await;
    let places: Vec<_> = api
        .records(json!({}))
        .await
        .iter()
        .map(|row| row["location"].clone())
        .collect();
    let permissions = api
        .insights("/insights/sites/permission", json!({ "siteUrls": urls }))
        .await;
    for row in &permissions {
        assert!(places.contains(&row["url"]), "{row}");
        let is_known = match text(row, "principalType") {
            "User" => users.iter().any(|user| user["email"] == row["email"]),
            _ => groups.iter().any(|group| text(group, "email") == text(row, "email")),
        };
        assert!(is_known, "{row}");
        let link = &row["linkGivingAccessTo"];
        assert!(link.is_null() || *link == row["email"], "{row}");
    }
    // Each user's own permissions, counted site by site.
    for user in users.iter().take(40) {
        let rows = api
            .insights("/insights/users/access", json!({ "emails": [user["email"]] }))
            .await;
        let own = rows.iter().filter(|row| row["isDirect"] == true);
        let sites: std::collections::BTreeSet<_> = own
            .map(|row| text(row, "location").split('/').take(5).collect::<String>())
            .collect();
        assert_eq!(user["sitesWithDirectAccess"], sites.len(), "{user}");
    }
    // The Web API lists the groups that have external users, and only those.
    let (_, legacy) = api
        .call(
            Method::POST,
            "/insights/api/v1/Group/summary",
            Some(json!({ "StartPage": 1, "PageSize": 100 })),
        )
        .await;
    let external = groups.iter().filter(|group| group["externalMemberCount"] != 0);
    assert!(
        external.map(|group| &group["groupId"]).eq(legacy["results"]
            .as_array()
            .expect("rows")
            .iter()
            .map(|group| &group["groupId"]))
    );
    for group in &groups {
        let path = format!(
            "/insights/groups/{}/access/export?exportOptionType=3&dataSources=OneDrive",
            text(group, "groupId")
        );
        api.get(&path).await;
        api.sandbox.advance(std::time::Duration::from_secs(9));
    }
}

#[tokio::test]
async fn links_are_of_one_type_and_of_objects_of_the_site() {
    let api = Api::start().await;
    let sites = api.insights("/insights/sites/overview", json!({})).await;
    let places: Vec<_> = api
        .records(json!({}))
        .await
        .iter()
        .map(|row| row["id"].clone())
        .collect();
    for kind in [32, 64, 128] {
        let mut ids = Vec::new();
        for site in &sites {
            let body = json!({ "siteUrl": site["siteUrl"], "linkType": kind });
            for link in api.insights("/insights/sharingLinks/summary", body).await {
                assert!(places.contains(&link["selfId"]));
                assert_eq!(kind == 32, link["shareWith"] != 0, "{link}");
                ids.push(link["linkId"].clone());
            }
        }
        let body = json!({ "LinkType": kind.to_string() });
        let path = "/insights/api/v1/link/permission/query";
        let legacy = api.all(path, body, ["Token", "PageSize", "results", "nextToken"]).await;
        assert!(ids.iter().eq(legacy.iter().map(|link| &link["linkId"])));
        assert!(!ids.is_empty());
    }
}

#[tokio::test]
async fn filters_of_the_web_api_keep_what_fits_and_nothing_else() {
    let api = Api::start().await;
    let all = api.records(json!({})).await;
    let sample = &all[40];
    for (id, values, member, words) in [
        ("riskLevel", json!(["3", 2]), "riskLevel", vec!["High", "Medium"]),
        ("sensitivityLevel", json!(["-2"]), "sensitivityLevel", vec!["N/A"]),
        ("exposureLevel", json!(["1"]), "exposureLevel", vec!["Low"]),
        (
            "objectType",
            json!(["1", "14"]),
            "objectType",
            vec!["Folder", "Library"],
        ),
        ("module", json!(["3"]), "module", vec!["OneDrive"]),
        ("tagName", json!(["reviewed"]), "tagName", vec!["Reviewed"]),
        (
            "siteName",
            json!([sample["siteName"]]),
            "siteName",
            vec![text(sample, "siteName")],
        ),
        (
            "location",
            json!([sample["location"]]),
            "location",
            vec![text(sample, "location")],
        ),
    ] {
        let filters = json!({ "filters": [{ "id": id, "values": values }] });
        let kept = api.records(filters).await;
        let fits = all.iter().filter(|row| words.contains(&text(row, member)));
        assert!(!kept.is_empty() && kept.iter().eq(fits), "{id}");
    }
    let japanese = api.records(json!({ "language": "ja-JP" })).await;
    assert_eq!(japanese[0]["objectType"], "サイト コレクション");
}

#[tokio::test]
async fn a_tag_is_seen_by_both_apis_and_must_be_known() {
    let api = Api::start().await;
    let all = api.records(json!({})).await;
    let record = &all[7];
    let id = api
        .get(&format!("/insights/sites/{}/siteId", segment(text(record, "webUrl"))))
        .await;
    let site = id["values"][0].as_str().expect("an id");
    let path = |tag: &str| {
        let object = segment(text(record, "location"));
        format!("/insights/sites/{site}/{object}/settag?tagName={tag}")
    };
    let tag = |name| api.call(Method::PATCH, name, None);
    let unknown = path("Made%20up");
    let (status, answer) = tag(&unknown).await;
    assert_eq!((status, &answer["status"]), (200, &json!(404)));
    let known = path("Ownership%20unclear");
    assert_eq!(tag(&known).await, (200, json!({ "status": 200, "message": "" })));
    let body = json!({ "siteId": site });
    let own = api.insights("/insights/sites/detailRecords", body).await;
    assert_eq!(own[7]["tagName"], "Ownership unclear");
    assert_eq!(api.records(json!({})).await[7]["tagName"], "Ownership unclear");
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let api = Api::start().await;
    let site = segment("https://sharepoint.nowhere.example/sites/x");
    let id = "6f1c2b9a-3d4e-4f5a-8b6c-7d8e9f0a1b2c";
    for path in [
        format!("/insights/sites/{site}/siteId"),
        format!("/insights/activities/object/{site}/export"),
        format!("/insights/google/activities/object/{id}/export"),
        "/insights/users/nobody%40nowhere.example/access/export?dataSources=OneDrive".to_owned(),
        "/insights/google/users/nobody%40nowhere.example/activities/export".to_owned(),
        format!("/insights/groups/{id}/access/export?exportOptionType=1&dataSources=OneDrive"),
        "/insights/job/1/exportstatus".to_owned(),
        "/insights/job/x/exportfile".to_owned(),
        "/insights/api/v1/permission/export/status?id=1".to_owned(),
    ] {
        let (status, answer) = api.call(Method::GET, &path, None).await;
        assert_eq!((status, &answer["status"]), (404, &json!(404)), "{path}: {answer}");
    }
}
