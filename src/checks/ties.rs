//! What an on-premises object shares with the objects in the cloud.

use super::quick::{FEW, Folded, HashIndex, hash_of};
use super::situation::Reach;
use crate::directory::{Attributes, CloudObject, OnPremisesObject, ProxyAddress, same_name};
use std::sync::Arc;

/// Everything about an object by which another can be told to share something with it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Identifiers<'a> {
    pub(crate) user_principal_name: Option<&'a str>,
    pub(crate) addresses: &'a [ProxyAddress],
    pub(crate) anchor: Option<&'a str>,
    /// The attribute `mail`. No page says that it decides; field reports say that a service looks
    /// at it. So it touches, and decides nothing.
    pub(crate) mail_attribute: Option<&'a str>,
}

impl<'a> Identifiers<'a> {
    pub(crate) fn of_on_premises(object: &'a OnPremisesObject) -> Self {
        Identifiers {
            user_principal_name: object.user_principal_name.as_deref(),
            addresses: &object.proxy_addresses,
            anchor: object.source_anchor.as_deref(),
            mail_attribute: mail_attribute_of(&object.attributes),
        }
    }

    pub(crate) fn of_cloud(object: &'a CloudObject) -> Self {
        Identifiers {
            mail_attribute: mail_attribute_of(&object.attributes),
            ..Identifiers::without_mail_attribute(object)
        }
    }

    /// All of them but for the attribute `mail`.
    fn without_mail_attribute(object: &'a CloudObject) -> Self {
        Identifiers {
            user_principal_name: object.user_principal_name.as_deref(),
            addresses: &object.proxy_addresses,
            anchor: object.on_premises_immutable_id.as_deref(),
            mail_attribute: None,
        }
    }

    fn mails(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.addresses.iter().filter_map(ProxyAddress::mail)
    }

    fn has_mail(&self, mail: &str) -> bool {
        self.mails().any(|own| same_name(own, mail))
    }

    /// Whether any name, address or `mail` attribute here is this one.
    fn is_named(&self, name: &str) -> bool {
        self.user_principal_name
            .into_iter()
            .chain(self.mails())
            .chain(self.mail_attribute)
            .any(|own| same_name(own, name))
    }

    fn primary(&self) -> Option<&'a str> {
        self.addresses.iter().find(|address| address.is_primary()).and_then(ProxyAddress::mail)
    }

    fn others(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.addresses.iter().filter(|address| address.mail().is_none()).map(ProxyAddress::as_str)
    }

    /// Calls `visit` with every identifier, each in the name space in which it can meet another.
    /// User principal names and mail addresses meet each other: what happens where one equals the
    /// other is unspecified, so they count as touching.
    pub(crate) fn each(&self, mut visit: impl FnMut(Identifier<'a>)) {
        self.user_principal_name.into_iter().for_each(|name| visit(Identifier::Name(Folded(name))));
        self.mails().for_each(|mail| visit(Identifier::Name(Folded(mail))));
        self.mail_attribute.into_iter().for_each(|mail| visit(Identifier::Name(Folded(mail))));
        self.others().for_each(|other| visit(Identifier::Other(other)));
        self.anchor.into_iter().for_each(|anchor| visit(Identifier::Anchor(Folded(anchor))));
    }

    /// Their print.
    pub(crate) fn print(&self) -> Print {
        let mut print = Print::default();
        let mut more = Vec::new();
        self.each(|identifier| {
            let hash = hash_of(identifier);
            print.mark |= 1 << (hash >> 58);
            match print.first.get_mut(usize::from(print.count)) {
                Some(place) => {
                    *place = hash;
                    print.count += 1;
                }
                None => more.push(hash),
            }
        });
        if !more.is_empty() {
            print.more = Some(more.into());
        }
        print
    }
}

fn mail_attribute_of(attributes: &Attributes) -> Option<&str> {
    attributes.get("mail").map(|mail| &**mail)
}

/// An object's identifiers as hashes. Most of the time it tells at once that two objects share
/// nothing, and no text has to be looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Print {
    /// One bit for each identifier.
    mark: u64,
    /// The hashes, as far as there is room.
    first: [u64; 6],
    /// How many of them there are.
    count: u8,
    /// The rest.
    more: Option<Arc<[u64]>>,
}

