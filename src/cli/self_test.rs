//! `self-test`: show what the suite catches, and that it blames nobody for nothing.

use super::exit::{Exit, Mistake};
use super::{SelfTestArguments, print, run};
use crate::runner::Source;
use crate::self_test::{Progress, Settings, render, self_test};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::atomic::Ordering;

pub(super) fn test(arguments: &SelfTestArguments) -> Result<Exit, Mistake> {
    let interrupted = run::stop_on_interrupt()?;
    let settings = Settings {
        sources: Source::SELECTABLE
            .iter()
            .copied()
            .filter(|source| arguments.only.is_empty() || arguments.only.contains(source))
            .collect(),
        generation: arguments.generation.settings(),
        ..Settings::default()
    };
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("self-test {bar:30} {pos}/{len}, {eta} left") {
        bar.set_style(style);
    }
    let proof =
        self_test(&settings, &|| interrupted.load(Ordering::Relaxed), &|progress| match progress {
            Progress::Planned(pieces) => bar.set_length(pieces as u64),
            Progress::Done => bar.inc(1),
        });
    bar.finish_and_clear();
    let exit = if !proof.defects().is_empty() {
        Exit::SuiteDefect
    } else if proof.is_interrupted {
        Exit::Incomplete
    } else {
        Exit::Conformant
    };
    if arguments.json {
        let json = serde_json::to_string_pretty(&proof).map_err(|error| Mistake {
            exit: Exit::SuiteDefect,
            message: format!("the result cannot be told as JSON: {error}"),
        })?;
        print::text(&format!("{json}\n"));
    } else {
        print::text(&render(&proof, true));
    }
    Ok(exit)
}
