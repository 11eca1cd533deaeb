//! The way to a relay as `ayuda doctor` walks it, which is the way that every mail takes: TLS, whom it trusts, the
//! password.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::{path::PathBuf, sync::Arc};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    process::Command,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, pki_types::PrivateKeyDer},
};

/// A company's relay: its certificate is for `localhost` and signed by the company.
struct Relay {
    port: u16,
    authority: PathBuf,
    folder: TempDir,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tls {
    FromTheFirstByte,
    /// Asked for by STARTTLS.
    AfterStart,
    Never,
}

impl Relay {
    async fn start(tls: Tls) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (acceptor, authority) = certificates();
        let path = folder.path().join("company.pem");
        std::fs::write(&path, authority).expect("a file");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, acceptor.clone(), tls));
            }
        });
        Self { port, authority: path, folder }
    }

    /// What `ayuda doctor` says of it, on a machine that trusts the company or one that does not.
    async fn doctor(&self, url: &str, trusts: bool) -> String {
        let url = url.replace("PORT", &self.port.to_string());
        let mut command = Command::new(env!("CARGO_BIN_EXE_ayuda"));
        command.arg("doctor").env_clear().current_dir(self.folder.path());
        command.env("AYUDA_DATA_DIR", self.folder.path().join("data")).env("AYUDA_SMTP_URL", url);
        if trusts {
            command.env("SSL_CERT_FILE", &self.authority);
        }
        let output = command.output().await.expect("the binary");
        let said = String::from_utf8(output.stdout).expect("text");
        said.lines().find(|line| line.contains(" mail ")).expect("a line on mail").to_owned()
    }
}

fn certificates() -> (TlsAcceptor, String) {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let company = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key"))
        .expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let certificate = params.signed_by(&key, &company).expect("a certificate");
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("a certificate with its key");
    (TlsAcceptor::from(Arc::new(config)), company.pem())
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, tls: Tls) -> Option<()> {
    if tls == Tls::FromTheFirstByte {
        let stream = acceptor.accept(stream).await.ok()?;
        return talk(BufReader::new(stream), false, true).await.map(drop);
    }
    let plain = talk(BufReader::new(stream), tls == Tls::AfterStart, true).await?;
    talk(BufReader::new(acceptor.accept(plain).await.ok()?), false, false).await.map(drop)
}

/// Until it is time for TLS: the stream, bare again.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: BufReader<S>,
    offers_tls: bool,
    greets: bool,
) -> Option<S> {
    if greets {
        say(&mut stream, "220 relay").await?;
    }
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            line if line.starts_with("EHLO") && offers_tls => {
                say(&mut stream, "250-relay\r\n250 STARTTLS").await?;
            }
            line if line.starts_with("EHLO") => {
                say(&mut stream, "250-relay\r\n250 AUTH PLAIN").await?;
            }
            "STARTTLS" => {
                say(&mut stream, "220 go on").await?;
                return Some(stream.into_inner());
            }
            // `ana`, `p:w`
            "AUTH PLAIN AGFuYQBwOnc=" => say(&mut stream, "235 welcome").await?,
            line if line.starts_with("AUTH") => {
                say(&mut stream, "535 5.7.8 wrong password").await?;
            }
            _ => say(&mut stream, "250 ok").await?,
        }
    }
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    line: &str,
) -> Option<()> {
    stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.ok()
}

#[tokio::test]
async fn a_relay_is_trusted_by_whom_the_machine_trusts() {
    for (tls, url) in [
        (Tls::AfterStart, "smtp://ana:p%3Aw@localhost:PORT?tls=required"),
        (Tls::AfterStart, "smtp://ana:p%3Aw@localhost:PORT"),
        (Tls::FromTheFirstByte, "smtps://ana:p%3Aw@localhost:PORT"),
    ] {
        let relay = Relay::start(tls).await;
        let trusted = relay.doctor(url, true).await;
        assert!(
            trusted.starts_with("ok") && trusted.contains("with TLS and knows ana"),
            "{trusted}"
        );
        let stranger = relay.doctor(url, false).await;
        assert!(stranger.starts_with("BAD") && stranger.contains("SSL_CERT_FILE"), "{stranger}");
    }
}

#[tokio::test]
async fn a_certificate_is_for_its_name_alone() {
    let relay = Relay::start(Tls::AfterStart).await;
    let said = relay.doctor("smtp://ana:p%3Aw@127.0.0.1:PORT?tls=required", true).await;
    assert!(said.starts_with("BAD") && said.contains("certificate not valid for name"), "{said}");
}

#[tokio::test]
async fn what_a_relay_does_not_take_is_said() {
    let relay = Relay::start(Tls::AfterStart).await;
    let said = relay.doctor("smtp://ana:otra@localhost:PORT", true).await;
    assert!(said.starts_with("BAD") && said.contains("535"), "{said}");
    assert!(!said.contains("otra"), "{said}");
    let relay = Relay::start(Tls::Never).await;
    let said = relay.doctor("smtp://ana:p%3Aw@localhost:PORT?tls=required", true).await;
    assert!(said.starts_with("BAD") && said.contains("STARTTLS"), "{said}");
    let said = relay.doctor("smtp://ana:p%3Aw@localhost:PORT?tls=none", true).await;
    assert!(said.starts_with("ok") && said.contains("without TLS and knows ana"), "{said}");
}
