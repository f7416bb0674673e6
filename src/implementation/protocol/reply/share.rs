//! Reading the many snapshots of one reply without reading each object again and again.
//!
//! Most objects are the same from step to step, and most adapters write the same object the same
//! way. An object whose text is that of an object in the snapshot before is not read: the two
//! snapshots share it. That halves the time for a reply or better, and comparing shared objects
//! later costs nothing.

use super::super::envelope::read_strictly;
use super::Reply;
use crate::directory::StepObservation;
use crate::directory::{CloudObject, LenientOnPremisesObject, OnPremisesObject, Outcome, Snapshot};
use crate::implementation::protocol::RunCaseResult;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;

#[derive(Deserialize)]
struct RawRunCaseResult<'a> {
    #[serde(borrow)]
    snapshot: RawSnapshot<'a>,
    #[serde(borrow)]
    steps: Option<Vec<RawStep<'a>>>,
}

#[derive(Deserialize)]
struct RawStep<'a> {
    outcome: Outcome,
    #[serde(borrow)]
    snapshot: RawSnapshot<'a>,
}

/// A snapshot of which it is known where its objects stand, and no more.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawSnapshot<'a> {
    #[serde(borrow)]
    cloud: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    on_premises: Option<Vec<&'a RawValue>>,
}

/// Reads a reply to `runCase`. `None` says nothing of why.
pub(super) fn read_sharing(text: &str) -> Option<Reply<RunCaseResult>> {
    let reply: Reply<RawRunCaseResult<'_>> = read_strictly(text).ok()?;
    reply.read_further(|raw| {
        let mut latest = Latest::default();
        let snapshot = latest.read(raw.snapshot)?;
        let mut steps = Vec::new();
        for step in raw.steps.unwrap_or_default() {
            steps.push(StepObservation {
                outcome: step.outcome,
                snapshot: latest.read(step.snapshot)?,
            });
        }
        Some(RunCaseResult { snapshot, steps })
    })
}

/// The snapshot before.
#[derive(Default)]
struct Latest<'a> {
    cloud: Texts<'a, CloudObject>,
    on_premises: Texts<'a, OnPremisesObject>,
}

impl<'a> Latest<'a> {
    fn read(&mut self, raw: RawSnapshot<'a>) -> Option<Snapshot> {
        Some(Snapshot {
            cloud: self
                .cloud
                .next(raw.cloud.unwrap_or_default(), |text| read_strictly(text).ok())?,
            on_premises: self.on_premises.next(raw.on_premises.unwrap_or_default(), |text| {
                let LenientOnPremisesObject(object) = read_strictly(text).ok()?;
                Some(object)
            })?,
        })
    }
}

/// The objects of the snapshot before, with their texts.
struct Texts<'a, T> {
    texts: Vec<&'a str>,
    objects: Vec<Arc<T>>,
}

impl<T> Default for Texts<'_, T> {
    fn default() -> Self {
        Texts { texts: Vec::new(), objects: Vec::new() }
    }
}

impl<'a, T> Texts<'a, T> {
    /// The objects of the next snapshot.
    fn next(
        &mut self,
        raw: Vec<&'a RawValue>,
        read: impl Fn(&'a str) -> Option<T>,
    ) -> Option<Vec<Arc<T>>> {
        let texts: Vec<&str> = raw.into_iter().map(RawValue::get).collect();
        let mut objects = Vec::with_capacity(texts.len());
        // Objects mostly keep their order, also where one comes or goes.
        let mut expected = 0;
        for &text in &texts {
            let known = if self.texts.get(expected) == Some(&text) {
                Some(expected)
            } else {
                self.texts.iter().position(|&known| known == text)
            };
            objects.push(match known {
                Some(place) => {
                    expected = place + 1;
                    Arc::clone(&self.objects[place])
                }
                None => {
                    expected += 1;
                    Arc::new(read(text)?)
                }
            });
        }
        self.texts = texts;
        self.objects.clone_from(&objects);
        Some(objects)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::implementation::protocol::{Answer, read_reply};

    fn snapshots(reply: &str) -> Vec<Snapshot> {
        match read_reply::<RunCaseResult>(reply.as_bytes(), 1) {
            Ok(Answer::Result(result)) => std::iter::once(result.snapshot)
                .chain(result.steps.into_iter().map(|step| step.snapshot))
                .collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn objects_with_the_same_text_are_shared_and_all_are_right() {
        let ann = r#"{"id": "1", "kind": "user", "roles": ["Reader"]}"#;
        let bob = r#"{"id": "2", "kind": "user"}"#;
        let all = r#"{"id": "3", "kind": "group", "unknown": 5}"#;
        let key = r#"{"key": "k", "kind": "contact", "unknown": 5}"#;
        let snapshot = |cloud: &[&str]| {
            format!(r#"{{"cloud": [{}], "onPremises": [{key}]}}"#, cloud.join(","))
        };
        let steps = [&[ann, bob][..], &[bob], &[all, bob, ann], &[ann, all], &[]];
        let steps = steps.map(|cloud| {
            format!(r#"{{"outcome": {{"status": "ok"}}, "snapshot": {}}}"#, snapshot(cloud))
        });
        let reply = format!(
            r#"{{"jsonrpc": "2.0", "id": 1, "result": {{"snapshot": {}, "steps": [{}]}}}}"#,
            snapshot(&[ann]),
            steps.join(",")
        );
        let snapshots = snapshots(&reply);
        let ids = |place: usize| -> Vec<&str> {
            snapshots[place].cloud.iter().map(|object| &*object.id).collect()
        };
        assert_eq!(ids(0), ["1"]);
        assert_eq!(ids(1), ["1", "2"]);
        assert_eq!(ids(2), ["2"]);
        assert_eq!(ids(3), ["3", "2", "1"]);
        assert_eq!(ids(4), ["1", "3"]);
        assert!(ids(5).is_empty());
        let shared = |a: (usize, usize), b: (usize, usize)| {
            Arc::ptr_eq(&snapshots[a.0].cloud[a.1], &snapshots[b.0].cloud[b.1])
        };
        assert!(shared((0, 0), (1, 0)));
        assert!(shared((1, 1), (2, 0)) && shared((2, 0), (3, 1)));
        assert!(shared((3, 0), (4, 1)) && shared((3, 2), (4, 0)));
        let on_premises = |place: usize| &snapshots[place].on_premises[0];
        assert!((1..6).all(|place| Arc::ptr_eq(on_premises(0), on_premises(place))));
    }
}
