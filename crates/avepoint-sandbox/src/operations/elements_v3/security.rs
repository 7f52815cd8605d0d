//! Security: users at risk, what watches for them, and where they signed in.

use serde_json::{Value, json};

use super::{Handlers, chosen, tenant, users};
use crate::call::{Answer, Call, Outcome, Refusal};
use crate::paging::{Rows, page};
use crate::world::{Entry, Place, SignIn, User, Workflow, World};

pub(super) const HANDLERS: Handlers = &[
    ("listSecurityUsers", list_security_users),
    ("listRiskWorkflows", list_risk_workflows),
    ("getRiskWorkflowCompliance", get_risk_workflow_compliance),
    ("getRiskyActionCount", get_risky_action_count),
    ("listSignIns", list_sign_ins),
];

fn list_security_users(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let tenant = tenant(call, world)?.place;
    page(
        call,
        world,
        users_in(world, tenant, call.query_int("status")),
        users::listed,
    )
}

fn list_risk_workflows(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let tenant = tenant(call, world)?.place;
    let category = call.query_int("catagory");
    let keep = category.map(|category| move |workflow: &Entry<Workflow>| workflow.category == category);
    let rows = chosen::<Workflow>(world, tenant, None).matching(keep);
    page(
        call,
        world,
        rows,
        |workflow| json!({ "workflowId": workflow.id, "workflowDisplayName": workflow.name }),
    )
}

fn get_risk_workflow_compliance(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let tenant = tenant(call, world)?.place;
    let workflow: Option<Entry<Workflow>> = world.find_in(tenant, call.path_text("workflowId"));
    let workflow = workflow.ok_or_else(|| Refusal::not_found("workflow"))?;
    let rows = users_in(world, tenant, Some(workflow.condition));
    let mut answer = page(call, world, rows, |user| risky_user(world, &user))?;
    if let Answer::Json(answer) = &mut answer {
        answer["last7DayFixCount"] = json!(workflow.fixed);
        answer["riskUserCount"] = answer["metadata"]["totalCount"].clone();
    }
    Ok(answer)
}

/// The actions of a tenant are the sign-ins of its users.
fn get_risky_action_count(call: &Call, world: &mut World) -> Outcome {
    let tenant = tenant(call, world)?.place;
    let wanted = call.query_int("types");
    let count = |kind: i64| {
        let actions = world.all::<SignIn>(tenant);
        let of_kind = actions.filter(|action| i64::from(action.is_risky) == kind);
        if wanted.is_none_or(|wanted| wanted == kind) {
            of_kind.count()
        } else {
            0
        }
    };
    Ok(Answer::Json(
        json!({ "riskyActionCount": count(1), "normalActionCount": count(0) }),
    ))
}

fn list_sign_ins(call: &Call, world: &mut World) -> Outcome {
    let world = &*world;
    let tenant = tenant(call, world)?.place;
    let only_risky = call.query("risky") == Some(&json!(true));
    let rows = chosen::<SignIn>(world, tenant, None);
    let rows = rows.matching(only_risky.then_some(|sign_in: &Entry<SignIn>| sign_in.is_risky));
    page(call, world, rows, |sign_in| listed(world, &sign_in))
}

/// The users of a tenant whose account is in a condition; all of them without one.
fn users_in(world: &World, tenant: Place, condition: Option<i64>) -> Rows<'_, Entry<User>> {
    let keep = condition.map(|condition| move |user: &Entry<User>| user.is(condition));
    chosen::<User>(world, tenant, None).matching(keep)
}

fn risky_user(world: &World, user: &Entry<User>) -> Value {
    let sign_ins: Vec<_> = SignIn::of_user(world, user).collect();
    let of_each = |view: fn(&SignIn) -> Value| sign_ins.iter().map(|sign_in| view(sign_in)).collect::<Value>();
    json!({
        "userDisplayName": user.display_name,
        "userPrincipalName": user.principal_name,
        "userId": user.id,
        "loginIps": of_each(|sign_in| json!({ "loginIP": sign_in.ip, "loginTime": sign_in.time })),
        "files": of_each(|sign_in| json!({
            "accessedFileName": sign_in.file,
            "accessTime": sign_in.time,
            "sensitiveInformation": sign_in.sensitive,
        })),
        "devices": of_each(|sign_in| json!({ "deviceName": sign_in.device })),
    })
}

