//! A double of a KurrentDB cluster, for tests: nodes that speak its protocol over TCP on the loopback device, with one
//! log among them, and faults to play.
//!
//! It is no KurrentDB. What it holds about the server's behaviour was read in the server's source, and is what
//! `baken doctor --log kurrentdb://…` finds out about a real one.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "it is there for tests alone"
)]

mod prompt;
mod service;
mod store;
mod wire;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tonic::Code;

use super::KurrentUrl;
use prompt::Prompt;
use store::Store;

/// What a server takes at once, unless it is told otherwise.
pub const DEFAULT_APPEND_BYTES: usize = 1024 * 1024;

/// What goes wrong with one append.
pub enum AppendFault {
    /// Refused with this status before anything is written.
    Refused(Code, &'static str),
    /// Written, and then answered with this status.
    StoredThen(Code, &'static str),
    /// Written, and every connection breaks before the answer.
    AnswerLost,
    /// Written, and answered so much later.
    Late(Duration),
    /// Written, and never answered.
    Forgotten,
    /// Somebody else appends this to the same stream just before.
    Rival(wire::ProposedMessage),
    /// Written, and the call ends in good order without an answer: a server that stops.
    StoredThenEnds,
}

/// What goes wrong with one read.
#[derive(Clone, Copy)]
pub enum ReadFault {
    Refused(Code, &'static str),
    /// Never answered.
    Forgotten,
    /// Ends in good order after so many answers.
    EndsAfter(usize),
    /// Ends in an error after so many answers.
    FailsAfter(usize),
    /// Stops after so many answers, without an end.
    StallsAfter(usize),
    /// Every answer comes twice.
    Twice,
    /// Every answer takes so long.
    Slow(Duration),
}

/// What the nodes share.
struct Cluster {
    ports: Vec<u16>,
    alive: Mutex<Vec<bool>>,
    leader: Mutex<Option<usize>>,
    store: Mutex<Store>,
    version: Mutex<String>,
    append_bytes: Mutex<usize>,
    /// The authorization that is asked for, if any.
    authorization: Mutex<Option<String>>,
    append_faults: Mutex<VecDeque<AppendFault>>,
    read_faults: Mutex<VecDeque<ReadFault>>,
    look_faults: Mutex<VecDeque<ReadFault>>,
    appends: AtomicUsize,
    reads: AtomicUsize,
    /// Events of other applications that were sent to a client.
    others_sent: AtomicUsize,
    /// For each event that a filtered read looks at.
    look: Mutex<Duration>,
    at_once: AtomicBool,
    all_is_closed: AtomicBool,
    /// Counted up to end every connection that is open.
    generation: watch::Sender<u64>,
}

impl Cluster {
    fn drop_connections(&self) {
        self.generation.send_modify(|generation| *generation += 1);
    }
}

struct Node {
    place: usize,
    cluster: Arc<Cluster>,
}

/// Another application that goes on writing, until this is dropped.
pub struct Others(JoinHandle<()>);

impl Drop for Others {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A cluster of so many nodes, the first of which leads.
pub struct Double {
    cluster: Arc<Cluster>,
    listening: Mutex<Vec<Option<JoinHandle<()>>>>,
}

impl Drop for Double {
    fn drop(&mut self) {
        self.listening.lock().iter().flatten().for_each(JoinHandle::abort);
        self.cluster.drop_connections();
    }
}

impl Double {
    pub async fn start() -> Self {
        Self::cluster(1).await
    }

    pub async fn cluster(nodes: usize) -> Self {
        let mut listeners = Vec::new();
        for _ in 0..nodes {
            listeners.push(TcpListener::bind("127.0.0.1:0").await.unwrap());
        }
        let cluster = Arc::new(Cluster {
            ports: listeners.iter().map(|listener| listener.local_addr().unwrap().port()).collect(),
            alive: Mutex::new(vec![true; nodes]),
            leader: Mutex::new(Some(0)),
            store: Mutex::new(Store::new()),
            version: Mutex::new("25.1.0".to_owned()),
            append_bytes: Mutex::new(DEFAULT_APPEND_BYTES),
            authorization: Mutex::default(),
            append_faults: Mutex::default(),
            read_faults: Mutex::default(),
            look_faults: Mutex::default(),
            appends: AtomicUsize::default(),
            reads: AtomicUsize::default(),
            others_sent: AtomicUsize::default(),
            look: Mutex::default(),
            at_once: AtomicBool::new(true),
            all_is_closed: AtomicBool::default(),
            generation: watch::Sender::new(0),
        });
        let listening = listeners.into_iter().enumerate().map(|(place, listener)| {
            let node = Arc::new(Node { place, cluster: cluster.clone() });
            Some(tokio::spawn(listen(node, listener)))
        });
        let listening = Mutex::new(listening.collect());
        Self { cluster, listening }
    }

    /// The connection string of the first node, or of all.
    pub fn url(&self) -> KurrentUrl {
        self.url_as("")
    }

    /// The same, as a user: `name:password@`.
    pub fn url_as(&self, user: &str) -> KurrentUrl {
        self.text_as(user).parse().unwrap()
    }

    pub fn text_as(&self, user: &str) -> String {
        let nodes: Vec<_> = self.cluster.ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
        format!("kurrentdb://{user}{}?tls=false&discoveryInterval=50&gossipTimeout=500", nodes.join(","))
    }

    /// A node by itself, leader or not.
    pub fn url_of(&self, place: usize) -> KurrentUrl {
        format!("kurrentdb://127.0.0.1:{}?tls=false&discoveryInterval=50", self.cluster.ports[place]).parse().unwrap()
    }

    /// Plays these with the next appends.
    pub fn appends_meet(&self, faults: impl IntoIterator<Item = AppendFault>) {
        self.cluster.append_faults.lock().extend(faults);
    }

    /// Plays these with the next reads of what comes after a place.
    pub fn reads_meet(&self, faults: impl IntoIterator<Item = ReadFault>) {
        self.cluster.read_faults.lock().extend(faults);
    }

    /// Plays these with the next looks at the end of the log.
    pub fn looks_meet(&self, faults: impl IntoIterator<Item = ReadFault>) {
        self.cluster.look_faults.lock().extend(faults);
    }

    /// No fault is left that was to be played.
    pub fn has_played_everything(&self) -> bool {
        let Cluster { append_faults, read_faults, look_faults, .. } = &*self.cluster;
        append_faults.lock().is_empty() && read_faults.lock().is_empty() && look_faults.lock().is_empty()
    }

    /// How many appends have come to the point of being judged.
    pub fn appends(&self) -> usize {
        self.cluster.appends.load(Ordering::Relaxed)
    }

    /// How many reads have come.
    pub fn reads(&self) -> usize {
        self.cluster.reads.load(Ordering::Relaxed)
    }

    /// How many events of other applications were sent to a client.
    pub fn others_sent(&self) -> usize {
        self.cluster.others_sent.load(Ordering::Relaxed)
    }

    /// New connections acknowledge what comes in as Linux does by itself: after 40 ms where nothing is sent back.
    pub fn delays_acknowledgements(&self) {
        self.cluster.at_once.store(false, Ordering::Relaxed);
    }

    /// So long takes each event that a filtered read looks at.
    pub fn looks_for(&self, each: Duration) {
        *self.cluster.look.lock() = each;
    }

    /// Another node leads from now on.
    pub fn elect(&self, place: usize) {
        *self.cluster.leader.lock() = Some(place);
    }

    /// An election goes on.
    pub fn has_no_leader(&self) {
        *self.cluster.leader.lock() = None;
    }

    pub fn takes_at_most(&self, bytes: usize) {
        *self.cluster.append_bytes.lock() = bytes;
    }

    pub fn says_to_be(&self, version: &str) {
        version.clone_into(&mut self.cluster.version.lock());
    }

    /// Only this authorization is let in.
    pub fn asks_for(&self, authorization: &str) {
        *self.cluster.authorization.lock() = Some(authorization.to_owned());
    }

    /// Who is let in may read streams, and not the whole log, as it is unless the server is told.
    pub fn closes_all(&self) {
        self.cluster.all_is_closed.store(true, Ordering::Relaxed);
    }

    /// The node goes away: its connections break, and it takes no new ones. What is stored stays.
    pub async fn stop(&self, place: usize) {
        let listening = self.listening.lock()[place].take();
        if let Some(listening) = listening {
            listening.abort();
            let _ = listening.await;
        }
        self.cluster.alive.lock()[place] = false;
        self.cluster.drop_connections();
    }

    /// The node comes back under the same address.
    pub async fn resume(&self, place: usize) {
        let address = SocketAddr::from(([127, 0, 0, 1], self.cluster.ports[place]));
        let listener = TcpListener::bind(address).await.unwrap();
        let node = Arc::new(Node { place, cluster: self.cluster.clone() });
        self.listening.lock()[place] = Some(tokio::spawn(listen(node, listener)));
        self.cluster.alive.lock()[place] = true;
    }

    /// Writes events of the server's own.
    pub fn writes_of_its_own(&self, events: usize) {
        let mut store = self.cluster.store.lock();
        (0..events).for_each(|_| store.own("$stats-127.0.0.1:2113"));
    }

    /// Another application writes events to a stream of its own.
    pub fn writes_for_others(&self, stream: &str, events: usize) {
        let mut store = self.cluster.store.lock();
        (0..events).for_each(|_| store.others(stream));
    }

    /// The same for as long as the answer is kept: a thousand events a second.
    #[must_use]
    pub fn is_busy_with_others(self: &Arc<Self>) -> Others {
        let double = self.clone();
        Others(tokio::spawn(async move {
            let mut beat = tokio::time::interval(Duration::from_millis(5));
            loop {
                beat.tick().await;
                double.writes_for_others("orders-1", 5);
            }
        }))
    }

    /// How many events a stream of Baken's has, as they are stored under the usual prefix.
    pub fn length_of(&self, stream: &str) -> usize {
        self.length_on_server(&format!("{}{stream}", super::PREFIX))
    }

    /// How many events a stream has, by its name on the server.
    pub fn length_on_server(&self, stream: &str) -> usize {
        self.cluster.store.lock().on(stream).map_or(0, |events| events.len())
    }

    pub fn is_without_repeats(&self) -> bool {
        self.cluster.store.lock().is_without_repeats()
    }
}

/// An event of somebody else's.
pub fn rival(id: uuid::Uuid) -> AppendFault {
    let metadata = [("type", "rival"), ("content-type", "application/json")];
    AppendFault::Rival(wire::ProposedMessage {
        id: Some(id.into()),
        metadata: metadata.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        custom_metadata: Vec::new(),
        data: b"{}".to_vec(),
    })
}

async fn listen(node: Arc<Node>, listener: TcpListener) {
    while let Ok((connection, _)) = listener.accept().await {
        let _ = connection.set_nodelay(true);
        let node = node.clone();
        let at_once = node.cluster.at_once.load(Ordering::Relaxed);
        let mut generation = node.cluster.generation.subscribe();
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let node = node.clone();
                async move { Ok::<_, Infallible>(service::answer(node, request).await) }
            });
            let serving = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(Prompt { connection, at_once }), service);
            tokio::select! {
                _ = serving => {}
                _ = generation.changed() => {}
            }
        });
    }
}
