//! Searching in a million entries: from the request to its answer.

use crate::{
    client::http::Http,
    percentile::Times,
    plan::Plan,
    reading::{Reading, Target, Unit},
    server::{EMAIL, PASSWORD, SITE, Server, Subject},
};
use anyhow::{Context, Result, bail, ensure};
use rusqlite::{Connection, params};
use std::time::{Duration, Instant};

/// Tickets, and entries of each.
const TICKETS: u64 = 50_000;
const ENTRIES_EACH: u64 = 20;
/// Different words that are said; the first are said far more often than the last.
const VOCABULARY: u64 = 40_000;
const WORDS_AN_ENTRY: u64 = 12;
/// In the last entry of all: once it is found, the index has everything.
const LAST: &str = "ultimapalabra";
const PATIENCE: Duration = Duration::from_mins(30);

pub async fn measure(plan: &Plan, subject: &Subject) -> Result<Vec<Reading>> {
    let Subject::Ayuda(binary) = subject else { return Ok(Vec::new()) };
    let mut server = Server::ayuda(binary, &[]).await?;
    let mut http = Http::connect(server.port).await?;
    let form = "name=Rosa&email=rosa%40cliente.example&message=hola";
    let asked = http.post(&format!("/w/{SITE}/requests"), "", form).await?;
    ensure!(asked.status == 201, "a request: {} {}", asked.status, asked.body);
    server.stop()?;
    fill(&server)?;
    server.restart().await?;
    let mut http = Http::connect(server.port).await?;
    let cookie = sign_in(&mut http).await?;
    let start = Instant::now();
    while !search(&mut http, &cookie, LAST).await?.contains(LAST) {
        if start.elapsed() > PATIENCE {
            bail!("the index does not get there");
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let indexed = start.elapsed();
    let (mut times, end) = (Times::default(), Instant::now() + Duration::from_secs(plan.seconds));
    let mut random = Random(7);
    while times.len() < 200 || Instant::now() < end {
        let question = random.question();
        let asked = Instant::now();
        search(&mut http, &cookie, &question).await?;
        times.add(asked.elapsed());
    }
    let figure = "search in a million entries, p99";
    Ok(vec![
        Reading::new(figure, times.percentile(0.99), Unit::Milliseconds)
            .with_target(Target::AtMost(150.0)),
        Reading::new("  p50", times.percentile(0.5), Unit::Milliseconds),
        Reading::new("  all of them indexed", indexed.as_secs_f64() * 1000.0, Unit::Milliseconds),
    ])
}

async fn sign_in(http: &mut Http) -> Result<String> {
    let form =
        format!("email={}&password={}", EMAIL.replace('@', "%40"), PASSWORD.replace(' ', "+"));
    let answer = http.post("/console/sign-in", "", &form).await?;
    let cookie = answer.header("set-cookie").context("no session")?;
    let session = cookie.split(';').next().unwrap_or_default();
    Ok(format!("cookie: {session}\r\n"))
}

async fn search(http: &mut Http, cookie: &str, question: &str) -> Result<String> {
    let form = format!("question={}", question.replace(' ', "+"));
    let answer = http.post("/console/api/search", cookie, &form).await?;
    ensure!(answer.status == 200, "{}: {}", answer.status, answer.body);
    Ok(answer.body)
}

/// Copies of the one ticket, with words of their own.
fn fill(server: &Server) -> Result<()> {
    let mut database = Connection::open(server.data().join("ayuda.db"))?;
    let transaction = database.transaction()?;
    transaction.execute_batch("create temp table template as select * from tickets limit 1")?;
    {
        let mut change = transaction.prepare(
            "update template set id = randomblob(16), start_id = randomblob(16), number = 'BE-' || ?1, last_seq = ?2
             returning id",
        )?;
        let mut ticket = transaction.prepare("insert into tickets select * from template")?;
        let mut entry = transaction.prepare(
            "insert into entries (ticket_id, seq, id, at, kind, agent_id, body)
             values (?1, ?2, randomblob(16), 1700000000000, 'visitor', null, ?3)",
        )?;
        let mut random = Random(1);
        for n in 0..TICKETS {
            let number = i64::try_from(10_000 + n)?;
            let each = i64::try_from(ENTRIES_EACH)?;
            let id: Vec<u8> = change.query_row(params![number, each], |row| row.get(0))?;
            ticket.execute(())?;
            for seq in 1..=each {
                let mut text = random.words(WORDS_AN_ENTRY);
                if n + 1 == TICKETS && seq == each {
                    LAST.clone_into(&mut text);
                }
                entry.execute(params![id, seq, format!(r#"{{"visitor":{{"text":"{text}"}}}}"#)])?;
            }
        }
    }
    Ok(transaction.commit()?)
}

/// Words and questions, the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    /// Two thirds of what is said are the first two hundred words.
    fn word(&mut self) -> String {
        let n = if self.next(3) < 2 { self.next(200) } else { self.next(VOCABULARY) };
        let letters = [n / 676 % 26, n / 26 % 26, n % 26, n / 17_576 % 26, n * 7 % 26];
        letters
            .iter()
            .filter_map(|letter| char::from_digit(10 + u32::try_from(*letter).ok()?, 36))
            .collect()
    }

    fn words(&mut self, count: u64) -> String {
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }

    fn question(&mut self) -> String {
        match self.next(6) {
            0 => format!("BE-{}", 10_000 + self.next(TICKETS)),
            1 => "rosa".to_owned(),
            2 => self.word().chars().take(2).collect(),
            3 => self.words(3),
            4 => format!("rosa {}", self.word()),
            _ => self.word(),
        }
    }
}
