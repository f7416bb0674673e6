//! An injective map of every value of a case.

use super::anchors::AnchorForm;
use super::letters::in_letter_case;
use super::names::Use;
use super::spelling::{LONGEST_PASSWORD, Spelling, longest_value, other_address};
use super::visit::{Value, each_value};
use crate::cases::Case;
use crate::directory::{Change, CloudObject, CloudRef, Command, ProxyAddress, Text};
use crate::rulebook::Rulebook;
use std::collections::BTreeMap;

/// What becomes of every value of a case in another spelling: a map under which equal values stay
/// equal, values that differ in letter case only stay so, whatever is different stays different, and a
/// primary address stays a primary one. So the same rules apply to the same objects, and nothing that
/// the documents leave open comes about that was not there before.
#[derive(Clone, Debug)]
pub(crate) struct Respelling {
    spelling: Spelling,
    names: Table,
    anchors: Table,
    attribute_names: Table,
    attribute_values: Table,
    passwords: Table,
    roles: Table,
    other_addresses: Table,
}

/// New texts for old ones, and back.
#[derive(Clone, Debug, Default)]
struct Table {
    forth: BTreeMap<Text, Text>,
    back: BTreeMap<Text, Text>,
}

impl Table {
    fn insert(&mut self, old: &Text, new: impl FnOnce(usize) -> String) {
        if !self.forth.contains_key(old) {
            let new: Text = new(self.forth.len()).into();
            self.back.insert(new.clone(), old.clone());
            self.forth.insert(old.clone(), new);
        }
    }

    fn forth(&self, text: &mut Text) {
        if let Some(new) = self.forth.get(text) {
            *text = new.clone();
        }
    }

    fn back(&self, text: &mut Text) {
        if let Some(old) = self.back.get(text) {
            *text = old.clone();
        }
    }

    /// Back, where letter case does not count.
    fn back_in_any_case(&self, name: &str) -> Option<&Text> {
        let is_it = |new: &&Text| new.eq_ignore_ascii_case(name);
        self.back.get(name).or_else(|| Some(&self.back[self.back.keys().find(is_it)?]))
    }
}

/// Values that differ in letter case only, in the order in which they appear.
#[derive(Default)]
struct Classes(Vec<Vec<Text>>);

impl Classes {
    fn add(&mut self, text: &Text) {
        match self.0.iter_mut().find(|class| class[0].eq_ignore_ascii_case(text)) {
            None => self.0.push(vec![text.clone()]),
            Some(class) if class.contains(text) => {}
            Some(class) => class.push(text.clone()),
        }
    }

    fn has(&self, text: &str) -> bool {
        self.0.iter().any(|class| class[0].eq_ignore_ascii_case(text))
    }

    /// The new text of each: `new` is told the class and the writing within it.
    fn table(&self, new: impl Fn(usize, usize) -> String) -> Table {
        let mut table = Table::default();
        for (number, class) in self.0.iter().enumerate() {
            for (writing, text) in class.iter().enumerate() {
                table.insert(text, |_| new(number, writing));
            }
        }
        table
    }
}

