//! What the server that runs with these settings knows, read from its figures.

use crate::{ops::metrics::UNDECLARED_PROXY, settings::Settings};
use std::{
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
/// Bytes of figures that are read; ours are far fewer.
const MOST_BYTES: u64 = 256 * 1024;

/// The address of a proxy that the server was reached through and that is not declared; none where no server runs.
pub(super) async fn undeclared_proxy(settings: &Settings) -> Option<String> {
    let figures = timeout(WITHIN, figures(settings)).await.ok()?.ok()?;
    figures.lines().find_map(|line| {
        let labels = line.strip_prefix(UNDECLARED_PROXY)?;
        Some(labels.strip_prefix("{address=\"")?.split_once('"')?.0.to_owned())
    })
}

async fn figures(settings: &Settings) -> std::io::Result<String> {
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
    let request =
        format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{shown}\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(MOST_BYTES).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
