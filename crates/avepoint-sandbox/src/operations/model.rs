//! Whatever is written, and in whatever order: what is read afterwards is what a model says that knows nothing of the world
//! but what it was at first.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::operations::testing::{Caller, text};

const GENERAL: &str = "/partner/external/v3/general";

/// Something that a client does.
#[derive(Clone, Debug)]
enum Step {
    /// Takes on a customer; the account has one of a few numbers, so that some come twice.
    Onboard(u8),
    /// Writes members of a user, by the end of the address; the numbers choose a tenant and a user.
    Write(u8, u8, &'static str, Map<String, Value>),
    /// Gives a tenant another name.
    Rename(u8, String),
    /// Lets time pass, in seconds.
    Wait(u16),
}

fn step() -> impl Strategy<Value = Step> {
    let word = "[A-Za-zÀ-ž '-]{1,12}";
    let texts = move |names: &'static [&'static str]| {
        proptest::collection::vec(word, names.len()).prop_map(move |texts| {
            let members = names.iter().zip(texts);
            members
                .map(|(name, text)| ((*name).to_owned(), json!(text)))
                .collect::<Map<_, _>>()
        })
    };
    let flag =
        |name: &'static str| any::<bool>().prop_map(move |flag| Map::from_iter([(name.to_owned(), json!(flag))]));
    let written = prop_oneof![
        texts(&["firstName", "lastName", "displayName", "jobTitle", "employeeId"])
            .prop_map(|members| ("general-information", members)),
        texts(&["officePhone", "mobile", "fax"]).prop_map(|members| ("contact-information", members)),
        texts(&["company", "department", "location"]).prop_map(|members| ("office", members)),
        flag("isExternal").prop_map(|members| ("isexternal", members)),
        flag("isTestUser").prop_map(|members| ("istest", members)),
    ];
    prop_oneof![
        1 => (0..4_u8).prop_map(Step::Onboard),
        3 => (0..3_u8, 0..3_u8, written)
            .prop_map(|(tenant, user, (end, members))| Step::Write(tenant, user, end, members)),
        1 => (0..3_u8, word).prop_map(|(tenant, name)| Step::Rename(tenant, name)),
        1 => any::<u16>().prop_map(Step::Wait),
    ]
}

/// What reads show, as far as the steps can change it.
#[derive(Debug, PartialEq)]
struct Seen {
    /// The accounts and the names of the customers, in their order.
    customers: Vec<(String, String)>,
    /// The names of the tenants.
    tenants: Vec<String>,
    /// The profiles of users of each tenant.
    users: Vec<Vec<Value>>,
    /// How many audit records there are of this month.
    records: u64,
}

/// A few tenants and users, by the parts of addresses that name them.
struct Addresses {
    tenants: Vec<String>,
    users: Vec<Vec<String>>,
}

impl Addresses {
    fn of(caller: &mut Caller) -> Self {
        let tenants: Vec<_> = caller.tenants().into_iter().take(3).collect();
        let users = tenants.iter().map(|tenant| {
            let list = format!("/partner/external/v3/um/{tenant}/users");
            let page = caller.post(&format!("{list}/batch"), json!({}));
            let ids = (0..3).map(|index| text(&page["data"][index]["id"]).to_owned());
            ids.map(|id| format!("{list}/{id}")).collect()
        });
        let users = users.collect();
        Self { tenants, users }
    }

    fn read(&self, caller: &mut Caller) -> Seen {
        let customers = caller.whole("POST", &format!("{GENERAL}/customers/batch"), "data", Some(json!({})));
        let legacy = caller.get("/partner/customers");
        let names = |customers: &[Value]| {
            let names = customers.iter().map(|customer| {
                (
                    text(&customer["ownerEmail"]).to_owned(),
                    text(&customer["organization"]).to_owned(),
                )
            });
            names.collect::<Vec<_>>()
        };
        assert_eq!(names(&customers), names(legacy["value"].as_array().expect("a list")));
        let mut users = Vec::new();
        for addresses in &self.users {
            let mut profiles = Vec::new();
            for address in addresses {
                let mut profile = caller.get(address);
                // The time of a change and the state of the account follow from others.
                let members = profile.as_object_mut().expect("an object");
                members.retain(|name, _| !matches!(name.as_str(), "lastChangeDate" | "status" | "age"));
                profiles.push(profile);
            }
            users.push(profiles);
        }
        let tenants = self.tenants.iter().map(|tenant| {
            let tenant = caller.get(&format!("{GENERAL}/{tenant}"));
            text(&tenant["name"]).to_owned()
        });
        let tenants = tenants.collect();
        let records = caller.get(&format!("{GENERAL}/partners/report/auditlog/202611?pageSize=50"));
        Seen {
            customers: names(&customers),
            tenants,
            users,
            records: records["metadata"]["totalCount"].as_u64().expect("a number"),
        }
    }
}

impl Step {
    /// Does it, and does the same to the model.
    fn take(self, caller: &mut Caller, addresses: &Addresses, model: &mut Seen) {
        match self {
            Self::Onboard(number) => {
                let account = format!("owner-{number}@northwind.example");
                let answer = caller.post(
                    &format!("{GENERAL}/customers"),
                    json!({
                        "identityProviderType": "0", "firstName": "Ines", "lastName": "Moreau", "countryCode": "FR",
                        "organizationName": format!("Northwind {number}"), "registrationAccount": account,
                        "dataCenter": "49681f94-26a7-4825-aca2-df2eca7c0f81", "password": "Harbour-Lantern-27-Plum",
                    }),
                );
                let is_known = model.customers.iter().any(|(known, _)| *known == account);
                assert_eq!(answer["status"], if is_known { 6 } else { 1 });
                if !is_known {
                    model.customers.push((account, format!("Northwind {number}")));
                    model.records += 1;
                }
            }
            Self::Write(tenant, user, end, members) => {
                let (tenant, user) = (usize::from(tenant), usize::from(user));
                let address = format!("{}/{end}", addresses.users[tenant][user]);
                caller.put(&address, Value::Object(members.clone()));
                for (name, value) in members {
                    model.users[tenant][user][name] = value;
                }
                model.records += 1;
            }
            Self::Rename(tenant, name) => {
                let tenant = usize::from(tenant);
                let body = json!({ "aadEnvironment": 0, "tenantFriendlyName": name });
                caller.post(&format!("{GENERAL}/{}/auth-link", addresses.tenants[tenant]), body);
                model.tenants[tenant] = name;
                model.records += 1;
            }
            Self::Wait(seconds) => caller.advance(u64::from(seconds)),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reads_show_what_was_written_and_nothing_else(steps in proptest::collection::vec(step(), 1..16)) {
        let mut caller = Caller::new();
        let addresses = Addresses::of(&mut caller);
        let mut model = addresses.read(&mut caller);
        for step in steps {
            step.take(&mut caller, &addresses, &mut model);
        }
        prop_assert_eq!(addresses.read(&mut caller), model);
    }
}