impl Print {
    /// The hashes of all identifiers.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = u64> {
        let more = self.more.as_deref().unwrap_or_default();
        self.first[..usize::from(self.count)].iter().chain(more).copied()
    }

    /// Whether two objects may share something. If not, they share nothing.
    pub(crate) fn may_meet(&self, other: &Print) -> bool {
        self.mark & other.mark != 0
            && self.hashes().any(|own| other.hashes().any(|theirs| own == theirs))
    }
}

/// One identifier in its name space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Identifier<'a> {
    /// A user principal name or mail address.
    Name(Folded<'a>),
    /// An anchor; folded, since anchors that differ only in case are a situation of their own.
    Anchor(Folded<'a>),
    /// An address that is no mail address.
    Other(&'a str),
}

/// What one cloud object shares with the object that is looked at.
#[derive(Clone, Debug)]
pub(crate) struct Tie<'a> {
    pub(crate) cloud: &'a Arc<CloudObject>,
    /// Its user principal name is the same.
    pub(crate) user_principal_name: bool,
    /// Its primary address is the same as the primary address.
    pub(crate) primary: bool,
    /// It carries one of the mail addresses, whether as primary or secondary.
    pub(crate) mail: bool,
    /// It carries the anchor.
    pub(crate) anchor: bool,
    /// A user principal name on one side is a mail address on the other.
    pub(crate) crossed: bool,
    /// Its anchor differs in letter case only.
    pub(crate) anchor_but_for_case: bool,
    /// An address that is no mail address is the same; told of no holder.
    pub(crate) other_address: bool,
    /// The attribute `mail` of one is that of the other, or its name, or one of its addresses; told of
    /// no holder.
    pub(crate) mail_attribute: bool,
    /// The ways in which the cloud object may be taken over by the one that is looked at; none
    /// before anybody asked, see [`eligibility`](super::situation::eligibility).
    pub(crate) eligible: Reach,
}

impl<'a> Tie<'a> {
    /// What `own` shares with `cloud`; `None` where it is nothing.
    pub(crate) fn between(own: &Identifiers<'_>, cloud: &'a Arc<CloudObject>) -> Option<Tie<'a>> {
        // Whose attribute `mail` it is counts only where nothing makes the object a holder.
        let mut theirs = Identifiers::without_mail_attribute(cloud);
        let both = |left: Option<&str>, right: Option<&str>| matches!((left, right), (Some(left), Some(right)) if same_name(left, right));
        let anchor = own.anchor.is_some() && own.anchor == theirs.anchor;
        let mail = own.mails().any(|mail| theirs.has_mail(mail));
        let mut tie = Tie {
            cloud,
            user_principal_name: both(own.user_principal_name, theirs.user_principal_name),
            primary: mail && both(own.primary(), theirs.primary()),
            mail,
            anchor,
            crossed: own.user_principal_name.is_some_and(|name| theirs.has_mail(name))
                || theirs.user_principal_name.is_some_and(|name| own.has_mail(name)),
            anchor_but_for_case: !anchor && both(own.anchor, theirs.anchor),
            mail_attribute: false,
            other_address: false,
            eligible: Reach::default(),
        };
        if !tie.is_held() {
            theirs.mail_attribute = mail_attribute_of(&cloud.attributes);
            tie.mail_attribute = own.mail_attribute.is_some_and(|mail| theirs.is_named(mail))
                || theirs.mail_attribute.is_some_and(|mail| own.is_named(mail));
            tie.other_address = own.others().any(|other| theirs.others().any(|held| held == other));
        }
        tie.any().then_some(tie)
    }

    fn any(&self) -> bool {
        self.is_held() || self.is_doubtful()
    }

    /// Whether the object carries one of the identifiers in its own place: a *holder*, if active.
    pub(crate) fn is_held(&self) -> bool {
        self.user_principal_name || self.mail || self.anchor
    }

    /// Whether they touch in a way of which the pages say nothing. An object that carries one of
    /// the identifiers in its own place is a holder, and what else it shares adds nothing to that;
    /// anchors that differ only in case leave things open even then.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.anchor_but_for_case
            || (!self.is_held() && (self.crossed || self.other_address || self.mail_attribute))
    }
}

/// Finds those of some cloud objects that share something with an object, in time that does not
/// grow with their number.
pub(crate) struct CloudIndex<'a> {
    objects: Objects<'a>,
    /// Where identifiers stand among the objects; `None` while there are few.
    by_identifier: Option<HashIndex>,
}

/// The objects that are searched.
enum Objects<'a> {
    /// All of a state, with their prints.
    All(&'a [Arc<CloudObject>], &'a [Print]),
    /// Some of a state, by position.
    Some(&'a [Arc<CloudObject>], &'a [Print], &'a [u32]),
}

