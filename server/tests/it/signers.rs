//! The signers of docs/identity.md, taken from the page itself: each prints what docs/identity.json says.

use serde::Deserialize;
use std::{
    io,
    path::{Path, PathBuf},
    process::Command,
};

/// The language of a block, the file that it becomes, and the command that runs it.
const SIGNERS: [(&str, &str, &[&str]); 5] = [
    ("js", "sign.mjs", &["node"]),
    ("python", "sign.py", &["python3"]),
    ("php", "sign.php", &["php"]),
    ("ruby", "sign.rb", &["ruby"]),
    ("go", "sign.go", &["go", "run"]),
];

#[derive(Deserialize)]
struct Vector {
    secret: String,
    id: String,
    email: String,
    expires: String,
    signature: String,
}

fn docs(file: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(file);
    std::fs::read_to_string(path).expect(file)
}

#[test]
fn the_signers_of_the_documentation_sign_as_the_vectors_say() {
    let vectors: Vec<Vector> = serde_json::from_str(&docs("identity.json")).expect("vectors");
    assert!(vectors.len() >= 5);
    let page = docs("identity.md");
    let folder = tempfile::tempdir().expect("a folder");
    let mut left_out = Vec::new();
    for (language, file, command) in SIGNERS {
        let (_, block) = page.split_once(&format!("```{language}\n")).expect(language);
        let (program, _) = block.split_once("\n```").expect("the end of a block");
        let path = folder.path().join(file);
        std::fs::write(&path, program).expect("a file");
        for vector in &vectors {
            let Vector { secret, id, email, expires, signature } = vector;
            let (run, words) = command.split_first().expect("a program");
            let mut run = Command::new(run);
            run.args(words).arg(&path).args([secret, id, email, expires]);
            match run.output() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    left_out.push(language);
                    break;
                }
                done => {
                    let done = done.expect(language);
                    let said = String::from_utf8_lossy(&done.stderr);
                    assert!(done.status.success(), "{language}: {said}");
                    let printed = String::from_utf8(done.stdout).expect("text");
                    assert_eq!(printed.trim_end(), signature, "{language}, {id}");
                }
            }
        }
    }
    if !left_out.is_empty() {
        println!("left out, for they are not installed: {}", left_out.join(", "));
    }
    assert!(left_out.len() < SIGNERS.len(), "no language of a signer is installed");
}
