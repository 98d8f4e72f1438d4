//! How long access records are kept: what is older goes by itself.

use access_log::{AccessError, KeptDays};
use chrono::TimeDelta;

use super::Baken;

/// Records that are looked at in one go.
const STRETCH: usize = 2_000;

impl Baken {
    /// Removes the records of accesses whose time is over, and says how many those were.
    ///
    /// # Errors
    /// Where the store does not answer. What was removed before that is gone.
    pub async fn forget_accesses(&self, kept: KeptDays) -> Result<u64, AccessError> {
        let oldest_kept = self.clock.now() - TimeDelta::days(kept.get().into());
        let (mut removed, mut after) = (0, 0);
        loop {
            let stretch = self.access.oldest(after, STRETCH).await?;
            // They are in the order in which they were recorded: behind the first that is kept, all are. Where the clocks of
            // nodes differ some may be over, which go the next time.
            let over = stretch.iter().take_while(|record| record.access.at < oldest_kept);
            let Some(last) = over.last().map(|record| record.number) else { return Ok(removed) };
            removed += self.access.forget(last).await?;
            // The last record of all stays, however old it is.
            if stretch.last().is_some_and(|newest| newest.number != last) || stretch.len() < STRETCH {
                return Ok(removed);
            }
            after = last;
        }
    }
}

#[cfg(test)]
mod tests {
    use access_log::AccessLog;
    use access_log::Of;
    use care_path::PersonId;
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::super::Reading;
    use super::super::testing::{TestBaken, user};
    use super::*;

    async fn reads(test: &TestBaken) {
        let reading = Reading::from(&user("night-shelter-rotterdam"));
        let _ = test.baken.case_file(&reading, PersonId(Uuid::nil()));
        test.baken.record(&reading).await.unwrap();
    }

    async fn records(test: &TestBaken) -> usize {
        test.access.read(Of::Everybody, None, 10_000).await.unwrap().len()
    }

    #[tokio::test]
    async fn a_record_goes_when_its_time_is_over_and_not_a_day_before() {
        let test = TestBaken::start().await;
        let kept = KeptDays::default();
        for _ in 0..3 {
            reads(&test).await;
        }
        test.clock.advance(TimeDelta::days(i64::from(kept.get()) - 1));
        reads(&test).await;
        assert_eq!(test.baken.forget_accesses(kept).await.unwrap(), 0);
        test.clock.advance(TimeDelta::days(1) + TimeDelta::seconds(1));
        assert_eq!(test.baken.forget_accesses(kept).await.unwrap(), 3);
        assert_eq!(records(&test).await, 1);
        assert_eq!(test.baken.forget_accesses(kept).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn many_go_in_one_round_and_the_last_stays() {
        let test = TestBaken::start().await;
        for _ in 0..4_500 {
            reads(&test).await;
        }
        test.clock.advance(TimeDelta::days(3_000));
        assert_eq!(test.baken.forget_accesses(KeptDays::default()).await.unwrap(), 4_499);
        assert_eq!(records(&test).await, 1);
    }

    #[test]
    fn nobody_keeps_them_for_less_than_five_years() {
        assert!(KeptDays::try_from(1_826).is_err());
        assert_eq!(KeptDays::try_from(1_827).unwrap(), KeptDays::default());
        assert!(KeptDays::try_from(100_000).is_err());
    }
}
