//! Many cases in one message, which the process carries out side by side in one tenant.

use super::child::{ChildProcess, accepted};
use super::connection::Connection;
use crate::implementation::protocol::{
    CaseOfBatch, Method, RunBatchParams, RunBatchResult, RunCaseResult,
};
use crate::implementation::{CaseInput, CaseObservation, Description, Failure};
use std::borrow::Cow;

/// See [`Implementation::run_batch`](crate::implementation::Implementation::run_batch).
pub(super) fn run(
    child: &mut ChildProcess,
    cases: &[CaseInput<'_>],
) -> Result<Vec<CaseObservation>, Failure> {
    let mut connection = child.take_connection()?;
    let plural = if cases.len() == 1 { "" } else { "s" };
    let asked = format!("{} ({} case{plural})", Method::RunBatch, cases.len());
    connection.begin(match cases {
        [case] => case.name,
        _ => &asked,
    });
    let cases_sent = cases.iter().map(|case| CaseOfBatch {
        prefix: Cow::Borrowed(case.prefix),
        tenant: Cow::Borrowed(case.tenant),
        commands: Cow::Borrowed(case.commands),
    });
    connection.request(Method::RunBatch, &RunBatchParams { cases: cases_sent.collect() });
    let answer = connection.receive::<RunBatchResult>(child.options.reply_timeout, &asked);
    let seen = answer.and_then(|answer| match accepted(answer, &child.description, &connection) {
        Err(failure) => Ok(Err(failure)),
        Ok(result) => match observations(result, cases, &child.description, &connection) {
            Ok(seen) => Ok(Ok(seen)),
            Err(fault) => Err(connection.violated(&asked, &fault)),
        },
    });
    match seen {
        Ok(seen) => {
            child.connection = Some(connection);
            seen
        }
        Err(broken) => Err(broken.failure),
    }
}

/// What was seen of each case; or what is wrong with the result.
fn observations(
    result: RunBatchResult,
    cases: &[CaseInput<'_>],
    description: &Description,
    connection: &Connection,
) -> Result<Vec<CaseObservation>, String> {
    let (answered, asked) = (result.cases.len(), cases.len());
    if answered != asked {
        return Err(format!("result.cases: {answered} cases for {asked}"));
    }
    let answers = result.cases.into_iter().zip(cases).enumerate();
    let seen = answers.map(|(index, (answer, case))| {
        let answer = answer.answer().map_err(|fault| format!("result.cases[{index}].{fault}"))?;
        match accepted(answer, description, connection) {
            Ok(RunCaseResult { snapshot, steps }) if steps.len() == case.commands.len() => {
                Ok(CaseObservation { start: Some(snapshot), steps, failure: None })
            }
            Ok(RunCaseResult { steps, .. }) => Err(format!(
                "result.cases[{index}].steps: {} steps for {} commands",
                steps.len(),
                case.commands.len()
            )),
            Err(failure) => Ok(CaseObservation::failed(failure)),
        }
    });
    seen.collect()
}