fn listed(world: &World, sign_in: &Entry<SignIn>) -> Value {
    let user = world.nth::<User>(sign_in.place.parent::<SignIn>(), sign_in.user);
    json!({
        "id": sign_in.id,
        "loginTime": sign_in.time,
        "userId": user.id,
        "userDisplayName": user.display_name,
        "userPrincipalName": user.principal_name,
        "ip": sign_in.ip,
        "lat": sign_in.from.latitude,
        "lon": sign_in.from.longitude,
        "country": sign_in.from.country,
        "city": sign_in.from.city,
        "isRisk": sign_in.is_risky,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::operations::testing::{Caller, text};

    #[test]
    fn counts_are_those_of_the_lists_and_users_those_of_the_tenant() {
        let mut caller = Caller::new();
        for tenant in caller.tenants().into_iter().take(3) {
            let um = format!("/partner/external/v3/um/{tenant}");
            let security = format!("{um}/overview/security");
            let signins = format!("{security}/compliances/signins");
            let actions = format!("{security}/compliances/actions");
            let users = caller.whole("POST", &format!("{um}/users/batch"), "data", Some(json!({})));
            assert_eq!(caller.whole("GET", &format!("{security}/users"), "data", None), users);

            let all = caller.whole("GET", &signins, "data", None);
            let risky = caller.whole("GET", &format!("{signins}?risky=true"), "data", None);
            let (some, none) = (risky.len(), all.len() - risky.len());
            for (query, risky, normal) in [("", some, none), ("?types=1", some, 0), ("?types=0", 0, none)] {
                let counts = json!({ "riskyActionCount": risky, "normalActionCount": normal });
                assert_eq!(caller.get(&format!("{actions}{query}")), counts);
            }
            let of_all: Vec<_> = all.iter().filter(|sign_in| sign_in["isRisk"] == true).collect();
            assert_eq!(of_all, risky.iter().collect::<Vec<_>>());
            for sign_in in &all {
                let user = users.iter().find(|user| user["id"] == sign_in["userId"]);
                assert_eq!(
                    user.expect("the user")["userPrincipalName"],
                    sign_in["userPrincipalName"]
                );
            }

            let workflows = format!("{security}/compliances/workflows");
            let all_workflows = caller.whole("GET", &workflows, "data", None);
            let of_each: Vec<_> = (1..=4)
                .flat_map(|category| caller.whole("GET", &format!("{workflows}?catagory={category}"), "data", None))
                .collect();
            assert_eq!(of_each.len(), all_workflows.len());
            assert!(all_workflows.iter().all(|workflow| of_each.contains(workflow)));
            for workflow in all_workflows {
                let address = format!("{workflows}/{}", text(&workflow["workflowId"]));
                let found = caller.whole("GET", &address, "data", None);
                let answer = caller.get(&address);
                assert_eq!(
                    (&answer["riskUserCount"], &answer["metadata"]["totalCount"]),
                    (&json!(found.len()), &json!(found.len()))
                );
                for user in found {
                    let of_user: Vec<_> = all
                        .iter()
                        .filter(|sign_in| sign_in["userId"] == user["userId"])
                        .collect();
                    let ips: Vec<_> = user["loginIps"]
                        .as_array()
                        .expect("a list")
                        .iter()
                        .map(|login| &login["loginIP"])
                        .collect();
                    assert_eq!(ips, of_user.iter().map(|sign_in| &sign_in["ip"]).collect::<Vec<_>>());
                }
            }
            for status in [0, 3, 8] {
                let found = caller.whole("GET", &format!("{security}/users?status={status}"), "data", None);
                let is_in = |user: &&serde_json::Value| {
                    user["status"]
                        .as_array()
                        .is_some_and(|all| all.contains(&json!(status)))
                };
                assert_eq!(found, users.iter().filter(is_in).cloned().collect::<Vec<_>>());
            }
            assert_eq!(caller.refused("GET", &format!("{workflows}/x"), None), 404);
        }
    }
}
