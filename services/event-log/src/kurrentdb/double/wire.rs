//! The messages of KurrentDB's protocol that the double speaks, with the numbers of its published definitions
//! (`streams.proto`, `shared.proto`, `gossip.proto` and `serverfeatures.proto`, which come with its client). Written
//! here and not generated, so that nothing but the wire is shared with the client under test. Fields that the double
//! has no use for are left out; a reader of the format passes over them.

use std::collections::HashMap;

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(crate) struct Empty {}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Uuid {
    #[prost(oneof = "UuidValue", tags = "1, 2")]
    pub value: Option<UuidValue>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub enum UuidValue {
    #[prost(message, tag = "1")]
    Structured(Structured),
    #[prost(string, tag = "2")]
    Text(String),
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Structured {
    #[prost(int64, tag = "1")]
    pub most_significant: i64,
    #[prost(int64, tag = "2")]
    pub least_significant: i64,
}

impl From<uuid::Uuid> for Uuid {
    fn from(id: uuid::Uuid) -> Self {
        Self { value: Some(UuidValue::Text(id.to_string())) }
    }
}

impl Uuid {
    pub fn read(&self) -> Option<uuid::Uuid> {
        match self.value.as_ref()? {
            UuidValue::Structured(Structured { most_significant, least_significant }) => {
                Some(uuid::Uuid::from_u64_pair(most_significant.cast_unsigned(), least_significant.cast_unsigned()))
            }
            UuidValue::Text(text) => text.parse().ok(),
        }
    }
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct StreamIdentifier {
    #[prost(bytes = "vec", tag = "3")]
    pub name: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct AppendRequest {
    #[prost(oneof = "AppendContent", tags = "1, 2")]
    pub content: Option<AppendContent>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum AppendContent {
    #[prost(message, tag = "1")]
    Options(AppendOptions),
    #[prost(message, tag = "2")]
    Event(ProposedMessage),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct AppendOptions {
    #[prost(message, optional, tag = "1")]
    pub stream: Option<StreamIdentifier>,
    #[prost(oneof = "ExpectedRevision", tags = "2, 3, 4, 5")]
    pub expected: Option<ExpectedRevision>,
}

#[derive(Clone, Copy, PartialEq, prost::Oneof)]
pub(crate) enum ExpectedRevision {
    #[prost(uint64, tag = "2")]
    Revision(u64),
    #[prost(message, tag = "3")]
    NoStream(Empty),
    #[prost(message, tag = "4")]
    Any(Empty),
    #[prost(message, tag = "5")]
    StreamExists(Empty),
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ProposedMessage {
    #[prost(message, optional, tag = "1")]
    pub id: Option<Uuid>,
    #[prost(map = "string, string", tag = "2")]
    pub metadata: HashMap<String, String>,
    #[prost(bytes = "vec", tag = "3")]
    pub custom_metadata: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    pub data: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(crate) struct AppendResponse {
    #[prost(oneof = "AppendResult", tags = "1, 2")]
    pub result: Option<AppendResult>,
}

#[derive(Clone, Copy, PartialEq, prost::Oneof)]
pub(crate) enum AppendResult {
    #[prost(message, tag = "1")]
    Success(AppendSuccess),
    #[prost(message, tag = "2")]
    WrongExpectedVersion(WrongExpectedVersion),
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(crate) struct AppendSuccess {
    #[prost(oneof = "SuccessRevision", tags = "1, 2")]
    pub revision: Option<SuccessRevision>,
    #[prost(oneof = "SuccessPosition", tags = "3, 4")]
    pub position: Option<SuccessPosition>,
}

#[derive(Clone, Copy, PartialEq, prost::Oneof)]
pub(crate) enum SuccessRevision {
    #[prost(uint64, tag = "1")]
    Current(u64),
    #[prost(message, tag = "2")]
    NoStream(Empty),
}

#[derive(Clone, Copy, PartialEq, prost::Oneof)]
pub(crate) enum SuccessPosition {
    #[prost(message, tag = "3")]
    Position(LogPosition),
    #[prost(message, tag = "4")]
    None(Empty),
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(crate) struct LogPosition {
    #[prost(uint64, tag = "1")]
    pub commit: u64,
    #[prost(uint64, tag = "2")]
    pub prepare: u64,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(crate) struct WrongExpectedVersion {
    #[prost(oneof = "CurrentRevision", tags = "6, 7")]
    pub current: Option<CurrentRevision>,
    #[prost(oneof = "WrongExpectation", tags = "8, 9, 10, 11")]
    pub expected: Option<WrongExpectation>,
}

#[derive(Clone, Copy, PartialEq, prost::Oneof)]
pub(crate) enum CurrentRevision {
    #[prost(uint64, tag = "6")]
    Current(u64),
    #[prost(message, tag = "7")]
    NoStream(Empty),
}

#[derive(Clone, Copy, PartialEq, prost::Oneof)]
pub(crate) enum WrongExpectation {
    #[prost(uint64, tag = "8")]
    Revision(u64),
    #[prost(message, tag = "9")]
    Any(Empty),
    #[prost(message, tag = "10")]
    StreamExists(Empty),
    #[prost(message, tag = "11")]
    NoStream(Empty),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct BatchRequest {
    #[prost(message, optional, tag = "1")]
    pub correlation: Option<Uuid>,
    #[prost(message, optional, tag = "2")]
    pub options: Option<BatchOptions>,
    #[prost(message, repeated, tag = "3")]
    pub events: Vec<ProposedMessage>,
    #[prost(bool, tag = "4")]
    pub is_final: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct BatchOptions {
    #[prost(message, optional, tag = "1")]
    pub stream: Option<StreamIdentifier>,
    #[prost(oneof = "ExpectedRevision", tags = "2, 3, 4, 5")]
    pub expected: Option<ExpectedRevision>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct BatchResponse {
    #[prost(message, optional, tag = "1")]
    pub correlation: Option<Uuid>,
    #[prost(oneof = "BatchResult", tags = "2, 3")]
    pub result: Option<BatchResult>,
    #[prost(message, optional, tag = "4")]
    pub stream: Option<StreamIdentifier>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum BatchResult {
    #[prost(message, tag = "2")]
    Error(BatchError),
    #[prost(message, tag = "3")]
    Success(AppendSuccess),
}

/// Google's `Status`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct BatchError {
    #[prost(int32, tag = "1")]
    pub code: i32,
    #[prost(string, tag = "2")]
    pub message: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ReadRequest {
    #[prost(message, optional, tag = "1")]
    pub options: Option<ReadOptions>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ReadOptions {
    #[prost(oneof = "ReadFrom", tags = "1, 2")]
    pub from: Option<ReadFrom>,
    /// 0 forwards, 1 backwards.
    #[prost(int32, tag = "3")]
    pub direction: i32,
    #[prost(bool, tag = "4")]
    pub resolve_links: bool,
    #[prost(oneof = "ReadCount", tags = "5, 6")]
    pub count: Option<ReadCount>,
    #[prost(message, optional, tag = "7")]
    pub filter: Option<Filter>,
    #[prost(message, optional, tag = "10")]
    pub control: Option<ControlOption>,
}

/// The client sends what it wants of streams' names; what it can ask of events' types is left out.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Filter {
    #[prost(message, optional, tag = "1")]
    pub stream: Option<Expression>,
    #[prost(uint32, optional, tag = "3")]
    pub window: Option<u32>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Expression {
    #[prost(string, tag = "1")]
    pub regex: String,
    #[prost(string, repeated, tag = "2")]
    pub prefix: Vec<String>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum ReadFrom {
    #[prost(message, tag = "1")]
    Stream(ReadStream),
    #[prost(message, tag = "2")]
    All(ReadAll),
}

#[derive(Clone, Copy, PartialEq, prost::Oneof)]
pub(crate) enum ReadCount {
    #[prost(uint64, tag = "5")]
    Count(u64),
    #[prost(message, tag = "6")]
    Subscription(Empty),
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(crate) struct ControlOption {
    #[prost(uint32, tag = "1")]
    pub compatibility: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ReadStream {
    #[prost(message, optional, tag = "1")]
    pub stream: Option<StreamIdentifier>,
    #[prost(oneof = "FromRevision", tags = "2, 3, 4")]
    pub from: Option<FromRevision>,
}

#[derive(Clone, Copy, PartialEq, prost::Oneof)]
pub(crate) enum FromRevision {
    #[prost(uint64, tag = "2")]
    Revision(u64),
    #[prost(message, tag = "3")]
    Start(Empty),
    #[prost(message, tag = "4")]
    End(Empty),
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(crate) struct ReadAll {
    #[prost(oneof = "FromPosition", tags = "1, 2, 3")]
    pub from: Option<FromPosition>,
}

#[derive(Clone, Copy, PartialEq, prost::Oneof)]
pub(crate) enum FromPosition {
    #[prost(message, tag = "1")]
    Position(LogPosition),
    #[prost(message, tag = "2")]
    Start(Empty),
    #[prost(message, tag = "3")]
    End(Empty),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ReadResponse {
    #[prost(oneof = "ReadContent", tags = "1, 4, 6")]
    pub content: Option<ReadContent>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum ReadContent {
    #[prost(message, tag = "1")]
    Event(ReadEvent),
    #[prost(message, tag = "4")]
    StreamNotFound(StreamNotFound),
    #[prost(uint64, tag = "6")]
    LastStreamPosition(u64),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct StreamNotFound {
    #[prost(message, optional, tag = "1")]
    pub stream: Option<StreamIdentifier>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ReadEvent {
    #[prost(message, optional, tag = "1")]
    pub event: Option<RecordedEvent>,
    #[prost(uint64, optional, tag = "3")]
    pub commit: Option<u64>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct RecordedEvent {
    #[prost(message, optional, tag = "1")]
    pub id: Option<Uuid>,
    #[prost(message, optional, tag = "2")]
    pub stream: Option<StreamIdentifier>,
    #[prost(uint64, tag = "3")]
    pub revision: u64,
    #[prost(uint64, tag = "4")]
    pub prepare: u64,
    #[prost(uint64, tag = "5")]
    pub commit: u64,
    #[prost(map = "string, string", tag = "6")]
    pub metadata: HashMap<String, String>,
    #[prost(bytes = "vec", tag = "7")]
    pub custom_metadata: Vec<u8>,
    #[prost(bytes = "vec", tag = "8")]
    pub data: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SupportedMethods {
    #[prost(message, repeated, tag = "1")]
    pub methods: Vec<SupportedMethod>,
    #[prost(string, tag = "2")]
    pub server_version: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SupportedMethod {
    #[prost(string, tag = "1")]
    pub method: String,
    #[prost(string, tag = "2")]
    pub service: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ClusterInfo {
    #[prost(message, repeated, tag = "1")]
    pub members: Vec<Member>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Member {
    #[prost(message, optional, tag = "1")]
    pub instance: Option<Uuid>,
    #[prost(int64, tag = "2")]
    pub time_stamp: i64,
    #[prost(int32, tag = "3")]
    pub state: i32,
    #[prost(bool, tag = "4")]
    pub is_alive: bool,
    #[prost(message, optional, tag = "5")]
    pub http: Option<EndPoint>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct EndPoint {
    #[prost(string, tag = "1")]
    pub address: String,
    #[prost(uint32, tag = "2")]
    pub port: u32,
}
