//! The calls of the protocol, as the server answers them, faults included.

#![allow(clippy::result_large_err, reason = "a status is what tonic takes")]

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};
use hyper::body::Incoming;
use tonic::codec::ProstCodec;
use tonic::metadata::MetadataMap;
use tonic::server::{ClientStreamingService, Grpc, ServerStreamingService, StreamingService, UnaryService};
use tonic::{Code, Request, Response, Status, Streaming};

use super::store::{Store, Stored, Verdict};
use super::wire::{
    AppendContent, AppendRequest, AppendResponse, AppendResult, AppendSuccess, BatchError, BatchOptions, BatchRequest,
    BatchResponse, BatchResult, ClusterInfo, CurrentRevision, Empty, EndPoint, ExpectedRevision, Filter, FromPosition,
    FromRevision, LogPosition, Member, ProposedMessage, ReadAll, ReadContent, ReadCount, ReadEvent, ReadFrom,
    ReadRequest, ReadResponse, ReadStream, RecordedEvent, StreamIdentifier, StreamNotFound, SuccessPosition,
    SuccessRevision, SupportedMethod, SupportedMethods, WrongExpectation, WrongExpectedVersion,
};
use super::{AppendFault, Node, ReadFault};

const LEADER: i32 = 8;
const FOLLOWER: i32 = 6;

type Answer<T> = Pin<Box<dyn Future<Output = Result<Response<T>, Status>> + Send>>;
type Answers = Pin<Box<dyn Stream<Item = Result<ReadResponse, Status>> + Send>>;

/// Answers one request to a node.
pub(crate) async fn answer(node: Arc<Node>, request: hyper::Request<Incoming>) -> hyper::Response<tonic::body::Body> {
    let request = request.map(tonic::body::Body::new);
    let path = request.uri().path().to_owned();
    match path.as_str() {
        "/event_store.client.streams.Streams/Append" => {
            Grpc::new(ProstCodec::default())
                .apply_max_message_size_config(Some(usize::MAX), None)
                .client_streaming(Append(node), request)
                .await
        }
        "/event_store.client.streams.Streams/BatchAppend" => {
            Grpc::new(ProstCodec::default())
                .apply_max_message_size_config(Some(usize::MAX), None)
                .streaming(Batch(node), request)
                .await
        }
        "/event_store.client.streams.Streams/Read" => {
            Grpc::new(ProstCodec::default()).server_streaming(Read(node), request).await
        }
        "/event_store.client.gossip.Gossip/Read" => Grpc::new(ProstCodec::default()).unary(Gossip(node), request).await,
        "/event_store.client.server_features.ServerFeatures/GetSupportedMethods" => {
            Grpc::new(ProstCodec::default()).unary(Features(node), request).await
        }
        other => Status::unimplemented(format!("the double has no {other}")).into_http(),
    }
}

struct Features(Arc<Node>);

impl UnaryService<Empty> for Features {
    type Response = SupportedMethods;
    type Future = Answer<SupportedMethods>;

    fn call(&mut self, _: Request<Empty>) -> Self::Future {
        let server_version = self.0.cluster.version.lock().clone();
        let methods = vec![SupportedMethod {
            method: "batchappend".to_owned(),
            service: "event_store.client.streams.streams".to_owned(),
        }];
        Box::pin(async move { Ok(Response::new(SupportedMethods { methods, server_version })) })
    }
}

struct Gossip(Arc<Node>);

impl UnaryService<Empty> for Gossip {
    type Response = ClusterInfo;
    type Future = Answer<ClusterInfo>;

    fn call(&mut self, request: Request<Empty>) -> Self::Future {
        if let Err(refused) = known(&self.0, request.metadata()) {
            return Box::pin(async move { Err(refused) });
        }
        let cluster = &self.0.cluster;
        let leader = *cluster.leader.lock();
        let alive = cluster.alive.lock().clone();
        let members = cluster.ports.iter().zip(alive).enumerate().map(|(place, (port, is_alive))| Member {
            instance: Some(uuid::Uuid::from_u128(place as u128 + 1).into()),
            time_stamp: 0,
            state: if Some(place) == leader { LEADER } else { FOLLOWER },
            is_alive,
            http: Some(EndPoint { address: "127.0.0.1".to_owned(), port: u32::from(*port) }),
        });
        let members = members.collect();
        Box::pin(async move { Ok(Response::new(ClusterInfo { members })) })
    }
}

