//! Every report of some runs: one that is conformant, one of a faulty implementation, one of an
//! implementation that breaks off, one that was stopped, one of which all is as a baseline lists it, and
//! one by a baseline that is out of date.

mod compared;
mod forms;
mod hostile;
mod matrix;
mod page;
mod runs;
mod stream;

use entra_conformance::runner::{Event, EventWriter};
use runs::{Fragile, RUNS, conformant, events, faulty, selection, stopped, summary};

/// Events as a file of them.
fn written(events: &[Event]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = EventWriter::new(&mut bytes).expect("written");
    events.iter().for_each(|event| writer.write(event).expect("written"));
    writer.finish().expect("written");
    bytes
}
