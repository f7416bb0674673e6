//! Every report of four runs: one that is conformant, one of a faulty implementation, one of an
//! implementation that breaks off, and one that was stopped.

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