/// Whether the caller is known.
fn known(node: &Node, metadata: &MetadataMap) -> Result<(), Status> {
    if let Some(due) = node.cluster.authorization.lock().as_deref()
        && metadata.get("authorization").and_then(|given| given.to_str().ok()) != Some(due)
    {
        return Err(Status::unauthenticated("Unauthenticated"));
    }
    Ok(())
}

/// Whether this node may answer: the caller is known, and the node leads where he asks for the one that does.
fn admitted(node: &Node, metadata: &MetadataMap) -> Result<(), Status> {
    known(node, metadata)?;
    let cluster = &node.cluster;
    let leader = *cluster.leader.lock();
    if leader == Some(node.place) || metadata.get("requires-leader").is_none_or(|required| required != "true") {
        return Ok(());
    }
    let Some(leader) = leader else {
        return Err(Status::unknown("No leader info available in response"));
    };
    let mut told = MetadataMap::new();
    told.insert("exception", "not-leader".parse().unwrap());
    told.insert("leader-endpoint-host", "127.0.0.1".parse().unwrap());
    told.insert("leader-endpoint-port", cluster.ports[leader].to_string().parse().unwrap());
    Err(Status::with_metadata(Code::NotFound, "Leader info available", told))
}

struct Append(Arc<Node>);

impl ClientStreamingService<AppendRequest> for Append {
    type Response = AppendResponse;
    type Future = Answer<AppendResponse>;

    fn call(&mut self, request: Request<Streaming<AppendRequest>>) -> Self::Future {
        Box::pin(append(self.0.clone(), request))
    }
}

async fn append(
    node: Arc<Node>,
    request: Request<Streaming<AppendRequest>>,
) -> Result<Response<AppendResponse>, Status> {
    let admitted = admitted(&node, request.metadata());
    let mut parts = request.into_inner();
    let Some(AppendContent::Options(options)) = parts.message().await?.and_then(|part| part.content) else {
        return Err(Status::invalid_argument("an append begins with its options"));
    };
    let mut events = Vec::new();
    while let Some(part) = parts.message().await? {
        let Some(AppendContent::Event(event)) = part.content else {
            return Err(Status::invalid_argument("options twice"));
        };
        events.push(event);
    }
    admitted?;
    let (Some(name), Some(expected)) = (options.stream, options.expected) else {
        return Err(Status::invalid_argument("an append names a stream and what it expects"));
    };
    let stream = String::from_utf8(name.name).map_err(|_| Status::invalid_argument("the name is no text"))?;
    match judged(&node, &stream, expected, events).await {
        Judged::Verdict(verdict) => Ok(Response::new(AppendResponse { result: Some(result(verdict, expected)) })),
        Judged::TooLarge(most) => Err(Status::invalid_argument(format!("Maximum Append Size of {most} Exceeded."))),
        Judged::Failed(code, words) => Err(Status::new(code, words)),
        Judged::Ends => Err(Status::cancelled("the server stops")),
    }
}

/// What comes of an append, faults included.
enum Judged {
    Verdict(Verdict),
    TooLarge(usize),
    Failed(Code, String),
    /// It was written, and the call ends without an answer.
    Ends,
}