impl<'a> Objects<'a> {
    fn len(&self) -> usize {
        match self {
            Objects::All(all, _) => all.len(),
            Objects::Some(_, _, some) => some.len(),
        }
    }

    fn get(&self, at: usize) -> (&'a Arc<CloudObject>, &'a Print) {
        let (all, prints, at) = match *self {
            Objects::All(all, prints) => (all, prints, at),
            Objects::Some(all, prints, some) => (all, prints, some[at] as usize),
        };
        (&all[at], &prints[at])
    }
}

impl<'a> CloudIndex<'a> {
    /// Searches all objects of a state. `prints` are theirs.
    pub(crate) fn of_all(objects: &'a [Arc<CloudObject>], prints: &'a [Print]) -> Self {
        Self::with_scan_limit(Objects::All(objects, prints), FEW)
    }

    /// Searches the objects that stand at these positions of a state.
    pub(crate) fn of_some(
        objects: &'a [Arc<CloudObject>],
        prints: &'a [Print],
        positions: &'a [u32],
    ) -> Self {
        Self::with_scan_limit(Objects::Some(objects, prints, positions), FEW)
    }

    fn with_scan_limit(objects: Objects<'a>, scan_limit: usize) -> Self {
        let by_identifier = (objects.len() > scan_limit).then(|| index_of(&objects));
        CloudIndex { objects, by_identifier }
    }

