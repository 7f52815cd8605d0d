//! Single objects: tags for them.

use serde_json::json;

use super::Handlers;
use super::sites::site;
use crate::call::{Answer, Call, Outcome, Refusal};
use crate::reports;
use crate::world::{TAGS, World};

pub(super) const HANDLERS: Handlers = &[("addObjectTag", add_object_tag)];

fn add_object_tag(call: &Call, world: &mut World) -> Outcome {
    let site = site(Some(call.path_text("siteId")), world)?;
    let found = reports::object(world, call.path_text("objectUrl"));
    let (_, item) = found
        .filter(|(found, _)| found.place == site.place)
        .ok_or_else(|| Refusal::not_found("object"))?;
    let tag = call.query_text("tagName").unwrap_or_default();
    let Some(tag) = TAGS.into_iter().find(|known| known.eq_ignore_ascii_case(tag)) else {
        // As the service does: HTTP says that all is well.
        let message = format!("There is no such tag. There is: {}.", TAGS.join(", "));
        return Ok(Answer::Json(json!({ "status": 404, "message": message })));
    };
    world.change(item, |item| tag.clone_into(&mut item.tag));
    Ok(Answer::Json(json!({ "status": 200, "message": "" })))
}
