//! Scaffolds of invented pages, each with a trait of pages that were hard: what is written, and how much is left to decide.

use std::collections::HashSet;
use std::path::Path;

use serde_json::{Value, json};

use super::super::assemble::{Api, scaffold};
use super::{decisions, document, filled, pasted};
use crate::extract::extract;
use crate::facts::Page;
use xtask_spec::Spec;

/// A spec of beds and plants that keeps every rule.
const BEDS: &str = "\
openapi: 3.0.3
info:
  title: Beds
  version: 1.0.0
  contact: {name: The gardeners, url: 'https://garden.example'}
  license: {name: MIT, url: 'https://garden.example', x-oai-license-identifier: MIT}
servers: [{url: 'https://garden.example'}]
tags:
  - name: Plants
    description: Plants.
  - name: Beds
    description: Beds.
paths:
  /garden/v1/beds/{bedId}/plants:
    get:
      operationId: listPlants
      tags: [Plants]
      summary: List the plants
      description: Lists them.
      externalDocs: {url: 'https://github.com/AvePoint/cloud-api/blob/main/docs/garden/plant/list-plants.md'}
      security:
        - oauth2: [garden.plants.read.all]
      parameters:
        - {$ref: '#/components/parameters/BedIdParameter'}
        - {$ref: '#/components/parameters/PageSize'}
      responses:
        '200':
          description: The plants.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/PlantPage'}
              example: {data: [{plantId: p-1, colour: 1}], metadata: {totalCount: 1}}
        '404': {$ref: '#/components/responses/NotFound'}
  /garden/v1/beds/{bedId}/rows:
    get:
      operationId: countRows
      tags: [Beds]
      summary: Count the rows
      description: Counts them.
      externalDocs: {url: 'https://github.com/AvePoint/cloud-api/blob/main/docs/garden/bed/count-rows.md'}
      security:
        - oauth2: [garden.beds.read.all]
      parameters:
        - {$ref: '#/components/parameters/BedIdParameter'}
      responses:
        '204': {description: Counted.}
        '404': {$ref: '#/components/responses/NotFound'}
