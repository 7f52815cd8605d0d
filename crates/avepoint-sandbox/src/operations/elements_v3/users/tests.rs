use serde_json::json;

use crate::operations::testing::{Caller, has_all, text};
use crate::spec::{Api, Spec};

#[test]
fn each_write_is_read_and_nothing_else_changes() {
    let mut caller = Caller::new();
    let tenant = format!("/partner/external/v3/um/{}", caller.tenant());
    let user = format!(
        "{tenant}/users/{}",
        text(&caller.post(&format!("{tenant}/users/batch"), json!({}))["data"][4]["id"])
    );
    let local = user.replace("/users/", "/local-users/");
    let office = json!({ "company": "C", "department": "D", "location": "L" });
    let contact = json!({ "officePhone": "1", "mobile": "2", "fax": "3" });
    let general = json!({ "firstName": "F", "lastName": "L", "displayName": "D", "jobTitle": "J", "employeeId": "E" });
    let place = json!({ "postalCode": "P", "countryRegion": "Japan", "state": "S", "address": "A", "city": "C" });
    let account = json!({
        "mail": "m@n.example", "usageLocation": "JP", "preferredLanguage": "ja-JP",
        "enforceStart": false, "enforceStartDateTime": "2026-01-01T00:00:00Z",
        "enforceEnd": true, "enforceEndDateTime": "2027-01-01T00:00:00Z",
    });
    let with = |known: &serde_json::Value, more: serde_json::Value| {
        let mut body = known.clone();
        body.as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        body
    };
    // Where it is written, what, and what is read then.
    for (path, body, expected) in [
        (format!("{user}/account-information"), account.clone(), account),
        (
            format!("{user}/alternate-email-address"),
            json!({ "alternateEmailAddress": ["a@b.example"] }),
            json!({ "alternateEmailAddress": ["a@b.example"] }),
        ),
        // The world begins on 2 November 2026: one day before the birthday, and on it.
        (
            format!("{user}/birthday"),
            json!({ "birthday": "1990-11-03T00:00:00Z" }),
            json!({ "birthday": "1990-11-03T00:00:00Z", "age": 35 }),
        ),
        (
            format!("{user}/birthday"),
            json!({ "birthday": "1990-11-02T00:00:00Z" }),
            json!({ "birthday": "1990-11-02T00:00:00Z", "age": 36 }),
        ),
        (
            format!("{user}/birthday"),
            json!({ "birthday": "2990-01-01T00:00:00Z" }),
            json!({ "birthday": "2990-01-01T00:00:00Z", "age": 0 }),
        ),
        (format!("{user}/contact-information"), contact.clone(), contact.clone()),
        (format!("{user}/general-information"), general.clone(), general.clone()),
        (
            format!("{user}/isexternal"),
            json!({ "isExternal": true }),
            json!({ "isExternal": true }),
        ),
        (
            format!("{user}/istest"),
            json!({ "isTestUser": true }),
            json!({ "isTestUser": true }),
        ),
        (
            format!("{user}/manager"),
            json!({ "userPrincipalName": "u@n.example" }),
            json!({ "manager": "u@n.example" }),
        ),
        (format!("{user}/office"), office.clone(), office.clone()),
        (format!("{user}/office-information"), place.clone(), place.clone()),
        (
            format!("{user}/office-information"),
            with(&place, json!({ "countryRegion": "AX" })),
            with(&place, json!({ "countryRegion": "Åland Islands" })),
        ),
        (
            format!("{user}/password-setting"),
            json!({ "passwordNeverExpire": true }),
            json!({ "passwordNeverExpire": true }),
        ),
        (
            format!("{user}/sponsor"),
            json!({ "userPrincipalName": "s@n.example" }),
            json!({ "sponsor": "s@n.example" }),
        ),
        (
            format!("{local}/contact-information"),
            with(&contact, json!({ "ipPhone": "4", "homePhone": "5", "pager": "6" })),
            contact,
        ),
        (
            format!("{local}/general-information"),
            with(&general, json!({ "middleName": "M", "initials": "I", "comment": "C" })),
            general,
        ),
        (format!("{local}/notes"), json!({ "notes": "N" }), json!({})),
        (
            format!("{local}/office"),
            with(&office, json!({ "departmentNumber": "7" })),
            office,
        ),
        (
            format!("{local}/office-information"),
            with(&place, json!({ "webPage": "W", "poBox": "B", "personalTitle": "T" })),
            place,
        ),
        (
            format!("{local}/profile"),
            json!({ "homeDirectory": "H", "profilePath": "P", "logonScript": "L" }),
            json!({}),
        ),
    ] {
        let before = caller.get(&user);
        caller.advance(60);
        caller.put(&path, body);
        let after = caller.get(&user);
        assert_ne!(after["lastChangeDate"], before["lastChangeDate"], "{path}");
        let mut expected = with(&before, expected);
        for follows in ["lastChangeDate", "status"] {
            expected[follows] = after[follows].clone();
        }
        assert_eq!(after, expected, "{path}");
        let listed =
            caller.post(&format!("{tenant}/users/batch"), json!({ "userIds": [after["id"]] }))["data"][0].take();
        for (in_list, in_full) in [
            ("mail", "mail"),
            ("startDate", "enforceStartDateTime"),
            ("status", "status"),
            ("countryOrRegion", "countryRegion"),
            ("location", "location"),
        ] {
            assert_eq!(listed[in_list], after[in_full], "{path}");
        }
        let is_test = after["status"]
            .as_array()
            .is_some_and(|status| status.contains(&json!(8)));
        assert_eq!(after["isTestUser"], json!(is_test), "{path}");
    }
    let nobody = tenant.replace(&tenant[tenant.len() - 36..], "6f1c2b9a-3d4e-4f5a-8b6c-7d8e9f0a1b2c");
    assert_eq!(
        caller.refused(
            "PUT",
            &format!("{nobody}/users/x/birthday"),
            Some(json!({ "birthday": "1990-11-03T00:00:00Z" }))
        ),
        404
    );
}

#[test]
fn agents_have_all_that_the_example_shows() {
    let mut caller = Caller::new();
    let tenants = caller.tenants();
    let agents: Vec<_> = tenants
        .iter()
        .flat_map(|tenant| {
            let mut answer = caller.get(&format!("/partner/external/v3/um/{tenant}/agents"));
            answer["agentList"]
                .as_array_mut()
                .map(std::mem::take)
                .unwrap_or_default()
        })
        .collect();
    let example = &Spec::operation(Api::ElementsV3, "listHybridAgents")
        .example()
        .expect("an example")["agentList"][0];
    assert!(agents.len() > 5);
    for agent in &agents {
        assert_eq!(has_all(example, agent), Ok(()));
        assert_eq!(agent["advanceMessage"] == "", agent["connectionStatus"] == 0, "{agent}");
    }
}
