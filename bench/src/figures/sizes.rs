//! Bytes: what browsers download, as the server sends it, and the binary.

use crate::{
    client::http::Http,
    conversation::sign_in,
    reading::{Reading, Unit},
    server::{SITE, Server, Subject},
};
use anyhow::{Result, bail, ensure};
use std::collections::BTreeSet;

pub async fn measure(subject: &Subject) -> Result<Vec<Reading>> {
    let Subject::Ayuda(binary) = subject else { bail!("a floor has no sizes") };
    let server = Server::ayuda(binary, &[]).await?;
    let cookie = sign_in(&server).await?;
    let mut http = Http::connect(server.port).await?;
    let loader = bytes(&mut http, "/widget.js", "accept-encoding: gzip\r\n").await?;
    let panel = with_assets(&mut http, &format!("/w/{SITE}?embed=1&lang=es"), "").await?;
    let console = with_assets(&mut http, "/console", &cookie).await?;
    let binary = binary.metadata()?.len();
    Ok([
        ("loader, gzip", loader, Unit::Kib),
        ("panel: document and all that it names, brotli", panel, Unit::Kib),
        ("console: document and all that it names, brotli", console, Unit::Kib),
        ("binary", binary, Unit::Mib),
    ]
    .map(|(figure, bytes, unit)| {
        let unit_bytes = if unit == Unit::Mib { 1024.0 * 1024.0 } else { 1024.0 };
        #[expect(clippy::cast_precision_loss, reason = "a size far below 2^52")]
        let value = bytes as f64 / unit_bytes;
        Reading::new(figure, value, unit)
    })
    .into())
}

/// Bytes of a page and of each asset that its HTML names, compressed as browsers get them.
async fn with_assets(http: &mut Http, path: &str, headers: &str) -> Result<u64> {
    let page = http.get(path, headers).await?;
    ensure!(page.status == 200, "{path}: {}", page.status);
    let after = page.body.split("/assets/").skip(1);
    let names = after.filter_map(|rest| rest.split(['"', '\'', ')', '\\']).next());
    let assets: BTreeSet<String> = names.map(|name| format!("/assets/{name}")).collect();
    let brotli = "accept-encoding: br\r\n";
    let mut sum = bytes(http, path, &format!("{headers}{brotli}")).await?;
    for asset in assets {
        sum += bytes(http, &asset, brotli).await?;
    }
    Ok(sum)
}

async fn bytes(http: &mut Http, path: &str, headers: &str) -> Result<u64> {
    let answer = http.get(path, headers).await?;
    ensure!(answer.status == 200, "{path}: {}", answer.status);
    Ok(answer.bytes as u64)
}
