use axum::body::Bytes;
use wixapp::server::extract::BoundedBytes;
use wixapp::server::image_kind::ImageKind;
use wixapp::server::outside::{Outside, read};
use wixapp::server::storage::{self, Storage};

/// The largest image, in bytes.
const LARGEST: usize = 10 * 1024 * 1024;

/// An image, without its bytes.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Image {
    id: String,
    content_type: String,
    width: u32,
    height: u32,
}

impl Record for Image {
    const COLLECTION: &'static str = "images";
    fn id(&self) -> &str {
        &self.id
    }
}

/// Where the bytes of images are kept, and the way to those that are elsewhere.
struct Images {
    storage: Box<dyn Storage>,
    outside: Outside,
}

impl Images {
    fn new(config: &Config) -> Self {
        // A folder beside the database.
        let place = match config.database.url.strip_prefix("sqlite:") {
            Some(file) => std::path::Path::new(file).with_extension("images").display().to_string(),
            None => "images".to_owned(),
        };
        let storage = storage::open(&place).expect("every folder is a place for files");
        // An image is no secret: it may come without TLS.
        Self { storage, outside: Outside::new().plain_too() }
    }

    async fn keep(
        &self,
        server: &Server,
        session: &OwnerSession,
        bytes: Bytes,
    ) -> Result<(StatusCode, Reply<Image>), ApiError> {
        let kind = ImageKind::of(&bytes);
        let kind = kind.ok_or_else(|| ApiError::invalid("This is no JPEG, PNG, GIF or WebP image."))?;
        let id = format!("img_{}", sortable_body(server.clock.now(), server.random()));
        // The file first: what a crash leaves behind is a file that nothing points at.
        let put = self.storage.put(&session.instance_id, &id, bytes).await;
        put.map_err(|error| ApiError::internal(&error))?;
        let (content_type, width, height) = (kind.content_type.to_owned(), kind.width, kind.height);
        let image = Image { id, content_type, width, height };
        let saved = server.change(session, Want::money(), move |tx| Ok(tx.save_record(&image)?)).await?;
        Ok((StatusCode::CREATED, Reply::new(saved.record)))
    }
}