async fn judged(node: &Node, stream: &str, expected: ExpectedRevision, events: Vec<ProposedMessage>) -> Judged {
    let cluster = &node.cluster;
    let letters = |event: &ProposedMessage| {
        event.metadata.contains_key("content-type").then(|| event.metadata.get("type").map_or(0, String::len))
    };
    let Some(names) = events.iter().map(letters).collect::<Option<Vec<usize>>>() else {
        return Judged::Failed(Code::InvalidArgument, "Required Metadata Property is missing".to_owned());
    };
    let content: usize = events.iter().map(|event| event.data.len() + event.custom_metadata.len()).sum();
    let most = *cluster.append_bytes.lock();
    // The server keeps the name of an event's type in two bytes a letter.
    if content + 2 * names.iter().sum::<usize>() > most {
        return Judged::TooLarge(most);
    }
    let fault = cluster.append_faults.lock().pop_front();
    cluster.appends.fetch_add(1, Ordering::Relaxed);
    match &fault {
        Some(AppendFault::Refused(code, words)) => return Judged::Failed(*code, (*words).to_owned()),
        Some(AppendFault::Rival(event)) => {
            cluster.store.lock().append(stream, ExpectedRevision::Any(Empty {}), vec![event.clone()]);
        }
        _ => {}
    }
    let verdict = cluster.store.lock().append(stream, expected, events);
    match fault {
        Some(AppendFault::AnswerLost) => {
            cluster.drop_connections();
            std::future::pending::<()>().await;
        }
        Some(AppendFault::StoredThen(code, words)) => return Judged::Failed(code, words.to_owned()),
        Some(AppendFault::Late(by)) => tokio::time::sleep(by).await,
        Some(AppendFault::Forgotten) => std::future::pending::<()>().await,
        Some(AppendFault::StoredThenEnds) => return Judged::Ends,
        Some(AppendFault::Refused(..) | AppendFault::Rival(_)) | None => {}
    }
    Judged::Verdict(verdict)
}

/// The call for many appends, each answered when it is judged.
struct Batch(Arc<Node>);

impl StreamingService<BatchRequest> for Batch {
    type Response = BatchResponse;
    type ResponseStream = Pin<Box<dyn Stream<Item = Result<BatchResponse, Status>> + Send>>;
    type Future = Answer<Self::ResponseStream>;

    fn call(&mut self, request: Request<Streaming<BatchRequest>>) -> Self::Future {
        let node = self.0.clone();
        Box::pin(async move {
            let metadata = request.metadata().clone();
            let call = Some((node, metadata, request.into_inner()));
            let answers = stream::unfold(call, |call| async {
                let (node, metadata, mut requests) = call?;
                let answer = match requests.message().await {
                    Ok(Some(request)) => batched(&node, &metadata, request).await.transpose()?,
                    Ok(None) | Err(_) => return None,
                };
                let goes_on = answer.is_ok();
                Some((answer, goes_on.then_some((node, metadata, requests))))
            });
            Ok(Response::new(Box::pin(answers) as Self::ResponseStream))
        })
    }
}

/// The answer to one append of the call; `None` where the call ends instead.
async fn batched(node: &Node, metadata: &MetadataMap, request: BatchRequest) -> Result<Option<BatchResponse>, Status> {
    admitted(node, metadata)?;
    let (Some(BatchOptions { stream: Some(name), expected: Some(expected) }), true) =
        (request.options, request.is_final)
    else {
        return Err(Status::invalid_argument("the double takes an append in one message"));
    };
    let stream = String::from_utf8_lossy(&name.name).into_owned();
    let refused =
        |code: Code, message: &str| BatchResult::Error(BatchError { code: code as i32, message: message.to_owned() });
    let result = match judged(node, &stream, expected, request.events).await {
        Judged::Verdict(verdict) => match result(verdict, expected) {
            AppendResult::Success(success) => BatchResult::Success(success),
            AppendResult::WrongExpectedVersion(_) => refused(Code::AlreadyExists, "WrongExpectedVersion"),
        },
        Judged::TooLarge(_) => refused(Code::InvalidArgument, "MaximumAppendSizeExceeded"),
        Judged::Failed(code, words) => refused(code, &words),
        Judged::Ends => return Ok(None),
    };
    Ok(Some(BatchResponse { correlation: request.correlation, result: Some(result), stream: Some(name) }))
}

