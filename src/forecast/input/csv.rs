//! CSV as `Export-Csv` writes it.

use super::record::{Document, Record, Section, Value};
use super::source::{Place, Source};
use crate::cases::scenario::FileError;
use csv::{ReaderBuilder, StringRecord};

/// Reads the records: a line with names, and a line each.
pub(super) fn read(source: &Source) -> Result<Document, FileError> {
    // `Export-Csv` of Windows PowerShell writes the type above the names.
    let first_line = source.text.find('\n').map_or(source.text.len(), |end| end + 1);
    let skipped = if source.text.starts_with("#TYPE") { first_line } else { 0 };
    let body = &source.text[skipped..];
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(body))
        .has_headers(false)
        .flexible(true)
        .from_reader(body.as_bytes());
    let mut line = StringRecord::new();
    let mut names: Vec<String> = Vec::new();
    let mut document = Document::default();
    let mut records = Vec::new();
    loop {
        let is_there = reader.read_record(&mut line).map_err(|error| {
            let at = error.position().map_or(0, |position| position.byte());
            source.error(Place::Byte(skipped + at as usize), format!("this is no CSV: {error}"))
        })?;
        if !is_there {
            break;
        }
        let at = line.position().map_or(0, |position| position.byte());
        let place = Place::Byte(skipped + at as usize);
        if names.is_empty() {
            names = line.iter().map(|name| name.trim().to_owned()).collect();
            continue;
        }
        if line.len() != names.len() {
            let message = format!(
                "a line of {} values under {} names; is a quotation mark missing or not doubled?",
                line.len(),
                names.len()
            );
            return Err(source.error(place, message));
        }
        let mut record = Record { place, fields: Vec::new() };
        for (name, value) in names.iter().zip(&line) {
            document.add(&mut record, name, place, || match value {
                "" => Value::Null,
                value => Value::Text(value.to_owned()),
            });
        }
        records.push(record);
    }
    if names.is_empty() {
        return Err(source.error(Place::Whole, "is empty: did the cmdlet find anything?"));
    }
    document.sections.push(Section { what: None, records });
    Ok(document)
}

/// What stands between the values: with `-UseCulture` that need not be a comma.
fn delimiter(body: &str) -> u8 {
    let names = body.lines().next().unwrap_or_default();
    let count = |mark: char| names.matches(mark).count();
    let marks = [',', ';', '\t'];
    // Of as many the first.
    let most = marks.into_iter().rev().max_by_key(|mark| count(*mark));
    most.map_or(b',', |mark| mark as u8)
}
