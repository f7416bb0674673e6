//! What something looks like whatever its identifiers and values are called.
//!
//! Two states in which the same things are equal, and nothing but their names differs, behave
//! alike: nothing in the directory depends on which user principal name, address or anchor it is,
//! or on the identifier that an implementation gave out, as long as the same ones are equal. A
//! canonical numbers them as they are first mentioned, so that two such states have the same
//! canonical, and two states with the same canonical differ in nothing else.

use super::{Attributes, CloudObject, Features, OnPremisesObject, ProxyAddress, Text};

/// What something looks like, as bytes.
///
/// Whoever draws says before every list how long it is, so that no two things run together.
#[derive(Clone, Debug, Default)]
pub(crate) struct CanonicalState {
    bytes: Vec<u8>,
    /// In the order in which they were first mentioned.
    ids: Vec<Text>,
    anchors: Vec<Text>,
    /// `objectIdentifier`s.
    identifiers: Vec<Text>,
    /// User principal names and mail addresses, in one list: one may be compared with the other.
    names: Vec<Text>,
    is_literal: bool,
    /// Anchors that are not alike, and so have numbers of their own from the beginning.
    kept: Vec<Text>,
    /// Which of two addresses comes first that nothing tells apart; it may matter later which of
    /// them something else mentions.
    is_reversed: bool,
}

impl CanonicalState {
    /// A canonical in which none of these anchors may stand for another one.
    pub(crate) fn keeping(anchors: Vec<Text>) -> CanonicalState {
        CanonicalState { anchors: anchors.clone(), kept: anchors, ..CanonicalState::default() }
    }

    /// A canonical that calls everything by its own name: for whatever may depend on names.
    pub(crate) fn literal() -> CanonicalState {
        CanonicalState { is_literal: true, ..CanonicalState::default() }
    }

    /// Draws another canonical of the same sort: once with addresses that are alike in each order,
    /// of which the lesser counts.
    pub(crate) fn draw(&mut self, draw: impl Fn(&mut Self)) {
        self.draw_once(false, &draw);
        let one = std::mem::take(&mut self.bytes);
        self.draw_once(true, &draw);
        if one < self.bytes {
            self.bytes = one;
        }
    }

    fn draw_once(&mut self, is_reversed: bool, draw: impl Fn(&mut Self)) {
        self.is_reversed = is_reversed;
        self.bytes.clear();
        self.ids.clear();
        self.anchors.clone_from(&self.kept);
        self.identifiers.clear();
        self.names.clear();
        draw(self);
    }

    /// What was drawn.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A number, such as the length of a list.
    pub(crate) fn number(&mut self, number: usize) {
        match u8::try_from(number) {
            Ok(small) if small < u8::MAX => self.bytes.push(small),
            _ => {
                self.bytes.push(u8::MAX);
                self.bytes.extend_from_slice(&(number as u64).to_le_bytes());
            }
        }
    }

    /// Up to eight flags.
    pub(crate) fn flags<const N: usize>(&mut self, flags: [bool; N]) {
        const { assert!(N <= 8) };
        self.bytes.push(flags.iter().fold(0, |all, flag| all << 1 | u8::from(*flag)));
    }

    /// The tenant's switches.
    pub(crate) fn features(&mut self, features: &Features) {
        let Features {
            soft_match,
            password_hash_sync,
            block_hard_match,
            soft_match_on_upn,
            identifier_update,
        } = *features;
        self.flags([
            soft_match,
            password_hash_sync,
            block_hard_match,
            soft_match_on_upn,
            identifier_update,
        ]);
    }

    /// A text that means what it says.
    pub(crate) fn text(&mut self, text: &str) {
        self.number(text.len());
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Something that may be missing.
    pub(crate) fn optional<T>(&mut self, value: Option<T>, draw: impl FnOnce(&mut Self, T)) {
        self.flags([value.is_some()]);
        if let Some(value) = value {
            draw(self, value);
        }
    }

    /// Several things, in their order.
    pub(crate) fn list<T>(
        &mut self,
        things: impl ExactSizeIterator<Item = T>,
        mut draw: impl FnMut(&mut Self, T),
    ) {
        self.number(things.len());
        things.for_each(|thing| draw(self, thing));
    }

    /// The identifier of a cloud object.
    pub(crate) fn id(&mut self, id: &Text) {
        if self.is_literal {
            return self.text(id);
        }
        let number = mention(&mut self.ids, id, |earlier| earlier == id);
        self.number(number);
    }

    /// A source anchor, on either side.
    pub(crate) fn anchor(&mut self, anchor: &Text) {
        if self.is_literal {
            return self.text(anchor);
        }
        let number = mention(&mut self.anchors, anchor, |earlier| earlier == anchor);
        self.number(number);
    }

    /// An `objectIdentifier`, on either side.
    pub(crate) fn object_identifier(&mut self, identifier: &Text) {
        if self.is_literal {
            return self.text(identifier);
        }
        let number = mention(&mut self.identifiers, identifier, |earlier| earlier == identifier);
        self.number(number);
    }

    /// A user principal name or a mail address: who it is the same as, and how it is written.
    pub(crate) fn name(&mut self, name: &str) {
        if self.is_literal {
            return self.text(name);
        }
        let number = mention(&mut self.names, name, |earlier| super::same_name(earlier, name));
        self.number(number);
        self.capitals(name);
    }

    /// Which letters are capitals.
    fn capitals(&mut self, name: &str) {
        let letters = name.bytes().enumerate();
        let capitals = letters.filter(|(_, letter)| letter.is_ascii_uppercase());
        let places: Vec<usize> = capitals.map(|(at, _)| at).collect();
        self.list(places.into_iter(), Self::number);
    }

    fn number_of_name(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|earlier| super::same_name(earlier, name))
    }

