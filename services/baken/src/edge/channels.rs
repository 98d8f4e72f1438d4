//! What is held open for callers: how many of it there may be, and that all of it ends when the service does.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use care_path::ids::UserId;
use parking_lot::Mutex;
use tokio::sync::watch;

use super::Limits;
use super::problem::Problem;

/// The connections that are held open.
pub struct Channels {
    open: Mutex<Open>,
    of_user: usize,
    in_all: usize,
    closing: watch::Sender<bool>,
}

#[derive(Default)]
struct Open {
    by_user: HashMap<UserId, usize>,
    in_all: usize,
}

/// The place of one connection, free again when it is dropped.
pub struct Seat {
    channels: Arc<Channels>,
    user: UserId,
}

impl Channels {
    /// None is open yet.
    #[must_use]
    pub fn new(limits: &Limits) -> Arc<Self> {
        let closing = watch::Sender::new(false);
        let (of_user, in_all) = (limits.channels_of_user, limits.channels);
        Arc::new(Self { open: Mutex::default(), of_user, in_all, closing })
    }

    /// Takes a place for a user.
    ///
    /// # Errors
    /// Where the user has too many, or all have.
    pub fn seat(self: &Arc<Self>, user: &UserId) -> Result<Seat, Problem> {
        let mut open = self.open.lock();
        if open.in_all >= self.in_all {
            return Err(Problem::Crowded);
        }
        let taken = open.by_user.get(user).copied().unwrap_or_default();
        if taken >= self.of_user {
            return Err(Problem::TooManyChannels);
        }
        open.by_user.insert(user.clone(), taken + 1);
        open.in_all += 1;
        Ok(Seat { channels: self.clone(), user: user.clone() })
    }

    /// How many are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.lock().in_all
    }

    /// Ends all of them, and every other that is opened from now on.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Waits until all of them are to end.
    pub async fn closed(&self) {
        // The sender lives as long as this.
        let _ = self.closing.subscribe().wait_for(|closing| *closing).await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.channels.open.lock();
        open.in_all -= 1;
        if let Entry::Occupied(mut taken) = open.by_user.entry(self.user.clone()) {
            *taken.get_mut() -= 1;
            if *taken.get() == 0 {
                taken.remove();
            }
        }
    }
}

impl Seat {
    /// Waits until all connections are to end.
    pub async fn closed(&self) {
        self.channels.closed().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_may_have_a_few_and_all_together_no_more_than_there_are_places() {
        let channels = Channels::new(&Limits { channels_of_user: 2, channels: 3, ..Limits::default() });
        let (one, other) = ("one".parse().unwrap(), "other".parse().unwrap());
        let (first, _second) = (channels.seat(&one).unwrap(), channels.seat(&one).unwrap());
        assert!(matches!(channels.seat(&one), Err(Problem::TooManyChannels)));
        let _third = channels.seat(&other).unwrap();
        assert!(matches!(channels.seat(&other), Err(Problem::Crowded)));
        drop(first);
        assert!(channels.seat(&other).is_ok(), "a place is free again when its connection ends");
        assert_eq!(channels.open(), 2);
        assert_eq!(channels.open.lock().by_user.len(), 2);
    }

    #[tokio::test]
    async fn all_end_when_the_service_does_also_those_that_come_after() {
        let channels = Channels::new(&Limits::default());
        let early = channels.seat(&"one".parse().unwrap()).unwrap();
        channels.close();
        early.closed().await;
        channels.seat(&"one".parse().unwrap()).unwrap().closed().await;
    }
}