impl Respelling {
    /// That of a case.
    pub(crate) fn of(case: &Case, spelling: Spelling) -> Respelling {
        let mut respelling = Respelling {
            spelling,
            names: Table::default(),
            anchors: Table::default(),
            attribute_names: Table::default(),
            attribute_values: Table::default(),
            passwords: Table::default(),
            roles: Table::default(),
            other_addresses: Table::default(),
        };
        let (mut names, mut sign_in_names) = (Classes::default(), Classes::default());
        let (mut anchors, mut roles, mut other_addresses) =
            (Classes::default(), Classes::default(), Classes::default());
        let mut passwords = Vec::new();
        let mut attributes: Vec<(Text, Text)> = Vec::new();
        each_value(&mut case.clone(), &mut |value| match value {
            Value::SignInName(name) => {
                names.add(name);
                sign_in_names.add(name);
            }
            Value::Address(address) => match address.mail() {
                Some(mail) => names.add(&mail.into()),
                None => other_addresses.add(&address.0),
            },
            Value::Anchor(anchor) => anchors.add(anchor),
            // What is privileged goes on being so, and nothing else comes to be.
            Value::Role(role) if is_privileged(role) => {}
            Value::Role(role) => roles.add(role),
            Value::Password(password) => passwords.push(password.clone()),
            Value::Attribute { name, value } => {
                let new = |number| spelling.attribute_names.name(number, name);
                respelling.attribute_names.insert(name, new);
                attributes.extend(value.map(|value| (name.clone(), value.clone())));
            }
        });
        // An attribute that holds somebody's name or address goes on doing so.
        for (name, value) in &attributes {
            if &**name == "mail" || names.has(value) {
                names.add(value);
            }
        }
        respelling.names = names.table(|number, writing| {
            let is_sign_in_name = sign_in_names.has(&names.0[number][0]);
            let r#use = if is_sign_in_name { Use::SignIn } else { Use::MailOnly };
            let name = spelling.names.name(number, r#use);
            in_letter_case(&name, writing)
        });
        let is_written_in_two_ways = anchors.0.iter().any(|class| class.len() > 1);
        let form = match spelling.anchors {
            form if is_written_in_two_ways && !form.has_letters() => AnchorForm::Guid,
            form => form,
        };
        respelling.anchors =
            anchors.table(|number, writing| form.writing(&form.anchor(number), writing));
        respelling.roles =
            roles.table(|number, writing| in_letter_case(&spelling.roles.role(number), writing));
        respelling.other_addresses = other_addresses
            .table(|number, writing| in_letter_case(&spelling.addresses.other(number), writing));
        let others: Vec<Text> = respelling
            .names
            .forth
            .values()
            .chain(respelling.anchors.forth.values())
            .cloned()
            .collect();
        for password in &passwords {
            respelling.passwords.insert(password, |number| {
                spelling.passwords.instead_of(password, number, LONGEST_PASSWORD, &others)
            });
        }
        // A value that several attributes have must be short enough for each of them.
        let longest = |value: &Text| {
            let of_value = attributes.iter().filter(|(_, other)| other == value);
            let named = of_value.map(|(name, _)| &respelling.attribute_names.forth[name]);
            named.map(|name| longest_value(name)).min().unwrap_or(1)
        };
        for (_, value) in &attributes {
            if !respelling.names.forth.contains_key(value) {
                respelling.attribute_values.insert(value, |number| {
                    spelling.attributes.instead_of(value, number, longest(value), &others)
                });
            }
        }
        respelling
    }

    /// The case in the new spelling.
    pub(crate) fn case(&self, case: &Case) -> Case {
        let mut case = case.clone();
        each_value(&mut case, &mut |value| match value {
            Value::SignInName(name) => self.names.forth(name),
            Value::Address(address) => self.address(address),
            Value::Anchor(anchor) => self.anchors.forth(anchor),
            Value::Role(role) => self.roles.forth(role),
            Value::Password(password) => self.passwords.forth(password),
            Value::Attribute { name, value } => {
                self.attribute_names.forth(name);
                value.into_iter().for_each(|value| match self.names.forth.get(value) {
                    Some(new) => *value = new.clone(),
                    None => self.attribute_values.forth(value),
                });
            }
        });
        with_further_addresses(&mut case, &self.spelling);
        case
    }

    fn address(&self, address: &mut ProxyAddress) {
        let Some((prefix, mail)) = address.0.split_once(':').filter(|_| address.mail().is_some())
        else {
            return self.other_addresses.forth(&mut address.0);
        };
        let mut mail = Text::from(mail);
        self.names.forth(&mut mail);
        // All plain, its prefix is so too, if it does not matter.
        let is_plain = self.spelling == Spelling::PLAIN && address.has_mixed_prefix();
        let prefix = if is_plain { "smtp" } else { prefix };
        *address = ProxyAddress(format!("{prefix}:{mail}").into());
    }

    /// A cloud object of the case in the new spelling as it would be in the old one. What the case
    /// gave to nothing stays.
    pub(crate) fn back(&self, object: &CloudObject) -> CloudObject {
        let mut object = object.clone();
        if let Some(name) = &mut object.user_principal_name
            && let Some(old) = self.names.back_in_any_case(name)
        {
            *name = old.clone();
        }
        for address in &mut object.proxy_addresses {
            match address.mail() {
                None => self.other_addresses.back(&mut address.0),
                Some(mail) => {
                    if let Some(old) = self.names.back_in_any_case(mail) {
                        let prefix = &address.0[..address.0.len() - mail.len()];
                        *address = ProxyAddress(format!("{prefix}{old}").into());
                    }
                }
            }
        }
        object.on_premises_immutable_id.iter_mut().for_each(|anchor| self.anchors.back(anchor));
        object.password.iter_mut().for_each(|password| self.passwords.back(password));
        let as_it_was = |(mut name, mut value): (Text, Text)| {
            self.attribute_names.back(&mut name);
            match self.names.back.get(&value) {
                Some(old) => value = old.clone(),
                None => self.attribute_values.back(&mut value),
            }
            (name, value)
        };
        object.attributes =
            std::mem::take(&mut object.attributes).into_iter().map(as_it_was).collect();
        for roles in [&mut object.roles, &mut object.eligible_roles] {
            let back = std::mem::take(roles).into_iter().map(|mut role| {
                self.roles.back(&mut role);
                role
            });
            *roles = back.collect();
        }
        object
    }
}

/// Whether any edition calls this role privileged.
fn is_privileged(role: &str) -> bool {
    let mut editions = Rulebook::embedded().editions.editions.iter();
    editions.any(|edition| edition.settings.privileged_roles.names().contains(&role))
}

/// Gives every object that has addresses further ones that nobody else has, before and after its own.
fn with_further_addresses(case: &mut Case, spelling: &Spelling) {
    let add = |owner: &str, addresses: &mut Vec<ProxyAddress>| {
        if addresses.is_empty() || spelling.further_addresses == 0 {
            return;
        }
        let further = (0..spelling.further_addresses).map(|number| {
            let address = match number % 3 {
                0 | 1 => format!("smtp:further{number}.{owner}@contoso.com"),
                _ => other_address(number / 3, &format!("further{number}.{owner}")),
            };
            ProxyAddress(address.into())
        });
        let mut all: Vec<ProxyAddress> = further.collect();
        let before = owner.len() * 5 % all.len();
        let own = std::mem::take(addresses);
        all.splice(before..before, own);
        *addresses = all;
    };
    for object in &mut case.tenant.cloud {
        add(&object.label, &mut object.proxy_addresses);
    }
    for object in &mut case.tenant.on_premises {
        add(&object.key, &mut object.proxy_addresses);
    }
    for command in &mut case.commands {
        match command {
            Command::CreateCloudObject(create) => {
                add(&create.object.label, &mut create.object.proxy_addresses);
            }
            Command::CreateOnPremisesObject(create) => {
                add(&create.object.key, &mut create.object.proxy_addresses);
            }
            Command::UpdateOnPremisesObject(update) => {
                if let Change::Set(addresses) = &mut update.set.proxy_addresses {
                    add(&update.key, addresses);
                }
            }
            Command::UpdateCloudObject(update) => {
                if let (Change::Set(addresses), CloudRef::Label(label)) =
                    (&mut update.set.proxy_addresses, &update.object)
                {
                    add(label, addresses);
                }
            }
            _ => {}
        }
    }
}
