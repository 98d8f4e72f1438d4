//! Batches that are cut off at random places and sent again until they are accepted leave the log as one clean run does.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use baken::demo;
use baken::dev_issuer::DevIssuer;
use baken::event_log::Position;
use baken::simulate::{BatchedLine, Simulation, lines};
use baken::sources::{RandomIds, SystemClock};
use care_path::Principal;
use care_path::ids::UserId;
use futures_util::future::join_all;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::recorded::{same, streams};
use super::sender::Sender;
use crate::support::empty;

/// The batches of a simulation, round by round: of whom, and their text.
pub struct Batches {
    rounds: BTreeMap<usize, BTreeMap<UserId, String>>,
    users: HashMap<UserId, Principal>,
    pub lines: usize,
}

impl Batches {
    pub fn of(simulation: &Simulation) -> Self {
        let directory = demo::directory().unwrap();
        let mut batches = Self { rounds: BTreeMap::new(), users: HashMap::new(), lines: 0 };
        for index in 0..simulation.persons {
            for BatchedLine { round, by, line } in lines(simulation, &directory, index).unwrap() {
                let text = batches.rounds.entry(round).or_default().entry(by.user.clone()).or_default();
                text.push_str(&line.to_string());
                text.push('\n');
                batches.users.insert(by.user.clone(), by);
                batches.lines += 1;
            }
        }
        batches
    }

    /// A sender for each user.
    pub fn senders(&self, url: &str, issuer: &DevIssuer) -> HashMap<UserId, Sender> {
        let sender = |user: &Principal| Sender::new(url, issuer.token_for(user, &SystemClock, &RandomIds).unwrap());
        self.users.iter().map(|(user, principal)| (user.clone(), sender(principal))).collect()
    }

    /// Sends everything, once and without trouble.
    pub async fn send(&self, senders: &HashMap<UserId, Sender>) -> Sent {
        self.send_with(senders, |_| None).await
    }

    /// Sends everything, and cuts every batch off up to five times.
    pub async fn send_cutting(&self, senders: &HashMap<UserId, Sender>, seed: u64) -> Sent {
        self.send_with(senders, |number| Some(ChaCha8Rng::seed_from_u64(seed + number))).await
    }

    async fn send_with(&self, senders: &HashMap<UserId, Sender>, rng: impl Fn(u64) -> Option<ChaCha8Rng>) -> Sent {
        let (began, mut sent, mut number) = (Instant::now(), Sent::default(), 0);
        for batches in self.rounds.values() {
            let of_round = batches.iter().map(|(user, text)| {
                number += 1;
                accepted(senders[user].clone(), text.clone(), rng(number))
            });
            for one in join_all(of_round.map(tokio::spawn)).await {
                let one = one.unwrap();
                sent.cuts += one.cuts;
                sent.repeated += one.repeated;
            }
        }
        sent.took = began.elapsed();
        sent
    }
}

/// What sending took.
#[derive(Debug, Default)]
pub struct Sent {
    pub cuts: usize,
    /// Lines that were answered as repeats in the end.
    pub repeated: usize,
    pub took: Duration,
}

/// Sends a batch until all of it is accepted, in its order.
async fn accepted(sender: Sender, text: String, rng: Option<ChaCha8Rng>) -> Sent {
    let mut sent = Sent::default();
    if let Some(mut rng) = rng {
        for _ in 0..rng.random_range(0..=5) {
            let at = rng.random_range(1..text.len());
            let hang_up = rng.random_bool(0.5).then(|| rng.random_range(0..=text.lines().count()));
            let after = Duration::from_millis(rng.random_range(0..=30));
            for answer in sender.break_off(&text, at, after, hang_up).await {
                assert!(answer["status"] == 200 || answer["status"] == 201, "{answer}");
            }
            sent.cuts += 1;
        }
    }
    let answers = sender.send(&text).await;
    assert_eq!(answers.len(), text.lines().count());
    for (index, (answer, line)) in answers.iter().zip(text.lines()).enumerate() {
        assert_eq!(answer["line"], index + 1);
        assert!(answer["status"] == 200 || answer["status"] == 201, "{answer}");
        assert!(line.contains(answer["id"].as_str().unwrap()), "{answer} answers another line");
        sent.repeated += usize::from(answer["status"] == 200);
    }
    sent
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_cut_off_at_random_and_sent_again_leave_the_log_of_one_clean_run() {
    let batches = Batches::of(&Simulation::new(60, 17));
    let mut logs = Vec::new();
    for cutting in [false, true] {
        let running = empty().await;
        let senders = batches.senders(&running.url, running.issuer());
        let sent = if cutting { batches.send_cutting(&senders, 23).await } else { batches.send(&senders).await };
        assert_eq!((sent.cuts > 0, sent.repeated > 0), (cutting, cutting), "{sent:?}");
        let folder = running.stop().await;
        logs.push(streams(folder.path(), Position::START).await);
    }
    assert!(logs[0].keys().filter(|name| name.starts_with("person-")).count() == 60);
    same(&logs[0], &logs[1]);
}
