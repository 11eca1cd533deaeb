//! A desk at full work. With two hundred consoles of fifty chats each: how soon a first message rings, how soon a row
//! of the list changes. With a few and a rush of visitors: whether as many chats ring as are started.

use super::chats::CONNECTIONS;
use crate::{
    client::{frames, http::Http, socket::Socket},
    conversation::{console, start_chat, visitor},
    percentile::Times,
    plan::Plan,
    reading::{Reading, Target, Unit},
    server::{EMAIL, Server, Subject},
};
use anyhow::{Context, Result, bail};
use futures_util::future::try_join_all;
use std::{
    collections::HashMap,
    ops::Range,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{sync::mpsc, task::JoinSet, time::timeout};

const CONSOLES: usize = 200;
const CHATS_EACH: usize = 50;
/// How many of them are started a second, before anything is measured.
const STARTED: u32 = 250;
/// Consoles in a rush.
const FEW: usize = 10;
/// Consoles that are signed in at a time: a password takes tens of milliseconds of a processor.
const SIGN_INS: usize = 4;
/// Of the chats, one in so many has a visitor who writes.
const WRITERS_ONE_IN: usize = 10;
/// First messages, then messages, a second.
const FIRST_MESSAGES: u32 = 50;
const MESSAGES: u32 = 200;
/// What takes longer to be seen is not coming.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a console saw first: the number that stands in a message.
enum Seen {
    Rings(usize, Instant),
    Row(usize, Instant),
}

pub async fn measure(plan: &Plan, subject: &Subject) -> Result<Vec<Reading>> {
    let Subject::Ayuda(binary) = subject else { bail!("a desk has no floor") };
    let mut readings = rush(&Server::ayuda(binary, &[]).await?, plan.seconds).await?;

    let server = Server::ayuda(binary, &[]).await?;
    let (tell, mut seen) = mpsc::unbounded_channel();
    let mut consoles = open(&server, CONSOLES, tell).await?;
    let chats = CONSOLES * CHATS_EACH;
    let (tokens, _) = start(&server, &mut seen, 0..chats, STARTED).await?;
    let more = chats + usize::try_from(plan.seconds)? * FIRST_MESSAGES as usize;
    let (_, first) = start(&server, &mut seen, chats..more, FIRST_MESSAGES).await?;
    let rows = rows(&server, &mut seen, plan.seconds, &tokens).await?;
    if let Some(ended) = consoles.try_join_next() {
        ended??;
    }
    let of = format!("{CONSOLES} consoles with {CHATS_EACH} chats");
    let p99 = |figure, times: &Times, most| {
        let reading = Reading::new(figure, times.percentile(0.99), Unit::Milliseconds);
        reading.with_target(Target::AtMost(most))
    };
    readings.push(p99(
        format!("first message to pop-over p99, {of}, {FIRST_MESSAGES}/s"),
        &first,
        200.0,
    ));
    readings.push(p99(format!("message to row of the list p99, {of}, {MESSAGES}/s"), &rows, 100.0));
    Ok(readings)
}

/// Consoles of as many agents, all Disponible. Each takes whatever rings at it, for as long as they live.
async fn open(
    server: &Server,
    consoles: usize,
    tell: mpsc::UnboundedSender<Seen>,
) -> Result<JoinSet<Result<()>>> {
    let emails: Vec<String> = (0..consoles).map(|n| format!("{n}.{EMAIL}")).collect();
    for email in &emails {
        server.create_agent(email)?;
    }
    // A server that runs hears of them within a second.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let left = Mutex::new(emails);
    let opened = Mutex::new(Vec::new());
    let some = async || {
        loop {
            let Some(email) = left.lock().expect("nobody panics with it").pop() else {
                return anyhow::Ok(());
            };
            let console = console(server, &email).await?;
            opened.lock().expect("nobody panics with it").push(console);
        }
    };
    try_join_all((0..SIGN_INS).map(|_| some())).await?;
    let mut consoles = JoinSet::new();
    for (socket, cookie) in opened.into_inner().expect("nobody panicked with it") {
        let http = Http::connect(server.port).await?;
        consoles.spawn(take_all(socket, http, cookie, tell.clone()));
    }
    Ok(consoles)
}

/// Takes whatever rings, while what comes is told: an answer that is waited for makes no frame late.
async fn take_all(
    socket: Socket,
    mut http: Http,
    cookie: String,
    tell: mpsc::UnboundedSender<Seen>,
) -> Result<()> {
    let (rings, mut ringing) = mpsc::unbounded_channel::<String>();
    let take = async {
        while let Some(chat) = ringing.recv().await {
            let form = format!("chat={chat}");
            let answer = http.post("/console/api/chats/accept", &cookie, &form).await?;
            anyhow::ensure!(answer.status < 400, "accept: {} {}", answer.status, answer.body);
        }
        anyhow::Ok(())
    };
    tokio::try_join!(take, tell_all(socket, tell, rings))?;
    Ok(())
}

/// Tells what rings and which rows change, as it comes. `rings`: the chats to take.
async fn tell_all(
    mut socket: Socket,
    tell: mpsc::UnboundedSender<Seen>,
    rings: mpsc::UnboundedSender<String>,
) -> Result<()> {
    loop {
        let frame = socket.receive().await?;
        let now = Instant::now();
        let number = |field| -> Option<usize> {
            frames::text(&frame, field)?.strip_prefix('m')?.split(' ').next()?.parse().ok()
        };
        if frames::is_offer(&frame) {
            if let Some(number) = number("message") {
                tell.send(Seen::Rings(number, now))?;
            }
            let chat = frames::text(&frame, "chat").context("an offer without a chat")?;
            rings.send(chat.to_owned())?;
        } else if frames::is_row(&frame)
            && let Some(number) = number("preview")
        {
            tell.send(Seen::Row(number, now))?;
        }
    }
}

/// Chats that are started as fast as they can be: so many a second, and so many of them rang meanwhile.
async fn rush(server: &Server, seconds: u64) -> Result<Vec<Reading>> {
    let (tell, mut seen) = mpsc::unbounded_channel();
    let _consoles = open(server, FEW, tell).await?;
    let next = AtomicUsize::new(0);
    let begin = Instant::now();
    let end = begin + Duration::from_secs(seconds);
    let one = async || {
        let mut http = Http::connect(server.port).await?;
        while Instant::now() < end {
            let number = next.fetch_add(1, Ordering::Relaxed);
            start_chat(server, &mut http, &first(number)).await?;
        }
        anyhow::Ok(())
    };
    try_join_all((0..CONNECTIONS).map(|_| one())).await?;
    let (time, started) = (begin.elapsed(), next.into_inner());
    let mut rang = HashMap::new();
    while rang.len() < started {
        if let Seen::Rings(number, at) = next_seen(&mut seen).await? {
            rang.entry(number).or_insert(at);
        }
    }
    let meanwhile = rang.values().filter(|at| **at <= begin + time).count();
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let rate = |count: usize| count as f64 / time.as_secs_f64();
    let of = format!("{FEW} consoles, {CONNECTIONS} connections");
    Ok(vec![
        Reading::new(format!("chats started/s in a rush, {of}"), rate(started), Unit::PerSecond),
        // All but those that had just been started at the end.
        Reading::new(format!("  offered/s meanwhile, {of}"), rate(meanwhile), Unit::PerSecond)
            .with_target(Target::AtLeast(rate(started) * 0.98)),
    ])
}

/// Chats at an even pace: their tokens, and the times from a form that is sent to the pop-over.
async fn start(
    server: &Server,
    seen: &mut mpsc::UnboundedReceiver<Seen>,
    numbers: Range<usize>,
    a_second: u32,
) -> Result<(Vec<String>, Times)> {
    let mut sent = HashMap::new();
    let mut tokens = Vec::new();
    let mut http = Http::connect(server.port).await?;
    let begin = Instant::now();
    for (index, number) in numbers.enumerate() {
        pace(begin, index, a_second).await?;
        sent.insert(number, Instant::now());
        tokens.push(start_chat(server, &mut http, &first(number)).await?);
    }
    let mut times = Times::default();
    while !sent.is_empty() {
        if let Seen::Rings(number, at) = next_seen(seen).await?
            && let Some(start) = sent.remove(&number)
        {
            times.add(at - start);
        }
    }
    Ok((tokens, times))
}

/// From a visitor's message to the changed row at the agent who has the chat.
async fn rows(
    server: &Server,
    seen: &mut mpsc::UnboundedReceiver<Seen>,
    seconds: u64,
    tokens: &[String],
) -> Result<Times> {
    let mut visitors = Vec::new();
    for token in tokens.iter().step_by(WRITERS_ONE_IN) {
        visitors.push(visitor(server, Some(token)).await?);
    }
    let total = usize::try_from(seconds)? * MESSAGES as usize;
    let mut sent = HashMap::new();
    let begin = Instant::now();
    for index in 0..total {
        pace(begin, index, MESSAGES).await?;
        let place = index % visitors.len();
        sent.insert(index, Instant::now());
        visitors[place].send(frames::message(&frames::new_id(), &format!("m{index} Hola"))).await?;
    }
    let mut times = Times::default();
    while !sent.is_empty() {
        if let Seen::Row(number, at) = next_seen(seen).await?
            && let Some(start) = sent.remove(&number)
        {
            times.add(at - start);
        }
    }
    Ok(times)
}

/// Waits until it is time for the next of so many a second.
async fn pace(begin: Instant, index: usize, a_second: u32) -> Result<()> {
    let due = begin + Duration::from_secs(1) * u32::try_from(index)? / a_second;
    tokio::time::sleep_until(due.into()).await;
    Ok(())
}

/// A first message with a number in it, as a form sends it.
fn first(number: usize) -> String {
    format!("m{number}+Hola")
}

async fn next_seen(seen: &mut mpsc::UnboundedReceiver<Seen>) -> Result<Seen> {
    let next = timeout(PATIENCE, seen.recv()).await;
    next.context("what was sent did not come to a console")?.context("all consoles ended")
}
