//! A configuration file, and what is wrong with it.

use crate::cases::scenario::{FileError, error_at, line_and_column, nearest, read_file};
use crate::cli::exit::Mistake;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, Command, ValueHint};
use std::error::Error as _;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The name of the reference model where an adapter's could stand.
pub(super) const REFERENCE: &str = "reference";

/// So many mistakes are told of one file.
const MOST_TOLD: usize = 50;

/// A configuration file.
pub(super) struct ConfigFile {
    /// What messages call it.
    pub(super) name: String,
    /// Where it stands: relative paths in it begin here. Empty for the working directory.
    pub(super) folder: PathBuf,
    /// What holds for every adapter that has no setting of its own.
    pub(super) settings: Vec<Setting>,
    pub(super) adapters: Vec<Adapter>,
    /// The adapter that is run where none is named.
    pub(super) default: Option<String>,
}

/// An adapter by name.
pub(super) struct Adapter {
    pub(super) name: String,
    pub(super) command: Vec<String>,
    pub(super) settings: Vec<Setting>,
}

/// A key with its value.
pub(super) struct Setting {
    /// The name of the flag, without its dashes.
    pub(super) key: String,
    pub(super) value: Value,
    /// Whether it means something only beside another flag.
    pub(super) needs_another: bool,
    /// Where the value stands.
    at: usize,
}

/// What a flag is given.
#[derive(PartialEq)]
pub(super) enum Value {
    Off,
    On,
    These(Vec<OsString>),
}

impl Setting {
    pub(super) fn values(&self) -> &[OsString] {
        match &self.value {
            Value::These(values) => values,
            Value::Off | Value::On => &[],
        }
    }

    /// The same on the command line.
    pub(super) fn arguments(&self) -> Vec<OsString> {
        match &self.value {
            Value::Off => Vec::new(),
            Value::On => vec![format!("--{}", self.key).into()],
            Value::These(values) => values.iter().map(|value| flag(&self.key, value)).collect(),
        }
    }
}

impl ConfigFile {
    /// Reads a file whose keys are the flags of this command.
    pub(super) fn read(path: &Path, run: Command) -> Result<ConfigFile, Mistake> {
        let text = read_file(path).map_err(|error| vec![error])?;
        let name = path.display().to_string();
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let mut reader = Reader { name, folder, text: &text, run, errors: Vec::new() };
        let file = reader.file();
        let mut errors = reader.errors;
        errors.sort_by_key(|error| (error.line, error.column));
        errors.truncate(MOST_TOLD);
        match file {
            Some(file) if errors.is_empty() => Ok(file),
            _ => Err(errors.into()),
        }
    }

    pub(super) fn adapter(&self, name: &str) -> Option<&Adapter> {
        self.adapters.iter().find(|adapter| adapter.name == name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.adapters.iter().map(|adapter| &*adapter.name)
    }

    /// The names of its adapters, for a sentence.
    pub(super) fn listed(&self) -> String {
        let names: Vec<&str> = self.names().collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    }
}

pub(super) fn flag(name: &str, value: &OsStr) -> OsString {
    let mut flag = OsString::from(format!("--{name}="));
    flag.push(value);
    flag
}

/// Whether a flag of `run` is a key of the file. Those that are about the file itself are none.
fn is_key(argument: &Arg) -> bool {
    let about_the_file = ["config", "no_config", "help", "version"];
    argument.get_long().is_some() && !about_the_file.contains(&argument.get_id().as_str())
}

/// Whether two arguments of a command cannot be given together.
pub(super) fn exclude_each_other(command: &Command, one: &Arg, other: &Arg) -> bool {
    command.get_arg_conflicts_with(one).contains(&other)
        || command.get_arg_conflicts_with(other).contains(&one)
}

/// Reads one file, and remembers what is wrong with it.
struct Reader<'t> {
    name: String,
    folder: PathBuf,
    text: &'t str,
    run: Command,
    errors: Vec<FileError>,
}

