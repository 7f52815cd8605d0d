//! The changes that are tried: at least one of each kind.

use serde_json::{Value, json};
use xtask_spec::changes::Aspect::{self, *};
use xtask_spec::changes::Kind::{self, *};
use xtask_spec::changes::Part::{self, *};
use xtask_spec::changes::Rule::{self, *};
use xtask_spec::changes::Side::{Answer, Request};

/// A change of the golden spec.
pub struct Case {
    pub name: &'static str,
    pub kind: Kind,
    pub edits: Vec<(String, Value)>,
    pub effect: Effect,
}

/// What a change does to a program that uses every item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It compiles, and works as before.
    None,
    /// It does not compile: the compiler's errors are at the uses of these items.
    Breaks(&'static [&'static str]),
    /// It compiles, and can fail when it runs: the class of the change says so, and with it the version of the spec.
    Unseen,
    /// There is no client of such a spec: lint or generator refuse it with these words.
    Refused(&'static str),
}
use Effect::{Breaks, None as Nothing, Refused, Unseen};

const SERVER: &str = "https://garden-{region}.example";

pub fn all() -> Vec<Case> {
    let mut cases = additive();
    cases.extend(breaking());
    cases
}

/// What a minor version may have at the most.
pub fn additive_at_once() -> Case {
    let harmless = all().into_iter().filter(|case| case.effect == Nothing);
    let edits = harmless.flat_map(|case| case.edits).collect();
    case("all additive changes at once", Words, edits, Nothing)
}

fn case(name: &'static str, kind: Kind, edits: Vec<(String, Value)>, effect: Effect) -> Case {
    Case {
        name,
        kind,
        edits,
        effect,
    }
}

/// Within an operation.
fn call(method: &str, path: &str, within: &str, value: Value) -> (String, Value) {
    let path = format!("/garden/v1/{path}").replace('/', "~1");
    (format!("/paths/{path}/{method}{within}"), value)
}

/// Within a component.
fn part(section: &str, within: &str, value: Value) -> (String, Value) {
    (format!("/components/{section}/{within}"), value)
}

fn schema(within: &str, value: Value) -> (String, Value) {
    part("schemas", within, value)
}

fn flow(within: &str, value: Value) -> (String, Value) {
    part("securitySchemes", &format!("oauth2/flows{within}"), value)
}

