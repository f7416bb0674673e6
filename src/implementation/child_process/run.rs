//! Many cases through one process: several under way at once, and each failure charged to the
//! case that it belongs to.
//!
//! Replies come in the order of requests, so the first case without an answer is usually the one
//! that broke the process. Not always: answers may have been lost in the process's own buffer.
//! Unless the fault is plain, the cases without an answer are run again, one at a time in a fresh
//! process, until one breaks it alone.
//!
//! An answer too many shows only when the next one is awaited. It is charged to the case that it
//! answers once more.

use super::child::{ChildProcess, accepted};
use super::connection::{Broken, Connection};
use crate::directory::{Capability, Command, StepObservation};
use crate::implementation::protocol::{
    ApplyParams, Method, ReplyResult, ResetParams, ResetResult, RunCaseChangesResult,
    RunCaseParams, RunCaseResult,
};
use crate::implementation::serve::place_of;
use crate::implementation::{CaseInput, CaseObservation, Description, Failure};
use std::borrow::Cow;
use std::ops::{ControlFlow, Range};
use std::time::Duration;

type Observed<'o> = dyn FnMut(usize, CaseObservation) -> bool + 'o;

/// How it goes on: with this case, or not at all, where the caller has had enough.
type Next = ControlFlow<(), usize>;

/// A process broke with cases under way.
struct Breakage {
    /// The case before the first without a whole answer, which has not been handed over yet.
    held: Option<Held>,
    /// The first case without a whole answer.
    first: usize,
    /// The first case that had not been sent.
    end: usize,
    /// What had been seen of the first case.
    seen: CaseObservation,
    broken: Broken,
}

/// A case with all its answers. It is held back until the next answer has come: that may be a
/// second one to this case.
struct Held {
    index: usize,
    seen: CaseObservation,
    /// The identifiers of its requests.
    ids: Range<u64>,
}

impl Held {
    /// Whether it is this case that was answered once too often.
    fn has_doubled(&self, broken: &Broken) -> bool {
        broken.doubled.is_some_and(|id| self.ids.contains(&id))
    }
}

