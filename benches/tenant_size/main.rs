//! How cost grows with the tenant: one first sync cycle, in the model alone and with every check.
//!
//! Each size runs once; the table shows time and peak memory.
//! `cargo bench --bench tenant_size -- 1000000` goes as far as that size.

mod tenants;

use entra_conformance::checks::{EditionSettings, Observer};
use entra_conformance::directory::{Capabilities, Command, DeclaredChoices};
use entra_conformance::implementation::Implementation as _;
use entra_conformance::reference::ReferenceModel;
use std::time::{Duration, Instant};
use tenants::tenant;

fn main() {
    // `cargo test` runs it as well, to see that it works.
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    let asked = std::env::args().find_map(|argument| argument.parse().ok());
    let largest: usize = asked.unwrap_or(if is_measured { 100_000 } else { 100 });
    println!("  objects |   model |  checks |   start |     sum | per object | peak memory");
    for size in [100, 1_000, 10_000, 100_000, 1_000_000].into_iter().filter(|&size| size <= largest)
    {
        let Figures { model, checks, start } = first_cycle(size);
        let sum = model + checks;
        println!(
            "{size:>9} | {:>6.3}s | {:>6.3}s | {:>6.3}s | {:>6.3}s | {:>7.0} ns | {}",
            model.as_secs_f64(),
            checks.as_secs_f64(),
            start.as_secs_f64(),
            sum.as_secs_f64(),
            sum.as_secs_f64() * 1e9 / size as f64,
            peak_memory(),
        );
    }
}

/// How long the parts of a first cycle took.
struct Figures {
    /// The model's cycle.
    model: Duration,
    /// Judging it.
    checks: Duration,
    /// Resetting the model and judging the starting state.
    start: Duration,
}

fn first_cycle(size: usize) -> Figures {
    let tenant = tenant(size);
    let capabilities = Capabilities::all_of_2023();
    let choices = DeclaredChoices::default();
    let mut model = ReferenceModel::default();
    let began = Instant::now();
    let start = model.reset(&tenant).expect("the model starts");
    let (mut observer, findings) =
        Observer::start(&tenant, &start, EditionSettings::of_2023_01(), &capabilities, &choices);
    let started = began.elapsed();
    // What is measured is the memory of model, observer and states.
    drop(tenant);
    let command = Command::sync();
    let began = Instant::now();
    let seen = model.apply(&command).expect("the model can do it");
    let in_model = began.elapsed();
    let began = Instant::now();
    let cycle = observer.step(&command, &seen);
    let in_checks = began.elapsed();
    for finding in findings.iter().chain(&cycle) {
        assert!(finding.violations().is_empty(), "{finding:?}");
    }
    let takeovers = cycle.iter().find(|finding| finding.rule == "takeover.authority-flips");
    assert_eq!(takeovers.map(|finding| finding.verdict.held), Some((size * 7 / 10) as u64));
    Figures { model: in_model, checks: in_checks, start: started }
}

/// The most memory that the process has had so far.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.map_or_else(|| "unknown".to_owned(), |peak| peak.trim().to_owned())
}