fn to(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn text() -> Value {
    json!({ "type": "string", "description": "A text." })
}

fn query(name: &str, required: bool) -> Value {
    json!({ "name": name, "in": "query", "required": required, "description": "A text.", "schema": { "type": "string" }, "example": "a" })
}

fn body(name: &str, required: bool, example: Value) -> Value {
    json!({ "required": required, "content": { "application/json": { "schema": to(name), "example": example } } })
}

fn answer(name: &str) -> Value {
    json!({ "description": "It.", "content": { "application/json": { "schema": to(name), "example": {} } } })
}

fn scopes(permissions: &[&[&str]]) -> Value {
    permissions.iter().map(|scopes| json!({ "oauth2": scopes })).collect()
}

fn codes(name: &str, kind: &str, codes: &[(Value, &str)]) -> (String, Value) {
    let (codes, names): (Vec<_>, Vec<_>) = codes.iter().cloned().unzip();
    let meanings: Vec<_> = names.iter().map(|name| format!("It is {name}.")).collect();
    schema(
        name,
        json!({ "type": kind, "description": "What it is.", "enum": codes, "x-enum-varnames": names, "x-enum-descriptions": meanings }),
    )
}

fn additive() -> Vec<Case> {
    let operation = json!({
        "operationId": "updateBed",
        "tags": ["Beds"],
        "summary": "Change a bed",
        "description": "Takes what others answer with.",
        "externalDocs": { "url": "https://garden.example/docs/update-bed" },
        "security": scopes(&[&["garden.beds.read"]]),
        // With what a bed always has, after another of these changes.
        "requestBody": body("Bed", true, json!({ "id": "b-1", "rows": [] })),
        "responses": { "200": answer("SeedsOutcome") },
    });
    let server = json!([
        { "url": SERVER, "variables": { "region": { "enum": ["north", "south"], "default": "north" } } },
        { "url": "https://glass.garden.example" },
    ]);
    let described = part(
        "securitySchemes",
        "oauth2/description",
        json!("Client credentials; for the glass houses from https://identity.garden.example/glass"),
    );
    let urls = json!({ SERVER: "https://identity.garden.example/token", "https://glass.garden.example": "https://identity.garden.example/glass" });
    vec![
        case(
            "words",
            Words,
            vec![schema("Bed/description", json!("A bed of flowers."))],
            Nothing,
        ),
        case(
            "deprecation",
            Deprecation,
            vec![
                call("get", "beds", "/deprecated", json!(true)),
                call("get", "beds", "/description", json!("Replaced by `getBed`.")),
                part("parameters", "PageSize/deprecated", json!(true)),
                schema("Bed/properties/type/deprecated", json!(true)),
            ],
            Nothing,
        ),
        case(
            "a server",
            Added(Server),
            vec![
                ("/servers".to_owned(), server.clone()),
                flow("/clientCredentials/x-token-urls", urls.clone()),
                described.clone(),
            ],
            Nothing,
        ),
        case(
            "the tokens of a server",
            Added(Part::TokenUrl),
            vec![
                ("/servers".to_owned(), server),
                flow("/clientCredentials/x-token-urls", urls),
                described,
            ],
            Nothing,
        ),
        case(
            "a variable of a server",
            Added(ServerVariable),
            vec![(
                "/servers/0/variables/zone".to_owned(),
                json!({ "enum": ["a"], "default": "a" }),
            )],
            Nothing,
        ),
        case(
            "a value of a variable",
            Added(VariableValue),
            vec![(
                "/servers/0/variables/region/enum".to_owned(),
                json!(["north", "south", "west"]),
            )],
            Nothing,
        ),
        case(
            "a security scheme",
            Added(SecurityScheme),
            vec![part(
                "securitySchemes",
                "key",
                json!({ "type": "http", "scheme": "bearer", "description": "A token." }),
            )],
            Refused("exactly one security scheme"),
        ),
        case(
            "a flow",
            Added(Flow),
            vec![flow(
                "/password",
                json!({ "tokenUrl": "https://identity.garden.example/token", "scopes": {} }),
            )],
            Refused("the one flow `clientCredentials`"),
        ),
        case(
            "a scope",
            Added(Scope),
            vec![
                flow("/clientCredentials/scopes/garden.tools.read", json!("Read tools.")),
                call(
                    "get",
                    "harvests",
                    "/security",
                    scopes(&[&["garden.harvests.read"], &["garden.tools.read"]]),
                ),
            ],
            Nothing,
        ),
        case(
            "a permission",
            Added(Permission),
            vec![call(
                "get",
                "beds",
                "/security",
                scopes(&[&["garden.beds.read"], &["garden.plants.all"]]),
            )],
            Nothing,
        ),
        case(
            "an operation",
            Added(Part::Operation),
            vec![call("put", "beds/{bedId}", "", operation)],
            Nothing,
        ),
        case(
            "it only reads",
            Added(Part::Behaviour),
            vec![call("post", "beds/{bedId}/plants", "/x-read-only", json!(true))],
            Nothing,
        ),
        case(
            "pages",
            Added(Part::Behaviour),
            vec![
                schema(
                    "Bed/properties/visits",
                    json!({ "type": "array", "description": "The visits.", "items": to("Visit") }),
                ),
                call(
                    "get",
                    "beds/{bedId}",
                    "/x-paging",
                    json!({ "style": "single", "items": "visits" }),
                ),
            ],
            Nothing,
        ),
        case(
            "a parameter",
            Added(Parameter),
            vec![call("get", "beds", "/parameters", json!([query("soil", false)]))],
            Nothing,
        ),
        case(
            "a body",
            Added(Body),
            vec![call(
                "delete",
                "gardeners/{gardenerId}",
                "/requestBody",
                body("Visit", false, json!({})),
            )],
            Nothing,
        ),
        case(
            "a status",
            Added(Status),
            vec![call("get", "beds", "/responses/404", json!({ "description": "None." }))],
            Nothing,
        ),
        case(
            "a header",
            Added(Header),
            vec![call(
                "get",
                "beds",
                "/responses/200/headers",
                json!({ "ETag": { "description": "A mark.", "schema": { "type": "string" }, "example": "a" } }),
            )],
            Nothing,
        ),
        case(
            "a media type",
            Added(MediaType),
            vec![call(
                "get",
                "beds",
                "/responses/200/content/text~1plain",
                json!({ "schema": { "type": "string" }, "example": "a" }),
            )],
            Refused("a response has several media types"),
        ),
        case(
            "a member",
            Added(Part::Member),
            vec![
                schema("Bed/properties/note", text()),
                schema(
                    "Gardener/properties/shifts",
                    json!({ "type": "array", "description": "Texts.", "items": { "type": "string" } }),
                ),
                schema("PlantFilter/properties/note", text()),
                schema("HarvestFilter/properties/season", to("Season")),
            ],
            Nothing,
        ),
        case(
            "a code",
            Added(Code),
            vec![
                codes(
                    "Colour",
                    "string",
                    &[
                        (json!("red"), "Red"),
                        (json!("green"), "Green"),
                        (json!("blue"), "Blue"),
                    ],
                ),
                codes(
                    "SpadeKind",
                    "integer",
                    &[(json!(1), "SpadeTool"), (json!(4), "ForkTool")],
                ),
            ],
            Nothing,
        ),
        case(
            "a member that may be left out of a request",
            Widened(Request, Presence),
            vec![
                schema("PlantFilter/required", Value::Null),
                schema("Litres/required", Value::Null),
                schema("PlantSeeds/required", json!(["kind"])),
                part("requestBodies", "PlantingBody/required", json!(false)),
            ],
            Nothing,
        ),
        case(
            "null in a request",
            Widened(Request, Null),
            vec![
                schema("PlantFilter/properties/height/nullable", json!(true)),
                schema("NewGardener/properties/keys/nullable", json!(true)),
            ],
            Nothing,
        ),
        case(
            "a wider limit of a request",
            Widened(Request, Limit),
            vec![
                part("parameters", "PageSize/schema/maximum", json!(5_000_000_000_i64)),
                part("parameters", "PageIndex/schema/minimum", json!(-1)),
                schema("HarvestFilter/properties/startPage/minimum", Value::Null),
                schema("Litres/properties/least/maximum", Value::Null),
                schema("PlantFilter/properties/label/maxLength", json!(80)),
            ],
            Nothing,
        ),
        case(
            "any text in a request",
            Widened(Request, Rule::Filter),
            vec![schema("PlantFilter/properties/height/pattern", Value::Null)],
            Nothing,
        ),
        case(
            "an alternative of a request",
            Alternative(Request),
            vec![
                schema(
                    "Graft",
                    json!({ "type": "object", "description": "A graft.", "required": ["onto"], "properties": { "onto": to("PlantId") }, "example": { "onto": "p-1" } }),
                ),
                schema(
                    "Planting/oneOf",
                    json!([to("PlantSeeds"), to("PlantCutting"), to("Graft")]),
                ),
            ],
            Nothing,
        ),
        case(
            "a member that an answer always has",
            Narrowed(Answer, Presence),
            vec![schema("Bed/required", json!(["id", "rows"]))],
            Nothing,
        ),
        case(
            "no null in an answer",
            Narrowed(Answer, Null),
            vec![schema("Plant/properties/gardener/nullable", Value::Null)],
            Nothing,
        ),
        case(
            "a narrower limit of an answer",
            Narrowed(Answer, Limit),
            vec![
                schema("Bed/properties/area/minimum", json!(0)),
                schema("PlantPageMetadata/properties/pageSize/minimum", json!(1)),
                schema("PlantPageMetadata/properties/pageSize/maximum", json!(100)),
            ],
            Nothing,
        ),
        case(
            "a pattern of an answer",
            Narrowed(Answer, Rule::Filter),
            vec![schema(
                "HarvestPageMetadata/properties/skipToken/pattern",
                json!("^[A-Z]"),
            )],
            Nothing,
        ),
    ]
}

fn breaking() -> Vec<Case> {
    let file =
        json!({ "description": "The map.", "content": { "application/json": { "schema": to("Bed"), "example": {} } } });
    let parameters = |names: &[&str]| {
        let all = json!({
            "bedId": { "$ref": "#/components/parameters/BedIdParameter" },
            "pageIndex": { "$ref": "#/components/parameters/PageIndex" },
            "pageSize": { "$ref": "#/components/parameters/PageSize" },
            "season": { "name": "season", "in": "query", "description": "Only plants of this season.", "schema": to("Season"), "example": 1 },
            "colours": { "name": "colours", "in": "query", "description": "Only plants of these colours.", "schema": { "type": "array", "maxItems": 2, "items": to("Colour") }, "example": ["red"] },
            "sownSince": { "name": "sownSince", "in": "query", "description": "Only plants sown on this day or later.", "schema": { "type": "string", "format": "date" }, "example": "2030-04-01" },
        });
        let listed: Value = names.iter().map(|name| all[name].clone()).collect();
        call("get", "beds/{bedId}/plants", "/parameters", listed)
    };
    let elsewhere = "https://elsewhere.example/token";
    vec![
        case(
            "a server",
            Removed(Server),
            vec![
                (
                    "/servers".to_owned(),
                    json!([{ "url": "https://glass.garden.example" }]),
                ),
                flow(
                    "/clientCredentials/x-token-urls",
                    json!({ "https://glass.garden.example": elsewhere }),
                ),
                flow("/clientCredentials/tokenUrl", json!(elsewhere)),
                part(
                    "securitySchemes",
                    "oauth2/description",
                    json!(format!("Client credentials from {elsewhere}")),
                ),
            ],
            Unseen,
        ),
        case(
            "a variable of a server",
            Removed(ServerVariable),
            vec![("/servers/0/variables/region".to_owned(), Value::Null)],
            Unseen,
        ),
        case(
            "a value of a variable",
            Removed(VariableValue),
            vec![("/servers/0/variables/region/enum".to_owned(), json!(["north"]))],
            Unseen,
        ),
        case(
            "the security scheme",
            Removed(SecurityScheme),
            vec![part("securitySchemes", "oauth2", Value::Null)],
            Refused("oauth2"),
        ),
        case(
            "the flow",
            Removed(Flow),
            vec![flow("/clientCredentials", Value::Null)],
            Refused("clientCredentials"),
        ),
        case(
            "a scope",
            Removed(Scope),
            vec![flow("/clientCredentials/scopes/garden.harvests.read", Value::Null)],
            Refused("garden.harvests.read"),
        ),
        case(
            "the tokens of a server",
            Removed(Part::TokenUrl),
            vec![flow("/clientCredentials/x-token-urls", json!({}))],
            Refused("x-token-urls"),
        ),
        case(
            "a permission",
            Removed(Permission),
            vec![call(
                "get",
                "beds/{bedId}/plants",
                "/security",
                scopes(&[&["garden.plants.read"]]),
            )],
            Unseen,
        ),
        case(
            "an operation",
            Removed(Part::Operation),
            vec![
                call("get", "beds/{bedId}", "", Value::Null),
                part("responses", "OneBed", Value::Null),
            ],
            Breaks(&["Client::get_bed", "builder::GetBed", "operations::GET_BED"]),
        ),
        case(
            "pages",
            Removed(Part::Behaviour),
            vec![call("get", "beds", "/x-paging", Value::Null)],
            Breaks(&["builder::ListBeds::pages", "builder::ListBeds::stream"]),
        ),
        case(
            "a parameter",
            Removed(Parameter),
            vec![parameters(&["bedId", "pageIndex", "pageSize", "colours", "sownSince"])],
            Breaks(&["builder::ListPlants::season"]),
        ),
        case(
            "a body",
            Removed(Body),
            vec![
                call("post", "beds/{bedId}/plants/search", "/requestBody", Value::Null),
                schema("PlantFilter", Value::Null),
                schema("Litres", Value::Null),
                schema("SowingTime", Value::Null),
                schema("Remark", Value::Null),
            ],
            Breaks(&["builder::SearchPlants::body", "PlantFilter", "Litres"]),
        ),
        case(
            "a status",
            Removed(Status),
            vec![call(
                "delete",
                "gardeners/{gardenerId}",
                "/responses",
                json!({ "200": answer("Visit") }),
            )],
            Breaks(&["builder::RemoveGardener::send"]),
        ),
        case(
            "a header",
            Removed(Header),
            vec![call("get", "beds/{bedId}/map", "/responses/200/headers", Value::Null)],
            Refused("Content-Disposition"),
        ),
        case(
            "a media type",
            Removed(MediaType),
            vec![call("get", "beds/{bedId}/map", "/responses/200", file)],
            Breaks(&["builder::DownloadBedMap::send"]),
        ),
        case(
            "a member of an answer",
            Removed(Part::Member),
            vec![schema("Bed/properties/soil", Value::Null)],
            Breaks(&["types::Bed::soil"]),
        ),
        case(
            "a member of a request",
            Removed(Part::Member),
            vec![schema("PlantFilter/properties/season", Value::Null)],
            Breaks(&["types::PlantFilter::season", "types::builder::PlantFilter::season"]),
        ),
        case(
            "a code",
            Removed(Code),
            vec![codes("Colour", "string", &[(json!("red"), "Red")])],
            Breaks(&["types::Colour::Green"]),
        ),
        case(
            "a parameter that a request must have",
            Demanded(Parameter),
            vec![call("get", "beds", "/parameters", json!([query("soil", true)]))],
            Unseen,
        ),
        case(
            "a body that a request must have",
            Demanded(Body),
            vec![call(
                "delete",
                "gardeners/{gardenerId}",
                "/requestBody",
                body("Visit", true, json!({})),
            )],
            Unseen,
        ),
        case(
            "a member that a request must have",
            Demanded(Part::Member),
            vec![
                schema("PlantFilter/properties/note", text()),
                schema("PlantFilter/required", json!(["label", "note"])),
                call(
                    "post",
                    "beds/{bedId}/plants/search",
                    "/requestBody/content/application~1json/example/note",
                    json!("For the kitchen."),
                ),
            ],
            Unseen,
        ),
        case(
            "what a request must have now",
            Narrowed(Request, Presence),
            vec![
                schema("PlantFilter/required", json!(["label", "height"])),
                parameters_required(),
            ],
            Unseen,
        ),
        case(
            "no null in a request",
            Narrowed(Request, Null),
            vec![schema("Litres/properties/most/nullable", Value::Null)],
            Unseen,
        ),
        case(
            "a narrower limit of a request",
            Narrowed(Request, Limit),
            vec![
                part("parameters", "PageSize/schema/maximum", json!(50)),
                schema("NewGardener/properties/email/maxLength", json!(60)),
            ],
            Unseen,
        ),
        case(
            "a pattern of a request",
            Narrowed(Request, Rule::Filter),
            vec![schema("PlantFilter/properties/label/pattern", json!("^-?[0-9]+$"))],
            Unseen,
        ),
        case(
            "a member that an answer may lack",
            Widened(Answer, Presence),
            vec![schema("HarvestPage/required", Value::Null)],
            Unseen,
        ),
        case(
            "null in an answer",
            Widened(Answer, Null),
            vec![
                schema("Bed/properties/type/nullable", json!(true)),
                schema("BedList/properties/result/nullable", json!(true)),
            ],
            Unseen,
        ),
        case(
            "a wider limit of an answer",
            Widened(Answer, Limit),
            vec![schema("SeedsOutcome/properties/sprouts/minimum", Value::Null)],
            Unseen,
        ),
        case(
            "any text in an answer",
            Widened(Answer, Rule::Filter),
            vec![schema("GateAccess/properties/gate/pattern", Value::Null)],
            Unseen,
        ),
        case(
            "an alternative of an answer",
            Alternative(Answer),
            vec![
                schema(
                    "Outcome/anyOf",
                    json!([to("SeedsOutcome"), to("CuttingOutcome"), to("Visit")]),
                ),
                schema("Visit/example", json!({ "by": "g-1" })),
            ],
            Unseen,
        ),
        case(
            "where tokens come from",
            Altered(Aspect::TokenUrl),
            vec![
                flow("/clientCredentials/x-token-urls", json!({ SERVER: elsewhere })),
                flow("/clientCredentials/tokenUrl", json!(elsewhere)),
            ],
            Unseen,
        ),
        case(
            "the first permission",
            Altered(FirstPermission),
            vec![call(
                "get",
                "beds/{bedId}/plants",
                "/security",
                scopes(&[&["garden.plants.all", "garden.beds.read"], &["garden.plants.read"]]),
            )],
            Unseen,
        ),
        case(
            "how a list is split",
            Altered(Aspect::Behaviour),
            vec![call("get", "beds/{bedId}/plants", "/x-paging/total", Value::Null)],
            Unseen,
        ),
        case(
            "the order of parameters",
            Altered(ParameterOrder),
            vec![parameters(&[
                "pageSize",
                "bedId",
                "pageIndex",
                "season",
                "colours",
                "sownSince",
            ])],
            Unseen,
        ),
        case(
            "the type of a member",
            Altered(TypeName),
            vec![schema("Visit/properties/by", to("PlantId"))],
            Breaks(&["types::Visit::by"]),
        ),
        case(
            "an alternative of a request",
            Altered(Union),
            vec![
                schema("Planting/oneOf", json!([to("PlantSeeds")])),
                schema("PlantCutting", Value::Null),
            ],
            Breaks(&["Planting", "PlantCutting"]),
        ),
        case(
            "an alternative of an answer",
            Altered(Union),
            vec![
                schema("Outcome/anyOf", json!([to("SeedsOutcome")])),
                schema("CuttingOutcome", Value::Null),
            ],
            Breaks(&["Outcome"]),
        ),
        case(
            "a request takes a union of answers",
            Altered(UnionSide),
            vec![schema(
                "PlantFilter/properties/outcome",
                json!({ "description": "What came of it.", "allOf": [to("Outcome")] }),
            )],
            Breaks(&["types::Outcome"]),
        ),
        case(
            "codes that are not listed",
            Altered(CodeList),
            vec![schema("Season", json!({ "type": "integer", "description": "When." }))],
            Breaks(&["types::Season"]),
        ),
        case(
            "the name of a code",
            Altered(CodeName),
            vec![codes("Season", "integer", &[(json!(0), "Spring"), (json!(1), "Fall")])],
            Breaks(&["types::Season::Autumn"]),
        ),
        case(
            "a code beside the one that is filled in",
            Altered(Constant),
            vec![codes(
                "SeedsKind",
                "string",
                &[(json!("seeds"), "Sowing"), (json!("bulbs"), "Setting")],
            )],
            Unseen,
        ),
        case(
            "what is filled in may be left out",
            Altered(Constant),
            vec![schema("PlantSeeds/required", json!(["count"]))],
            Unseen,
        ),
        case(
            "another pattern",
            Altered(Aspect::Filter),
            vec![schema("GateAccess/properties/gate/pattern", json!("^[a-m]"))],
            Unseen,
        ),
        case(
            "times of another form",
            Altered(Keyword),
            vec![schema("SowingTime/pattern", json!("^-?[0-9]+$"))],
            Breaks(&["types::PlantFilter::sown", "types::builder::PlantFilter::sown"]),
        ),
        case(
            "the type of a value in an answer",
            Altered(Keyword),
            vec![schema("Bed/properties/area/type", json!("string"))],
            Breaks(&["types::Bed::area"]),
        ),
        case(
            "the type of a value in a request",
            Altered(Keyword),
            vec![schema(
                "PlantFilter/properties/label",
                json!({ "type": "boolean", "description": "Which." }),
            )],
            Breaks(&["types::PlantFilter::label", "types::builder::PlantFilter::label"]),
        ),
        case(
            "the name of an operation",
            Altered(Statement),
            vec![call("get", "tools", "/operationId", json!("listAllTools"))],
            Breaks(&["Client::list_tools", "builder::ListTools", "operations::LIST_TOOLS"]),
        ),
    ]
}

/// The filter of seasons is required.
fn parameters_required() -> (String, Value) {
    part("parameters", "PageSize/required", json!(true))
}
