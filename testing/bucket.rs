//! A bucket for one test. The tests of every crate that needs one take this file in by its path.
//!
//! `AYUDA_TEST_S3` is the address of a moto server, which takes what is asked without a signature. `cargo xtask test`
//! starts one and sets `AYUDA_TEST_ENGINES=both`: then an absent address is a failure. Without that, what is left out
//! is said.

use std::{
    env,
    io::{self, Read, Write},
    net::TcpStream,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

/// An empty bucket; what is in it is in the server's memory and goes with it.
#[derive(Clone, Debug)]
pub struct Bucket {
    server: String,
    pub name: String,
}

impl Bucket {
    /// A new one; none where this run has no server.
    pub fn new() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = env::var("AYUDA_TEST_S3") else {
            let both = env::var("AYUDA_TEST_ENGINES").is_ok_and(|engines| engines == "both");
            assert!(!both, "AYUDA_TEST_ENGINES=both needs AYUDA_TEST_S3");
            let thread = thread::current();
            let test = thread.name().unwrap_or("a test");
            let said = format!("skipped without a bucket, AYUDA_TEST_S3 is not set: {test}\n");
            let _ = io::stderr().write_all(said.as_bytes());
            return None;
        };
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let bucket = Self { server, name: format!("ayuda-test-{}-{number}", std::process::id()) };
        bucket.ask("PUT", "");
        Some(bucket)
    }

    pub fn url(&self) -> String {
        format!("s3://{}/un/prefijo", self.name)
    }

    /// The variables that open it, at its own server or at another endpoint.
    pub fn environment(endpoint: &str) -> impl Fn(&str) -> Option<String> {
        move |name| {
            let value = match name {
                "AWS_ACCESS_KEY_ID" => "a key",
                "AWS_SECRET_ACCESS_KEY" => "its secret",
                "AWS_ENDPOINT_URL" => endpoint,
                _ => return None,
            };
            Some(value.to_owned())
        }
    }

    pub fn endpoint(&self) -> &str {
        &self.server
    }

    /// The keys of all objects.
    pub fn keys(&self) -> Vec<String> {
        let listed = self.ask("GET", "?list-type=2");
        let keys = listed.split("<Key>").skip(1).filter_map(|rest| rest.split('<').next());
        keys.map(str::to_owned).collect()
    }

    /// How many uploads in parts were begun and neither ended nor taken back.
    pub fn uploads_begun(&self) -> usize {
        self.ask("GET", "?uploads").matches("<UploadId>").count()
    }

    /// Puts an object there, or deletes one.
    pub fn put(&self, key: &str) {
        self.ask("PUT", &format!("/{key}"));
    }

    /// What the server answers to a request without a body.
    fn ask(&self, method: &str, rest: &str) -> String {
        let host = self.server.strip_prefix("http://").expect("an address with http://");
        let mut stream = TcpStream::connect(host).expect("AYUDA_TEST_S3 answers");
        let request = format!(
            "{method} /{}{rest} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            self.name
        );
        stream.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer
    }
}