components:
  securitySchemes:
    oauth2:
      type: oauth2
      flows:
        clientCredentials:
          tokenUrl: https://garden.example/token
          x-token-urls: {'https://garden.example': https://garden.example/token}
          scopes:
            garden.plants.read.all: Read plants.
            garden.beds.read.all: Read beds.
  parameters:
    BedIdParameter:
      name: bedId
      in: path
      description: The bed.
      required: true
      schema: {$ref: '#/components/schemas/BedId'}
      example: b-1
    PageSize:
      name: pageSize
      in: query
      description: How many.
      required: false
      schema: {type: integer, minimum: 1, maximum: 100, default: 50}
      example: 50
  responses:
    NotFound:
      description: There is no such thing.
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Refusal'}
          example: {message: There is none.}
  schemas:
    BedId:
      type: string
      description: Identifies a bed.
      example: b-1
    Plant:
      type: object
      description: A plant.
      properties:
        plantId: {$ref: '#/components/schemas/PlantId'}
        colour: {$ref: '#/components/schemas/PlantColour'}
    PlantColour:
      type: integer
      description: The colour of a plant.
      enum: [1, 2]
      x-enum-varnames: [Red, Green]
      x-enum-descriptions: [Red., Green.]
    PlantId:
      type: string
      description: Identifies a plant.
      example: p-1
    PlantPage:
      type: object
      description: A page of plants.
      properties:
        data:
          type: array
          description: The plants.
          items: {$ref: '#/components/schemas/Plant'}
        metadata: {$ref: '#/components/schemas/PageMetadata'}
    PageMetadata:
      type: object
      description: How a list is split.
      properties:
        totalCount: {type: integer, description: How many there are.}
    Refusal:
      type: object
      description: Why not.
      additionalProperties: {description: What else there is to say.}
";

/// A page as the vendor writes them.
fn page(name: &str, endpoint: &str, scope: &str, parts: &str) -> Page {
    let (method, path) = endpoint.split_once(' ').expect("a method");
    let text = format!(
        "# A page\n\n## Permission\n\n| API | Permission |\n| --- | --- |\n| `{path}` | {scope} |\n\n## Request\n\n\
         | Method | Endpoint | Description |\n| --- | --- | --- |\n| {method} | `{path}` | Does it. |\n\n{parts}"
    );
    let extraction = extract(name, text.as_bytes());
    assert!(extraction.unread.is_empty(), "{:?}\n{text}", extraction.unread);
    assert_eq!(extraction.page.operations.len(), 1, "{text}");
    extraction.page
}

/// A table of a part of a page.
fn table(heading: &str, rows: &[&str]) -> String {
    format!(
        "## {heading}\n\n| Name | Description | Type | Required |\n| --- | --- | --- | --- |\n| {} |\n\n",
        rows.join(" |\n| ")
    )
}

fn sample(heading: &str, json: &Value) -> String {
    format!("## {heading}\n\n```json\n{json:#}\n```\n\n")
}

/// The draft for some pages, as text and read.
fn draft(pages: &[Page]) -> (String, Value) {
    let spec = document(BEDS);
    let read = Spec::new(&spec);
    let api = Api::new("insights", &read, pages, &HashSet::new());
    let text = scaffold(&api, &pages.iter().collect::<Vec<_>>()).expect("a scaffold");
    let left = decisions(&text);
    assert!(left < 10 * pages.len(), "{left} decisions\n{text}");
    // Pasted and decided, it keeps every rule.
    let whole = filled(&pasted(BEDS, &text));
    let mut problems = xtask_lint::check(&document(&whole));
    // It was pasted behind everything.
    problems.retain(|problem| problem.rule != "tag-order");
    assert!(problems.is_empty(), "{problems:#?}\n{whole}");
    let value = document(&text).value;
    (text, value)
}

fn barrels() -> Page {
    let parts = [
        table(
            "Query Parameters",
            &["pageSize | How many. The maximum value allowed is 1000. | integer | Yes"],
        ),
        table(
            "Response",
            &[
                "barrelId | Its id. | string | ",
                "plantIds | The ids of its plants. | array of string | ",
                "seedCount | How many. | integer | ",
                "gatePassword | What it says. | string | ",
                "colour | Its colour:<ul><li>**1** for Red</li><li>**2** for Green</li></ul> | integer | ",
                "state | Its state:<ul><li>**0** for None</li><li>**1** for only one of all the seeds is there maybe</li><li>**2** for Fixed</li></ul> | integer | ",
                "size | Its size. | integer | ",
            ],
        ),
        sample(
            "Response Sample",
            &json!({"data": [{"barrelId": "s-1", "plantIds": ["p-1"], "seedCount": 4, "gatePassword": "x", "colour": 1,
                "state": 0, "size": "large"}], "metadata": {"totalCount": 1}}),
        ),
    ];
    page(
        "docs/garden/plants/list-barrels.md",
        "GET /garden/v1/beds/{bedId}/barrels",
        "garden.plants.read.all",
        &parts.concat(),
    )
}

#[test]
fn what_the_spec_has_is_taken_and_what_a_name_says_is_said() {
    let (text, new) = draft(&[barrels()]);
    let call = &new["paths"]["/garden/v1/beds/{bedId}/barrels"]["get"];
    assert_eq!(call["operationId"], "listBarrels");
    assert_eq!(
        call["tags"],
        json!(["Plants"]),
        "the folder of the page is that of the plants"
    );
    assert_eq!(
        call["responses"]["404"],
        json!({"$ref": "#/components/responses/NotFound"})
    );
    let parameters = call["parameters"].as_array().expect("parameters");
    assert_eq!(parameters[0], json!({"$ref": "#/components/parameters/BedIdParameter"}));
    assert_eq!(
        (
            &parameters[1]["name"],
            &parameters[1]["schema"]["maximum"],
            &parameters[1]["required"]
        ),
        (&json!("pageSize"), &json!(1000), &json!(true)),
        "its own, where that of the spec is another: {text}"
    );
    let schemas = &new["components"]["schemas"];
    let barrel = &schemas["Barrel"]["properties"];
    let reference = |name: &str| json!([{"$ref": format!("#/components/schemas/{name}")}]);
    assert_eq!(barrel["barrelId"]["allOf"], reference("BarrelId"));
    assert_eq!(barrel["barrelId"]["description"], "Identifies the barrel.");
    assert_eq!(barrel["plantIds"]["items"], reference("PlantId")[0], "{text}");
    assert_eq!(barrel["seedCount"]["description"], "The number of seeds.");
    assert_eq!(barrel["gatePassword"]["format"], "password");
    assert_eq!(barrel["colour"]["allOf"], reference("PlantColour"), "codes of the spec");
    assert_eq!(
        barrel["size"]["allOf"],
        reference("IntegerOrText"),
        "a union has a name"
    );
    for form in schemas["IntegerOrText"]["anyOf"].as_array().expect("forms") {
        assert!(form.get("example").is_some(), "{form}");
    }
    let names = &schemas["BarrelState"]["x-enum-varnames"];
    assert_eq!(names[0], "NoneState", "no name that the lint refuses");
    assert!(!names[1].as_str().expect("a name").contains("Maybe"), "{names}");
    let page = &schemas["BarrelPage"]["properties"];
    assert_eq!(
        page["metadata"]["allOf"],
        reference("PageMetadata"),
        "the same object: {text}"
    );
    assert_eq!(schemas["BarrelId"]["description"], "Identifies a barrel.");
}

#[test]
fn drafts_of_one_run_collide_in_nothing_and_share_what_is_equal() {
    let of = |folder: &str, path: &str| {
        let parts = table(
            "Response",
            &["toolId | Its id. | string | ", "name | Its name. | string | "],
        ) + &sample("Response Sample", &json!({"data": [{"toolId": "t-1", "name": "x"}]}));
        page(
            &format!("docs/garden/{folder}/list.md"),
            path,
            "garden.tools.read.all",
            &parts,
        )
    };
    let (text, new) = draft(&[
        of("yard-tools", "GET /garden/v1/yard/tools"),
        of("shed-tools", "GET /garden/v1/shed/tools"),
    ]);
    let paths = new["paths"].as_object().expect("paths").values();
    let ids: Vec<_> = paths.map(|item| item["get"]["operationId"].clone()).collect();
    assert_eq!(ids, ["listTools", "listShedTools"]);
    let schemas = new["components"]["schemas"].as_object().expect("schemas");
    let names: Vec<_> = schemas.keys().filter(|name| name.starts_with("Tool")).collect();
    assert_eq!(names, ["Tool", "ToolId", "ToolPage"], "one of each: {text}");
    let tags: Vec<_> = new["tags"]
        .as_array()
        .expect("tags")
        .iter()
        .map(|tag| tag["name"].clone())
        .collect();
    assert_eq!(tags, ["Yard tools", "Shed tools"]);
    assert_eq!(
        text.matches("TODO(scaffold): the tag is called after").count(),
        2,
        "{text}"
    );
    let scopes = new.pointer("/components/securitySchemes/oauth2/flows/clientCredentials/scopes");
    assert_eq!(scopes, Some(&json!({"garden.tools.read.all": "Read tools."})));
}

#[test]
fn a_component_has_the_name_that_the_page_has_for_it() {
    let rows = [
        "jobs | What is done. | List<WateringJob> | ",
        "tools | With what. | `Array[Spade]` | ",
        "gate | Where. | GardenGate | ",
    ];
    let parts = table("Response", &rows)
        + &sample(
            "Response Sample",
            &json!({"jobs": [{"litres": 2}], "tools": [{"size": 2}], "gate": {"isOpen": true}}),
        );
    let (text, new) = draft(&[page(
        "docs/garden/bed/get-plan.md",
        "GET /garden/v1/beds/{bedId}/plan",
        "garden.beds.read.all",
        &parts,
    )]);
    let members = &new["components"]["schemas"]["GetPlanResult"]["properties"];
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    assert_eq!(members["jobs"]["items"], reference("WateringJob"), "{text}");
    assert_eq!(members["tools"]["items"], reference("Spade"), "{text}");
    assert_eq!(members["gate"]["allOf"][0], reference("GardenGate"), "{text}");
}

#[test]
fn what_was_not_understood_is_marked() {
    let rows = [
        "label | What it says. | string or string[] | ",
        "state | Its state:<ul><li>**1** for Dry</li><li>**x** for Wet</li><li>**true** for Dug</li></ul> | integer | ",
    ];
    let (text, _) = draft(&[page(
        "docs/garden/bed/get-sign.md",
        "GET /garden/v1/beds/{bedId}/sign",
        "garden.beds.read.all",
        &table("Response", &rows),
    )]);
    let comments = text.lines().map(|line| line.trim().trim_start_matches("# "));
    let comments = comments.collect::<Vec<_>>().join(" ");
    for words in [
        "the page says `string or string[]`",
        "the codes of the page are not written",
    ] {
        assert!(
            comments.contains(&format!("TODO(scaffold): {words}")),
            "{words}: {text}"
        );
    }
}

#[test]
fn the_sample_gives_the_beginning_that_every_path_has() {
    let parts = table("Response", &["name | Its name. | string | "])
        + "## Request Sample\n\n```\nGET https://garden.example/garden/v1/beds/b-1/pond\n```\n\n"
        + &sample("Response Sample", &json!({"name": "x"}));
    let (text, new) = draft(&[page(
        "docs/garden/bed/get-pond.md",
        "GET /v1/beds/{bedId}/pond",
        "garden.beds.read.all",
        &parts,
    )]);
    assert!(new["paths"].get("/garden/v1/beds/{bedId}/pond").is_some(), "{text}");
}

#[test]
fn lists_are_paged_as_their_answers_say_and_labels_stand_beside_codes() {
    let query = table(
        "Query Parameters",
        &[
            "pageIndex | Which page. | integer | No",
            "pageSize | How many. | integer | No",
        ],
    );
    let rows = [
        "plantIssueModels | All of them. | array | ",
        "hasNextPage | Whether there are more. | boolean | ",
        "grade | How bad:<ul><li>**low** for Little</li><li>**high** for Much</li></ul> | string | ",
    ];
    let answer = json!({"plantIssueModels": [{"grade": "Rather high"}], "hasNextPage": false});
    let numbered = query + &table("Response", &rows) + &sample("Response Sample", &answer);
    let whole = table(
        "Response",
        &["roofs | All of them. | array | ", "slope | Its slope. | integer | "],
    ) + &sample("Response Sample", &json!({"roofs": [{"slope": 30}]}));
    let (text, new) = draft(&[
        page(
            "docs/garden/plant/issues.md",
            "GET /garden/v1/issues",
            "garden.plants.read.all",
            &numbered,
        ),
        page(
            "docs/garden/bed/roofs.md",
            "GET /garden/v1/roofs",
            "garden.beds.read.all",
            &whole,
        ),
    ]);
    let paging = |path: &str| new["paths"][path]["get"]["x-paging"].clone();
    assert_eq!(
        paging("/garden/v1/issues"),
        json!({"style": "page-number", "page": "pageIndex", "size": "pageSize", "items": "plantIssueModels",
            "more": "hasNextPage"})
    );
    assert_eq!(
        paging("/garden/v1/roofs"),
        json!({"style": "single", "items": "roofs"}),
        "{text}"
    );
    let schemas = &new["components"]["schemas"];
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let grade = &schemas["PlantIssue"]["properties"]["grade"]["allOf"][0];
    assert_eq!(*grade, reference("IssueGradeCodeOrText"), "{text}");
    assert_eq!(schemas["IssueGradeCodeOrText"]["anyOf"][0], reference("IssueGradeCode"));
}

/// Every operation that the newest pages add to the specs is scaffolded in one run.
#[test]
#[cfg_attr(
    not(shared_pages),
    ignore = "the vendor's pages are missing; name their folder with AVEPOINT_SHARED"
)]
fn few_decisions_are_left_for_the_newest_pages() {
    let checkout = Path::new(env!("VENDOR_PAGES"));
    let known = xtask_spec::api::Api::parse("elements-v3").expect("an API");
    let sources = crate::source::checkout(checkout, known).expect("pages");
    let pages = crate::reading::read(known, &sources).pages;
    let mut spec = known.document().expect("a spec");
    // As if the spec had none of those whose pages the older checkout does not have.
    let old = Path::new(env!("EARLIER_PAGES"));
    let old = crate::reading::read(known, &crate::source::checkout(old, known).expect("pages")).pages;
    let there = old.iter().flat_map(|page| &page.operations);
    let there: HashSet<_> = there
        .map(|one| (one.method.clone(), crate::endpoint::template(&one.endpoint)))
        .collect();
    let is_new = |method: &str, path: &str| !there.contains(&(method.to_uppercase(), crate::endpoint::template(path)));
    for (path, item) in spec.value["paths"].as_object_mut().expect("paths") {
        let documented = |operation: &Value| operation.get("deprecated").is_none();
        let item = item.as_object_mut().expect("a path");
        item.retain(|method, operation| !(is_new(method, path) && documented(operation)));
    }
    let read = Spec::new(&spec);
    let api = Api::new(known.name, &read, &pages, &HashSet::new());
    let mut count = 0;
    for page in pages.iter().filter(|page| api.lacks_some(page)) {
        let text = scaffold(&api, &[page]).expect("a scaffold");
        let left = decisions(&text);
        assert!(
            left < 10 * page.operations.len(),
            "{}: {left} decisions\n{text}",
            page.page
        );
        count += page.operations.len();
    }
    assert!(count > 0, "the newest pages have new operations");
}
