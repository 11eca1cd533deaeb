//! Files in a bucket that speaks S3: one object a file, under the prefix that the operator gave. The keys are those of
//! a folder, so that other tools copy one to the other too.

use super::{
    client::Connector,
    content::{Content, Parts},
    name::{is_one, key},
    place::BucketPlace,
};
use crate::{Error, OpenError, Result};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::{
    BackoffConfig, MultipartUpload, ObjectStore, ObjectStoreExt, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    path::Path,
};
use std::{collections::BTreeMap, io, time::Duration};
use tokio::{sync::Semaphore, time::timeout};

/// What is sent in one request, and is in memory meanwhile: the least that S3 takes for a part that is not the last. A
/// longer file is sent in parts.
const PART: u64 = 5 * 1024 * 1024;
/// Files that are sent side by side; others wait. So much memory they need at most: 8 times 5 MiB.
const SENT_AT_ONCE: usize = 8;
/// Whoever waits for longer than this is told to try again.
const TURN_WITHIN: Duration = Duration::from_secs(30);
/// Requests that delete, side by side.
const DELETED_AT_ONCE: usize = 8;
/// The parts of a file that broke off are taken back within this, or left to the bucket's own rule for them.
const TAKEN_BACK_WITHIN: Duration = Duration::from_secs(5);

/// A request is sent three times at most, and not again once it has taken so long.
const RETRY: RetryConfig = RetryConfig {
    backoff: BackoffConfig {
        init_backoff: Duration::from_millis(100),
        max_backoff: Duration::from_secs(2),
        base: 2.0,
    },
    max_retries: 2,
    retry_timeout: Duration::from_secs(20),
};

/// The bucket.
pub(crate) struct Bucket {
    objects: AmazonS3,
    prefix: String,
    turns: Semaphore,
}

impl Bucket {
    pub(super) fn open(place: &BucketPlace) -> std::result::Result<Self, OpenError> {
        let endpoint = place.endpoint();
        let mut builder = AmazonS3Builder::new()
            .with_http_connector(Connector::to(endpoint))
            .with_retry(RETRY)
            .with_bucket_name(&place.bucket)
            .with_region(&place.region)
            .with_access_key_id(&place.key_id)
            .with_secret_access_key(&place.secret_key)
            .with_virtual_hosted_style_request(place.is_in_host);
        if let Some(endpoint) = endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        if let Some(token) = &place.session_token {
            builder = builder.with_token(token);
        }
        Ok(Self {
            objects: builder.build().map_err(|error| OpenError::Files { message: why(&error) })?,
            prefix: place.prefix.clone(),
            turns: Semaphore::new(SENT_AT_ONCE),
        })
    }

    /// The key of what is at this place of a store.
    fn path(&self, key: &str) -> Path {
        Path::from([&*self.prefix, "/", key].concat())
    }

    /// One file, in one part or in many, of which one is in memory at a time.
    pub(super) async fn put(&self, name: &str, content: Content) -> Result<()> {
        let turn = timeout(TURN_WITHIN, self.turns.acquire()).await;
        let _turn = turn
            .map_err(|_| fault("too many files are being sent"))?
            .map_err(|_| fault("it is closed"))?;
        let path = self.path(&key(name));
        let mut parts = content.in_parts_of(PART);
        let first = parts.next().await?;
        if parts.is_at_end() {
            return self.objects.put(&path, first.into()).await.map(drop).map_err(failed);
        }
        let mut upload = self.objects.put_multipart(&path).await.map_err(failed)?;
        let sent = send(&mut *upload, first, &mut parts).await;
        if sent.is_err() && !matches!(timeout(TAKEN_BACK_WITHIN, upload.abort()).await, Ok(Ok(())))
        {
            tracing::warn!("parts of a file that broke off are left in the bucket");
        }
        sent
    }

    pub(super) async fn get(&self, name: &str) -> Result<Content> {
        let found = self.objects.get(&self.path(&key(name))).await.map_err(|error| {
            if is_absent(&error) {
                Error::File(io::ErrorKind::NotFound.into())
            } else {
                failed(error)
            }
        })?;
        let bytes = found.meta.size;
        let pieces = found.into_stream().map_err(|error| io::Error::other(why(&error)));
        Ok(Content { bytes, pieces: pieces.boxed() })
    }

    pub(super) async fn delete(&self, names: &[String]) -> Result<()> {
        let deleted = names.iter().map(|name| self.delete_one(self.path(&key(name))));
        let deleted: Vec<_> = deleted.collect();
        stream::iter(deleted).buffer_unordered(DELETED_AT_ONCE).try_collect().await
    }

    async fn delete_one(&self, path: Path) -> Result<()> {
        match self.objects.delete(&path).await {
            Err(error) if !is_absent(&error) => Err(failed(error)),
            _ => Ok(()),
        }
    }

    pub(super) async fn list(&self, folder: &str) -> Result<BTreeMap<String, u64>> {
        let listed = self.objects.list(Some(&self.path(folder))).map_err(failed);
        let ours = listed.try_filter_map(|object| async move {
            let name = object.location.filename().filter(|name| is_one(name, folder));
            Ok(name.map(|name| (name.to_owned(), object.size)))
        });
        ours.try_collect().await
    }
}

