//! Where files are to be, as the operator says it: a folder, or `s3://bucket/prefix` with the variables that everything
//! which speaks to S3 takes.

use std::{
    fmt,
    path::{Path, PathBuf},
};
use url::{Host, Url};

/// A place for files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilesPlace {
    /// A folder, made where it is not there; one that several machines share, too.
    Folder(PathBuf),
    /// A bucket.
    Bucket(Box<BucketPlace>),
}

/// A bucket, and what opens it.
#[derive(Clone, PartialEq, Eq)]
pub struct BucketPlace {
    pub(super) bucket: String,
    /// Without slashes around it; empty: none.
    pub(super) prefix: String,
    /// Where requests go, with the bucket in its host where it belongs there; none: Amazon's of the region.
    endpoint: Option<Url>,
    pub(super) region: String,
    pub(super) key_id: String,
    pub(super) secret_key: String,
    pub(super) session_token: Option<String>,
    /// The bucket's name is a part of the host's, and not of the path.
    pub(super) is_in_host: bool,
}

/// Why a place is none. No text repeats what was given: an address may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilesPlaceError {
    #[error("must be a folder, file:///folder or s3://bucket/prefix")]
    Unknown,
    #[error("the folder behind file:// must begin with a slash, as in file:///srv/files")]
    NotAbsolute,
    #[error("a bucket's name has 3 to 63 small letters, digits, hyphens and dots")]
    Bucket,
    #[error(
        "behind the bucket only a prefix may stand: letters, digits, `.`, `_`, `-` and single slashes"
    )]
    Prefix,
    #[error("s3:// needs {0} in the environment")]
    Missing(&'static str),
    #[error(
        "{0} must be an address with http:// or https://, without a name, a password or a question mark"
    )]
    Endpoint(&'static str),
    #[error(
        "AWS_VIRTUAL_HOSTED_STYLE_REQUEST must be true or false, and true only where the endpoint's host has a name"
    )]
    Style,
}

use FilesPlaceError as Wrong;