/// See [`Implementation::run_cases`](crate::implementation::Implementation::run_cases).
pub(super) fn run(child: &mut ChildProcess, cases: &[CaseInput<'_>], observed: &mut Observed<'_>) {
    let mut first = 0;
    let mut window = usize::MAX;
    while first < cases.len() {
        let connection = match child.take_connection() {
            Ok(connection) => connection,
            Err(failure) => {
                for index in first..cases.len() {
                    if !observed(index, CaseObservation::failed(failure.clone())) {
                        break;
                    }
                }
                return;
            }
        };
        let next = match pipeline(child, connection, cases, first, &mut window, observed) {
            Ok(next) => next,
            Err(breakage) => {
                // Who has just come to grief may do so again, and of one case alone it is plain which.
                window = 1;
                charge(child, cases, *breakage, observed)
            }
        };
        match next {
            Next::Continue(index) => first = index,
            Next::Break(()) => return,
        }
    }
}

/// Runs cases with several under way at once, until all are done or the process breaks. `window` is how
/// many at most; with every answer it doubles.
fn pipeline(
    child: &mut ChildProcess,
    mut connection: Connection,
    cases: &[CaseInput<'_>],
    first: usize,
    window: &mut usize,
    observed: &mut Observed<'_>,
) -> Result<Next, Box<Breakage>> {
    let most = child.options.in_flight.max(1);
    let talk = Talk::with(child);
    let mut sent = first;
    let mut send_up_to = |connection: &mut Connection, end: usize| {
        while sent < end.min(cases.len()) {
            talk.send(connection, cases[sent]);
            sent += 1;
        }
        sent
    };
    let mut held: Option<Held> = None;
    for (index, &case) in cases.iter().enumerate().skip(first) {
        let end = send_up_to(&mut connection, index + most.min(*window));
        let first_id = connection.awaited_id();
        let mut seen = CaseObservation::default();
        if let Err(broken) = talk.receive(&mut connection, case, false, &mut seen) {
            return Err(Box::new(Breakage { held, first: index, end, seen, broken }));
        }
        *window = window.saturating_mul(2);
        // The process has work while the case before is judged.
        send_up_to(&mut connection, index + 1 + most.min(*window));
        let ids = first_id..connection.awaited_id();
        if let Some(before) = held.replace(Held { index, seen, ids })
            && !observed(before.index, before.seen)
        {
            child.connection = Some(connection);
            return Ok(Next::Break(()));
        }
    }
    if let Some(broken) = connection.more_than_asked_for() {
        let (first, seen) = (cases.len(), CaseObservation::default());
        return Err(Box::new(Breakage { held, first, end: first, seen, broken }));
    }
    child.connection = Some(connection);
    Ok(match held {
        Some(last) => hand_over(last.index, [last.seen], observed),
        None => Next::Continue(cases.len()),
    })
}

/// Finds the case that broke the process and hands over all that are settled by that.
fn charge(
    child: &mut ChildProcess,
    cases: &[CaseInput<'_>],
    mut breakage: Breakage,
    observed: &mut Observed<'_>,
) -> Next {
    if let Some(mut before) = breakage.held.take() {
        // Whatever came when nothing was asked for is the last case's.
        let is_its_own = before.has_doubled(&breakage.broken) || breakage.first == cases.len();
        if is_its_own {
            before.seen.failure.get_or_insert(breakage.broken.failure);
            return hand_over(before.index, [before.seen], observed);
        }
        hand_over(before.index, [before.seen], observed)?;
    }
    let under_way = breakage.end - breakage.first;
    let answered = breakage.seen.failure.is_some();
    if under_way > 1 && !breakage.broken.exact && !answered {
        return isolate(child, cases, breakage, observed);
    }
    let mut seen = breakage.seen;
    // A case that had been answered with an error already keeps that verdict: what came to grief
    // were commands that nobody would have sent after it.
    seen.failure.get_or_insert(breakage.broken.failure);
    hand_over(breakage.first, [seen], observed)
}

/// Runs the cases without an answer one at a time in a fresh process until one breaks it.
fn isolate(
    child: &mut ChildProcess,
    cases: &[CaseInput<'_>],
    breakage: Breakage,
    observed: &mut Observed<'_>,
) -> Next {
    let Breakage { first, end, mut seen, broken, .. } = breakage;
    let mut settled: Vec<CaseObservation> = Vec::new();
    let mut first_id_before = 0;
    for &case in &cases[first..end] {
        let Ok(mut connection) = child.take_connection() else {
            // There is no fresh process: what is known has to do.
            seen.failure = Some(broken.failure);
            return hand_over(first, [seen], observed);
        };
        let mut alone = CaseObservation::default();
        let first_id = connection.awaited_id();
        match Talk::with(child).receive(&mut connection, case, true, &mut alone) {
            Ok(()) => {
                child.connection = Some(connection);
                settled.push(alone);
                first_id_before = first_id;
            }
            Err(Broken { failure, doubled, .. }) => {
                let is_of_the_one_before =
                    doubled.is_some_and(|id| (first_id_before..first_id).contains(&id));
                match settled.last_mut().filter(|_| is_of_the_one_before) {
                    Some(before) => before.failure = Some(failure),
                    None => {
                        alone.failure = Some(failure);
                        settled.push(alone);
                    }
                }
                return hand_over(first, settled, observed);
            }
        }
    }
    let mut failure = broken.failure;
    failure.message += &format!(
        "; it did not show again when the {} cases then under way were run one at a time, and is \
         charged to the first of them",
        settled.len()
    );
    seen.failure = Some(failure);
    settled[0] = seen;
    hand_over(first, settled, observed)
}

fn hand_over(
    first: usize,
    settled: impl IntoIterator<Item = CaseObservation>,
    observed: &mut Observed<'_>,
) -> Next {
    let mut next = first;
    for seen in settled {
        if !observed(next, seen) {
            return Next::Break(());
        }
        next += 1;
    }
    Next::Continue(next)
}

/// How one case is asked and answered.
struct Talk<'d> {
    description: &'d Description,
    reply_timeout: Duration,
    /// The method that does a whole case in one message, if there is one.
    whole: Option<Method>,
}

impl Talk<'_> {
    fn with(child: &ChildProcess) -> Talk<'_> {
        Talk {
            description: &child.description,
            reply_timeout: child.options.reply_timeout,
            whole: if child.description.capabilities.has(Capability::Changes) {
                Some(Method::RunCaseChanges)
            } else if child.description.capabilities.has(Capability::Batch) {
                Some(Method::RunCase)
            } else {
                None
            },
        }
    }

    /// Sends all requests of a case.
    fn send(&self, connection: &mut Connection, case: CaseInput<'_>) {
        connection.begin(case.name);
        if let Some(method) = self.whole {
            connection.request(method, &whole(case));
        } else {
            connection.request(Method::Reset, &reset(case));
            for command in case.commands {
                connection.request(Method::Apply, &apply(command));
            }
        }
    }

    /// Receives all answers of a case. In lockstep nothing has been sent, and each request is sent
    /// when the answer before is there.
    fn receive(
        &self,
        connection: &mut Connection,
        case: CaseInput<'_>,
        lockstep: bool,
        seen: &mut CaseObservation,
    ) -> Result<(), Broken> {
        if lockstep {
            connection.begin(case.name);
        }
        if let Some(method) = self.whole {
            if lockstep {
                connection.request(method, &whole(case));
            }
            return self.receive_whole(connection, method, case, seen);
        }
        if lockstep {
            connection.request(Method::Reset, &reset(case));
        }
        match self.answer::<ResetResult>(connection, case, Method::Reset.word())? {
            Ok(result) => seen.start = Some(result.snapshot),
            Err(failure) => seen.failure = Some(failure),
        }
        for (index, command) in case.commands.iter().enumerate() {
            let asked = format!("{} ({})", Method::Apply, place_of(index, command));
            if seen.failure.is_some() {
                if lockstep {
                    break;
                }
                connection.skip(self.patience(case), &asked)?;
                continue;
            }
            if lockstep {
                connection.request(Method::Apply, &apply(command));
            }
            match self.answer::<StepObservation>(connection, case, &asked)? {
                Ok(step) => seen.steps.push(step),
                Err(mut failure) => {
                    failure.message += &format!(" ({})", place_of(index, command));
                    seen.failure = Some(failure);
                }
            }
        }
        Ok(())
    }

    fn receive_whole(
        &self,
        connection: &mut Connection,
        method: Method,
        case: CaseInput<'_>,
        seen: &mut CaseObservation,
    ) -> Result<(), Broken> {
        let commands = case.commands.len();
        let asked = format!("{method} ({commands} commands)");
        // Before anything is made of the steps: a short reply can have very many of them, each of
        // which would become a whole state.
        let counted = |steps: usize| match steps == commands {
            true => Ok(()),
            false => Err(format!("result.steps: {steps} steps for {commands} commands")),
        };
        let answer = if method == Method::RunCaseChanges {
            let answer = self.answer::<RunCaseChangesResult>(connection, case, &asked)?;
            answer.map(|result| counted(result.steps.len()).and_then(|()| result.whole()))
        } else {
            let answer = self.answer::<RunCaseResult>(connection, case, &asked)?;
            answer.map(|result| counted(result.steps.len()).map(|()| result))
        };
        match answer {
            Ok(Ok(result)) => {
                seen.start = Some(result.snapshot);
                seen.steps = result.steps;
            }
            Ok(Err(fault)) => return Err(connection.violated(&asked, &fault)),
            Err(failure) => seen.failure = Some(failure),
        }
        Ok(())
    }

    /// How long an answer may take: what has hundreds of objects takes as many times longer.
    fn patience(&self, case: CaseInput<'_>) -> Duration {
        let objects = case.tenant.cloud.len() + case.tenant.on_premises.len();
        self.reply_timeout * u32::try_from(1 + objects / 100).unwrap_or(u32::MAX)
    }

    fn answer<R: ReplyResult>(
        &self,
        connection: &mut Connection,
        case: CaseInput<'_>,
        asked: &str,
    ) -> Result<Result<R, Failure>, Broken> {
        let answer = connection.receive(self.patience(case), asked)?;
        Ok(accepted(answer, self.description, connection))
    }
}

fn whole(case: CaseInput<'_>) -> RunCaseParams<'_> {
    let (tenant, commands) = (Cow::Borrowed(case.tenant), Cow::Borrowed(case.commands));
    RunCaseParams { tenant, commands }
}

fn reset(case: CaseInput<'_>) -> ResetParams<'_> {
    ResetParams { tenant: Cow::Borrowed(case.tenant) }
}

fn apply(command: &Command) -> ApplyParams<'_> {
    ApplyParams { command: Cow::Borrowed(command) }
}