    /// The print of one of the objects of the state.
    pub(crate) fn print_of(&self, cloud: &Arc<CloudObject>) -> Option<&'a Print> {
        let (Objects::All(all, prints) | Objects::Some(all, prints, _)) = self.objects;
        prints.get(all.element_offset(cloud)?)
    }

    /// Everything that shares something with these identifiers, in the objects' order, those in
    /// the recycle bin included. `print` is theirs.
    pub(crate) fn ties(&self, own: &Identifiers<'_>, print: &Print) -> Vec<Tie<'a>> {
        let mut ties = Vec::new();
        self.each_candidate(print, |cloud| ties.extend(Tie::between(own, cloud)));
        ties
    }

    /// Calls `visit` with everything that shares something with what has this print, in the
    /// objects' order.
    pub(crate) fn each_candidate(
        &self,
        print: &Print,
        mut visit: impl FnMut(&'a Arc<CloudObject>),
    ) {
        if let Some(index) = &self.by_identifier {
            for position in positions_with(index, print) {
                visit(self.objects.get(position as usize).0);
            }
            return;
        }
        for at in 0..self.objects.len() {
            let (cloud, theirs) = self.objects.get(at);
            if print.may_meet(theirs) {
                visit(cloud);
            }
        }
    }
}

/// Where these identifiers stand, ascending.
#[inline(never)]
fn positions_with(index: &HashIndex, print: &Print) -> Vec<u32> {
    let mut positions: Vec<u32> = Vec::new();
    print.hashes().for_each(|hash| positions.extend(index.with(hash)));
    positions.sort_unstable();
    positions.dedup();
    positions
}

/// Where each identifier stands among the objects.
#[inline(never)]
fn index_of(objects: &Objects<'_>) -> HashIndex {
    let mut index = HashIndex::with_capacity(objects.len() * 4);
    for at in (0..objects.len()).rev() {
        objects.get(at).1.hashes().for_each(|hash| index.add(hash, at as u32));
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Kind, Snapshot};
    use proptest::prelude::*;

    fn cloud(
        id: usize,
        name: Option<&str>,
        addresses: &[&str],
        anchor: Option<&str>,
    ) -> Arc<CloudObject> {
        Arc::new(CloudObject {
            id: id.to_string().into(),
            kind: Kind::User,
            mail_enabled: false,
            on_premises_sync_enabled: false,
            on_premises_immutable_id: anchor.map(Into::into),
            user_principal_name: name.map(Into::into),
            proxy_addresses: addresses.iter().map(|&address| address.into()).collect(),
            attributes: Default::default(),
            password: None,
            roles: Default::default(),
            deleted: false,
            quarantined: false,
        })
    }

    fn names() -> impl Strategy<Value = Option<&'static str>> {
        prop::option::of(prop::sample::select(vec!["a@x", "A@X", "b@x", "c@x"]))
    }

    fn addresses() -> impl Strategy<Value = Vec<&'static str>> {
        prop::collection::vec(
            prop::sample::select(vec!["SMTP:a@x", "smtp:a@x", "smtp:B@x", "SMTP:c@x", "X500:a@x"]),
            0..3,
        )
    }

    fn anchors() -> impl Strategy<Value = Option<&'static str>> {
        prop::option::of(prop::sample::select(vec!["QUFB", "qufb", "QkJC"]))
    }

    proptest! {
        #[test]
        fn the_index_finds_what_a_scan_finds(
            objects in prop::collection::vec((names(), addresses(), anchors()), 0..8),
            (name, own_addresses, anchor) in (names(), addresses(), anchors()),
        ) {
            let snapshot = Snapshot {
                cloud: objects
                    .iter()
                    .enumerate()
                    .map(|(id, (name, addresses, anchor))| cloud(id, *name, addresses, *anchor))
                    .collect(),
                on_premises: Vec::new(),
            };
            let own = cloud(99, name, &own_addresses, anchor);
            let own = Identifiers::of_cloud(&own);
            let prints: Vec<Print> =
                snapshot.cloud.iter().map(|object| Identifiers::of_cloud(object).print()).collect();
            let ties = |scan_limit| -> Vec<String> {
                let objects = Objects::All(&snapshot.cloud, &prints);
                let index = CloudIndex::with_scan_limit(objects, scan_limit);
                index.ties(&own, &own.print()).iter().map(|tie| format!("{tie:?}")).collect()
            };
            let one_by_one = snapshot.cloud.iter().filter_map(|object| Tie::between(&own, object));
            let one_by_one: Vec<String> = one_by_one.map(|tie| format!("{tie:?}")).collect();
            prop_assert_eq!(ties(usize::MAX), one_by_one.clone());
            prop_assert_eq!(ties(0), one_by_one);
        }
    }

    /// However many identifiers an object has, none is overlooked.
    #[test]
    fn the_last_of_many_addresses_is_found() {
        let addresses: Vec<String> = (0..12).map(|number| format!("smtp:{number}@x")).collect();
        let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
        let many = cloud(1, Some("many@x"), &addresses, Some("QUFB"));
        let print = Identifiers::of_cloud(&many).print();
        assert_eq!(print.hashes().count(), 14);
        let last = cloud(2, None, &["SMTP:11@X"], None);
        assert!(print.may_meet(&Identifiers::of_cloud(&last).print()));
        assert!(
            !print.may_meet(&Identifiers::of_cloud(&cloud(3, Some("12@x"), &[], None)).print())
        );
    }

    #[test]
    fn each_way_to_touch_is_told_apart() {
        let own =
            cloud(0, Some("ann@x"), &["SMTP:ann.b@x", "smtp:ab@x", "X500:/o=x"], Some("QUFB"));
        let own = Identifiers::of_cloud(&own);
        let tie = |name, addresses: &[&str], anchor| {
            let other = cloud(1, name, addresses, anchor);
            Tie::between(&own, &other).map(|tie| {
                (
                    tie.user_principal_name,
                    tie.primary,
                    tie.mail,
                    tie.anchor,
                    tie.crossed,
                    tie.anchor_but_for_case,
                    tie.other_address,
                )
            })
        };
        assert_eq!(tie(Some("bob@x"), &[], None), None);
        assert_eq!(
            tie(Some("ANN@x"), &[], None),
            Some((true, false, false, false, false, false, false))
        );
        assert_eq!(
            tie(None, &["SMTP:ANN.B@x"], None),
            Some((false, true, true, false, false, false, false))
        );
        assert_eq!(
            tie(None, &["smtp:ann.b@x"], None),
            Some((false, false, true, false, false, false, false))
        );
        assert_eq!(
            tie(None, &["SMTP:ab@x"], None),
            Some((false, false, true, false, false, false, false))
        );
        assert_eq!(
            tie(None, &["smtp:ann@x"], None),
            Some((false, false, false, false, true, false, false))
        );
        assert_eq!(
            tie(Some("ab@x"), &[], None),
            Some((false, false, false, false, true, false, false))
        );
        assert_eq!(
            tie(None, &[], Some("QUFB")),
            Some((false, false, false, true, false, false, false))
        );
        assert_eq!(
            tie(None, &[], Some("qufb")),
            Some((false, false, false, false, false, true, false))
        );
        assert_eq!(
            tie(None, &["X500:/o=x"], None),
            Some((false, false, false, false, false, false, true))
        );
    }
}