fn result(verdict: Verdict, expected: ExpectedRevision) -> AppendResult {
    let success = |revision, position: Option<u64>| {
        let position = position.map_or(SuccessPosition::None(Empty {}), |position| {
            SuccessPosition::Position(LogPosition { commit: position, prepare: position })
        });
        AppendResult::Success(AppendSuccess {
            revision: Some(SuccessRevision::Current(revision)),
            position: Some(position),
        })
    };
    match verdict {
        Verdict::Written { revision, position } => success(revision, Some(position)),
        Verdict::Idempotent { revision, position } => success(revision, position),
        Verdict::WrongExpectedVersion { current } => AppendResult::WrongExpectedVersion(WrongExpectedVersion {
            current: Some(current.map_or(CurrentRevision::NoStream(Empty {}), CurrentRevision::Current)),
            expected: Some(match expected {
                ExpectedRevision::Revision(revision) => WrongExpectation::Revision(revision),
                ExpectedRevision::NoStream(nothing) => WrongExpectation::NoStream(nothing),
                ExpectedRevision::Any(nothing) => WrongExpectation::Any(nothing),
                ExpectedRevision::StreamExists(nothing) => WrongExpectation::StreamExists(nothing),
            }),
        }),
    }
}

struct Read(Arc<Node>);

impl ServerStreamingService<ReadRequest> for Read {
    type Response = ReadResponse;
    type ResponseStream = Answers;
    type Future = Answer<Answers>;

    fn call(&mut self, request: Request<ReadRequest>) -> Self::Future {
        let node = self.0.clone();
        Box::pin(async move { read(&node, request).await })
    }
}

