//! The head of a request as a whole: one host, and no longer than what any of our pages sends.

use super::failure::{Answer, Failure};
use axum::{
    extract::Request,
    http::{Version, header::HOST},
    middleware::Next,
};
use protocol::{Code, Refusal, limits};

/// The middleware. Refuses with 400 what names two hosts or, in HTTP/1.1, none (RFC 9112, 3.2), and with 431 what is
/// longer than [`limits::HEAD_BYTES`] (RFC 6585, 5).
pub(crate) async fn check(request: Request, next: Next) -> Answer {
    let hosts = request.headers().get_all(HOST).iter().count();
    if hosts > 1 || (hosts == 0 && request.version() == Version::HTTP_11) {
        return Err(Failure::of(Code::RequestInvalid));
    }
    if bytes(&request) > limits::HEAD_BYTES {
        return Err(Refusal::new(Code::HeadTooLarge).limit(limits::HEAD_BYTES as u64).into());
    }
    Ok(next.run(request).await)
}

/// As the head travels: the first line with its method and version, and a line for each header.
fn bytes(request: &Request) -> usize {
    let target = request.uri().path_and_query().map_or(1, |target| target.as_str().len());
    let first = request.method().as_str().len() + target + " HTTP/1.1\r\n\r\n ".len();
    let line = |name: &str, value: &[u8]| name.len() + value.len() + ": \r\n".len();
    first
        + request
            .headers()
            .iter()
            .map(|(name, value)| line(name.as_str(), value.as_bytes()))
            .sum::<usize>()
}
