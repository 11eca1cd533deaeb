//! TLS to PostgreSQL, as the URL asks for it: a server that lets nobody in without, and whom `ayuda` trusts.

use crate::{
    postgres_server::{self, PostgresServer},
    world::{Engine, free_port},
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output},
};
use tempfile::TempDir;

/// A company's database server: its certificate is for `localhost` and signed by the company.
struct Database {
    port: u16,
    folder: TempDir,
    _server: PostgresServer,
}

impl Database {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let company = authority("Company");
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &company).expect("a certificate");
        write(&path("server.pem"), &certificate.pem());
        write(&path("server.key"), &key.serialize_pem());
        write(&path("company.pem"), &company.pem());
        write(&path("stranger.pem"), &authority("Stranger").pem());
        let who = "local all all trust\nhostssl all all 127.0.0.1/32 trust\n";
        write(&path("hba.conf"), who);
        make_readable(folder.path());
        let port = free_port();
        let file = |setting: &str, name: &str| format!("{setting}={}", path(name).display());
        let settings = [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={port}"),
            "fsync=off".to_owned(),
            "ssl=on".to_owned(),
            file("ssl_cert_file", "server.pem"),
            file("ssl_key_file", "server.key"),
            file("hba_file", "hba.conf"),
        ];
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        let programs = postgres_server::find_programs().expect("PostgreSQL's programs");
        let server = PostgresServer::start(programs, &settings).expect("it starts");
        Self { port, folder, _server: server }
    }

    /// What a command says that opens the database; in `how`, `COMPANY` and `STRANGER` are files of authorities.
    fn open(&self, host: &str, how: &str) -> Output {
        let file = |name: &str| self.folder.path().join(name).display().to_string();
        let how = how.replace("COMPANY", &file("company.pem"));
        let how = how.replace("STRANGER", &file("stranger.pem"));
        let url = format!("postgres://ayuda@{host}:{}/postgres?{how}", self.port);
        let mut command = Command::new(env!("CARGO_BIN_EXE_ayuda"));
        command.args(["site", "list"]).env_clear().current_dir(self.folder.path());
        command.env("AYUDA_DATA_DIR", self.folder.path().join("data"));
        command.env("AYUDA_DATABASE_URL", url).output().expect("the binary")
    }

    fn refusal(&self, host: &str, how: &str) -> String {
        let output = self.open(host, how);
        assert!(!output.status.success(), "{host} {how}");
        String::from_utf8(output.stderr).expect("text")
    }
}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority")
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).expect("a file");
    fs::set_permissions(path, Permissions::from_mode(0o600)).expect("its mode");
}

/// To the user that PostgreSQL runs as, where that is another; ours is then root, and reads all of it.
fn make_readable(folder: &Path) {
    if postgres_server::is_root() {
        let status = Command::new("chown").args(["-R", "postgres"]).arg(folder).status();
        assert!(status.expect("chown").success());
    }
}

#[test]
fn a_database_is_spoken_to_where_its_certificate_holds_and_a_refusal_says_why() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let database = Database::start();
    for how in [
        "sslmode=verify-full&sslrootcert=COMPANY",
        "sslmode=verify-ca&sslrootcert=COMPANY",
        // Nobody looks at the certificate.
        "sslmode=require",
    ] {
        let output = database.open("localhost", how);
        assert!(output.status.success(), "{how}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let nobody_elses = database.refusal("localhost", "sslmode=verify-full&sslrootcert=STRANGER");
    assert!(nobody_elses.contains("a certificate that does not hold"), "{nobody_elses}");
    assert!(nobody_elses.contains("UnknownIssuer"), "{nobody_elses}");
    let not_on_the_list = database.refusal("localhost", "sslmode=verify-full");
    assert!(not_on_the_list.contains("sslrootcert="), "{not_on_the_list}");
    let other_host = database.refusal("127.0.0.1", "sslmode=verify-full&sslrootcert=COMPANY");
    assert!(other_host.contains("a certificate that does not hold"), "{other_host}");
    assert!(other_host.contains("not valid for name"), "{other_host}");
    let no_file = database.refusal("localhost", "sslmode=verify-full&sslrootcert=/nowhere.pem");
    assert!(no_file.contains("sslrootcert=") && no_file.contains("cannot be read"), "{no_file}");
    let without = database.refusal("localhost", "sslmode=disable");
    assert!(without.contains("no encryption"), "{without}");
    for said in [nobody_elses, not_on_the_list, other_host, no_file, without] {
        assert!(said.contains("the PostgreSQL database postgres at "), "{said}");
        assert!(said.contains(&format!(":{}", database.port)), "{said}");
    }
}