impl Reader<'_> {
    fn wrong(&mut self, at: usize, message: impl Into<String>) {
        let (line, column) = line_and_column(self.text, at);
        self.errors.push(error_at(&self.name, self.text, line, column, message.into()));
    }

    fn file(&mut self) -> Option<ConfigFile> {
        let table = match DeTable::parse(self.text) {
            Ok(table) => table.into_inner(),
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                self.wrong(at, format!("this is no TOML: {}", error.message()));
                return None;
            }
        };
        let mut adapters = Vec::new();
        let mut settings = Vec::new();
        for (key, value) in &table {
            match &**key.get_ref() {
                "adapters" => adapters = self.adapters(value),
                "command" => self.wrong(
                    key.span().start,
                    "a `command` belongs to an adapter: `[adapters.NAME]` stands above it",
                ),
                name => settings.extend(self.setting(name, key.span().start, value)),
            }
        }
        self.contradictions(&settings);
        let default = settings.iter().position(|setting| setting.key == "adapter");
        let default = default.map(|at| settings.remove(at));
        let mut file = ConfigFile {
            name: self.name.clone(),
            folder: self.folder.clone(),
            settings,
            adapters,
            default: None,
        };
        if let Some(setting) = default
            && let [name] = setting.values()
        {
            let name = name.to_string_lossy().into_owned();
            if name != REFERENCE && file.adapter(&name).is_none() && self.errors.is_empty() {
                let (suggestion, listed) = (nearest(&name, file.names()), file.listed());
                self.wrong(
                    setting.at,
                    format!("there is no adapter `{name}`{suggestion}; there are {listed}"),
                );
            }
            file.default = Some(name);
        }
        Some(file)
    }

    fn adapters(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<Adapter> {
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(
                value.span().start,
                "`adapters` has a table for each adapter: `[adapters.NAME]`, and beneath it `command = [\"PROGRAM\", \"ARGUMENT\"]`",
            );
            return Vec::new();
        };
        table.iter().filter_map(|(name, value)| self.adapter(name, value)).collect()
    }

    fn adapter(
        &mut self,
        name: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Adapter> {
        let at = name.span().start;
        let name = name.get_ref().to_string();
        if name == REFERENCE {
            self.wrong(
                at,
                "`reference` is the built-in reference model: call this adapter otherwise",
            );
        } else if name.is_empty() || name.starts_with('-') {
            self.wrong(at, "no name for the command line: call this adapter otherwise");
        }
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(value.span().start, format!("the adapter `{name}` is a table: `[adapters.{name}]`, and beneath it `command = [\"PROGRAM\", \"ARGUMENT\"]`"));
            return None;
        };
        let mut command = None;
        let mut settings = Vec::new();
        for (key, value) in table {
            match &**key.get_ref() {
                "command" => command = Some(self.command(value)),
                "adapter" | "adapters" => self.wrong(
                    key.span().start,
                    format!("`{}` belongs at the top of the file, above all tables", key.get_ref()),
                ),
                name => settings.extend(self.setting(name, key.span().start, value)),
            }
        }
        self.contradictions(&settings);
        let Some(command) = command else {
            self.wrong(at, format!("the adapter `{name}` has no `command`, such as `command = [\"python3\", \"adapter.py\"]`"));
            return None;
        };
        Some(Adapter { name, command, settings })
    }

    fn command(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<String> {
        let words: Option<Vec<String>> = value.get_ref().as_array().and_then(|words| {
            words.iter().map(|word| Some(word.get_ref().as_str()?.to_owned())).collect()
        });
        match words {
            Some(words) if words.first().is_some_and(|program| !program.is_empty()) => words,
            _ => {
                self.wrong(value.span().start, "`command` is a list of the program and its arguments, each a text: `[\"python3\", \"adapter.py\"]`");
                Vec::new()
            }
        }
    }

    /// Two keys of one table that cannot be given together.
    fn contradictions(&mut self, settings: &[Setting]) {
        let argument = |setting: &Setting| {
            let mut arguments = self.run.get_arguments();
            let is_given = setting.value == Value::On || !setting.values().is_empty();
            arguments.find(|argument| is_given && argument.get_long() == Some(&setting.key))
        };
        let mut found = Vec::new();
        for (at, setting) in settings.iter().enumerate() {
            for other in &settings[..at] {
                if let (Some(one), Some(two)) = (argument(setting), argument(other))
                    && exclude_each_other(&self.run, one, two)
                {
                    let message =
                        format!("`{}` and `{}` do not go together", other.key, setting.key);
                    found.push((setting.at.max(other.at), message));
                }
            }
        }
        for (at, message) in found {
            self.wrong(at, message);
        }
    }

    fn setting(&mut self, key: &str, at: usize, value: &Spanned<DeValue<'_>>) -> Option<Setting> {
        let argument = self.run.get_arguments().find(|argument| argument.get_long() == Some(key));
        let Some(argument) = argument.filter(|argument| is_key(argument)).cloned() else {
            let keys = self.run.get_arguments().filter(|known| is_key(known));
            let suggestion = nearest(key, keys.filter_map(Arg::get_long));
            self.wrong(
                at,
                format!("there is no key `{key}`{suggestion} (each flag of `entra-conformance run --help` is one)"),
            );
            return None;
        };
        let at = value.span().start;
        let value = self.value(key, &argument, value)?;
        let mut setting = Setting { key: key.to_owned(), value, needs_another: false, at };
        let alone = std::iter::once("run".into()).chain(setting.arguments());
        setting.needs_another = self
            .run
            .try_get_matches_from_mut(alone)
            .is_err_and(|error| error.kind() == ErrorKind::MissingRequiredArgument);
        Some(setting)
    }

    /// The value of a key, if it is one that the flag takes.
    fn value(&mut self, key: &str, argument: &Arg, value: &Spanned<DeValue<'_>>) -> Option<Value> {
        if matches!(argument.get_action(), ArgAction::SetTrue) {
            return match value.get_ref() {
                DeValue::Boolean(true) => Some(Value::On),
                DeValue::Boolean(false) => Some(Value::Off),
                _ => {
                    self.wrong(value.span().start, format!("`{key}` takes true or false"));
                    None
                }
            };
        }
        let takes_many = matches!(argument.get_action(), ArgAction::Append);
        let noun = argument.get_value_names().and_then(|names| names.first());
        let noun = noun.map_or("VALUE", |name| name.as_str());
        let items: Result<Vec<Item>, &Spanned<DeValue<'_>>> = match value.get_ref() {
            DeValue::Array(items) if takes_many => items.iter().map(scalar).collect(),
            // `choice.collisionHandling = "rejected"` is `--choice collisionHandling=rejected`.
            DeValue::Table(pairs) if noun == "NAME=VALUE" => pairs
                .iter()
                .map(|(name, value)| {
                    let Item { text, .. } = scalar(value)?;
                    let text = format!("{}={text}", name.get_ref());
                    Ok(Item { text, at: name.span().start })
                })
                .collect(),
            _ => scalar(value).map(|item| vec![item]),
        };
        let items = match items {
            Ok(items) => items,
            Err(other) => {
                let each = if takes_many { " or a list of such" } else { "" };
                let found = other.get_ref().type_str();
                self.wrong(
                    other.span().start,
                    format!("`{key}` takes one {noun}{each}, and this is of the type {found}"),
                );
                return None;
            }
        };
        let is_path = matches!(
            argument.get_value_hint(),
            ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath
        );
        let mut values = Vec::new();
        for Item { text, at } in items {
            let value: OsString =
                // `-` is standard output.
                if is_path && text != "-" { self.folder.join(&text).into() } else { (&text).into() };
            if let Some(reason) = self.refusal(key, &text, &value) {
                self.wrong(at, format!("`{key}` cannot be {text:?}: {reason}"));
                return None;
            }
            values.push(value);
        }
        Some(Value::These(values))
    }

    /// Why the flag does not take a value.
    fn refusal(&mut self, key: &str, text: &str, value: &OsStr) -> Option<String> {
        if text.is_empty() {
            return Some("it is empty".to_owned());
        }
        let arguments = [OsString::from("run"), flag(key, value)];
        let error = self.run.try_get_matches_from_mut(arguments).err()?;
        match error.kind() {
            ErrorKind::ValueValidation | ErrorKind::InvalidValue | ErrorKind::InvalidUtf8 => {
                let words = error.to_string();
                let first = words.lines().next().unwrap_or_default().to_owned();
                Some(error.source().map_or(first, ToString::to_string))
            }
            // What else has to be given with it is no matter of this key.
            _ => None,
        }
    }
}

/// A plain value as it would be typed, and where it stands.
struct Item {
    text: String,
    at: usize,
}

/// A plain value, or what is none.
fn scalar<'v, 't>(value: &'v Spanned<DeValue<'t>>) -> Result<Item, &'v Spanned<DeValue<'t>>> {
    let text = match value.get_ref() {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        _ => return Err(value),
    };
    Ok(Item { text, at: value.span().start })
}
