//! Baken's own engines, behind its port.

use std::sync::Arc;

use event_log::{EventLog, Expected, LogUrl, Proposed, StreamName, open};

use crate::load::{Append, Contender, Failure, KIND};

pub struct Baken(Arc<dyn EventLog>);

impl Baken {
    pub async fn open(url: &str) -> Result<Self, Failure> {
        Ok(Self(open(&url.parse::<LogUrl>()?).await?))
    }
}

impl Contender for Baken {
    async fn append(&self, append: Append<'_>) -> Result<(), Failure> {
        let expected = append.revision.map_or(Expected::NoStream, Expected::Revision);
        let event = Proposed {
            id: append.id,
            kind: KIND.to_owned(),
            data: append.data.to_vec(),
            metadata: append.metadata.to_vec(),
        };
        self.0.append(&StreamName::new(append.stream), expected, vec![event]).await?;
        Ok(())
    }
}
