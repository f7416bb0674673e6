//! What an implementation may do otherwise than the reference model without breaking a rule.

/// One freedom that the documents or the protocol leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Liberty {
    /// Declares none of the choices that it makes.
    DeclaresNoChoice,
    /// Reports `joined` for every match, and nothing of what matched and who evaluated it.
    TellsJoinedOnly,
    /// Reports neither codes nor messages.
    TellsNoReasons,
    /// Reports `updated` also of objects in which nothing changed.
    TellsUpdatedAlways,
    /// Lists objects backwards.
    ListsBackwards,
    /// Lists objects in another order in every snapshot.
    ListsInAnyOrder,
    /// Has identifiers of another form.
    OtherIdentifiers,
    /// Gives quarantined objects a user principal name of another form.
    OtherPlaceholders,
    /// Adds an address in the tenant's initial domain to every on-premises-mastered user.
    InitialDomainAddress,
    /// Adds attributes of its own to every cloud object.
    AttributesOfItsOwn,
    /// Makes up a password for users that it creates without one.
    GeneratesPasswords,
    /// Shows nothing of what is in the recycle bin, and declares none.
    HidesTheRecycleBin,
    /// Treats the on-premises objects of a cycle in the opposite order.
    LastFirst,
}

impl Liberty {
    /// Every one, in words that go on after "an implementation that".
    pub const ALL: &'static [(Liberty, &'static str)] = &[
        (Liberty::DeclaresNoChoice, "declares none of its choices"),
        (Liberty::TellsJoinedOnly, "reports `joined` for every match and no more"),
        (Liberty::TellsNoReasons, "reports neither codes nor messages"),
        (Liberty::TellsUpdatedAlways, "reports `updated` also where nothing changed"),
        (Liberty::ListsBackwards, "lists objects backwards"),
        (Liberty::ListsInAnyOrder, "lists objects in another order each time"),
        (Liberty::OtherIdentifiers, "has identifiers of another form"),
        (Liberty::OtherPlaceholders, "gives quarantined objects names of another form"),
        (Liberty::InitialDomainAddress, "adds an address in the initial domain to users"),
        (Liberty::AttributesOfItsOwn, "adds attributes of its own"),
        (Liberty::GeneratesPasswords, "makes up passwords for users that it creates without one"),
        (Liberty::HidesTheRecycleBin, "has no recycle bin to show"),
        (Liberty::LastFirst, "treats the last object of a cycle first"),
    ];
}