    /// Mail addresses of which nothing counts but which they are: in no order, and each once. To
    /// be drawn last. Those that nothing else mentions are alike.
    pub(crate) fn set_of_mails<'a>(&mut self, mails: impl Iterator<Item = &'a str>) {
        let mut others: Vec<&str> = Vec::new();
        let mut mentioned: Vec<usize> = Vec::new();
        for mail in mails {
            match self.number_of_name(mail) {
                Some(number) => mentioned.push(number),
                None => others.push(mail),
            }
        }
        mentioned.sort_unstable();
        mentioned.dedup();
        others.sort_unstable_by_key(|mail| mail.to_ascii_lowercase());
        others.dedup_by(|one, other| super::same_name(one, other));
        self.list(mentioned.into_iter(), Self::number);
        match self.is_literal {
            true => self.list(others.into_iter(), Self::text),
            false => self.number(others.len()),
        }
    }

    /// Addresses, which are a set: those that were mentioned before come first.
    fn addresses(&mut self, addresses: &[ProxyAddress]) {
        let mut ordered: Vec<&ProxyAddress> = addresses.iter().collect();
        if !self.is_literal {
            if self.is_reversed {
                ordered.reverse();
            }
            ordered.sort_by_key(|address| {
                let number = address.mail().map(|mail| self.number_of_name(mail));
                (address.kind(), number.map(|number| number.unwrap_or(usize::MAX)))
            });
        }
        self.list(ordered.into_iter(), Self::address);
    }

    fn address(&mut self, address: &ProxyAddress) {
        self.number(address.kind() as usize);
        match address.mail() {
            Some(mail) => {
                // The prefix of a secondary address may be written in several ways.
                self.capitals(&address.as_str()[..address.as_str().len() - mail.len()]);
                self.name(mail);
            }
            None => self.text(address.as_str()),
        }
    }

    fn attributes(&mut self, attributes: &Attributes) {
        self.list(attributes.iter(), |canonical, (name, value)| {
            canonical.text(name);
            canonical.text(value);
        });
    }

    /// A cloud object.
    pub(crate) fn cloud_object(&mut self, object: &CloudObject) {
        self.id(&object.id);
        self.number(object.kind as usize);
        self.flags([
            object.mail_enabled,
            object.is_on_premises_mastered(),
            object.on_premises_sync_enabled.is_some(),
            object.is_cloud_managed,
            object.deleted,
            object.quarantined,
        ]);
        self.optional(object.on_premises_immutable_id.as_ref(), Self::anchor);
        let identifier = object.on_premises_object_identifier.as_ref();
        self.optional(identifier, Self::object_identifier);
        self.optional(object.user_principal_name.as_deref(), Self::name);
        self.addresses(&object.proxy_addresses);
        self.attributes(&object.attributes);
        self.optional(object.password.as_deref(), Self::text);
        self.list(object.roles.iter(), |canonical, role| canonical.text(role));
        self.list(object.eligible_roles.iter(), |canonical, role| canonical.text(role));
    }

    /// An on-premises object.
    pub(crate) fn on_premises_object(&mut self, object: &OnPremisesObject) {
        self.text(&object.key);
        self.number(object.kind as usize);
        self.flags([object.mail_enabled]);
        self.optional(object.source_anchor.as_ref(), Self::anchor);
        self.optional(object.object_identifier.as_ref(), Self::object_identifier);
        self.optional(object.user_principal_name.as_deref(), Self::name);
        self.addresses(&object.proxy_addresses);
        self.attributes(&object.attributes);
        self.optional(object.password.as_deref(), Self::text);
    }
}

