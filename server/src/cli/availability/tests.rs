use super::*;
use clap::Parser;

const BOGOTA: &str = r#"{"zone":"America/Bogota","weekly":{"mon":[["08:00","12:00"],["14:00","17:30"]]},"exceptions":[{"date":"2026-12-28","closed":true}]}"#;

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    args: AvailabilityArgs,
}

/// Exit status and output; no desk is opened.
async fn ran(flags: &[&str], input: &str) -> (String, String) {
    let args = Command::parse_from([&["availability"], flags].concat()).args;
    let now = Timestamp(1_795_453_200_000);
    let mut out = Vec::new();
    let sources = Sources {
        open: async || Err(io::Error::other("no desk is opened")),
        ask: async |_: &SiteKey| Err(io::Error::other("nobody listens")),
    };
    let status = run(args, sources, now, input.as_bytes(), &mut out).await.expect("an answer");
    (format!("{status:?}"), String::from_utf8(out).expect("UTF-8"))
}

fn status(code: u8) -> String {
    format!("{:?}", ExitCode::from(code))
}

#[tokio::test]
async fn a_schedule_is_answered_without_a_database() {
    let (code, out) = ran(&["--schedule", BOGOTA, "--at", "2026-11-23T11:59:59-05:00"], "").await;
    assert_eq!(
        out,
        "{\"open\":true,\"label\":\"Chat\",\"reason\":\"open\",\"changes_at\":\"2026-11-23T17:00:00Z\"}\n"
    );
    assert_eq!(code, status(0));
    let (_, out) =
        ran(&["--schedule", BOGOTA, "--at", "2026-11-23T16:59:59Z", "--agents", "0"], "").await;
    assert_eq!(
        out,
        "{\"open\":false,\"label\":\"Ayuda\",\"reason\":\"no_agents\",\"changes_at\":\"2026-11-23T17:00:00Z\"}\n"
    );
    let (_, out) = ran(&["--schedule", r#"{"zone":"America/Bogota","weekly":{}}"#], "").await;
    assert_eq!(
        out,
        "{\"open\":false,\"label\":\"Ayuda\",\"reason\":\"outside_hours\",\"changes_at\":null}\n"
    );
}

#[tokio::test]
async fn a_turn_that_cannot_be_written_is_left_out() {
    let (_, out) = ran(&["--schedule", BOGOTA, "--at", "9999-12-31T23:00:00Z"], "").await;
    assert!(out.ends_with(",\"changes_at\":null}\n"), "{out}");
}

#[tokio::test]
async fn a_schedule_can_be_in_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("schedule.json");
    std::fs::write(&file, BOGOTA).expect("written");
    let at_file = format!("@{}", file.display());
    let (code, out) = ran(&["--schedule", &at_file, "--at", "2026-12-28T16:00:00Z"], "").await;
    assert_eq!(
        out,
        "{\"open\":false,\"label\":\"Ayuda\",\"reason\":\"holiday\",\"changes_at\":\"2027-01-04T13:00:00Z\"}\n"
    );
    assert_eq!(code, status(0));
    let (code, out) = ran(&["--schedule", &format!("{at_file}.absent")], "").await;
    assert!(out.starts_with("{\"error\":\"file_unreadable\",\"message\":\""), "{out}");
    assert_eq!(code, status(2));
}

#[tokio::test]
async fn what_is_wrong_is_named_and_exits_2() {
    let overlapping =
        r#"{"zone":"America/Bogota","weekly":{"mon":[["09:00","13:00"],["12:00","18:00"]]}}"#;
    for (flags, error) in [
        (&["--schedule", overlapping][..], "intervals_overlap"),
        (&["--schedule", r#"{"zone":"Mars/Phobos","weekly":{}}"#], "unknown_time_zone"),
        (&["--schedule", "{"], "json_invalid"),
        (&["--schedule", "null"], "schedule_invalid"),
        (&["--schedule", BOGOTA, "--at", "yesterday"], "at_invalid"),
        (&["--schedule", BOGOTA, "--at", "2026-11-23T17:00:00"], "at_invalid"),
        (&["tienda"], "no_server"),
    ] {
        let (code, out) = ran(flags, "").await;
        assert!(out.starts_with(&format!("{{\"error\":\"{error}\",\"message\":\"")), "{out}");
        assert_eq!((out.lines().count(), code), (1, status(2)), "{out}");
    }
}

#[tokio::test]
async fn a_batch_answers_every_line_and_goes_on() {
    let line = |rest: &str| format!("{{\"schedule\":{BOGOTA}{rest}}}\n");
    let input = [
        line(r#","at":"2026-11-23T16:00:00Z","agents":1"#),
        line(r#","at":"2026-11-23T16:00:00Z","agents":0"#),
        "{\"schedule\":{\"zone\":\"GMT-6\",\"weekly\":{}},\"at\":\"2026-11-23T16:00:00Z\"}\n"
            .to_owned(),
        "not json\n".to_owned(),
        "\n".to_owned(),
        "{\"at\":\"2026-11-23T16:00:00Z\"}\n".to_owned(),
        line(r#","at":17"#),
        line(r#","agents":-1"#),
        line(r#","agents":99999999999,"at":"2026-11-23T16:00:00.5Z","id":"H003""#),
        line(r#","at":"2026-11-23T16:00:00Z""#).trim_end().to_owned(),
    ]
    .concat();
    let (code, out) = ran(&["--batch"], &input).await;
    let starts: Vec<&str> =
        out.lines().map(|line| line.split(",\"message\"").next().expect("a start")).collect();
    let open = "{\"open\":true,\"label\":\"Chat\",\"reason\":\"open\",\"changes_at\":\"2026-11-23T17:00:00Z\"}";
    let no_agents = "{\"open\":false,\"label\":\"Ayuda\",\"reason\":\"no_agents\",\"changes_at\":\"2026-11-23T17:00:00Z\"}";
    assert_eq!(
        starts,
        [
            open,
            no_agents,
            "{\"error\":\"unknown_time_zone\"",
            "{\"error\":\"json_invalid\"",
            "{\"error\":\"schedule_invalid\"",
            "{\"error\":\"at_invalid\"",
            "{\"error\":\"agents_invalid\"",
            open,
            open,
        ]
    );
    assert_eq!(code, status(0));
}
