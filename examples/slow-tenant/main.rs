//! How much of the suite a live tenant gets through in a night, by how many cases go side by side:
//!
//! ```sh
//! cargo run --release --example slow-tenant              # the figures of docs/live-tenant.md
//! cargo run --release --example slow-tenant -- serve 50  # an adapter to try `runBatch` with
//! ```

mod tenant;

use entra_conformance::Suite;
use entra_conformance::implementation::serve::serve_stdio;
use entra_conformance::reference::ReferenceModel;
use entra_conformance::runner::Source;
use std::error::Error;
use std::time::Duration;
use tenant::{Costs, SlowTenant};

const NIGHT: Duration = Duration::from_secs(8 * 3_600);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let model = || Box::new(ReferenceModel::default());
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => {}
        ["serve", most] => {
            let most: u32 = most.parse().map_err(|_| format!("{most} is no number of cases"))?;
            return Ok(serve_stdio(&mut SlowTenant::new(model(), most, Costs::default()))?);
        }
        _ => return Err("there is nothing, and `serve` with a number of cases".into()),
    }
    println!("| a cycle takes | side by side | all scenarios take | cycles | judged in 8 hours |");
    println!("| --- | --- | --- | --- | --- |");
    for minutes in [30, 5] {
        let costs = Costs { cycle: Duration::from_secs(60 * minutes), ..Costs::default() };
        for most in [1, 10, 50, 100] {
            let mut tenant = SlowTenant::new(model(), most, costs);
            Suite::builder().sources([Source::Scenarios]).run(&mut tenant)?;
            let (took, cycles) = (tenant.clock.as_secs_f64() / 3_600.0, tenant.cycles);
            let mut tenant = SlowTenant::new(model(), most, costs).for_a_night(NIGHT);
            let judged = Suite::builder().run(&mut tenant)?.summary().judged;
            println!("| {minutes} minutes | {most} | {took:.1} h | {cycles} | {judged} |");
        }
    }
    Ok(())
}