async fn read(node: &Node, request: Request<ReadRequest>) -> Result<Response<Answers>, Status> {
    admitted(node, request.metadata())?;
    let cluster = &node.cluster;
    let Some(options) = request.into_inner().options else {
        return Err(Status::invalid_argument("a read has options"));
    };
    let Some(ReadCount::Count(count)) = options.count else {
        return Err(Status::unimplemented("the double gives no subscriptions"));
    };
    if options.resolve_links {
        return Err(Status::unimplemented("the double resolves nothing"));
    }
    cluster.reads.fetch_add(1, Ordering::Relaxed);
    let faults = if options.direction == 0 { &cluster.read_faults } else { &cluster.look_faults };
    let fault = faults.lock().pop_front();
    match fault {
        Some(ReadFault::Refused(code, words)) => return Err(Status::new(code, words)),
        Some(ReadFault::Forgotten) => std::future::pending::<()>().await,
        _ => {}
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let answers = match &options.from {
        Some(ReadFrom::Stream(wanted)) => {
            let compatible = options.control.is_some_and(|control| control.compatibility >= 1);
            stream_events(&cluster.store.lock(), wanted, options.direction, count, compatible)?
        }
        Some(ReadFrom::All(_)) if cluster.all_is_closed.load(Ordering::Relaxed) => {
            return Err(Status::permission_denied("Access Denied"));
        }
        Some(ReadFrom::All(wanted)) => {
            let (answers, looked) =
                all_events(&cluster.store.lock(), *wanted, options.filter.as_ref(), options.direction, count)?;
            let took = *cluster.look.lock() * looked;
            tokio::time::sleep(took).await;
            answers
        }
        None => return Err(Status::invalid_argument("a read says what it reads")),
    };
    let others = answers.iter().filter(|answer| is_of_others(answer)).count();
    cluster.others_sent.fetch_add(others, Ordering::Relaxed);
    Ok(Response::new(spoilt(answers, fault)))
}

fn stream_events(
    store: &Store,
    wanted: &ReadStream,
    direction: i32,
    count: usize,
    compatible: bool,
) -> Result<Vec<ReadResponse>, Status> {
    let name = wanted.stream.clone().unwrap_or_default();
    let text = std::str::from_utf8(&name.name).map_err(|_| Status::invalid_argument("the name is no text"))?;
    let Some(events) = store.on(text) else {
        return Ok(vec![response(ReadContent::StreamNotFound(StreamNotFound { stream: Some(name) }))]);
    };
    let events: Vec<&Stored> = match (direction, wanted.from) {
        (0, Some(FromRevision::Start(_))) => events,
        (0, Some(FromRevision::Revision(from))) => events.into_iter().filter(|event| event.revision >= from).collect(),
        (1, Some(FromRevision::End(_))) => events.into_iter().rev().collect(),
        _ => return Err(Status::unimplemented("the double does not read a stream so")),
    };
    let mut answers: Vec<_> = events.into_iter().take(count).map(told).collect();
    if compatible {
        answers.push(response(ReadContent::LastStreamPosition(store.last(text).unwrap_or_default())));
    }
    Ok(answers)
}

/// What is read of the whole log, and how many events were looked at for it.
fn all_events(
    store: &Store,
    wanted: ReadAll,
    filter: Option<&Filter>,
    direction: i32,
    count: usize,
) -> Result<(Vec<ReadResponse>, u32), Status> {
    let events: Box<dyn Iterator<Item = &Stored>> = match (direction, wanted.from) {
        (0, Some(FromPosition::Start(_))) => Box::new(store.events.iter()),
        (0, Some(FromPosition::Position(from))) => {
            let place = store.events.binary_search_by_key(&from.commit, |event| event.position);
            // Between the beginnings of records there is nothing that can be read.
            let place = place.map_err(|_| Status::unknown("Unexpected ReadAllResult: Error"))?;
            Box::new(store.events[place..].iter())
        }
        (1, Some(FromPosition::End(_))) => Box::new(store.events.iter().rev()),
        _ => return Err(Status::unimplemented("the double does not read the log so")),
    };
    let mut looked = 0;
    let passes = |event: &Stored| match filter.and_then(|filter| filter.stream.as_ref()) {
        None => true,
        Some(names) if names.prefix.is_empty() => names.regex == NOT_THE_SERVERS && !event.stream.starts_with('$'),
        Some(names) => names.prefix.iter().any(|prefix| event.stream.starts_with(prefix)),
    };
    let answers = events.inspect(|_| looked += 1).filter(|event| passes(event)).take(count).map(told).collect();
    Ok((answers, looked))
}

/// The only expression that the double knows.
const NOT_THE_SERVERS: &str = "^[^\\$].*";

fn is_of_others(answer: &ReadResponse) -> bool {
    let Some(ReadContent::Event(ReadEvent { event: Some(event), .. })) = &answer.content else { return false };
    let name = event.stream.as_ref().map_or(&[][..], |stream| &stream.name);
    !name.starts_with(super::super::PREFIX.as_bytes())
}

fn response(content: ReadContent) -> ReadResponse {
    ReadResponse { content: Some(content) }
}

fn told(event: &Stored) -> ReadResponse {
    let mut metadata = event.metadata.clone();
    metadata.insert("created".to_owned(), "17000000000000000".to_owned());
    let recorded = RecordedEvent {
        id: Some(event.id.into()),
        stream: Some(StreamIdentifier { name: event.stream.clone().into_bytes() }),
        revision: event.revision,
        prepare: event.position,
        commit: event.position,
        metadata,
        custom_metadata: event.custom_metadata.clone(),
        data: event.data.clone(),
    };
    response(ReadContent::Event(ReadEvent { event: Some(recorded), commit: Some(event.position) }))
}

/// The answers as a fault lets them through.
fn spoilt(answers: Vec<ReadResponse>, fault: Option<ReadFault>) -> Answers {
    let answers = answers.into_iter().map(Ok);
    match fault {
        Some(ReadFault::EndsAfter(count)) => Box::pin(stream::iter(answers.take(count))),
        Some(ReadFault::FailsAfter(count)) => {
            let failure = std::iter::once(Err(Status::unavailable("Server Is Not Ready")));
            Box::pin(stream::iter(answers.take(count).chain(failure)))
        }
        Some(ReadFault::Twice) => Box::pin(stream::iter(answers.flat_map(|answer| [answer.clone(), answer]))),
        Some(ReadFault::StallsAfter(count)) => Box::pin(stream::iter(answers.take(count)).chain(stream::pending())),
        Some(ReadFault::Slow(each)) => Box::pin(stream::iter(answers).then(move |answer| slowly(answer, each))),
        Some(ReadFault::Refused(..) | ReadFault::Forgotten) | None => Box::pin(stream::iter(answers)),
    }
}

async fn slowly<T>(answer: T, by: Duration) -> T {
    tokio::time::sleep(by).await;
    answer
}
