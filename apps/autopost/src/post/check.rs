//! What keeps a post from being published, said before a credit is spent; and how it will look.

use utoipa::ToSchema;
use wixapp::prelude::*;

use super::edit::Input;
use super::{Content, PostImage};
use crate::connection::{ConnectionState, Connections};
use crate::desk::{Call, Desk};
use crate::network::{Limits, Network, NetworkName};
use crate::text::{Mark, marks};

/// A tenth of a megabyte. What is too large is rounded up, and what is allowed down: they never read the same.
const TENTH: usize = 100_000;

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(check))
}

/// Something that keeps a post from being published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// The network it is about; it is about all of them when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) network: Option<NetworkName>,
    /// The field to change.
    pub(crate) field: &'static str,
    /// Its stable name.
    pub(crate) code: &'static str,
    /// What to do, in a sentence.
    pub(crate) message: String,
}

/// How a post will look on one network.
#[derive(Serialize, ToSchema)]
struct Preview {
    network: NetworkName,
    text: String,
    /// How long it is, as the network counts.
    length: usize,
    /// How long it may be.
    limit: usize,
    links: Vec<String>,
    tags: Vec<String>,
}

/// What publishing it would cost, and what is in the way.
#[derive(Serialize, ToSchema)]
struct Checked {
    /// One for each network.
    credits: usize,
    problems: Vec<Problem>,
    previews: Vec<Preview>,
}

/// Says how a post would look and what is in its way, and stores nothing.
#[utoipa::path(post, path = "/api/v1/posts/check", tag = "posts", operation_id = "posts_check",
    request_body = Input, responses((status = 200, body = Reply<Checked>)))]
async fn check(
    Call(server, session, desk): Call,
    ValidJson { value: input, .. }: ValidJson<Input>,
) -> Result<Reply<Checked>, ApiError> {
    let content = input.content()?;
    let images = input.images(&server, &session).await?;
    let connections = Connections::load(&server, &session).await?;
    let previews =
        content.networks.iter().filter_map(|name| Some(preview(*name, desk.networks.get(name)?, &content)));
    Ok(Reply::new(Checked {
        credits: content.networks.len(),
        problems: problems(&desk, &connections, &content, &images),
        previews: previews.collect(),
    }))
}

fn preview(name: NetworkName, network: &Arc<dyn Network>, content: &Content) -> Preview {
    let text = content.text_for(name);
    let marks = marks(text);
    let of = |wanted: fn(&Mark) -> bool| {
        marks.iter().filter(|mark| wanted(mark)).map(|mark| text[mark.range()].to_owned()).collect()
    };
    Preview {
        network: name,
        length: network.length(text),
        limit: network.limits().characters,
        links: of(|mark| matches!(mark, Mark::Link(_))),
        tags: of(|mark| matches!(mark, Mark::Tag(_))),
        text: text.to_owned(),
    }
}

/// Everything that keeps this from being published now.
pub(crate) fn problems(
    desk: &Desk,
    connections: &Connections,
    content: &Content,
    images: &[PostImage],
) -> Vec<Problem> {
    let mut found = Vec::new();
    if content.networks.is_empty() {
        let message = "Choose at least one network.".to_owned();
        found.push(Problem { network: None, field: "networks", code: "no_network", message });
    }
    for name in &content.networks {
        let problem = |field, code, message| Problem { network: Some(*name), field, code, message };
        let label = name.label();
        let Some(network) = desk.networks.get(name) else {
            let message = format!("{label} is not offered here. Take it off this post.");
            found.push(problem("networks", "not_offered", message));
            continue;
        };
        let connection = match connections.state(*name) {
            ConnectionState::Connected => None,
            ConnectionState::Reconnect => {
                Some(("reconnect", format!("The connection to {label} has expired. Connect it again.")))
            }
            ConnectionState::Disconnected => {
                Some(("not_connected", format!("Connect your {label} account first.")))
            }
        };
        found.extend(connection.map(|(code, message)| problem("networks", code, message)));
        let limits = network.limits();
        let text = content.text_for(*name);
        let length = network.length(text);
        if length == 0 && images.is_empty() {
            found.push(problem("text", "empty", format!("Write something for {label}.")));
        }
        if length > limits.characters {
            let (most, over) = (limits.characters, length - limits.characters);
            let message =
                format!("A post on {label} has at most {most} characters, and this one has {length}. ");
            let advice = format!("Shorten it by {over}, or write a version for {label}.");
            found.push(problem("text", "too_long", message + &advice));
        }
        let of_images = image_problems(label, &limits, images).into_iter();
        found.extend(of_images.map(|(code, message)| problem("images", code, message)));
        if *name == NetworkName::Ayrshare && !images.is_empty() && desk.public_url.is_none() {
            let message =
                "Ayrshare fetches images itself, and this server has no public address. Take the images off.";
            found.push(problem("images", "image_address", message.to_owned()));
        }
    }
    found
}

fn image_problems(label: &str, limits: &Limits, images: &[PostImage]) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    if images.len() > limits.images {
        let (most, count) = (limits.images, images.len());
        let message = format!("A post on {label} has at most {most} images, and this one has {count}.");
        found.push(("too_many_images", message));
    }
    for (number, PostImage { image, .. }) in (1..).zip(images) {
        if image.bytes > limits.image_bytes {
            let (size, most) =
                (megabytes(image.bytes.div_ceil(TENTH)), megabytes(limits.image_bytes / TENTH));
            let why = format!(
                "Image {number} has {size} MB, and {label} takes at most {most} MB. Make it smaller."
            );
            found.push(("image_too_large", why));
        }
        if !limits.image_types.contains(&image.content_type.as_str()) {
            let kind = image.content_type.trim_start_matches("image/").to_uppercase();
            found.push(("image_type", format!("{label} takes no {kind} images, and image {number} is one.")));
        }
    }
    found
}

/// Tenths of a megabyte, as people write them.
fn megabytes(tenths: usize) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}