/// The number of a text among those that were mentioned, where it stands from now on.
fn mention(mentioned: &mut Vec<Text>, text: &str, is_same: impl Fn(&Text) -> bool) -> usize {
    mentioned.iter().position(is_same).unwrap_or_else(|| {
        mentioned.push(text.into());
        mentioned.len() - 1
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn drawn_from(mut canonical: CanonicalState, texts: &[&str]) -> Vec<u8> {
        let objects: Vec<OnPremisesObject> =
            texts.iter().map(|text| serde_json::from_str(text).expect("an object")).collect();
        canonical
            .draw(|canonical| canonical.list(objects.iter(), CanonicalState::on_premises_object));
        canonical.bytes().to_vec()
    }

    const ANN: &str = r#"{"key": "k", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com"}"#;
    const OTHER_ANCHOR: &str = r#"{"key": "k", "kind": "user", "sourceAnchor": "QkJC", "userPrincipalName": "ann@contoso.com"}"#;
    const OTHER_NAME: &str = r#"{"key": "k", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "bob@contoso.com"}"#;
    const CAPITALS: &str = r#"{"key": "k", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "Ann@contoso.com"}"#;
    const PRIMARY: &str = r#"{"key": "k", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com", "proxyAddresses": ["SMTP:x@contoso.com"]}"#;
    const SECONDARY: &str = r#"{"key": "k", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com", "proxyAddresses": ["smtp:x@contoso.com"]}"#;
    const OTHER_PRIMARY: &str = r#"{"key": "k", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com", "proxyAddresses": ["SMTP:y@contoso.com"]}"#;
    const BOTH: &str = r#"{"key": "k", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com", "proxyAddresses": ["smtp:x@contoso.com", "smtp:y@contoso.com"]}"#;
    const PRIMARY_FIRST: &str = r#"{"key": "k", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com", "proxyAddresses": ["SMTP:x@contoso.com", "smtp:y@contoso.com"]}"#;
    const PRIMARY_LAST: &str = r#"{"key": "k", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com", "proxyAddresses": ["smtp:x@contoso.com", "SMTP:y@contoso.com"]}"#;
    const NAME_AS_ADDRESS: &str = r#"{"key": "k", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com", "proxyAddresses": ["SMTP:ann@contoso.com"]}"#;

    /// Alike in a canonical that gives numbers; never in one that is literal.
    #[rstest]
    #[case::anchor(&[ANN], &[OTHER_ANCHOR], true)]
    #[case::name(&[ANN], &[OTHER_NAME], true)]
    #[case::both_names(&[ANN, OTHER_NAME], &[OTHER_NAME, ANN], true)]
    #[case::same_and_different_names(&[ANN, ANN], &[ANN, OTHER_NAME], false)]
    #[case::capitals(&[ANN], &[CAPITALS], false)]
    #[case::address(&[PRIMARY], &[OTHER_PRIMARY], true)]
    #[case::prefix(&[PRIMARY], &[SECONDARY], false)]
    #[case::either_of_two_addresses(&[BOTH, PRIMARY], &[BOTH, OTHER_PRIMARY], true)]
    #[case::two_addresses_in_any_order(&[PRIMARY_FIRST, PRIMARY], &[PRIMARY_LAST, OTHER_PRIMARY], true)]
    #[case::the_other_of_two_addresses(&[PRIMARY_FIRST, PRIMARY], &[PRIMARY_FIRST, OTHER_PRIMARY], false)]
    #[case::address_that_is_the_name(&[PRIMARY], &[NAME_AS_ADDRESS], false)]
    fn what_is_called_otherwise_looks_alike(
        #[case] one: &[&str],
        #[case] other: &[&str],
        #[case] are_alike: bool,
    ) {
        let drawn = |texts| drawn_from(CanonicalState::default(), texts);
        assert_eq!(drawn(one) == drawn(other), are_alike);
        let literally = |texts| drawn_from(CanonicalState::literal(), texts);
        assert_ne!(literally(one), literally(other));
        assert_eq!(literally(one), literally(one));
    }

    #[test]
    fn an_anchor_that_is_kept_stands_for_itself() {
        let drawn = |text| drawn_from(CanonicalState::keeping(vec!["QUFB".into()]), &[text]);
        assert_ne!(drawn(ANN), drawn(OTHER_ANCHOR));
        let mut canonical = CanonicalState::keeping(vec!["QUFB".into()]);
        let mut again = || {
            canonical.draw(|canonical| {
                canonical.anchor(&"QkJC".into());
                canonical.anchor(&"QUFB".into());
            });
            canonical.bytes().to_vec()
        };
        assert_eq!(again(), again());
    }

    #[rstest]
    #[case::order(&["a@x", "b@x"], &["b@x", "A@X", "a@x"], true)]
    #[case::nobody_elses(&["c@x"], &["d@x"], true)]
    #[case::how_many(&["c@x"], &["c@x", "d@x"], false)]
    #[case::mentioned_or_not(&["a@x"], &["c@x"], false)]
    #[case::which_of_the_mentioned(&["a@x"], &["b@x"], false)]
    fn a_set_of_mails_has_no_order(
        #[case] one: &[&str],
        #[case] other: &[&str],
        #[case] are_alike: bool,
    ) {
        let drawn = |mails: &[&str]| {
            let mut canonical = CanonicalState::default();
            canonical.name("a@x");
            canonical.name("b@x");
            canonical.set_of_mails(mails.iter().copied());
            canonical.bytes().to_vec()
        };
        assert_eq!(drawn(one) == drawn(other), are_alike);
    }
}