impl FilesPlace {
    /// Reads a path, `file:///folder` or `s3://bucket/prefix`. Of a bucket the environment says the rest:
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_REGION` or `AWS_DEFAULT_REGION`,
    /// `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`, and `AWS_VIRTUAL_HOSTED_STYLE_REQUEST`. What is empty is not set.
    /// Plain HTTP is spoken where an endpoint says so, and nowhere else.
    pub fn parse(text: &str, environment: impl Fn(&str) -> Option<String>) -> Result<Self, Wrong> {
        let text = text.trim();
        if text.starts_with("file://") {
            let path = Url::parse(text).ok().and_then(|url| url.to_file_path().ok());
            return path.map(Self::Folder).ok_or(Wrong::NotAbsolute);
        }
        if let Some(rest) = text.strip_prefix("s3://") {
            return BucketPlace::parse(rest, environment)
                .map(|place| Self::Bucket(Box::new(place)));
        }
        let has_scheme =
            text.contains("://") || text.starts_with("s3:") || text.starts_with("file:");
        (!text.is_empty() && !has_scheme).then(|| Self::Folder(text.into())).ok_or(Wrong::Unknown)
    }

    /// Where nobody says otherwise.
    pub fn default_folder(data_dir: &Path) -> PathBuf {
        data_dir.join("files")
    }

    /// Whether what travels there can be read on the way.
    pub fn is_in_the_clear(&self) -> bool {
        let Self::Bucket(place) = self else { return false };
        let Some(endpoint) = &place.endpoint else { return false };
        let is_here = match endpoint.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            None => false,
        };
        endpoint.scheme() == "http" && !is_here
    }
}

impl fmt::Display for FilesPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::Bucket(place) if place.prefix.is_empty() => write!(f, "s3://{}", place.bucket),
            Self::Bucket(place) => write!(f, "s3://{}/{}", place.bucket, place.prefix),
        }
    }
}

/// Without what opens it.
impl fmt::Debug for BucketPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bucket, prefix, endpoint, region, .. } = self;
        write!(
            f,
            "BucketPlace({bucket}/{prefix} in {region} at {:?})",
            endpoint.as_ref().map(Url::as_str)
        )
    }
}

impl BucketPlace {
    fn parse(rest: &str, environment: impl Fn(&str) -> Option<String>) -> Result<Self, Wrong> {
        let find = |name: &str| {
            environment(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        if !is_bucket(bucket) {
            return Err(Wrong::Bucket);
        }
        if !prefix.is_empty() && !prefix.split('/').all(is_part_of_prefix) {
            return Err(Wrong::Prefix);
        }
        let mut endpoint = match (find("AWS_ENDPOINT_URL_S3"), find("AWS_ENDPOINT_URL")) {
            (Some(url), _) => Some(endpoint("AWS_ENDPOINT_URL_S3", &url)?),
            (None, Some(url)) => Some(endpoint("AWS_ENDPOINT_URL", &url)?),
            (None, None) => None,
        };
        let region = find("AWS_REGION").or_else(|| find("AWS_DEFAULT_REGION"));
        let region = match (region, &endpoint) {
            (Some(region), _) => region,
            // Who serves buckets elsewhere mostly has no regions, and signs for this one.
            (None, Some(_)) => "us-east-1".to_owned(),
            (None, None) => {
                return Err(Wrong::Missing(
                    "AWS_REGION (or AWS_ENDPOINT_URL where it is not Amazon's)",
                ));
            }
        };
        // A bucket with dots in its name has no certificate as a part of Amazon's hosts.
        let is_in_host = match find("AWS_VIRTUAL_HOSTED_STYLE_REQUEST").as_deref() {
            Some("true") => true,
            Some("false") => false,
            Some(_) => return Err(Wrong::Style),
            None => endpoint.is_none() && !bucket.contains('.'),
        };
        if let Some(endpoint) = endpoint.as_mut().filter(|_| is_in_host) {
            let Some(Host::Domain(host)) = endpoint.host() else { return Err(Wrong::Style) };
            let host = [bucket, ".", host].concat();
            endpoint.set_host(Some(&host)).map_err(|_| Wrong::Style)?;
        }
        Ok(Self {
            key_id: find("AWS_ACCESS_KEY_ID").ok_or(Wrong::Missing("AWS_ACCESS_KEY_ID"))?,
            secret_key: find("AWS_SECRET_ACCESS_KEY")
                .ok_or(Wrong::Missing("AWS_SECRET_ACCESS_KEY"))?,
            session_token: find("AWS_SESSION_TOKEN"),
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            endpoint,
            region,
            is_in_host,
        })
    }

    /// The address that requests go to; none: Amazon's of the region.
    pub(super) fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_ref().map(|endpoint| endpoint.as_str().trim_end_matches('/'))
    }
}

/// Whether an endpoint is spoken to without TLS.
pub(super) fn is_plain(endpoint: &str) -> bool {
    endpoint.starts_with("http://")
}

fn endpoint(variable: &'static str, text: &str) -> Result<Url, Wrong> {
    let is_one = |url: &Url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    };
    Url::parse(text).ok().filter(is_one).ok_or(Wrong::Endpoint(variable))
}

/// The rules of S3 for names of buckets, as far as they keep one from being anything but a name.
fn is_bucket(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (3..=63).contains(&name.len())
        && name.chars().all(|c| is_letter(c) || matches!(c, '-' | '.'))
        && name.starts_with(is_letter)
        && name.ends_with(is_letter)
        && !name.contains("..")
}

fn is_part_of_prefix(part: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    !part.is_empty() && !matches!(part, "." | "..") && part.chars().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [(&str, &str); 2] =
        [("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "not for anybody")];
    const ELSEWHERE: (&str, &str) = ("AWS_ENDPOINT_URL", "http://localhost:9000");

    fn parse(text: &str, environment: &[(&str, &str)]) -> Result<FilesPlace, Wrong> {
        FilesPlace::parse(text, |name| {
            let found = environment.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn bucket(text: &str, more: &[(&str, &str)]) -> Result<BucketPlace, Wrong> {
        match parse(text, &[&KEYS[..], more].concat())? {
            FilesPlace::Bucket(bucket) => Ok(*bucket),
            FilesPlace::Folder(folder) => panic!("a folder: {}", folder.display()),
        }
    }

    #[test]
    fn a_path_is_a_folder() {
        for (text, path) in [
            ("/srv/files", "/srv/files"),
            ("files", "files"),
            (" ../shared ", "../shared"),
            ("file:///srv/our%20files", "/srv/our files"),
        ] {
            assert_eq!(parse(text, &[]), Ok(FilesPlace::Folder(path.into())));
        }
    }

    #[test]
    fn what_is_no_place_is_said_to_be_none_and_not_repeated() {
        for (text, wrong) in [
            ("", Wrong::Unknown),
            ("s3:bucket", Wrong::Unknown),
            ("file:/srv", Wrong::Unknown),
            ("https://bucket.example/files", Wrong::Unknown),
            ("S3://bucket", Wrong::Unknown),
            ("file://srv/files", Wrong::NotAbsolute),
            ("s3://", Wrong::Bucket),
            ("s3:///prefix", Wrong::Bucket),
            ("s3://ab", Wrong::Bucket),
            ("s3://Bucket", Wrong::Bucket),
            ("s3://bucket:9000/a", Wrong::Bucket),
            ("s3://key:secret@bucket/a", Wrong::Bucket),
            ("s3://bucket?region=x", Wrong::Bucket),
            ("s3://a..b", Wrong::Bucket),
            ("s3://bucket//a", Wrong::Prefix),
            ("s3://bucket/a//b", Wrong::Prefix),
            ("s3://bucket/../b", Wrong::Prefix),
            ("s3://bucket/a?x=y", Wrong::Prefix),
            ("s3://bucket/a b", Wrong::Prefix),
            ("s3://bucket/ñ", Wrong::Prefix),
        ] {
            assert_eq!(
                parse(text, &[&KEYS[..], &[ELSEWHERE]].concat()),
                Err(wrong.clone()),
                "{text}"
            );
            assert!(!wrong.to_string().contains("secret"));
        }
    }

    #[test]
    fn what_a_bucket_lacks_is_named() {
        assert_eq!(parse("s3://bucket", &[ELSEWHERE]), Err(Wrong::Missing("AWS_ACCESS_KEY_ID")));
        let empty = [ELSEWHERE, KEYS[0], ("AWS_SECRET_ACCESS_KEY", " ")];
        assert_eq!(parse("s3://bucket", &empty), Err(Wrong::Missing("AWS_SECRET_ACCESS_KEY")));
        let no_region = bucket("s3://bucket", &[]).unwrap_err().to_string();
        assert!(no_region.contains("AWS_REGION") && no_region.contains("AWS_ENDPOINT_URL"));
    }

    #[test]
    fn amazon_is_asked_for_by_its_region_and_others_by_their_endpoint() {
        let amazon = bucket("s3://bucket", &[("AWS_DEFAULT_REGION", "eu-west-1")]).unwrap();
        assert_eq!(
            (&*amazon.region, amazon.endpoint(), amazon.is_in_host),
            ("eu-west-1", None, true)
        );
        let both = [("AWS_REGION", "eu-west-3"), ("AWS_DEFAULT_REGION", "eu-west-1")];
        assert_eq!(bucket("s3://bucket", &both).unwrap().region, "eu-west-3");
        assert!(!bucket("s3://my.bucket", &both).unwrap().is_in_host);
        let other = bucket("s3://bucket/a/b/", &[ELSEWHERE]).unwrap();
        assert_eq!(other.endpoint(), Some("http://localhost:9000"));
        assert_eq!((&*other.prefix, &*other.region, other.is_in_host), ("a/b", "us-east-1", false));
        let own = ("AWS_ENDPOINT_URL_S3", "https://s3.example.com/v1/");
        let own = bucket("s3://bucket", &[ELSEWHERE, own]).unwrap();
        assert_eq!(own.endpoint(), Some("https://s3.example.com/v1"));
        let style = ("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "true");
        let in_host = [("AWS_ENDPOINT_URL", "https://oss.example.com"), style];
        let in_host = bucket("s3://bucket", &in_host).unwrap();
        assert_eq!(in_host.endpoint(), Some("https://bucket.oss.example.com"));
        let odd = [ELSEWHERE, ("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "yes")];
        assert_eq!(bucket("s3://bucket", &odd), Err(Wrong::Style));
        let no_name = [("AWS_ENDPOINT_URL", "http://10.0.0.1:9000"), style];
        assert_eq!(bucket("s3://bucket", &no_name), Err(Wrong::Style));
    }

    #[test]
    fn an_endpoint_is_an_address_and_holds_no_password() {
        for wrong in
            ["localhost:9000", "ftp://a", "http://u:p@a", "http://a?b", "http://a#b", "https://"]
        {
            let named = bucket("s3://bucket", &[("AWS_ENDPOINT_URL", wrong)]);
            assert_eq!(named, Err(Wrong::Endpoint("AWS_ENDPOINT_URL")), "{wrong}");
        }
    }

    #[test]
    fn what_opens_a_bucket_is_shown_nowhere() {
        let token = ("AWS_SESSION_TOKEN", "a token");
        let place = parse("s3://bucket/a", &[&KEYS[..], &[ELSEWHERE, token]].concat()).unwrap();
        let shown = format!("{place} {place:?} {place:#?}");
        assert!(shown.starts_with("s3://bucket/a "), "{shown}");
        for secret in ["AKIA", "not for anybody", "a token"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }

    #[test]
    fn plain_http_beyond_this_machine_is_told_apart() {
        let at = |url: &'static str| {
            let endpoint = ("AWS_ENDPOINT_URL", url);
            parse("s3://bucket", &[&KEYS[..], &[endpoint]].concat()).unwrap().is_in_the_clear()
        };
        assert!(at("http://minio:9000") && at("http://10.0.0.1"));
        assert!(!at("http://localhost:9000") && !at("http://127.0.0.1") && !at("https://minio"));
    }
}
