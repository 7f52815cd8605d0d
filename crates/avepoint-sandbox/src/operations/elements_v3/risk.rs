//! Risk: rules, and the objects that match them.

use serde_json::{Value, json};

use super::{Handlers, chosen, tenant};
use crate::call::{Call, Outcome, Refusal};
use crate::paging::page;
use crate::world::{Entry, Matches, RiskHit, RiskRule, World};

pub(super) const HANDLERS: Handlers = &[
    ("listRiskRules", list_risk_rules),
    ("listRiskHitItems", list_risk_hit_items),
];

fn list_risk_rules(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let tenant = tenant(call, world)?.place;
    let (source, status) = (call.query_int("dataSources"), call.query_int("status"));
    let keep = |rule: &Entry<RiskRule>| {
        source.is_none_or(|source| source == listed_source(rule))
            && status.is_none_or(|status| status == i64::from(rule.is_enabled))
    };
    let rows = chosen::<RiskRule>(world, tenant, None).matching(Some(keep));
    page(call, world, rows, |rule| listed(world, &rule))
}

fn list_risk_hit_items(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let tenant = tenant(call, world)?;
    let rule: Option<Entry<RiskRule>> = world.find_in(tenant.place, call.path_text("ruleId"));
    let rule = rule.ok_or_else(|| Refusal::not_found("risk rule"))?;
    page(call, world, chosen::<RiskHit>(world, rule.place, None), |hit| {
        let mut item = json!({
            "detail": hit.detail,
            "id": hit.id,
            "objectid": hit.object,
            "ruleId": rule.id,
            "tenantId": tenant.id,
            "customerId": world.parent(&tenant).id,
        });
        if let Some(source) = rule.matches.data_source() {
            item["dataSource"] = json!(source);
        }
        item
    })
}

/// Rules on licenses stand among those on users.
fn listed_source(rule: &RiskRule) -> i64 {
    rule.matches.data_source().unwrap_or(Matches::Users as i64)
}

fn listed(world: &World, rule: &Entry<RiskRule>) -> Value {
    let tenant = world.parent(rule);
    json!({
        "ruleId": rule.id,
        "ruleName": rule.name,
        "setting": rule.setting,
        "tenantId": tenant.id,
        "customerId": world.parent(&tenant).id,
        "dataSource": listed_source(rule),
        "hitItemCount": world.count::<RiskHit>(rule.place),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use serde_json::{Value, json};

    use crate::operations::testing::{Caller, has_all, text};
    use crate::spec::{Api, Spec};

    /// The details of the example by data source; those of a license have none.
    fn examples() -> HashMap<Option<i64>, &'static Value> {
        let example = Spec::operation(Api::ElementsV3, "listRiskHitItems")
            .example()
            .expect("an example");
        let items = example["data"].as_array().expect("a list").iter();
        items
            .map(|item| (item["dataSource"].as_i64(), &item["detail"]))
            .collect()
    }

    #[test]
    fn rules_count_their_objects_and_each_kind_has_its_shape() {
        let mut caller = Caller::new();
        let examples = examples();
        let mut seen = HashSet::new();
        for tenant in caller.tenants().into_iter().take(12) {
            let rules = format!("/partner/external/v3/rm/{tenant}/detection/rules");
            let all = caller.get(&rules)["result"].as_array().expect("a list").clone();
            for (name, codes) in [("status", 0..2), ("dataSources", 1..13)] {
                let mut found = Vec::new();
                for code in codes.filter(|code| *code != 7) {
                    let some = caller.get(&format!("{rules}?{name}={code}"))["result"].take();
                    let some = some.as_array().expect("a list");
                    assert!(name == "status" || some.iter().all(|rule| rule["dataSource"] == code));
                    found.extend(some.clone());
                }
                assert_eq!(found.len(), all.len());
                assert!(all.iter().all(|rule| found.contains(rule)), "{name}");
            }
            let users = format!("/partner/external/v3/um/{tenant}/users");
            for rule in &all {
                let hits = caller.whole(
                    "GET",
                    &format!("{rules}/{}/hit-items", text(&rule["ruleId"])),
                    "data",
                    None,
                );
                assert_eq!(json!(hits.len()), rule["hitItemCount"]);
                let objects: HashSet<_> = hits.iter().map(|hit| text(&hit["objectid"])).collect();
                assert_eq!(objects.len(), hits.len());
                for hit in &hits {
                    let source = hit["dataSource"].as_i64();
                    seen.insert(source);
                    assert_eq!(has_all(examples[&source], &hit["detail"]), Ok(()));
                    for same in ["ruleId", "tenantId", "customerId"] {
                        assert_eq!(hit[same], rule[same]);
                    }
                    if source == Some(6) {
                        let user = caller.get(&format!("{users}/{}", text(&hit["objectid"])));
                        assert_eq!(user["loginName"], hit["detail"]["upn"]);
                    }
                }
            }
            assert_eq!(caller.refused("GET", &format!("{rules}/x/hit-items"), None), 404);
        }
        assert_eq!(seen, examples.keys().copied().collect());
    }
}
