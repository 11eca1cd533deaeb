//! The process that draws a page, as the server sees it.

use super::{
    child::{NO_SUCH_PAGE, PROTECTED, UNLIMITED, UNREADABLE},
    draw::{DRAW_PAGE, PNG_BYTES},
    page::{Page, Undrawn},
};
use desk::{Error, tickets::files::Content};
use futures_util::TryStreamExt;
use std::{io, num::NonZeroU32, path::Path, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, ChildStdin, Command},
    time::timeout,
};

/// Far more than the processor time that it gives itself: what has not come by then waits for a machine that is busy.
const WITHIN: Duration = Duration::from_secs(20);

/// What every PNG begins with.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What became of it.
#[derive(Debug)]
pub(super) enum Outcome {
    Drawn(Page),
    Protected,
    Unreadable,
    NoSuchPage,
    /// It did not end, and was killed.
    OutOfTime,
    /// It ended otherwise: of a limit or a fault. How, for the log.
    Died(String),
}

/// Has a page drawn. When this is dropped the process is killed.
pub(super) async fn draw(
    program: &Path,
    content: Content,
    page: NonZeroU32,
) -> Result<Outcome, Undrawn> {
    draw_within(WITHIN, Command::new(program).arg(DRAW_PAGE).arg(page.to_string()), content).await
}

async fn draw_within(
    span: Duration,
    command: &mut Command,
    content: Content,
) -> Result<Outcome, Undrawn> {
    let mut child = command
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(Undrawn::Process)?;
    if let Ok(answered) = timeout(span, answer(&mut child, content)).await {
        return answered;
    }
    // It is gone before the next has its turn.
    child.kill().await.map_err(Undrawn::Process)?;
    Ok(Outcome::OutOfTime)
}

async fn answer(child: &mut Child, content: Content) -> Result<Outcome, Undrawn> {
    if let Some(input) = child.stdin.take() {
        give(input, content).await?;
    }
    let mut answer = Vec::new();
    if let Some(output) = child.stdout.take() {
        // One byte more than may come, so that what is too long is seen to be.
        let most = PNG_BYTES + 4 + 1;
        output.take(most).read_to_end(&mut answer).await.map_err(Undrawn::Process)?;
        if answer.len() as u64 == most {
            child.kill().await.map_err(Undrawn::Process)?;
            return Ok(Outcome::Died("too long an answer".into()));
        }
    }
    let status = child.wait().await.map_err(Undrawn::Process)?;
    Ok(match status.code() {
        Some(0) => match page(&answer) {
            Some(page) => Outcome::Drawn(page),
            None => Outcome::Died("no picture".into()),
        },
        Some(PROTECTED) => Outcome::Protected,
        Some(UNREADABLE) => Outcome::Unreadable,
        Some(NO_SUCH_PAGE) => Outcome::NoSuchPage,
        Some(UNLIMITED) => {
            return Err(Undrawn::Process(io::Error::other("it cannot limit itself")));
        }
        _ => Outcome::Died(status.to_string()),
    })
}

/// Writes the file into it, piece by piece. It may have ended before it read all.
async fn give(mut input: ChildStdin, content: Content) -> Result<(), Undrawn> {
    let mut pieces = content.pieces;
    while let Some(piece) =
        pieces.try_next().await.map_err(|error| Undrawn::File(Error::FileStore(error)))?
    {
        if input.write_all(&piece).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// The number of pages, then the picture.
fn page(answer: &[u8]) -> Option<Page> {
    let (pages, png) = answer.split_first_chunk::<4>()?;
    png.starts_with(PNG).then(|| Page { pages: u32::from_be_bytes(*pages), png: png.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use futures_util::{StreamExt, stream};

    fn content(bytes: usize) -> Content {
        let pieces = stream::iter((0..bytes / 1_000).map(|_| Ok(Bytes::from(vec![b' '; 1_000]))));
        Content { bytes: bytes as u64, pieces: pieces.boxed() }
    }

    async fn ran(script: &str) -> Result<Outcome, Undrawn> {
        let mut shell = Command::new("/bin/sh");
        draw_within(Duration::from_mins(1), shell.args(["-c", script]), content(1_000_000)).await
    }

    #[tokio::test]
    async fn whoever_does_not_end_is_killed() {
        let mut shell = Command::new("/bin/sh");
        let endless = shell.args(["-c", "while :; do :; done"]);
        let outcome = draw_within(Duration::from_millis(50), endless, content(1_000)).await;
        assert!(matches!(outcome, Ok(Outcome::OutOfTime)), "{outcome:?}");
        // Also who reads nothing of a file that no pipe holds.
        let mut shell = Command::new("/bin/sh");
        let deaf = shell.args(["-c", "while :; do :; done"]);
        let outcome = draw_within(Duration::from_millis(50), deaf, content(1_000_000)).await;
        assert!(matches!(outcome, Ok(Outcome::OutOfTime)), "{outcome:?}");
    }

    #[tokio::test]
    async fn what_it_says_is_told_by_how_it_ends() {
        assert!(matches!(ran("exit 10").await, Ok(Outcome::Protected)));
        assert!(matches!(ran("exit 11").await, Ok(Outcome::Unreadable)));
        assert!(matches!(ran("exit 12").await, Ok(Outcome::NoSuchPage)));
        assert!(matches!(ran("exit 13").await, Err(Undrawn::Process(_))));
        for script in ["exit 101", "kill -9 $$", "echo hola", "exit 0"] {
            assert!(matches!(ran(script).await, Ok(Outcome::Died(_))), "{script}");
        }
        let drawn = ran(r"cat >/dev/null; printf '\000\000\000\003\211PNG\r\n\032\nx'").await;
        let Ok(Outcome::Drawn(page)) = drawn else { panic!("{drawn:?}") };
        assert_eq!((page.pages, page.png.len()), (3, 9));
    }

    #[tokio::test]
    async fn an_answer_without_end_is_not_kept() {
        let outcome = ran("cat >/dev/null; cat /dev/zero").await;
        assert!(matches!(&outcome, Ok(Outcome::Died(how)) if how.contains("long")), "{outcome:?}");
    }

    #[tokio::test]
    async fn it_has_nothing_of_the_servers_environment() {
        let outcome = ran(r#"test -z "$HOME$CARGO_MANIFEST_DIR" && exit 12; exit 10"#).await;
        assert!(matches!(outcome, Ok(Outcome::NoSuchPage)), "{outcome:?}");
    }
}
