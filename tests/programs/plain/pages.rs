//! Lists that come page by page.

use serde_json::{Value, json};

use crate::service::{Kind, Service};

const SIZE: usize = 100;

/// All rows of a list.
pub async fn rows(service: &mut Service, scope: &str, path: &str) -> Result<Vec<Value>, String> {
    let url = service.url(path);
    let mut rows = Vec::new();
    for page in 1.. {
        let request = |http: &reqwest::Client| {
            let query = [("pageIndex", page), ("pageSize", SIZE)];
            http.post(&url).query(&query).json(&json!({}))
        };
        let answer = service.json(Kind::Read, scope, request).await?;
        let data = answer["data"]
            .as_array()
            .ok_or_else(|| format!("{path}: there is no list in the answer"))?;
        rows.extend_from_slice(data);
        if data.len() < SIZE {
            let total = answer["metadata"]["totalCount"].as_u64();
            if total.is_some_and(|total| total != rows.len() as u64) {
                return Err(format!("{path}: the list is not complete"));
            }
            break;
        }
    }
    Ok(rows)
}
