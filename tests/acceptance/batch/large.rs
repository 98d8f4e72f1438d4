//! A hundred thousand lines, into a service that runs by itself: `tests/batch/run.sh` runs this, and quotes its figures.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use baken::dev_issuer::DevIssuer;
use baken::event_log::Position;
use baken::simulate::Simulation;
use baken::sources::{RandomIds, SystemClock};

use super::cut_off::Batches;
use super::recorded::{same, streams};
use super::sender::Sender;
use super::streaming::{all_in_order, met};

/// `baken demo` in a process of its own, with no rate limits, and with nothing recorded but what is sent.
struct Served {
    process: Child,
    folder: tempfile::TempDir,
    url: String,
    /// What the demo world wrote.
    before: Position,
}

impl Served {
    async fn start(binary: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let process = Command::new(binary)
            .args(["demo", "--no-watch", "--port", "0", "--data"])
            .arg(folder.path())
            .env("BAKEN_DEMO_UNLIMITED", "1")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut served = Self { process, folder, url: String::new(), before: Position::START };
        let address = served.folder.path().join("address");
        for _ in 0..600 {
            if let Ok(url) = std::fs::read_to_string(&address)
                && let Ok(ready) = reqwest::get(format!("{url}/health/ready")).await
                && ready.status() == 200
            {
                let ready: serde_json::Value = ready.json().await.unwrap();
                served.before = Position(ready["position"].as_u64().unwrap());
                served.url = url;
                return served;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the service did not become ready");
    }

    fn issuer(&self) -> DevIssuer {
        DevIssuer::open_or_create(self.folder.path()).unwrap()
    }

    fn sender(&self, user: &str) -> Sender {
        let users = baken::demo::users().unwrap();
        let user = users.iter().find(|each| each.user.as_str() == user).unwrap();
        Sender::new(&self.url, self.issuer().token_for(&user.principal, &SystemClock, &RandomIds).unwrap())
    }

    /// MiB of memory: now, and at most so far.
    fn memory(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let of = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
        };
        (of("VmRSS"), of("VmHWM"))
    }

    /// Ends it: nothing holds its folder any more.
    fn end(&mut self) {
        // It may have ended by itself, which whoever waits for its answers will see.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.end();
    }
}

fn binary() -> PathBuf {
    std::env::var_os("BAKEN_BINARY").expect("BAKEN_BINARY says which binary to run").into()
}

fn lines() -> usize {
    std::env::var("LINES").map_or(100_000, |lines| lines.parse().unwrap())
}

fn per_second(lines: usize, took: Duration) -> u128 {
    lines as u128 * 1_000 / took.as_millis()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes, and a binary: tests/batch/run.sh runs it"]
async fn a_simulated_city_cut_off_at_random_and_sent_again_leaves_the_log_of_one_clean_run() {
    // A path has some eight commands.
    let batches = Batches::of(&Simulation::new(lines() as u64 * 10 / 80, 29));
    let mut logs = Vec::new();
    for cutting in [false, true] {
        let mut served = Served::start(&binary()).await;
        let senders = batches.senders(&served.url, &served.issuer());
        let sent = if cutting { batches.send_cutting(&senders, 31).await } else { batches.send(&senders).await };
        let (_, peak) = served.memory();
        println!(
            "{} lines, {} times cut off: {:.1} s, {} a second; {} were there already in the end; at most {peak} MiB",
            batches.lines,
            sent.cuts,
            sent.took.as_secs_f64(),
            per_second(batches.lines, sent.took),
            sent.repeated,
        );
        served.end();
        logs.push(streams(served.folder.path(), served.before).await);
    }
    same(&logs[0], &logs[1]);
    let events: usize = logs[0].values().map(Vec::len).sum();
    println!("the two logs say the same: {} streams, {events} events", logs[0].len());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes, and a binary: tests/batch/run.sh runs it"]
async fn one_batch_of_so_many_lines_is_held_in_bounded_memory() {
    let served = Served::start(&binary()).await;
    let sender = served.sender("outreach-rotterdam");
    let text = met(lines() as u128 / 10, 10);
    let count = text.lines().count();
    let began = Instant::now();
    let answers = sender.send(&text).await;
    let took = began.elapsed();
    all_in_order(&answers, count, 201);
    let (now, peak) = served.memory();
    println!(
        "one batch of {count} lines ({} MiB): {:.1} s, {} a second; then {now} MiB, at most {peak} MiB, with the persons",
        text.len() / 1024 / 1024,
        took.as_secs_f64(),
        per_second(count, took),
    );
    // Nothing is recorded the second time: what memory grows by is the batch's own.
    let began = Instant::now();
    let answers = sender.send(&text).await;
    let took = began.elapsed();
    all_in_order(&answers, count, 200);
    let (_, again) = served.memory();
    println!(
        "the same batch again: {:.1} s, {} a second; at most {again} MiB, {} MiB more",
        took.as_secs_f64(),
        per_second(count, took),
        again - peak,
    );
    assert!(again - peak < 64, "the batch is held in memory");
}
