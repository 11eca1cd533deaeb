//! Where the agent sits, as far as the server knows.

use axum::http::{HeaderMap, header::COOKIE};

/// Longest offset from UTC that is believed, in minutes.
const LONGEST: i32 = 24 * 60;

/// Minutes east of UTC, as an earlier page stored them in a cookie.
pub(super) fn offset(headers: &HeaderMap) -> Option<i32> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix("ayuda_offset=")?.parse().ok())
        .filter(|offset| (-LONGEST..=LONGEST).contains(offset))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_offset_is_read_among_other_cookies() {
        let of = |cookies: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, HeaderValue::from_static(cookies));
            offset(&headers)
        };
        assert_eq!(of("a=b; ayuda_offset=-360"), Some(-360));
        assert_eq!(of("ayuda_offset=1441"), None);
        assert_eq!(of("ayuda_offset=x"), None);
        assert_eq!(of("other_ayuda_offset=60"), None);
    }
}
