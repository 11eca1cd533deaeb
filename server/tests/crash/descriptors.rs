//! More connections than the process may have descriptors: the next ones wait, and nobody is refused for the lack of
//! one.

use crate::{
    engines::Engine,
    server::{PATIENCE, Server, next_door},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Of the binary, and more connections than that.
const DESCRIPTORS: usize = 160;
const CONNECTIONS: usize = 200;

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
const FORM: &str = "--edge\r\ncontent-disposition: form-data; name=\"email\"\r\n\r\nana@example.com\r\n\
    --edge\r\ncontent-disposition: form-data; name=\"message\"\r\n\r\nHola\r\n\
    --edge\r\ncontent-disposition: form-data; name=\"files\"; filename=\"nota.txt\"\r\n\r\nhola\r\n\
    --edge--\r\n";

/// Asks on a connection that is kept, and reads the status and what comes with it.
async fn ask(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.expect("it is open");
    let mut answer = vec![0; 64 * 1024];
    let read = timeout(PATIENCE, stream.read(&mut answer)).await.expect("it is served");
    answer.truncate(read.expect("an answer"));
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_more_connections_than_descriptors_files_are_taken_and_who_waits_is_served() {
    let mut server = Server::new(Engine::Sqlite).await;
    server.descriptors = Some(DESCRIPTORS);
    server.start().await;
    let address = next_door(&mut server.door()).await.expect("it runs").address;
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(TcpStream::connect(address).await.expect("the kernel takes it"));
    }
    let form = format!(
        "POST /w/tienda/requests HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\n\
         content-type: multipart/form-data; boundary=edge\r\ncontent-length: {}\r\n\r\n{FORM}",
        FORM.len(),
    );
    for _ in 0..3 {
        let answer = ask(&mut connections[0], &form).await;
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    }
    // As those that are served end, those that wait come in.
    for mut connection in connections {
        let answer = ask(&mut connection, HEALTH).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