async fn send(upload: &mut dyn MultipartUpload, first: Bytes, parts: &mut Parts) -> Result<()> {
    upload.put_part(first.into()).await.map_err(failed)?;
    while !parts.is_at_end() {
        let part = parts.next().await?;
        upload.put_part(part.into()).await.map_err(failed)?;
    }
    upload.complete().await.map(drop).map_err(failed)
}

/// Whether the bucket is there and the object is not.
fn is_absent(error: &object_store::Error) -> bool {
    matches!(error, object_store::Error::NotFound { .. })
        && find_element(error, "Code").as_deref() != Some("NoSuchBucket")
}

fn failed(error: object_store::Error) -> Error {
    Error::FileStore(io::Error::other(why(&error)))
}

/// An error and what is behind it.
fn causes(error: &object_store::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    let first: &(dyn std::error::Error + 'static) = error;
    std::iter::successors(Some(first), |cause| cause.source())
}

fn fault(why: &str) -> Error {
    Error::FileStore(io::Error::other(why.to_owned()))
}

/// What went wrong, for the log and the operator: the store's own code and words where it gave some, else the cause
/// behind all others. Without the request, its address and the whole document of the answer.
fn why(error: &object_store::Error) -> String {
    if let Some(code) = find_element(error, "Code") {
        let words =
            find_element(error, "Message").map(|words| format!(": {words}")).unwrap_or_default();
        return format!("the bucket answers {code}{words}");
    }
    let deepest = causes(error).last().map(ToString::to_string).unwrap_or_default();
    deepest.trim_end_matches([':', ' ']).to_owned()
}

/// The text of an element of the document that the bucket refused with.
fn find_element(error: &object_store::Error, name: &str) -> Option<String> {
    let whole = error.to_string();
    let (_, rest) = whole.split_once(&format!("<{name}>"))?;
    rest.split_once('<').map(|(text, _)| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{super::place::FilesPlace, *};
    use tokio::{net::TcpListener, time::Instant};

    fn at(endpoint: &str) -> Bucket {
        let environment = |name: &str| match name {
            "AWS_ACCESS_KEY_ID" => Some("a key".to_owned()),
            "AWS_SECRET_ACCESS_KEY" => Some("its secret".to_owned()),
            "AWS_ENDPOINT_URL" => Some(endpoint.to_owned()),
            _ => None,
        };
        match FilesPlace::parse("s3://bucket/a", environment).unwrap() {
            FilesPlace::Bucket(place) => Bucket::open(&place).unwrap(),
            FilesPlace::Folder(_) => unreachable!("it begins with s3://"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_bucket_that_does_not_answer_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let bucket = at(&format!("http://{}", listener.local_addr().unwrap()));
        let listening = tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                held.push(stream);
            }
        });
        let names = ["abcd.bin".to_owned()];
        for what in 0..4 {
            let begun = Instant::now();
            let outcome = match what {
                0 => bucket.put("abcd.bin", Content::of_bytes("hola".into())).await,
                1 => bucket.get("abcd.bin").await.map(drop),
                2 => bucket.delete(&names).await,
                _ => bucket.list("ab").await.map(drop),
            };
            assert!(matches!(&outcome, Err(Error::FileStore(_))), "{outcome:?}");
            assert!(begun.elapsed() < Duration::from_secs(100), "{what}: {:?}", begun.elapsed());
        }
        listening.abort();
    }

    #[tokio::test]
    async fn a_bucket_that_is_not_there_is_said_to_be_so() {
        let bucket = at("http://127.0.0.1:1");
        let outcome = bucket.put("abcd.bin", Content::of_bytes("hola".into())).await;
        assert!(
            matches!(outcome, Err(Error::FileStore(why)) if why.to_string().contains("refused"))
        );
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_too_long_for_a_turn_is_told_to_try_again() {
        let bucket = at("http://127.0.0.1:1");
        let _taken = bucket.turns.acquire_many(u32::try_from(SENT_AT_ONCE).unwrap()).await.unwrap();
        let outcome = bucket.put("abcd.bin", Content::of_bytes("hola".into())).await;
        assert!(
            matches!(&outcome, Err(Error::FileStore(why)) if why.to_string().contains("too many"))
        );
        assert_eq!(outcome.unwrap_err().refusal().code, protocol::Code::TryAgain);
    }

    #[test]
    fn what_the_bucket_says_is_told_in_short() {
        let error =
            |source: &str| object_store::Error::Generic { store: "S3", source: source.into() };
        let document = "Error performing PUT http://a/b in 3 ms - 403: <?xml?><Error><Code>AccessDenied</Code><Message>No</Message><Key>a</Key></Error>";
        assert_eq!(why(&error(document)), "the bucket answers AccessDenied: No");
        assert_eq!(
            why(&error("Connection refused (os error 111)")),
            "Connection refused (os error 111)"
        );
    }
}
