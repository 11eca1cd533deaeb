//! What the server that runs with these settings knows: asked over HTTP, as anybody asks it.

use crate::{
    ops::metrics::{RELAY_LAG, UNDECLARED_PROXY},
    settings::Settings,
};
use protocol::{SiteKey, status::Reason};
use serde::{Deserialize, Serialize};
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// A server on this machine that does not answer in this time is none of ours.
const WITHIN: Duration = Duration::from_secs(2);
/// Bytes of an answer that are read; ours are far fewer.
const MOST_BYTES: u64 = 256 * 1024;

/// The address of a proxy that the server was reached through and that is not declared; none where no server runs.
pub(super) async fn undeclared_proxy(settings: &Settings) -> Option<String> {
    let (_, figures) = get(settings, "/metrics").await.ok()?;
    figures.lines().find_map(|line| {
        let labels = line.strip_prefix(UNDECLARED_PROXY)?;
        Some(labels.strip_prefix("{address=\"")?.split_once('"')?.0.to_owned())
    })
}

/// How long what one node says takes to the others; none where no server runs, or one that hears nothing.
pub(super) async fn relay_lag(settings: &Settings) -> Option<Duration> {
    let (_, figures) = get(settings, "/metrics").await.ok()?;
    let mut values = figures.lines().filter_map(|line| line.strip_prefix(RELAY_LAG));
    let seconds: f64 = values.find_map(|value| value.trim().parse().ok())?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// What a site's button says now.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct ButtonStatus {
    open: bool,
    label: String,
    reason: Reason,
    changes_at: Option<String>,
}

/// The status of a site; none where the server has no such site.
///
/// # Errors
/// No server of ours answers where the settings say.
pub(super) async fn status(settings: &Settings, key: &SiteKey) -> io::Result<Option<ButtonStatus>> {
    let key =
        percent_encoding::utf8_percent_encode(key.as_str(), percent_encoding::NON_ALPHANUMERIC);
    match get(settings, &format!("/w/{key}/status")).await? {
        (404, _) => Ok(None),
        (200, body) => Ok(Some(serde_json::from_str(&body)?)),
        (status, _) => Err(io::Error::other(format!("it answers with status {status}"))),
    }
}

/// The status and the body of the answer to a request of this machine's.
async fn get(settings: &Settings, path: &str) -> io::Result<(u16, String)> {
    timeout(WITHIN, get_now(settings, path)).await.map_err(|_| io::ErrorKind::TimedOut)?
}

async fn get_now(settings: &Settings, path: &str) -> io::Result<(u16, String)> {
    let mut address = settings.listen;
    // Every address of this machine is also the one by which it calls itself.
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    let mut stream = TcpStream::connect(address).await?;
    let token = settings.metrics_token.as_deref();
    let shown =
        token.map_or_else(String::new, |token| format!("Authorization: Bearer {token}\r\n"));
    // HTTP/1.0: the body is what comes until the end.
    let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n{shown}\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(MOST_BYTES).read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::InvalidData)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok((status.ok_or(io::ErrorKind::InvalidData)?, body.to_owned()))
}
