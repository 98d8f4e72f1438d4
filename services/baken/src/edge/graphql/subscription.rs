//! The subscription root: what has happened, told as it happens. Each field is a place in the log that asks the
//! application again when the log has moved on; nothing is decided here.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

use async_graphql::async_trait::async_trait;
use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ComplexObject, Context, ContextSelectionSet, ID, InputValueError, InputValueResult, OutputType, Positioned, Scalar,
    ScalarType, ServerResult, SimpleObject, Subscription, Value,
};
use care_path::PersonId;
use care_path::event::EventKind;
use care_path::ids::EventId;
use care_path::time::DateTime;
use care_path::views::{HandoverView, LookoutView, NoticeView, TaskView};
use chrono::SecondsFormat;
use futures_util::stream::{Stream, StreamExt, unfold};

use super::connection::Window;
use super::error::{QueryRefused, found};
use super::query::{Person, asked};
use crate::app::{Baken, Cares, Following, Reading, WorklistFollowing, WorklistNow};
use crate::edge::rest::headers::{number, uuid};
use crate::event_log::Position;

struct PositionScalar(Position);

/// Where in the log something is: what somebody who comes back goes on after. A whole number, as text, for it may be
/// larger than an `Int`.
#[Scalar(name = "Position")]
impl ScalarType for PositionScalar {
    fn parse(value: Value) -> InputValueResult<Self> {
        let position = match &value {
            Value::String(text) => number(text),
            Value::Number(number) => number.as_u64(),
            _ => None,
        };
        let position = position.ok_or_else(|| InputValueError::custom("must be a position, as it was told"))?;
        Ok(Self(Position(position)))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A time as the views write it: its offset is `Z`.
struct Instant(DateTime);

#[async_trait]
impl OutputType for Instant {
    fn type_name() -> Cow<'static, str> {
        <DateTime as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <DateTime as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::String(self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
    }
}

/// That something happened.
#[derive(SimpleObject)]
struct Happening {
    /// What to give as `after` to go on from here.
    position: PositionScalar,
    event_id: EventId,
    /// What happened: the event's type.
    r#type: EventKind,
    /// The person on whose stream it was recorded.
    person_id: PersonId,
    recorded_at: Instant,
}

impl From<&NoticeView> for Happening {
    fn from(notice: &NoticeView) -> Self {
        Self {
            position: PositionScalar(Position(notice.position)),
            event_id: notice.event_id,
            r#type: notice.r#type,
            person_id: notice.person_id,
            recorded_at: Instant(notice.recorded_at),
        }
    }
}

/// Something happened to a person.
#[derive(SimpleObject)]
#[graphql(complex)]
struct PersonChange {
    #[graphql(flatten)]
    happening: Happening,
    #[graphql(skip)]
    of: PersonId,
}

#[ComplexObject]
impl PersonChange {
    /// The person's case file as it is now.
    async fn person(&self, ctx: &Context<'_>) -> Option<Person> {
        let asked = asked(ctx).ok()?;
        let file = asked.baken.case_file_parts(asked.reader, self.of, &Person::wanted(ctx)).ok()?;
        Some(Person { file })
    }
}

/// A lookout was issued.
#[derive(SimpleObject)]
struct LookoutIssue {
    #[graphql(flatten)]
    happening: Happening,
    /// The lookout as it is now.
    lookout: LookoutView,
}

/// Something happened to a handover.
#[derive(SimpleObject)]
struct HandoverChange {
    #[graphql(flatten)]
    happening: Happening,
    /// The handover as it is now; null where it is over, and the reader sees no more of it.
    handover: Option<HandoverView>,
}

/// What waits for the reader.
#[derive(SimpleObject)]
struct WorklistChange {
    /// What to give as `after` to be told only of what changes after this.
    position: PositionScalar,
    /// What waits, due first.
    tasks: Vec<TaskView>,
    /// Whether more waits than these.
    more: bool,
}

impl From<WorklistNow> for WorklistChange {
    fn from(now: WorklistNow) -> Self {
        Self { position: PositionScalar(now.position), tasks: now.tasks, more: now.more }
    }
}

/// What somebody is told of for as long as they listen, as far as they may know of it.
pub struct Subscription;

/// Who listens, and from where on.
struct Listener {
    baken: Arc<Baken>,
    reader: Arc<Reading>,
    after: Position,
}

impl Listener {
    async fn of(ctx: &Context<'_>, after: Option<PositionScalar>) -> Result<Self, QueryRefused> {
        let asked = asked(ctx)?;
        let (baken, reader) = (asked.baken.clone(), asked.reader.clone());
        let after = match after {
            None => baken.position(),
            Some(PositionScalar(after)) => match baken.has(after).await {
                Ok(true) => after,
                Ok(false) => return Err(QueryRefused::Ahead),
                Err(_) => return Err(QueryRefused::Unavailable),
            },
        };
        Ok(Self { baken, reader, after })
    }

    /// What happens of some types, with something of it that is still to be seen when it is told.
    fn told<T>(
        self,
        types: impl IntoIterator<Item = EventKind>,
        part: impl Fn(&Baken, &Reading, &NoticeView) -> Option<T>,
    ) -> impl Stream<Item = T> {
        let cares = Cares { types: Some(types.into_iter().collect()), person: None };
        let Self { baken, reader, after } = self;
        let following = Following::new(baken.clone(), reader.clone(), cares, after);
        let notices = unfold((following, VecDeque::new()), |(mut following, mut told)| async move {
            while told.is_empty() {
                told = following.next().await.into();
            }
            told.pop_front().map(|notice| (notice, (following, told)))
        });
        notices.filter_map(move |notice| std::future::ready(part(&baken, &reader, &notice)))
    }
}

#[Subscription]
impl Subscription {
    /// What waits for the reader: as it is now, and again whenever it is another.
    async fn worklist_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How much of it: 1 to 200, 50 unless said.")] first: Option<i32>,
        #[graphql(
            desc = "The position that the reader was told of it at: it is not told as of now, unless something \
                          happened since."
        )]
        after: Option<PositionScalar>,
    ) -> async_graphql::Result<impl Stream<Item = WorklistChange> + use<>> {
        let given = after.is_some();
        let Listener { baken, reader, after } = Listener::of(ctx, after).await?;
        let request = Window::new(first, None)?.request;
        let following = found(WorklistFollowing::new(baken, reader, request, given.then_some(after)))?;
        Ok(unfold(following, |following| async move {
            let mut following = following?;
            let now = following.next().await.ok()?;
            Some((now.into(), Some(following)))
        }))
    }

    /// What happens to a person, and to whom they are linked to. It ends when the reader may know of the person no
    /// longer, and at once where they may not.
    async fn person_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person.")] id: ID,
        #[graphql(desc = "The position to go on after; now, unless said.")] after: Option<PositionScalar>,
    ) -> async_graphql::Result<impl Stream<Item = PersonChange> + use<>> {
        let listener = Listener::of(ctx, after).await?;
        // What is no id names nobody, as in a query.
        let follow = uuid(&id).map(PersonId).map(|person| {
            let Listener { baken, reader, after } = listener;
            let cares = Cares { types: None, person: Some(person) };
            let following = Following::new(baken.clone(), reader.clone(), cares, after);
            (baken, reader, person, following, VecDeque::<NoticeView>::new())
        });
        Ok(unfold(follow, |follow| async move {
            let (baken, reader, person, mut following, mut told) = follow?;
            loop {
                if !baken.knows_of(&reader, person) {
                    return None;
                }
                if let Some(notice) = told.pop_front() {
                    let change = PersonChange { happening: Happening::from(&notice), of: person };
                    return Some((change, Some((baken, reader, person, following, told))));
                }
                told = following.step().await.into();
            }
        }))
    }

    /// Lookouts that are issued and reach the reader.
    async fn lookout_issued(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The position to go on after; now, unless said.")] after: Option<PositionScalar>,
    ) -> async_graphql::Result<impl Stream<Item = LookoutIssue> + use<>> {
        let listener = Listener::of(ctx, after).await?;
        Ok(listener.told([EventKind::LookoutIssued], |baken, reader, notice| {
            let lookout = baken.lookout_of(reader, notice)?;
            Some(LookoutIssue { happening: notice.into(), lookout })
        }))
    }

    /// What happens to the handovers that the reader may see, and that one is over which was addressed to them.
    async fn handover_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The position to go on after; now, unless said.")] after: Option<PositionScalar>,
    ) -> async_graphql::Result<impl Stream<Item = HandoverChange> + use<>> {
        use EventKind::{
            ArrivalConfirmed, ConsentWithdrawn, Departed, FollowUpRecorded, HandoverAccepted, HandoverAcknowledged,
            HandoverDeclined, HandoverDocumentAttached, HandoverProposed, HandoverQuestionAnswered,
            HandoverQuestionAsked, HandoverWithdrawn,
        };
        let over = [HandoverDeclined, HandoverWithdrawn, ConsentWithdrawn];
        let types = [
            HandoverProposed,
            HandoverDocumentAttached,
            HandoverAcknowledged,
            HandoverAccepted,
            HandoverDeclined,
            HandoverQuestionAsked,
            HandoverQuestionAnswered,
            Departed,
            ArrivalConfirmed,
            FollowUpRecorded,
            HandoverWithdrawn,
            ConsentWithdrawn,
        ];
        let listener = Listener::of(ctx, after).await?;
        Ok(listener.told(types, move |baken, reader, notice| {
            let handover = baken.handover_of(reader, notice);
            let is_told =
                handover.is_some() || (over.contains(&notice.r#type) && !baken.knows_of(reader, notice.person_id));
            is_told.then(|| HandoverChange { happening: notice.into(), handover })
        }))
    }
}
